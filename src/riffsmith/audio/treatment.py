"""What the preparation does about flaws of a recording: offset, channels, level, long silence."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from riffsmith.audio.remarks import RecordingCode, RecordingRemark

RAISED_LUFS = -23.0
"""Very quiet recordings are raised to this loudness (EBU R 128), or less where they would clip."""
RAISED_PEAK_DB = -1.0
HIGH_PASS_HZ = 20.0
KEPT_SILENCE_SECONDS = 0.5
"""What is left of a long silence on each side of it."""
_HALF_FILTER_SECONDS = 0.1
"""Length of the high-pass filter on each side, which lets sound from 30 Hz on through."""
Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Treatment:
    """Changes to the samples of a file, in this order."""

    removes_offset: bool = False
    """Whether a high-pass filter at 20 Hz removes the DC offset."""
    inverts_second: bool = False
    """Whether the second channel is turned upside down, because it is in antiphase."""
    filled_channel: int | None = None
    """Number of the dead channel that gets the audio of the other one, from 0."""
    gain: float = 1.0
    cuts: tuple[tuple[int, int], ...] = ()
    """Stretches that are left out, from one sample of the file up to another, in order."""

    @property
    def cut_samples(self) -> int:
        """Number of samples of the file that are left out."""
        return sum(stop - start for start, stop in self.cuts)


def choose_treatment(
    flaws: Sequence[RecordingRemark],
    silences: Sequence[tuple[int, int]],
    sample_rate: int,
    peak_db: float,
) -> Treatment:
    """The treatment that the flaws of a file ask for. A healthy file is not changed.

    Args:
        flaws: What is wrong with the file.
        silences: Its long silences, from one sample up to another.
        sample_rate: Its sample rate in Hz.
        peak_db: Its largest sample in dB of full scale.
    """
    found = {flaw.code: flaw.parameters for flaw in flaws}
    gain_db, filled = 0.0, None
    if RecordingCode.QUIET in found:
        loudness = float(found[RecordingCode.QUIET]["loudness_lufs"])
        gain_db = max(0.0, min(RAISED_LUFS - loudness, RAISED_PEAK_DB - peak_db))
    if RecordingCode.DEAD_CHANNEL in found:
        filled = int(found[RecordingCode.DEAD_CHANNEL]["channel"]) - 1
    kept = round(KEPT_SILENCE_SECONDS * sample_rate)
    return Treatment(
        removes_offset=RecordingCode.DC_REMOVED in found,
        inverts_second=RecordingCode.ANTIPHASE in found,
        filled_channel=filled,
        gain=10 ** (gain_db / 20),
        cuts=tuple((start + kept, stop - kept) for start, stop in silences),
    )


class Treating:
    """A treatment of samples that are given block by block."""

    def __init__(self, treatment: Treatment, sample_rate: int) -> None:
        """Begins without audio.

        Args:
            treatment: What to do.
            sample_rate: Sample rate of the file in Hz.
        """
        self._treatment = treatment
        self._high_pass = _HighPass(sample_rate) if treatment.removes_offset else None
        self._position = 0

    def add(self, block: Samples) -> Samples:
        """The treated samples (time, channels) that can be told by now, which may be none."""
        if self._high_pass:
            block = self._high_pass.add(block)
        return self._change(block)

    def finish(self) -> Samples | None:
        """The last treated samples. `None`: there are no more."""
        return self._change(self._high_pass.finish()) if self._high_pass else None

    def _change(self, block: Samples) -> Samples:
        treatment = self._treatment
        if treatment.inverts_second:
            block = block * np.array([1, -1], np.float32)
        if treatment.filled_channel is not None:
            block = np.repeat(block[:, [1 - treatment.filled_channel]], 2, axis=1)
        if treatment.gain != 1:
            block = block * np.float32(treatment.gain)
        if treatment.cuts:
            kept = np.ones(len(block), np.bool_)
            for start, stop in treatment.cuts:
                kept[max(0, start - self._position) : max(0, stop - self._position)] = False
            self._position += len(block)
            block = block[kept]
        return block


class _HighPass:
    """A filter without delay or phase shift; beyond both ends the last sample is repeated."""

    def __init__(self, sample_rate: int) -> None:
        self._half = round(_HALF_FILTER_SECONDS * sample_rate)
        seconds = np.arange(-self._half, self._half + 1) / sample_rate
        low_pass = np.sinc(2 * HIGH_PASS_HZ * seconds) * np.hanning(len(seconds))
        self._kernel = -low_pass / low_pass.sum()
        self._kernel[self._half] += 1
        self._waiting: Samples | None = None

    def add(self, block: Samples) -> Samples:
        if self._waiting is None:
            self._waiting = np.repeat(block[:1], self._half, axis=0)
        waiting = np.concatenate([self._waiting, block])
        known = max(0, len(waiting) - 2 * self._half)
        self._waiting = waiting[known:]
        if not known:
            return waiting[:0]
        size = 1 << (len(waiting) - 1).bit_length()
        response = np.fft.rfft(self._kernel, size)[:, None]
        filtered = np.fft.irfft(np.fft.rfft(waiting, size, axis=0) * response, size, axis=0)
        return filtered[2 * self._half : len(waiting)].astype(np.float32)

    def finish(self) -> Samples:
        assert self._waiting is not None  # a file without samples is refused
        return self.add(np.repeat(self._waiting[-1:], self._half, axis=0))
