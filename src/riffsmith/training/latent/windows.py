"""Recordings as latents with their beats, and random windows of them."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.bundle import count_pitches
from riffsmith.codec import (
    Codec,
    build_analysis,
    find_beats,
    measure_recording,
    transpose_tonal,
)
from riffsmith.config import LatentSettings, LatentTrainingSettings
from riffsmith.corpus import Corpus, PreparedRecording
from riffsmith.errors import CorpusError
from riffsmith.networks import CLOCK_CHANNELS, clock
from riffsmith.parallel import map_ordered
from riffsmith.seeds import random_stream
from riffsmith.transcription import PianoRoll, to_piano_roll, transcribe

CLOCK_BEGINNINGS = 64
"""The beat clock of a window starts at a random one of so many beats, because the first beat of a
bar is not known."""


@dataclass(frozen=True)
class MeasuredRecording:
    """Features, beat positions and notes of a recording."""

    features: Float[Tensor, "features frames"]
    beats: Float[Tensor, " frames"]
    roll: PianoRoll | None = None
    """Its notes. `None`: the generator is given no notes."""


def measure_recordings(
    corpus: Corpus,
    recordings: Sequence[PreparedRecording],
    settings: LatentSettings,
    offsets: int = 1,
    on_measured: Callable[[PreparedRecording], None] = lambda recording: None,
) -> list[MeasuredRecording]:
    """Features, beats and notes of recordings, once for each sub-hop offset.

    Args:
        corpus: Corpus that has the audio.
        recordings: Recordings to measure.
        settings: Settings of the run.
        offsets: Number of places within a hop at which the analysis begins.
        on_measured: Called with each recording once it is measured; what it raises ends the work.
    """
    analysis = build_analysis(settings)
    hop, sample_rate = settings.corpus.hop_samples, settings.corpus.sample_rate

    def measure(recording: PreparedRecording) -> list[MeasuredRecording]:
        transcription = None
        if settings.piano_roll.hidden:
            audio = corpus.audio(recording, 0.0, recording.seconds + 1)
            transcription = transcribe(audio.mean(1).numpy(), sample_rate)
        found: list[MeasuredRecording] = []
        for offset in (number * hop // offsets for number in range(offsets)):
            features = measure_recording(corpus, recording, analysis, offset)
            beats, roll = find_beats(features, settings), None
            if transcription is not None:
                times = (np.arange(len(beats)) * hop + offset) / sample_rate
                roll = to_piano_roll(transcription, beats, times)
            found.append(MeasuredRecording(features, beats, roll))
        return found

    measured: list[MeasuredRecording] = []
    with closing(map_ordered(measure, recordings)) as results:
        for recording, items in zip(recordings, results, strict=True):
            measured += items
            on_measured(recording)
    return measured


def window_channels(settings: LatentSettings) -> int:
    """Number of channels of a window: latents, beat clock, style embedding and piano roll."""
    codec = settings.codec
    conditioning = CLOCK_CHANNELS + codec.style_dimensions + count_pitches(settings)
    return codec.latent_channels + conditioning


def window_gain_direction(codec: Codec, settings: LatentSettings) -> Float[Tensor, " both"]:
    """The change of a window's channels when all features grow by one neper (8.7 dB of gain)."""
    latents = codec.gain_direction()
    style = codec.style_embedding.gain_direction(latents)
    beats, notes = torch.zeros(CLOCK_CHANNELS), torch.zeros(count_pitches(settings))
    return torch.cat([latents, beats, style, notes])


def split_window(
    windows: Float[Tensor, "count both frames"], latent_channels: int
) -> tuple[Tensor, Tensor]:
    """Splits windows into their latents and their conditioning."""
    return windows[:, :latent_channels], windows[:, latent_channels:]


def encode_from(
    recording: MeasuredRecording, codec: Codec, start: int
) -> tuple[
    Float[Tensor, "components latents"], Float[Tensor, "bands latents"], Float[Tensor, " latents"]
]:
    """A recording from one frame of a patch on, with a column for each latent frame.

    Args:
        recording: Measured recording.
        codec: Fitted codec.
        start: Frame of a patch, from 0.

    Returns:
        The mel latents, the tonal features and the positions in beats.
    """
    size, bands = codec.patch_frames, codec.analysis.mel
    mel = codec.linear.encode(recording.features[None, :bands, start:].float())[0]
    end = start + mel.shape[1] * size
    beats = recording.beats[start:end].unflatten(0, (mel.shape[1], size)).mean(1)
    return mel, recording.features[bands:, start:end:size], beats


def latents_in_key(
    codec: Codec,
    mel: Float[Tensor, "components frames"],
    tonal: Float[Tensor, "bands frames"],
    semitones: int,
) -> Float[Tensor, "channels frames"]:
    """Latents in another key. Mel bands are too wide to change much within two semitones.

    Args:
        codec: Fitted codec.
        mel: Mel latents.
        tonal: Tonal features of the same frames.
        semitones: Transposition up; negative: down.
    """
    if codec.tonal is None:
        return mel.float()
    shifted = transpose_tonal(tonal.float(), semitones)
    return torch.cat([mel.float(), codec.tonal.encode(shifted[None])[0]])


@dataclass(frozen=True)
class _Encoded:
    """A recording at one offset. Tonal latents are made when a window is drawn, because its key may
    be changed first.
    """

    mel: Float[Tensor, "components frames"]
    tonal: Float[Tensor, "bands frames"]
    """Tonal features; without bands where the codec has no tonal latents."""
    styles: Float[Tensor, "keys dimensions frames"]
    """Style embedding for each transposition."""
    beats: Float[Tensor, " frames"]
    roll: PianoRoll | None


class LatentWindows:
    """Random windows of latents with their conditioning, at every offset of frames in a patch."""

    def __init__(
        self,
        recordings: Sequence[MeasuredRecording],
        codec: Codec,
        training: LatentTrainingSettings,
    ) -> None:
        """Encodes the features of all recordings.

        Args:
            recordings: Recordings as `measure_recordings` returns them.
            codec: Fitted codec.
            training: Settings that hold the length of a window and its augmentation.

        Raises:
            CorpusError: No recording is as long as a window.
        """
        frames = self._frames = training.window_frames
        self._codec, self._style_noise = codec, training.style_noise
        widest = training.transpose_semitones if codec.tonal else 0
        self._transpositions = list(range(-widest, widest + 1))
        found = map_ordered(self._encode, recordings)
        self._recordings = [item for items in found for item in items]
        if not self._recordings:
            seconds = frames * codec.latent_samples / codec.sample_rate
            raise CorpusError(
                f"no recording is as long as a window of {seconds:.1f} s: add longer ones, or "
                "lower --config.training.window_frames"
            )
        lengths = [len(item.beats) - frames + 1 for item in self._recordings]
        self._positions = torch.tensor(lengths)

    def _encode(self, recording: MeasuredRecording) -> list[_Encoded]:
        """The recording from each frame of a patch on, without parts shorter than a window.

        The style embedding changes so slowly that that of the first frame serves for all of them.
        """
        found: list[_Encoded] = []
        styles = torch.zeros(())
        for start in range(self._codec.patch_frames):
            mel, tonal, beats = encode_from(recording, self._codec, start)
            if len(beats) < self._frames:
                break
            if start == 0:
                styles = torch.stack([self._style(mel, tonal, key) for key in self._transpositions])
            style = styles[..., : len(beats)]
            found.append(
                _Encoded(mel.to(torch.bfloat16), tonal.half(), style, beats, recording.roll)
            )
        return found

    def _style(
        self,
        mel: Float[Tensor, "components frames"],
        tonal: Float[Tensor, "bands frames"],
        semitones: int,
    ) -> Float[Tensor, "dimensions frames"]:
        latents = latents_in_key(self._codec, mel, tonal, semitones)
        return self._codec.style_embedding(latents[None])[0]

    def draw(self, count: int, seed: int, *names: str | int) -> Float[Tensor, "count both frames"]:
        """Windows at random positions, all equally likely; `split_window` splits them.

        Half of them are transposed by a random number of semitones.

        Args:
            count: Number of windows.
            seed: Seed of the draw.
            names: Purpose of the draw.
        """
        stream = random_stream(seed, *names)
        ends = self._positions.cumsum(0)
        chosen = torch.randint(int(ends[-1]), (count,), generator=stream)
        numbers = torch.searchsorted(ends, chosen, right=True)
        starts = chosen - (ends - self._positions)[numbers]
        begins = torch.randint(CLOCK_BEGINNINGS, (count,), generator=stream)
        keys = torch.randint(len(self._transpositions), (count,), generator=stream)
        is_transposed = torch.rand(count, generator=stream) < 0.5
        keys = torch.where(is_transposed, keys, len(self._transpositions) // 2)
        latents: list[Tensor] = []
        beats: list[Tensor] = []
        styles: list[Tensor] = []
        rolls: list[Tensor] = []
        for number, start, begin, key in zip(
            numbers.tolist(), starts.tolist(), begins.tolist(), keys.tolist(), strict=True
        ):
            item, inside = self._recordings[number], slice(start, start + self._frames)
            mel, tonal = item.mel[:, inside], item.tonal[:, inside]
            latents.append(latents_in_key(self._codec, mel, tonal, self._transpositions[key]))
            beats.append(item.beats[inside] + begin)
            styles.append(item.styles[key][:, inside])
            if item.roll is not None:
                rolls.append(item.roll.at(item.beats[inside], self._transpositions[key]))
        style = torch.stack(styles)
        style_noise = torch.randn(*style.shape[:2], 1, generator=stream) * self._style_noise
        parts = [torch.stack(latents), clock(torch.stack(beats)), style + style_noise]
        if rolls:
            parts.append(torch.stack(rolls))
        return torch.cat(parts, dim=1)
