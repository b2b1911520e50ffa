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
    Recording,
    RecordingCode,
    RecordingRemark,
    is_audio_file,
    read_recording,
)
from riffsmith.errors import AudioError
from riffsmith.features import find_landmarks

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
        recording = read_recording(path, sample_rate, channels)
    except AudioError as error:
        return SurveyEntry(path=name, refusal=RecordingRemark.from_error(error)), empty
    stored = _to_int16(recording)
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
        content_hash=blake2b(stored.tobytes(), digest_size=16).hexdigest(),
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


def _to_int16(recording: Recording) -> NDArray[np.int16]:
    peak = float(np.abs(recording.audio).max(initial=0.0))
    gain = np.float32(FULL_SCALE / max(1.0, peak))
    return np.rint(recording.audio * gain).astype(np.int16)


def find_stored_landmarks(
    audio: Int16[np.ndarray, "time channels"], sample_rate: int
) -> Float[Tensor, "landmarks 2"]:
    """Landmarks of audio as a corpus stores it, by which its music is known again.

    Args:
        audio: Samples, at least one.
        sample_rate: Sample rate in Hz.
    """
    mono = audio.mean(axis=1, dtype=np.float32) / FULL_SCALE
    return find_landmarks(mono, sample_rate)
