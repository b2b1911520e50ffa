"""One file of a folder: what it holds, why it is skipped, and which flaws it has."""

import os
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Int16
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, computed_field, model_validator
from torch import Tensor

from riffsmith.audio import (
    RecordingCode,
    RecordingProperties,
    RecordingRemark,
    concatenate_freeing,
    find_peak,
    is_audio_file,
    stream_recording,
)
from riffsmith.errors import AudioError
from riffsmith.features import find_landmarks

_HELD_SECONDS = 600.0
"""Length up to which a recording is held as floats until its peak is known."""
FULL_SCALE = 32767
"""Largest value of a stored 16-bit sample."""


class SurveyEntry(BaseModel):
    """One file of a folder.

    The values from `seconds` to `content_hash` have their defaults if the file cannot be decoded.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    """Path relative to the folder, with forward slashes."""
    refusal: RecordingRemark | None = None
    """Why the file is skipped. `None`: it is used."""
    flaws: tuple[RecordingRemark, ...] = ()
    """What is wrong with a file that is used."""
    seconds: float = 0.0
    sample_rate: int = 0
    channels: int = 0
    encoding: str = ""
    is_lossy: bool = False
    """Whether the encoding leaves out what is hardly heard, as MP3 does."""
    peak_db: float = 0.0
    loudness_lufs: float | None = None
    content_hash: str = ""
    """Hash of the decoded and resampled audio, equal for the same audio in two lossless formats."""
    shares_with: tuple[str, ...] = ()
    """Paths of the other recordings that hold some of the same music and are used as well. All of
    them stay on the same side of the split."""

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
    path: Path, root: Path, sample_rate: int, channels: int
) -> tuple[SurveyEntry, NDArray[np.int16]]:
    """Decodes one file of a folder.

    Args:
        path: File to decode.
        root: Folder that was searched.
        sample_rate: Sample rate of the returned audio in Hz.
        channels: Number of channels of the returned audio, 1 or 2.

    Returns:
        The file's entry, and its audio as a corpus stores it: (time, channels) in 16 bit. Audio
        that exceeds full scale is scaled down to fit. The audio of a skipped file is empty.
    """
    name = entry_path(path, root)
    empty = np.zeros((0, channels), np.int16)
    if (refusal := _refuse_by_name(path)) is not None:
        return SurveyEntry(path=name, refusal=refusal), empty
    try:
        recording, stored = _read_as_stored(path, sample_rate, channels)
    except AudioError as error:
        return SurveyEntry(path=name, refusal=RecordingRemark.from_error(error)), empty
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
        content_hash=blake2b(stored.data, digest_size=16).hexdigest(),
    )
    return entry, stored


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
    path: Path, sample_rate: int, channels: int
) -> tuple[RecordingProperties, NDArray[np.int16]]:
    """Reads a recording in 16 bit, turned down where it exceeds full scale.

    A long recording is converted while it is decoded, and decoded again if its peak turns out to
    exceed full scale, because its float samples would take twice the memory.

    Raises:
        AudioError: As for `read_recording`.
    """
    collected = _Collected(round(_HELD_SECONDS * sample_rate))
    properties = stream_recording(path, sample_rate, channels, collected.take)
    if collected.was_left_out:
        collected = _Collected(0, collected.peak)
        properties = stream_recording(path, sample_rate, channels, collected.take)
    collected.convert()
    return properties, concatenate_freeing(collected.converted)


class _Collected:
    """Audio that becomes 16 bit at the latest when there is much of it."""

    def __init__(self, held_samples: int, peak: float = 1.0) -> None:
        """Begins without audio.

        Args:
            held_samples: Number of samples of each channel that are held as floats.
            peak: Peak of the audio, if it is known to be above 1.
        """
        self.peak = self._known_peak = peak
        self.converted: list[NDArray[np.int16]] = []
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
            self.converted.clear()
        elif self._samples > self._held_samples:
            self.convert()

    def convert(self) -> None:
        """Converts the audio that is held as floats."""
        gain = np.float32(FULL_SCALE / self.peak)
        self.converted += [np.rint(piece * gain).astype(np.int16) for piece in self._held]
        self._held.clear()


def find_stored_landmarks(
    audio: Int16[np.ndarray, "time channels"], sample_rate: int
) -> Float[Tensor, "landmarks 2"]:
    """Landmarks of audio as a corpus stores it, by which its music is known again.

    Args:
        audio: Samples, at least one.
        sample_rate: Sample rate in Hz.
    """
    mono = audio.mean(axis=1, dtype=np.float32)
    mono /= FULL_SCALE
    return find_landmarks(mono, sample_rate)
