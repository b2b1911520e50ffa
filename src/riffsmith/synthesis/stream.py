"""A latent model → endless audio, in pieces that do not depend on how it is asked for."""

from collections.abc import Iterator

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.bundle import LatentBundle
from riffsmith.gan import NoiseSource, walk
from riffsmith.hardware import playing_precision
from riffsmith.synthesis.path import Path

CHUNK_LATENTS = 64
"""Decoded at once, always between the same places: equal places give equal samples."""
STRETCH_LATENTS = 768
"""Denoised at once, likewise."""
MARGIN_LATENTS = 128
"""On either side of a stretch, so that what is beyond hardly matters to it."""
BLEND_LATENTS = 16
"""Over which one stretch goes over into the next."""


class Stream:
    """The endless piece of one seed. Memory does not grow with it."""

    def __init__(self, bundle: LatentBundle, seed: int) -> None:
        self._generator, self._codec = bundle.generator, bundle.codec
        settings = bundle.settings
        self._steps = settings.generator.steps
        self.noise = NoiseSource(seed)
        self.path = Path(self._codec.style, seed, settings.latent_seconds)
        self.sample_rate = settings.corpus.sample_rate
        self.chunk_samples = CHUNK_LATENTS * self._codec.latent_samples
        self._stretches: dict[int, Tensor] = {}
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

    @torch.inference_mode()
    def latents(self, start: int, frames: int) -> Float[Tensor, "1 components frames"]:
        """Latents [start, start + frames) of the piece."""
        start += STRETCH_LATENTS // 2  # so that the beginning needs a single stretch
        stop = start + frames
        numbers = range(start // STRETCH_LATENTS, (stop - 1) // STRETCH_LATENTS + 1)
        pieces: list[Tensor] = []
        for number in numbers:
            begin = number * STRETCH_LATENTS
            inside = slice(max(0, start - begin), min(STRETCH_LATENTS, stop - begin))
            pieces.append(self._blended(number, inside))
        return torch.cat(pieces, dim=-1)

    def _chunk(self, number: int) -> Float[np.ndarray, "time channels"]:
        if self._kept is None or self._kept[0] != number:
            self._kept = (number, self._decode(number))
        return self._kept[1]

    @torch.inference_mode()
    def _decode(self, number: int) -> Float[np.ndarray, "time channels"]:
        context = self._codec.context_latents
        start, frames = number * CHUNK_LATENTS - context, CHUNK_LATENTS + 2 * context
        rest = self._codec.linear.rest_components
        noise = self.noise.cut("texture", rest, start, frames)
        audio = self._codec.decode(self.latents(start, frames), noise)[0].T
        begin = context * self._codec.latent_samples
        return audio[begin : begin + self.chunk_samples].numpy()

    def _blended(self, number: int, inside: slice) -> Float[Tensor, "1 components _"]:
        """Frames of a stretch, which begins as the one before goes on."""
        ours = self._stretch(number)[..., MARGIN_LATENTS:]
        if inside.start >= BLEND_LATENTS:
            return ours[..., inside]
        earlier = self._stretch(number - 1)[..., MARGIN_LATENTS + STRETCH_LATENTS :]
        share = (torch.arange(BLEND_LATENTS) + 0.5) / BLEND_LATENTS
        joint = torch.lerp(earlier[..., :BLEND_LATENTS], ours[..., :BLEND_LATENTS], share)
        return torch.cat([joint, ours[..., BLEND_LATENTS:]], dim=-1)[..., inside]

    def _stretch(self, number: int) -> Float[Tensor, "1 components frames"]:
        """A stretch with its margins; the newest few are kept."""
        if number not in self._stretches:
            while len(self._stretches) > 2:
                del self._stretches[next(iter(self._stretches))]
            self._stretches[number] = self._denoise(number)
        return self._stretches[number]

    def _denoise(self, number: int) -> Float[Tensor, "1 components frames"]:
        start = number * STRETCH_LATENTS - STRETCH_LATENTS // 2 - MARGIN_LATENTS
        frames = STRETCH_LATENTS + 2 * MARGIN_LATENTS
        told = self.path.told(start, frames)

        def velocity(state: Tensor, times: Tensor) -> Tensor:
            with playing_precision(state.device):
                return self._generator(state, told, times).float()

        noise = self.noise.cut("latents", self._generator.latent_channels, start, frames)
        return walk(velocity, noise, self._steps, self._steps)
