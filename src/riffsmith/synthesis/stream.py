"""A latent model → endless audio, in pieces that do not depend on how it is asked for."""

from collections.abc import Iterator
from copy import copy
from functools import partial

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.bundle import LatentBundle
from riffsmith.controls import Controls
from riffsmith.networks import NoiseSource
from riffsmith.parallel import SharedResults, count_cores
from riffsmith.synthesis.audio_prompt import AudioPrompt
from riffsmith.synthesis.conditioning import ConditioningSchedule
from riffsmith.synthesis.denoising import denoise
from riffsmith.synthesis.rendering import receptive_field, render

CHUNK_LATENTS = 64
"""Decoded at once, always between the same places: equal places give equal samples."""
WINDOW_LATENTS = (192, 384, 768)
"""Denoised at once, likewise: the first two stretches, then all others. What begins or was turned
is there soon, and what goes on takes little time for its length."""
MARGIN_LATENTS = 128
"""On either side of a stretch, so that what is beyond hardly matters to it."""
BLEND_LATENTS = 16
"""Over which one stretch goes over into the next."""
TURN_SECONDS = 0.05
"""In which a piece goes over to what was asked of it."""
_EVEN_LATENTS = 16
"""Where a stretch may begin: the generator halves its frames."""
_KEPT_CHUNKS = 6
"""So that what was read ahead is there when a turn goes over from it."""
_KEPT_STRETCHES = 3
"""For one reader; each worker beside it may need another."""


class Stream:
    """The endless piece of one seed. Memory does not grow with it.

    Several threads may compute chunks and stretches of it at once: each is computed once.
    """

    def __init__(
        self,
        bundle: LatentBundle,
        seed: int,
        controls: Controls | None = None,
        audio_prompt: AudioPrompt | None = None,
    ) -> None:
        """Begins a piece; nothing is computed yet.

        Args:
            bundle: The model.
            seed: The same seed and controls give the same samples.
            controls: What is asked of the piece.
            audio_prompt: What it begins with.
        """
        self._bundle = bundle
        self._generator, self._codec = bundle.generator, bundle.codec
        settings = bundle.settings
        self._steps = settings.generator.steps
        self.noise = NoiseSource(seed)
        centre = audio_prompt.centre if audio_prompt else None
        self.path = ConditioningSchedule(
            self._codec.style_embedding, seed, settings.latent_seconds, controls, centre
        )
        if audio_prompt and not (controls and controls.tempo):
            self.path = self.path.in_time(audio_prompt.beat, audio_prompt.beats_per_frame)
        self.sample_rate = settings.corpus.sample_rate
        self.chunk_samples = CHUNK_LATENTS * self._codec.latent_samples
        self._heard = receptive_field(self._codec)
        self._guide = audio_prompt
        self._before: Stream | None = None
        self._turn = self._origin = 0
        self._forget_computed()

    def with_controls(self, start: int, controls: Controls) -> "Stream":
        """The same piece, of which something else is asked from a sample on.

        Whatever lies before that sample is bit for bit as it was.
        """
        frame = start // self._codec.latent_samples
        stream = copy(self)
        stream.path = self.path.with_controls(frame, controls)
        stream._before, stream._turn = self, start
        stream._origin = frame // _EVEN_LATENTS * _EVEN_LATENTS
        stream._forget_computed()
        return stream

    def heard_from(self, start: int) -> "Stream":
        """The same turned piece, to which the one before goes over only at a later sample."""
        stream = copy(self)
        stream._turn = max(self._turn, start)
        if self._before is not None:
            joint = self.numbers(stream._turn, self._turn_samples)
            stream._before = copy(self._before)
            stream._before._kept = self._before._kept.only(joint)
        return stream

    def again(self) -> "Stream":
        """The same piece for another reader, with nothing computed yet."""
        stream = copy(self)
        stream._before = self._before and self._before.again()
        stream._forget_computed()
        return stream

    def make_ready(self, start: int, count: int) -> None:
        """Computes what is heard of [start, start + count) after the turn.

        Touches nothing that the piece it was turned from reads or writes.
        """
        for number in self.numbers(start, count):
            self._own_chunk(number)

    def forget(self, start: int) -> None:
        """Lets go of what is only needed to read samples before one."""
        if self._before is not None and start >= self._turn + self._turn_samples:
            self._before = None
        elif self._before is not None:
            self._before.forget(start)

    def read(self, start: int, count: int) -> Float[np.ndarray, "time channels"]:
        """Samples [start, start + count) of the piece."""
        numbers = self.numbers(start, count)
        pieces = [self.chunk(number) for number in numbers]
        begin = start - numbers.start * self.chunk_samples
        return np.concatenate(pieces)[begin : begin + count]

    def chunks(self, start: int = 0) -> Iterator[Float[np.ndarray, "time channels"]]:
        """The piece from a chunk's number on, without end."""
        while True:
            yield self.chunk(start)
            start += 1

    @torch.inference_mode()
    def latents(self, start: int, frames: int) -> Float[Tensor, "1 components frames"]:
        """Latents [start, start + frames) of the piece as it is after its last turn."""
        stop = start + frames
        pieces: list[Tensor] = []
        number = self._number_at(start)
        while start < stop:
            first, after = self._start_of(number), self._start_of(number + 1)
            end = min(stop, after)
            pieces.append(self._blended(number, slice(start - first, end - first)))
            start, number = end, number + 1
        return torch.cat(pieces, dim=-1)

    @property
    def _turn_samples(self) -> int:
        return round(TURN_SECONDS * self.sample_rate)

    def numbers(self, start: int, count: int) -> range:
        """The chunks that samples lie in."""
        return range(start // self.chunk_samples, (start + count - 1) // self.chunk_samples + 1)

    def _start_of(self, number: int) -> int:
        """First frame of a stretch."""
        short = WINDOW_LATENTS[: min(number, len(WINDOW_LATENTS) - 1)]
        return self._origin + sum(short) + (number - len(short)) * WINDOW_LATENTS[-1]

    def _number_at(self, frame: int) -> int:
        """Which stretch a frame lies in; what is before the first belongs to it."""
        number = 0
        while number < len(WINDOW_LATENTS) - 1 and self._start_of(number + 1) <= frame:
            number += 1
        return number + max(0, frame - self._start_of(number)) // WINDOW_LATENTS[-1]

    def chunk(self, number: int) -> Float[np.ndarray, "time channels"]:
        """What is heard, before a turn, in it and after it."""
        start = number * self.chunk_samples
        if self._before is None or start >= self._turn + self._turn_samples:
            return self._own_chunk(number)
        earlier = self._before.chunk(number)
        if start + self.chunk_samples <= self._turn:
            return earlier
        places = np.arange(self.chunk_samples) + (start + 0.5 - self._turn)
        share = (places / self._turn_samples).clip(0, 1).astype(np.float32)[:, None]
        return earlier * (1 - share) + self._own_chunk(number) * share

    def _own_chunk(self, number: int) -> Float[np.ndarray, "time channels"]:
        return self._kept.get(number, self._decode)

    def _decode(self, number: int) -> Float[np.ndarray, "time channels"]:
        start, frames = number * CHUNK_LATENTS - self._heard, CHUNK_LATENTS + 2 * self._heard
        return render(self._bundle, self.latents(start, frames), self.noise, start)

    def _blended(self, number: int, inside: slice) -> Float[Tensor, "1 components _"]:
        """Frames of a stretch, which begins as the one before goes on."""
        ours = self.window(number)
        if number == 0:
            return ours[..., MARGIN_LATENTS + inside.start : MARGIN_LATENTS + inside.stop]
        ours = ours[..., MARGIN_LATENTS:]
        if inside.start >= BLEND_LATENTS:
            return ours[..., inside]
        earlier = self.window(number - 1)[..., -MARGIN_LATENTS:]
        share = (torch.arange(BLEND_LATENTS) + 0.5) / BLEND_LATENTS
        joint = torch.lerp(earlier[..., :BLEND_LATENTS], ours[..., :BLEND_LATENTS], share)
        return torch.cat([joint, ours[..., BLEND_LATENTS:]], dim=-1)[..., inside]

    def window(self, number: int) -> Float[Tensor, "1 components frames"]:
        """A stretch with its margins; the newest few are kept."""
        return self._windows.get(number, self._compute_stretch)

    def stretches_of(self, number: int) -> range:
        """The stretches that a chunk lies in with what is heard around it."""
        start, stop = number * CHUNK_LATENTS, (number + 1) * CHUNK_LATENTS
        first, last = start - self._heard, stop + self._heard - 1
        return range(self._number_at(first), self._number_at(last) + 1)

    def _compute_stretch(self, number: int) -> Float[Tensor, "1 components frames"]:
        start, stop = self._start_of(number), self._start_of(number + 1)
        return self._denoise(start - MARGIN_LATENTS, stop - start + 2 * MARGIN_LATENTS)

    def _forget_computed(self) -> None:
        self._windows = SharedResults[Tensor](_KEPT_STRETCHES + count_cores())
        self._kept = SharedResults[Float[np.ndarray, "time channels"]](_KEPT_CHUNKS)

    def _denoise(self, start: int, frames: int) -> Float[Tensor, "1 components frames"]:
        conditioning = self.path.conditioning(start, frames)
        noise = self.noise.cut("latents", self._generator.latent_channels, start, frames)
        if self._guide is None:
            return denoise(self._generator, noise, conditioning, self._steps)
        keep = partial(self._guide.keep, noise, start)
        return denoise(self._generator, noise, conditioning, self._steps, keep)
