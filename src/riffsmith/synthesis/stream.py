"""A latent model → endless audio, in pieces that do not depend on how it is asked for."""

from collections.abc import Iterator
from math import exp, log

import numpy as np
import torch
from jaxtyping import Float

from riffsmith.bundle import LatentBundle
from riffsmith.gan import NoiseSource
from riffsmith.seeds import random_stream

CHUNK_LATENTS = 64
"""Computed at once, always between the same places: equal places give equal samples."""


class Stream:
    """The endless piece of one seed. Memory does not grow with it."""

    def __init__(self, bundle: LatentBundle, seed: int) -> None:
        self._generator, self._codec = bundle.generator, bundle.codec
        settings = bundle.settings
        draw = float(torch.rand((), generator=random_stream(seed, "tempo")))
        slow, fast = log(settings.generator.slowest_bpm), log(settings.generator.fastest_bpm)
        beats_per_second = exp(slow + (fast - slow) * draw) / 60
        self.noise = NoiseSource(self._generator, seed, beats_per_second * settings.latent_seconds)
        self.sample_rate = settings.corpus.sample_rate
        self.chunk_samples = CHUNK_LATENTS * self._codec.latent_samples
        self._kept: tuple[int, Float[np.ndarray, "time channels"]] | None = None

    def read(self, start: int, count: int) -> Float[np.ndarray, "time channels"]:
        """Samples [start, start + count) of the piece."""
        first, last = start // self.chunk_samples, (start + count - 1) // self.chunk_samples
        pieces = [self._chunk(number) for number in range(first, last + 1)]
        begin = start - first * self.chunk_samples
        return np.concatenate(pieces)[begin : begin + count]

    def chunks(self, start: int = 0) -> Iterator[Float[np.ndarray, "time channels"]]:
        """The piece from a chunk's number on, without end."""
        while True:
            yield self._chunk(start)
            start += 1

    def _chunk(self, number: int) -> Float[np.ndarray, "time channels"]:
        if self._kept is None or self._kept[0] != number:
            self._kept = (number, self._compute(number))
        return self._kept[1]

    @torch.inference_mode()
    def _compute(self, number: int) -> Float[np.ndarray, "time channels"]:
        context = self._codec.context_latents
        start, frames = number * CHUNK_LATENTS - context, CHUNK_LATENTS + 2 * context
        latents = self._generator(self.noise.cut(start, frames), start, frames)
        audio = self._codec.decode(latents)[0].T
        begin = context * self._codec.latent_samples
        return audio[begin : begin + self.chunk_samples].numpy()
