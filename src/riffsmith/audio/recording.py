"""One pass over an audio file: its samples as chosen, its level, and its flaws."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np
import soxr
from numpy.typing import NDArray

from riffsmith.audio.content import ContentMeter
from riffsmith.audio.decode import Source, open_audio
from riffsmith.audio.loudness import LoudnessMeter
from riffsmith.audio.remarks import RecordingCode, RecordingRemark, recording_error
from riffsmith.audio.transforms import find_peak, mix_channels
from riffsmith.audio.treatment import Treating, Treatment, choose_treatment
from riffsmith.errors import AudioError, DecodingStoppedError

SILENCE_DB = -70.0
"""A recording whose peak stays below this level, in dB of full scale, is silent."""
MAXIMUM_AMPLITUDE = 1e3
"""A sample beyond this multiple of full scale is damage, not loud music."""
FULL_SCALE_AMPLITUDE = 0.999
"""Samples from this amplitude up to 1.0 are counted as being at full scale."""
CLIPPED_FRACTION = 1e-3
"""A recording with a larger fraction of its samples at full scale is called clipped."""
COMPLETE_FRACTION = 0.99
"""A recording with a smaller fraction of the samples that its header declares is truncated."""
MAXIMUM_HOURS = 3
"""Longest recording that is read. A corpus holds an hour of stereo at 44.1 kHz in .6 GB."""
QUIET_LUFS = -40.0
"""A recording with a lower integrated loudness is very quiet."""
OWN_SOFTWARE = "Riffsmith"
"""Beginning of the tag `software` of the files that Riffsmith generated."""
SampleType = TypeVar("SampleType", bound=np.generic)
Samples = NDArray[np.float32]


@dataclass(frozen=True)
class RecordingProperties:
    """What one pass over the samples of a file finds out."""

    sample_rate: int
    """Sample rate in Hz to which the audio was resampled."""
    seconds: float
    """Length of the file itself."""
    source_sample_rate: int
    """Sample rate of the file in Hz."""
    source_channels: int
    """Number of channels of the file."""
    encoding: str
    """Container and sample format, as text for people."""
    is_lossy: bool
    """Whether the file's encoding leaves out what is hardly heard, as MP3 does."""
    peak_db: float
    """Largest sample of the file, in dB of full scale."""
    loudness_lufs: float | None
    """Integrated loudness of the file. `None`: shorter than 400 ms, or too quiet to measure."""
    flaws: tuple[RecordingRemark, ...]
    """What is wrong with the file although it can be used."""
    long_silences: tuple[tuple[int, int], ...]
    """Its silences of 5 s or more, each from one sample of the file up to another."""

    def choose_treatment(self) -> Treatment:
        """What the preparation does about the flaws."""
        return choose_treatment(
            self.flaws, self.long_silences, self.source_sample_rate, self.peak_db
        )


@dataclass(frozen=True)
class Recording(RecordingProperties):
    """A decoded recording at a chosen sample rate and number of channels."""

    audio: Samples
    """Samples (time, channels), resampled; full scale is 1.0, but lossy files may exceed it."""


@dataclass
class _Tally:
    """Counts of one pass over the samples of a file."""

    content: ContentMeter
    samples: int = 0
    peak: float = 0.0
    full_scale: int = 0
    flaws: list[RecordingRemark] = field(default_factory=list)

    def add(self, block: NDArray[np.float32]) -> None:
        peak = find_peak(block)
        if not np.isfinite(peak):
            first = self.samples + int(np.argmin(np.isfinite(block).all(axis=1)))
            raise recording_error(RecordingCode.NOT_NUMBERS, first=first)
        if peak > MAXIMUM_AMPLITUDE:
            raise recording_error(RecordingCode.ABOVE_FULL_SCALE, factor=peak)
        if peak >= FULL_SCALE_AMPLITUDE:
            level = np.abs(block)
            # A sample above 1.0 was not cut off at full scale, so it does not count.
            self.full_scale += int(((level >= FULL_SCALE_AMPLITUDE) & (level <= 1.0)).sum())
        self.content.add(block)
        self.samples += len(block)
        self.peak = max(self.peak, peak)

    def add_flaw(self, code: RecordingCode, **parameters: str | float) -> None:
        self.flaws.append(RecordingRemark.of(code, **parameters))


def read_recording(path: Path, sample_rate: int, channels: int) -> Recording:
    """Decodes, mixes and resamples a file (soxr, high quality) in one pass.

    Args:
        path: Audio file of any format, sample rate and number of channels.
        sample_rate: Sample rate of the result in Hz.
        channels: Number of channels of the result, 1 or 2, mixed as `mix_channels` does.

    Raises:
        AudioError: The file is not audio, empty, silent, or holds NaN or infinite samples; the
            error's `code` is a `RecordingCode`.
    """
    pieces: list[Samples] = []
    properties = stream_recording(path, sample_rate, channels, pieces.append)
    return Recording(audio=concatenate_freeing(pieces), **vars(properties))


def stream_recording(
    path: Path,
    sample_rate: int,
    channels: int,
    take: Callable[[Samples], None],
    treatment: Treatment | None = None,
) -> RecordingProperties:
    """Decodes, mixes and resamples a file as `read_recording` does, a few seconds at a time.

    Args:
        path: Audio file of any format, sample rate and number of channels.
        sample_rate: Sample rate of the result in Hz.
        channels: Number of channels of the result, 1 or 2, mixed as `mix_channels` does.
        take: Called with the consecutive pieces (time, channels) of the audio.
        treatment: Changes to the samples before they are mixed. The properties are those of the
            file without it. `None`: the samples are as they are in the file.

    Raises:
        AudioError: As for `read_recording`; pieces may have been taken before.
    """
    source = open_audio(path)
    if (source.header_samples or 0) > MAXIMUM_HOURS * 3600 * source.sample_rate:
        raise recording_error(RecordingCode.TOO_LONG, hours=MAXIMUM_HOURS)
    tally = _Tally(ContentMeter(source.sample_rate, source.channels))
    meter = LoudnessMeter(source.sample_rate)
    treating = Treating(treatment or Treatment(), source.sample_rate)
    _resample(source, sample_rate, channels, tally, meter, treating, take)
    _check(source, tally)
    loudness_lufs = meter.loudness_lufs()
    if loudness_lufs is not None and loudness_lufs < QUIET_LUFS:
        tally.add_flaw(RecordingCode.QUIET, loudness_lufs=round(loudness_lufs, 2))
    return RecordingProperties(
        sample_rate=sample_rate,
        seconds=tally.samples / source.sample_rate,
        source_sample_rate=source.sample_rate,
        source_channels=source.channels,
        encoding=source.encoding,
        is_lossy=source.is_lossy,
        peak_db=20 * float(np.log10(tally.peak)),
        loudness_lufs=loudness_lufs,
        flaws=tuple(tally.flaws),
        long_silences=tuple(tally.content.long_silences()),
    )


def read_passage(
    path: Path, sample_rate: int, channels: int, start_seconds: float, seconds: float
) -> tuple[Samples, float]:
    """Decodes a whole recording as `read_recording` does, and keeps a passage alone.

    Args:
        path: Audio file of any format, sample rate and number of channels.
        sample_rate: Sample rate of the result in Hz.
        channels: Number of channels of the result, 1 or 2, mixed as `mix_channels` does.
        start_seconds: Position in the recording where the passage begins, 0 or later.
        seconds: Length of the passage.

    Returns:
        The passage (time, channels), which is shorter or empty where the recording ends before, and
        the length of the resampled recording in seconds.

    Raises:
        AudioError: As for `read_recording`.
    """
    begin = round(start_seconds * sample_rate)
    end = begin + round(seconds * sample_rate)
    kept: list[Samples] = [np.zeros((0, channels), np.float32)]
    position = 0

    def take(piece: Samples) -> None:
        nonlocal position
        inside = piece[max(0, begin - position) : max(0, end - position)]
        if len(inside):
            kept.append(inside)
        position += len(piece)

    stream_recording(path, sample_rate, channels, take)
    return concatenate_freeing(kept), position / sample_rate


def concatenate_freeing(pieces: list[NDArray[SampleType]]) -> NDArray[SampleType]:
    """Joins pieces and empties their list on the way, so that they are not in memory twice.

    Args:
        pieces: At least one piece of audio (time, channels).
    """
    joined = np.empty((sum(map(len, pieces)), pieces[0].shape[1]), pieces[0].dtype)
    end = len(joined)
    while pieces:
        piece = pieces.pop()
        joined[end - len(piece) : end] = piece
        end -= len(piece)
    return joined


def read_named(path: Path, sample_rate: int, channels: int) -> Recording:
    """Reads a recording as `read_recording` does, with the file's name in its errors."""
    with named_errors(path):
        return read_recording(path, sample_rate, channels)


@contextmanager
def named_errors(path: Path) -> Iterator[None]:
    """Puts the file's name before the messages of audio errors in the `with` statement."""
    try:
        yield
    except AudioError as cause:
        message = f"{path}: {cause}"
        raise AudioError(message, code=cause.code, parameters=cause.parameters) from cause


def _resample(
    source: Source,
    sample_rate: int,
    channels: int,
    tally: _Tally,
    meter: LoudnessMeter,
    treating: Treating,
    take: Callable[[Samples], None],
) -> None:
    has_chosen_rate = source.sample_rate == sample_rate
    stream = soxr.ResampleStream(source.sample_rate, sample_rate, channels, dtype="float32")

    def convert(block: Samples) -> None:
        if len(block):
            mixed = mix_channels(block, channels)
            take(mixed if has_chosen_rate else stream.resample_chunk(mixed))

    try:
        for block in source.blocks:
            tally.add(block)
            if tally.samples > MAXIMUM_HOURS * 3600 * source.sample_rate:
                raise recording_error(RecordingCode.TOO_LONG, hours=MAXIMUM_HOURS)
            meter.add(block)
            convert(treating.add(block))
    except DecodingStoppedError as stop:
        if tally.samples == 0:
            raise
        seconds = tally.samples / source.sample_rate
        tally.add_flaw(RecordingCode.DAMAGED, cause=stop.parameters["cause"], seconds=seconds)
    if tally.samples and (last := treating.finish()) is not None:
        convert(last)
    if not has_chosen_rate:
        take(stream.resample_chunk(np.zeros((0, channels), np.float32), last=True))


def _check(source: Source, tally: _Tally) -> None:
    """Refuses a file without samples or sound, and notes the flaws of one that can be used.

    Raises:
        AudioError: The file holds no samples, or silence alone.
    """
    if tally.samples == 0:
        raise recording_error(RecordingCode.NO_SAMPLES)
    if tally.peak <= 10 ** (SILENCE_DB / 20):
        raise recording_error(RecordingCode.SILENT, limit_db=SILENCE_DB)
    seconds, declared = tally.samples / source.sample_rate, source.header_samples
    if source.is_partial:
        tally.add_flaw(RecordingCode.PARTIAL, seconds=seconds)
    elif source.is_cut_off:
        tally.add_flaw(RecordingCode.CUT_OFF, seconds=seconds)
    elif declared is not None and tally.samples < COMPLETE_FRACTION * declared:
        expected = declared / source.sample_rate
        tally.add_flaw(RecordingCode.TRUNCATED, seconds=seconds, expected=expected)
    fraction = tally.full_scale / (tally.samples * source.channels)
    if fraction > CLIPPED_FRACTION:
        tally.add_flaw(RecordingCode.CLIPPED, fraction=fraction)
    tally.flaws += tally.content.flaws()
    if source.software.startswith(OWN_SOFTWARE):
        tally.add_flaw(RecordingCode.GENERATED)
