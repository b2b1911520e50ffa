"""Transposition of a piece to the key that is asked for."""

from collections.abc import Callable, Collection

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.codec import Codec
from riffsmith.controls import parse_key
from riffsmith.errors import UnknownKeyError
from riffsmith.features import CLASSES
from riffsmith.parallel import SharedResults


class KeyTransposition:
    """The semitones that bring a piece to a key, found once from its beginning.

    Several threads may ask for them at once.
    """

    def __init__(
        self,
        codec: Codec,
        key: str,
        beginning: Callable[[], Float[Tensor, "1 channels frames"]],
    ) -> None:
        """Remembers what is asked for; nothing is computed yet.

        Args:
            codec: Codec of the piece.
            key: Text that names the key.
            beginning: Function that computes the latents of the beginning of the piece.

        Raises:
            UnknownKeyError: The model keeps no notes, so the key of its pieces cannot be known.
            SettingsError: The text names no key.
        """
        if codec.tonal is None:
            raise UnknownKeyError(
                "this model has no tonal latents, so the key of its pieces cannot be known: leave "
                "the key out and use transpose, or train a model with tonal latents"
            )
        self._codec, self._keys, self._beginning = codec, parse_key(key), beginning
        self._found = SharedResults[int](1)

    @property
    def semitones(self) -> int:
        """The transposition, from six semitones down to five up."""
        return self._found.get(0, self._find)

    @torch.inference_mode()
    def _find(self, _: int) -> int:
        correlations = self._codec.correlate_keys(self._beginning())
        return 0 if correlations is None else semitones_to_key(correlations, self._keys)


def semitones_to_key(correlations: Float[np.ndarray, " 24"], keys: Collection[int]) -> int:
    """The transposition after which music fits one of the wanted keys best.

    Args:
        correlations: Correlation of the music with each key, from `features.correlate_keys`.
        keys: Numbers of the wanted keys.

    Returns:
        Semitones from 6 down to 5 up.
    """

    def fit(semitones: int) -> float:
        """Correlation with the key that becomes one of the wanted keys."""
        return max(
            float(correlations[key // CLASSES * CLASSES + (key - semitones) % CLASSES])
            for key in keys
        )

    nearest_first = sorted(range(-CLASSES // 2, CLASSES // 2), key=abs)
    return max(nearest_first, key=fit)
