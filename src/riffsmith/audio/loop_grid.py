"""Bars and tempo of a loop, and the chunks of a WAV file that tell them to other programs."""

import struct
from dataclasses import dataclass
from pathlib import Path

_MIDDLE_C = 60


@dataclass(frozen=True)
class LoopGrid:
    """Whole bars at a constant tempo."""

    bars: int
    """Number of bars."""
    bpm: float
    """Tempo in beats per minute."""
    bar_beats: int = 4
    """Beats of a bar."""

    @property
    def beats(self) -> int:
        """Number of beats."""
        return self.bars * self.bar_beats

    @property
    def seconds(self) -> float:
        """Length in seconds, without rounding."""
        return self.beats * 60 / self.bpm

    def samples(self, sample_rate: int) -> int:
        """Length in samples, rounded to the nearest one.

        Args:
            sample_rate: Sample rate in Hz.
        """
        return round(self.seconds * sample_rate)

    @property
    def label(self) -> str:
        """Tempo and bars for a file name, such as `140bpm-8bars`."""
        return f"{self.bpm:g}bpm-{self.bars}bar{'s' if self.bars > 1 else ''}"

    def describe(self) -> str:
        """Tempo, bars and beats in words, as file tags have them."""
        bars = "1 bar" if self.bars == 1 else f"{self.bars} bars"
        return f"{self.bpm:g} BPM, {bars}, {self.beats} beats"


def mark_loop(path: Path, samples: int, sample_rate: int, grid: LoopGrid) -> None:
    """Adds the chunks `smpl` and `acid` to a WAV file.

    `smpl` (RIFF MCI, 1994) has one endless forward loop over the whole file, for samplers. `acid`
    has the beats and the tempo. There is no official description of it; the fields are those that
    libsndfile reads.

    Args:
        path: WAV file, which ends with its last chunk.
        samples: Length of the file in samples.
        sample_rate: Sample rate in Hz.
        grid: Bars and tempo.
    """
    forward, endless = 0, 0
    header = (0, 0, round(1e9 / sample_rate), _MIDDLE_C, 0, 0, 0, 1, 0)
    loop = (0, forward, 0, samples - 1, 0, endless)
    sampler = struct.pack("<15I", *header, *loop)
    can_be_stretched = 4  # neither a one-shot (1) nor with a root note (2)
    acid = struct.pack(
        "<IHHfIHHf",
        *(can_be_stretched, _MIDDLE_C, 0x8000, 0.0),
        *(grid.beats, 4, grid.bar_beats, grid.bpm),
    )
    with path.open("r+b") as file:
        file.seek(0, 2)
        if file.tell() % 2:
            file.write(b"\0")
        for name, content in ((b"smpl", sampler), (b"acid", acid)):
            file.write(struct.pack("<4sI", name, len(content)) + content)
        size = file.tell() - 8
        file.seek(4)
        file.write(struct.pack("<I", size))
