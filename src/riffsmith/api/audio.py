"""Audio in memory."""

import base64
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soundfile
import torch
from jaxtyping import Float

from riffsmith.audio import LoopGrid, limiting_gain, read_named, write_audio
from riffsmith.errors import SettingsError
from riffsmith.features import MelTransform, mel_band_hz, split_percussion
from riffsmith.transcription import Note, find_notes, transcribe

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False, repr=False)
class Audio:
    """Audio in memory. A notebook shows it as a player."""

    samples: Float[np.ndarray, "time channels"]
    """Samples (time, channels); full scale is 1.0."""
    sample_rate: int
    """Sample rate in Hz."""
    tags: Mapping[str, str] = field(default_factory=dict[str, str], kw_only=True)
    """Texts that its files carry, such as `title` and `comment`. Those of generated audio tell the
    model, the seed and the controls that made it."""

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.sample_rate

    def save(self, path: str | Path) -> Path:
        """Writes an audio file with its tags, turned down if its peak would exceed −1 dBFS.

        Args:
            path: Path of the file, which ends in `.wav`, `.flac`, `.ogg` or `.mp3`.

        Returns:
            The path.

        Raises:
            AudioError: The ending is unknown or writing fails.
        """
        write_audio(Path(path), self.samples, self.sample_rate, tags=self.tags)
        return Path(path)

    def __repr__(self) -> str:
        channels = self.samples.shape[1]
        of_channels = "1 channel" if channels == 1 else f"{channels} channels"
        return f"Audio({self.seconds:.2f} s, {of_channels}, {self.sample_rate} Hz)"

    def notes(self) -> list[Note]:
        """Transcribes the notes, earliest first; `write_midi` writes them into a file.

        Drums have no notes. Expect false ones: `benchmarks/note_transcription.py` measures how
        many.
        """
        return find_notes(transcribe(self.samples.mean(axis=1), self.sample_rate))

    def stems(
        self, on_progress: Callable[[float], None] = lambda fraction: None
    ) -> tuple["Audio", "Audio"]:
        """Splits the audio into drums and the rest, which add up to it.

        Both are turned down alike where one of them would exceed −1 dBFS.

        Args:
            on_progress: Called with the finished fraction, from 0 to 1.
        """
        drums, rest = split_percussion(self.samples, self.sample_rate, on_progress)
        gain = min(limiting_gain(drums), limiting_gain(rest))
        return Audio(drums * gain, self.sample_rate), Audio(rest * gain, self.sample_rate)

    def plot(self) -> "Figure":
        """Draws the mel spectrogram in decibels, over seconds and Hz."""
        from riffsmith.plotting import draw_spectrogram

        transform = MelTransform(self.sample_rate, n_fft=2048, hop_samples=512, n_mels=128)
        mono = torch.from_numpy(np.ascontiguousarray(self.samples.mean(axis=1)))
        return draw_spectrogram(
            transform.to_db(mono), "", self.seconds, band_hz=mel_band_hz(self.sample_rate, 128)
        )

    def _repr_html_(self) -> str:
        content = BytesIO()
        soundfile.write(content, self.samples, self.sample_rate, format="FLAC")
        text = base64.b64encode(content.getvalue()).decode()
        return f'<audio controls src="data:audio/flac;base64,{text}"></audio>'


@dataclass(frozen=True)
class Loop(Audio):
    """Whole bars at an exact tempo that repeat without a seam."""

    grid: LoopGrid
    """Bars, beats and tempo."""
    tuning_cents: float
    """How much higher the loop sounds than the model plays, in cents; negative: lower."""

    @property
    def bars(self) -> int:
        """Number of bars."""
        return self.grid.bars

    @property
    def beats(self) -> int:
        """Number of beats."""
        return self.grid.beats

    @property
    def bpm(self) -> float:
        """Tempo in beats per minute."""
        return self.grid.bpm

    def save(self, path: str | Path) -> Path:
        """Writes an audio file that tells its bars and its tempo to other programs.

        Every format has them in its comment, within that of `tags` where the loop has some. A
        `.wav` also has the chunks `smpl`, with loop points, and `acid`, with beats and tempo.

        Args:
            path: Path of the file, which ends in `.wav`, `.flac`, `.ogg` or `.mp3`.

        Returns:
            The path.

        Raises:
            AudioError: The ending is unknown or writing fails.
        """
        write_audio(Path(path), self.samples, self.sample_rate, loop=self.grid, tags=self.tags)
        return Path(path)


def name_clip(seed: int, audio: Audio | None = None) -> str:
    """The name of a clip's file without its ending; that of a loop tells its tempo and its bars.

    Args:
        seed: Seed of the clip.
        audio: The clip, which may be a loop. `None`: it is none.
    """
    return f"riff-{seed}-{audio.grid.label}" if isinstance(audio, Loop) else f"riff-{seed}"


def read_audio(path: str | Path, sample_rate: int = 44_100, channels: int = 2) -> Audio:
    """Reads an audio file, mixed and resampled. Its tag `title` is the name of the file.

    Args:
        path: Path of the file.
        sample_rate: Sample rate of the result in Hz.
        channels: Channels of the result, 1 or 2.

    Raises:
        AudioError: The file cannot be read.
        SettingsError: The sample rate or the number of channels is not possible.
    """
    if not 1_000 <= sample_rate <= 384_000:
        raise SettingsError(f"sample_rate must be from 1000 to 384000 Hz, found {sample_rate}")
    if channels not in (1, 2):
        raise SettingsError(f"channels must be 1 or 2, found {channels}")
    found = read_named(Path(path), sample_rate, channels).audio
    return Audio(found, sample_rate, tags={"title": Path(path).name})


def write_midi(path: str | Path, notes: Iterable[Note], bpm: float = 120.0) -> Path:
    """Writes notes into a Standard MIDI File.

    Args:
        path: Path of the file, which ends in `.mid` or `.midi`.
        notes: Notes, such as those of `Audio.notes`. They keep their times in seconds.
        bpm: Tempo of the file in beats per minute, which decides where its bars lie.

    Returns:
        The path.

    Raises:
        AudioError: The ending is unknown or writing fails.
    """
    from riffsmith.transcription.midi import write_midi as write  # the library takes a while

    write(Path(path), notes, bpm)
    return Path(path)
