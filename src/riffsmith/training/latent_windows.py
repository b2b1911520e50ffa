"""Recordings as latents, and random windows of them."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.codec import Analysis, Codec, measure_recording
from riffsmith.config import LatentSettings
from riffsmith.corpus import Corpus
from riffsmith.corpus.manifest import Split
from riffsmith.errors import CorpusError
from riffsmith.seeds import random_stream

_OFFSETS = 2
"""Sub-hop offsets at which recordings are measured: none is heard at one grid of frames alone."""


def measure_split(
    corpus: Corpus, split: Split, settings: LatentSettings, offsets: int = _OFFSETS
) -> list[Float[Tensor, "features _"]]:
    """Features of one side's recordings, once for each sub-hop offset."""
    hop, mels = settings.corpus.hop_samples, settings.corpus.n_mels
    analysis = Analysis(settings.corpus.sample_rate, hop, mels, settings.codec.side_mels)
    return [
        measure_recording(corpus, recording, analysis, number * hop // offsets)
        for recording in corpus.manifest.of_split(split)
        for number in range(offsets)
    ]


class LatentWindows:
    """Random access to windows of latents, at every offset of frames in a patch."""

    def __init__(
        self, features: Sequence[Float[Tensor, "features _"]], codec: Codec, frames: int
    ) -> None:
        """Encodes features.

        Args:
            features: Of recordings, as `measure_split` gives them.
            codec: Fitted.
            frames: Latent frames of a window.

        Raises:
            CorpusError: No recording is as long as a window.
        """
        self._frames = frames
        self._latents = [
            codec.linear.encode(item[None, :, start:].float())[0].to(torch.bfloat16)
            for item in features
            for start in range(codec.linear.patch_frames)
        ]
        self._latents = [item for item in self._latents if item.shape[1] >= frames]
        if not self._latents:
            seconds = frames * codec.latent_samples / codec.sample_rate
            raise CorpusError(
                f"no recording is as long as a window of {seconds:.1f} s: add longer ones, or "
                "lower --config.training.window_frames"
            )
        self._places = torch.tensor([item.shape[1] - frames + 1 for item in self._latents])

    def draw(
        self, count: int, seed: int, *names: str | int
    ) -> Float[Tensor, "count channels frames"]:
        """Windows at random places, all places alike likely."""
        stream = random_stream(seed, *names)
        ends = self._places.cumsum(0)
        chosen = torch.randint(int(ends[-1]), (count,), generator=stream)
        numbers = torch.searchsorted(ends, chosen, right=True)
        starts = chosen - (ends - self._places)[numbers]
        return torch.stack(
            [
                self._latents[number][:, start : start + self._frames].float()
                for number, start in zip(numbers.tolist(), starts.tolist(), strict=True)
            ]
        )
