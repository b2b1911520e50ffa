"""One file of a folder: what it holds, why it is skipped, and which flaws it has."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int16
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, computed_field, model_validator
from torch import Tensor

from riffsmith.audio import (
    AudioSpool,
    RecordingCode,
    RecordingProperties,
    RecordingRemark,
    Treatment,
    find_peak,
    is_audio_file,
    stream_recording,
)
from riffsmith.errors import AudioError
from riffsmith.features import LandmarkFinder
from riffsmith.parallel import count_cores

_HELD_SECONDS = 600.0
"""Length of all audio that is held as floats until its peak is known, in as many recordings as
there are cores: some 200 MB of stereo at 44.1 kHz."""
FULL_SCALE = 32767
"""Largest value of a stored 16-bit sample."""


class Clip(BaseModel):
    """A short file within the recording that it was joined into."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    """Path relative to the folder, with forward slashes."""
    content_hash: str
    """Hash of the decoded and resampled audio."""
    start_seconds: float
    """Where it begins in the recording; for a moment the clip before it ends meanwhile."""
    seconds: float


class SurveyEntry(BaseModel):
    """One file of a folder, or a recording that short files are joined into.

    The values from `seconds` to `content_hash` have their defaults if the file cannot be decoded.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    """Path relative to the folder, with forward slashes. A joined recording has the path of its
    first clip and the number of the others, such as `kick 1.wav +69`."""
    refusal: RecordingRemark | None = None
    """Why the file is skipped. `None`: it is used."""
    flaws: tuple[RecordingRemark, ...] = ()
    """What is wrong with a file that is used."""
    seconds: float = 0.0
    """Length without long silences, which are not used."""
    sample_rate: int = 0
    channels: int = 0
    encoding: str = ""
    is_lossy: bool = False
    """Whether the encoding leaves out what is hardly heard, as MP3 does."""
    peak_db: float = 0.0
    loudness_lufs: float | None = None
    content_hash: str = ""
    """Hash of the decoded and resampled audio, equal for the same audio in two lossless formats.
    That of a joined recording is made from those of its clips."""
    shares_with: tuple[str, ...] = ()
    """Paths of the other recordings that hold some of the same music and are used as well. All of
    them stay on the same side of the split."""
    clips: tuple[Clip, ...] = ()
    """What a joined recording holds, in order. Empty: the recording is one file."""

    @property
    def files(self) -> dict[str, str]:
        """Content hash of each file of the recording by its path."""
        if self.clips:
            return {clip.path: clip.content_hash for clip in self.clips}
        return {self.path: self.content_hash}

    @property
    def names(self) -> list[str]:
        """Paths that the recording can be named by: its own and those of its clips."""
        return list(dict.fromkeys([self.path, *self.files]))

    @computed_field
    @property
    def usable(self) -> bool:
        """Whether the file is used."""
        return self.refusal is None

    @computed_field
    @property
    def reason(self) -> str | None:
        """Why the file is skipped, as an English sentence. `None`: it is used."""
        return self.refusal.text if self.refusal else None

    @computed_field
    @property
    def warnings(self) -> tuple[str, ...]:
        """What is wrong with a file that is used, in English sentences."""
        return tuple(flaw.text for flaw in self.flaws)

    @model_validator(mode="before")
    @classmethod
    def _from_json(cls, values: Any) -> Any:
        """Drops the computed fields; files from before there were codes have these alone."""
        if not isinstance(values, dict):
            return values
        values = dict(values)
        is_usable = values.pop("usable", True)
        reason, warnings = values.pop("reason", None), values.pop("warnings", ())
        if not is_usable:
            values.setdefault("refusal", RecordingRemark.from_text(reason or "skipped"))
        values.setdefault("flaws", tuple(RecordingRemark.from_text(text) for text in warnings))
        return values


def describe(
    path: Path,
    root: Path,
    sample_rate: int,
    channels: int,
    spool: AudioSpool[np.int16] | None = None,
) -> tuple[SurveyEntry, Float[Tensor, "landmarks 2"]]:
    """Decodes one file of a folder, block by block.

    Args:
        path: File to decode.
        root: Folder that was searched.
        sample_rate: Sample rate of the stored audio in Hz.
        channels: Number of channels of the stored audio, 1 or 2.
        spool: Takes the audio as a corpus stores it, in 16 bit. Audio that exceeds full scale is
            scaled down to fit. What it holds of a skipped file has no meaning. `None`: the audio is
            not kept.

    Returns:
        The file's entry, and the landmarks by which its music is known again. A skipped file has
        none.

    Raises:
        OSError: The disk of the spool is full.
    """
    name = entry_path(path, root)
    none = torch.zeros(0, 2)
    if (refusal := _refuse_by_name(path)) is not None:
        return SurveyEntry(path=name, refusal=refusal), none
    try:
        recording, stored = _read_as_stored(path, sample_rate, channels, spool)
    except AudioError as error:
        return SurveyEntry(path=name, refusal=RecordingRemark.from_error(error)), none
    entry = SurveyEntry(
        path=name,
        flaws=recording.flaws,
        seconds=round(recording.seconds, 3),
        sample_rate=recording.source_sample_rate,
        channels=recording.source_channels,
        encoding=recording.encoding,
        is_lossy=recording.is_lossy,
        peak_db=round(recording.peak_db, 2),
        loudness_lufs=recording.loudness_lufs and round(recording.loudness_lufs, 2),
        content_hash=stored.content_hash,
    )
    return entry, stored.landmarks


def _refuse_by_name(path: Path) -> RecordingRemark | None:
    if path.is_dir():
        return RecordingRemark.of(RecordingCode.UNREADABLE_FOLDER)
    if is_audio_file(path):
        return None
    if not path.suffix:
        return RecordingRemark.of(RecordingCode.NO_ENDING)
    return RecordingRemark.of(RecordingCode.NOT_AUDIO, ending=path.suffix.lower())


def entry_path(path: Path, root: Path) -> str:
    """Name of a file in a survey: its path relative to the folder, with escapes for non-UTF-8."""
    return os.fsencode(path.relative_to(root).as_posix()).decode("utf-8", "backslashreplace")


def _read_as_stored(
    path: Path, sample_rate: int, channels: int, spool: AudioSpool[np.int16] | None
) -> tuple[RecordingProperties, "_Stored"]:
    """Reads a recording in 16 bit, turned down where it exceeds full scale.

    What is wrong with it is mended where that can be done (`audio/treatment.py`). The returned
    length is that of the stored audio, which lacks long silences.

    A long recording is converted while it is decoded, and decoded again if its peak turns out to
    exceed full scale, because its float samples would take much memory.

    Raises:
        AudioError: As for `read_recording`.
    """
    held_samples = round(_HELD_SECONDS / count_cores() * sample_rate)
    treatment = Treatment()

    def convert(held_samples: int, peak: float = 1.0) -> tuple[RecordingProperties, _Conversion]:
        conversion = _Conversion(_Storage(sample_rate, spool), held_samples, peak)
        found = stream_recording(path, sample_rate, channels, conversion.take, treatment)
        return found, conversion

    properties, conversion = convert(held_samples)
    needed = properties.choose_treatment()
    if needed != treatment:
        treatment = needed
        _, conversion = convert(held_samples)
    if conversion.was_left_out:
        _, conversion = convert(0, conversion.peak)
    seconds = properties.seconds - treatment.cut_samples / properties.source_sample_rate
    return replace(properties, seconds=seconds), conversion.finish()


@dataclass(frozen=True)
class _Stored:
    """What is known of audio that was stored."""

    content_hash: str
    landmarks: Float[Tensor, "landmarks 2"]


class _Storage:
    """Takes 16-bit audio block by block: into a spool, a hash and a search for landmarks."""

    def __init__(self, sample_rate: int, spool: AudioSpool[np.int16] | None) -> None:
        self._hash = blake2b(digest_size=16)
        self._landmarks = LandmarkFinder(sample_rate)
        self._spool = spool
        if spool is not None:
            spool.clear()

    def take(self, block: NDArray[np.int16]) -> None:
        """Adds audio (time, channels)."""
        self._hash.update(np.ascontiguousarray(block).data)
        self._landmarks.add(_to_mono(block))
        if self._spool is not None:
            self._spool.add(block)

    def finish(self) -> _Stored:
        return _Stored(self._hash.hexdigest(), self._landmarks.finish())


class _Conversion:
    """Audio that becomes 16 bit at the latest when there is much of it."""

    def __init__(self, storage: _Storage, held_samples: int, peak: float = 1.0) -> None:
        """Begins without audio.

        Args:
            storage: Takes the converted audio.
            held_samples: Number of samples of each channel that are held as floats.
            peak: Peak of the audio, if it is known to be above 1.
        """
        self.peak = self._known_peak = peak
        self._storage = storage
        self._held: list[NDArray[np.float32]] = []
        self._held_samples = held_samples
        self._samples = 0

    @property
    def was_left_out(self) -> bool:
        """Whether audio was converted, or left out, before its peak was known."""
        return self.peak > self._known_peak and self._samples > self._held_samples

    def take(self, piece: NDArray[np.float32]) -> None:
        """Adds audio (time, channels)."""
        self.peak = max(self.peak, find_peak(piece))
        self._samples += len(piece)
        self._held.append(piece)
        if self.was_left_out:
            self._held.clear()
        elif self._samples > self._held_samples:
            self._convert()

    def finish(self) -> _Stored:
        """Converts the rest, and tells what was stored."""
        self._convert()
        return self._storage.finish()

    def _convert(self) -> None:
        gain = np.float32(FULL_SCALE / self.peak)
        self._held.reverse()
        while self._held:  # so that each piece is freed when it is converted
            self._storage.take(np.rint(self._held.pop() * gain).astype(np.int16))


def find_stored_landmarks(
    blocks: Iterable[Int16[np.ndarray, "_ channels"]], sample_rate: int
) -> Float[Tensor, "landmarks 2"]:
    """Landmarks of audio as a corpus stores it, by which its music is known again.

    Args:
        blocks: Consecutive samples (time, channels), at least one.
        sample_rate: Sample rate in Hz.
    """
    finder = LandmarkFinder(sample_rate)
    for block in blocks:
        finder.add(_to_mono(block))
    return finder.finish()


def _to_mono(audio: NDArray[np.int16]) -> NDArray[np.float32]:
    mono = audio.mean(axis=1, dtype=np.float32)
    mono /= FULL_SCALE
    return mono
