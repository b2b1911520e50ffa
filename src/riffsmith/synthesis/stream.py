"""Endless audio from a latent model, in chunks that do not depend on how it is read."""

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
from riffsmith.synthesis.rendering import denoise, receptive_field, render
from riffsmith.synthesis.transposition import KeyTransposition

CHUNK_LATENTS = 128
"""Latent frames of a chunk, which is decoded as a whole. Chunks always begin at multiples of this,
so that every way to read a piece gives the same samples."""
WINDOW_LATENTS = (144, 432, 768)
"""Latent frames of the first window, the second, and all others; a window is denoised as a whole.
Short windows let a piece or a control change begin soon; long ones take less time a frame."""
MARGIN_LATENTS = 64
"""Frames that are denoised in addition on either side of a window. What lies beyond them changes
the window by less than −90 dB."""
BLEND_LATENTS = 16
"""Crossfade length between latent windows."""
CONTROL_CHANGE_SECONDS = 0.05
"""Crossfade length of audio at a control change."""
_KEY_LATENTS = sum(WINDOW_LATENTS[:2])
"""Latent frames that a key is found from, 27 s. Those of the first window alone are too few."""
_KEPT_CHUNKS = 4
"""Chunks that are kept: those that were read ahead are crossfaded at a control change."""
_KEPT_WINDOWS = 3
"""Windows that are kept for one reader; each further worker may need another."""


class Stream:
    """The endless piece of a seed. Its memory does not grow with its length.

    Several threads may compute chunks and windows of it at once: each is computed once.
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
            bundle: Model that plays.
            seed: Seed of the piece; the same seed and controls give the same samples.
            controls: Controls from the beginning on. `None`: their defaults.
            audio_prompt: Clip that the piece begins with. `None`: it begins with none.

        Raises:
            UnknownKeyError: The controls name a key, and the model has no tonal latents.
        """
        self._bundle = bundle
        self._codec = bundle.codec
        settings = bundle.settings
        self.noise = NoiseSource(seed)
        centre = audio_prompt.centre if audio_prompt else None
        self.schedule = ConditioningSchedule(
            self._codec.style_embedding,
            seed,
            settings.latent_seconds,
            controls,
            centre,
            settings.generator.form,
            bundle.piano_roll_model,
            audio_prompt.profile if audio_prompt else None,
        )
        if audio_prompt and not (controls and controls.tempo):
            self.schedule = self.schedule.with_beats(
                audio_prompt.beat, audio_prompt.beats_per_frame
            )
        self.sample_rate = settings.corpus.sample_rate
        self.chunk_samples = CHUNK_LATENTS * self._codec.latent_samples
        self._receptive_field = receptive_field(self._codec)
        self._audio_prompt = audio_prompt
        self._previous: Stream | None = None
        self._change_start = 0  # sample of the last control change
        self._origin = 0  # latent frame at which the windows after it begin
        self._clear_cache()
        self._controls = controls or Controls()
        self._key = self._transpose_to(self._controls.key)

    def with_controls(self, start: int, controls: Controls) -> "Stream":
        """The same piece with other controls from a sample on (a control change).

        All samples before it are bit for bit the same.

        Args:
            start: Sample of the control change.
            controls: Controls from there on. A key that is already asked for keeps the
                transposition; another is found from what follows.

        Raises:
            UnknownKeyError: The controls name a key, and the model has no tonal latents.
        """
        frame = start // self._codec.latent_samples
        stream = copy(self)
        stream.schedule = self.schedule.with_controls(frame, controls)
        stream._previous, stream._change_start = self, start
        stream._origin = frame // CHUNK_LATENTS * CHUNK_LATENTS
        stream._clear_cache()
        stream._controls = controls
        if controls.key != self._controls.key:
            stream._key = stream._transpose_to(controls.key)
        return stream

    def check_controls(self, controls: Controls) -> None:
        """Checks in no time that the piece can have controls.

        Raises:
            UnknownKeyError: The controls name a key, and the model has no tonal latents.
        """
        self._transpose_to(controls.key)

    def with_change_at(self, start: int) -> "Stream":
        """The same piece, whose last control change is heard only at a later sample.

        Args:
            start: Sample at which the crossfade to the new controls begins; an earlier one than
                that of the control change itself has no effect.
        """
        stream = copy(self)
        stream._change_start = max(self._change_start, start)
        if self._previous is not None:
            joint = self.chunk_numbers(stream._change_start, self._change_samples)
            stream._previous = copy(self._previous)
            stream._previous._chunk_cache = self._previous._chunk_cache.only(joint)
        return stream

    def without_cache(self) -> "Stream":
        """The same piece for another reader, without the windows and chunks that are computed."""
        stream = copy(self)
        stream._previous = self._previous and self._previous.without_cache()
        stream._clear_cache()
        return stream

    def make_ready(self, start: int, count: int) -> None:
        """Computes the chunks of [start, start + count) as they are after the last control change.

        It uses nothing of the piece before that change, so another thread may read from that piece.

        Args:
            start: First sample.
            count: Number of samples.
        """
        for number in self.chunk_numbers(start, count):
            self._own_chunk(number)

    def forget(self, start: int) -> None:
        """Frees what is only needed for samples before `start`."""
        if self._previous is not None and start >= self._change_start + self._change_samples:
            self._previous = None
        elif self._previous is not None:
            self._previous.forget(start)

    def read(self, start: int, count: int) -> Float[np.ndarray, "time channels"]:
        """Samples [start, start + count) of the piece."""
        numbers = self.chunk_numbers(start, count)
        chunks = [self.chunk(number) for number in numbers]
        first = start - numbers.start * self.chunk_samples
        return np.concatenate(chunks)[first : first + count]

    def chunks(self, start: int = 0) -> Iterator[Float[np.ndarray, "time channels"]]:
        """The chunks of the piece from a number on, without end."""
        while True:
            yield self.chunk(start)
            start += 1

    @torch.inference_mode()
    def latents(self, start: int, frames: int) -> Float[Tensor, "1 components frames"]:
        """Latent frames [start, start + frames), as they are after the last control change."""
        stop = start + frames
        parts: list[Tensor] = []
        number = self._window_at(start)
        while start < stop:
            first, after = self._window_start(number), self._window_start(number + 1)
            end = min(stop, after)
            parts.append(self._blended(number, slice(start - first, end - first)))
            start, number = end, number + 1
        return torch.cat(parts, dim=-1)

    @property
    def semitones(self) -> int:
        """Transposition after the last control change; a key is found when it is first needed."""
        return self._controls.transpose + (self._key.semitones if self._key else 0)

    @property
    def _change_samples(self) -> int:
        return round(CONTROL_CHANGE_SECONDS * self.sample_rate)

    def chunk_numbers(self, start: int, count: int) -> range:
        """Numbers of the chunks that contain the samples [start, start + count)."""
        return range(start // self.chunk_samples, (start + count - 1) // self.chunk_samples + 1)

    def _window_start(self, number: int) -> int:
        """First latent frame of a window."""
        short = WINDOW_LATENTS[: min(number, len(WINDOW_LATENTS) - 1)]
        return self._origin + sum(short) + (number - len(short)) * WINDOW_LATENTS[-1]

    def _window_at(self, frame: int) -> int:
        """Number of the window of a latent frame; the first has all frames before it as well."""
        number = 0
        while number < len(WINDOW_LATENTS) - 1 and self._window_start(number + 1) <= frame:
            number += 1
        return number + max(0, frame - self._window_start(number)) // WINDOW_LATENTS[-1]

    def chunk(self, number: int) -> Float[np.ndarray, "time channels"]:
        """A chunk of the piece, with the crossfade of a control change."""
        start = number * self.chunk_samples
        if self._previous is None or start >= self._change_start + self._change_samples:
            return self._own_chunk(number)
        earlier = self._previous.chunk(number)
        if start + self.chunk_samples <= self._change_start:
            return earlier
        passed = np.arange(self.chunk_samples) + (start + 0.5 - self._change_start)
        weight = (passed / self._change_samples).clip(0, 1).astype(np.float32)[:, None]
        return earlier * (1 - weight) + self._own_chunk(number) * weight

    def _own_chunk(self, number: int) -> Float[np.ndarray, "time channels"]:
        return self._chunk_cache.get(number, self._decode)

    def _decode(self, number: int) -> Float[np.ndarray, "time channels"]:
        start = number * CHUNK_LATENTS - self._receptive_field
        frames = CHUNK_LATENTS + 2 * self._receptive_field
        latents = self.latents(start, frames)
        return render(self._bundle, latents, self.noise, start, self.semitones)

    def _blended(self, number: int, inside: slice) -> Float[Tensor, "1 components _"]:
        """Frames of a window, which begins with the crossfade from the window before."""
        own = self.window(number)
        if number == 0:
            return own[..., MARGIN_LATENTS + inside.start : MARGIN_LATENTS + inside.stop]
        own = own[..., MARGIN_LATENTS:]
        if inside.start >= BLEND_LATENTS:
            return own[..., inside]
        previous = self.window(number - 1)[..., -MARGIN_LATENTS:]
        weights = blend_weights(BLEND_LATENTS)
        joint = torch.lerp(previous[..., :BLEND_LATENTS], own[..., :BLEND_LATENTS], weights)
        return torch.cat([joint, own[..., BLEND_LATENTS:]], dim=-1)[..., inside]

    def window(self, number: int) -> Float[Tensor, "1 components frames"]:
        """A latent window with its margins; the newest few are kept."""
        return self._windows.get(number, self._compute_window)

    def windows_of(self, number: int) -> range:
        """Numbers of the windows that a chunk and its receptive field lie in."""
        start, stop = number * CHUNK_LATENTS, (number + 1) * CHUNK_LATENTS
        first, last = start - self._receptive_field, stop + self._receptive_field - 1
        return range(self._window_at(first), self._window_at(last) + 1)

    def _compute_window(self, number: int) -> Float[Tensor, "1 components frames"]:
        start, stop = self._window_start(number), self._window_start(number + 1)
        return self._denoise(start - MARGIN_LATENTS, stop - start + 2 * MARGIN_LATENTS)

    def _transpose_to(self, key: str | None) -> KeyTransposition | None:
        """The transposition that brings what follows the last control change to a key.

        A piece whose notes are written is written in that key.
        """
        if key is None or self._bundle.piano_roll_model is not None:
            return None
        source = copy(self)  # which shares the windows, and keeps nothing of before the change
        source._previous = None
        start = source._change_start // self._codec.latent_samples
        frames = source._origin + _KEY_LATENTS - start
        return KeyTransposition(self._codec, key, lambda: source.latents(start, frames))

    def _clear_cache(self) -> None:
        self._windows = SharedResults[Tensor](_KEPT_WINDOWS + count_cores())
        self._chunk_cache = SharedResults[Float[np.ndarray, "time channels"]](_KEPT_CHUNKS)

    def _denoise(self, start: int, frames: int) -> Float[Tensor, "1 components frames"]:
        conditioning = self.schedule.conditioning(start, frames)
        channels = self._codec.latent_channels
        noise = self.schedule.noise(self.noise, channels, start, frames)
        if self._audio_prompt is None:
            return denoise(self._bundle, noise, conditioning)
        conditioning = self._audio_prompt.give_notes(conditioning, start)
        constrain = partial(self._audio_prompt.constrain, noise, start)
        return denoise(self._bundle, noise, conditioning, constrain)


def blend_weights(frames: int) -> Float[Tensor, " frames"]:
    """Weights of the later part of a crossfade of latents: they rise from 0 to 1.

    Args:
        frames: Length of the crossfade in latent frames.
    """
    return (torch.arange(frames) + 0.5) / frames
