"""Flaws of what a recording holds: channels, silence, DC offset and bandwidth, block by block."""

from array import array
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from riffsmith.audio.remarks import RecordingCode, RecordingRemark

ANTIPHASE_FRACTION = 0.1
"""Stereo whose mono mix keeps less than this fraction of the channels' power is in antiphase.
Channels that have nothing in common keep half of it."""
DEAD_CHANNEL_DB = -60.0
"""A channel of stereo that is this much below the other one, in dB, is dead."""
QUIET_PIECE_DB = -60.0
"""A piece of 100 ms below this level (RMS, in dB of full scale) is silence."""
SILENT_FRACTION = 0.5
"""A recording with a larger fraction of silence is mostly silence."""
QUIET_RANGE_DB = 30.0
"""In a very quiet recording silence begins this far below its loud passages."""
LONG_SILENCE_SECONDS = 5.0
"""Silence of this length is no pause of the music."""
DC_SHARE = 0.02
"""A DC offset with more than this fraction of the sound's power is removed. In loud records that
were distorted on purpose it has up to .6 %, and does no harm."""
DC_OFFSET = 0.005
"""A recording has a DC offset if the mean of a channel is further from 0 than this fraction of full
scale."""
BAND_LIMIT_HZ = 8_000
"""Music has sound above this frequency."""
BAND_LIMIT_DB = -70.0
"""A recording whose power above `BAND_LIMIT_HZ` is this much below all of it, in dB, is limited."""
_LEAST_SAMPLE_RATE_HZ = 22_050
"""At lower sample rates there is hardly room for sound above `BAND_LIMIT_HZ`."""
_PIECES_PER_SECOND = 10
_FRAME_SAMPLES = 2048
"""Length of a spectrum, at most that of a piece at the least sample rate."""
_PIECES_PER_SPECTRUM = 5
_WINDOW = np.hanning(_FRAME_SAMPLES).astype(np.float32)[:, None]


class ContentMeter:
    """Flaws of audio that is given block by block; the memory does not grow with its length.

    Blocks are cut into pieces of 100 ms, and a rest shorter than that is not measured. The mean of
    a piece is no sound: levels are those of the samples without it.
    """

    def __init__(self, sample_rate: int, channels: int) -> None:
        """Begins without audio.

        Args:
            sample_rate: Sample rate in Hz.
            channels: Number of channels.
        """
        self._sample_rate = sample_rate
        self._piece_samples = sample_rate // _PIECES_PER_SECOND
        self._samples = 0
        self._pieces = 0
        # Arrays, because small objects between temporary ones would keep their memory in use.
        self._levels = array("f")  # power of the louder channel in each piece
        self._starts = array("q")  # first sample of each piece
        self._power = np.zeros(channels)
        self._mean = np.zeros(channels)
        self._product = 0.0  # of the two channels of stereo
        self._spectrum = np.zeros(_FRAME_SAMPLES // 2 + 1)

    def add(self, block: NDArray[np.float32]) -> None:
        """Adds samples (time, channels)."""
        pieces, first = len(block) // self._piece_samples, self._samples
        self._samples += len(block)
        if pieces == 0:
            return
        cut = block[: pieces * self._piece_samples].reshape(pieces, self._piece_samples, -1)
        average = np.full(self._piece_samples, 1 / self._piece_samples, np.float32)
        mean = average @ cut
        centred = cut - mean[:, None]
        power = average @ np.square(centred)
        self._pieces += pieces
        self._levels.frombytes(power.max(axis=1).astype(np.float32).tobytes())
        self._starts.extend(range(first, first + pieces * self._piece_samples, self._piece_samples))
        self._mean += mean.sum(axis=0, dtype=np.float64)
        self._power += power.sum(axis=0, dtype=np.float64)
        if len(self._power) == 2:
            product = np.vdot(centred[..., 0], centred[..., 1])
            self._product += float(product) / self._piece_samples
        if self._sample_rate >= _LEAST_SAMPLE_RATE_HZ:
            frames = np.fft.rfft(centred[::_PIECES_PER_SPECTRUM, :_FRAME_SAMPLES] * _WINDOW, axis=1)
            self._spectrum += (np.abs(frames) ** 2).sum(axis=(0, 2))

    def flaws(self) -> Iterator[RecordingRemark]:
        """What is wrong with the audio so far. Audio shorter than 100 ms has no flaws."""
        if self._pieces == 0:
            return
        if len(self._power) == 2 and self._power.any():
            yield from self._flaws_of_stereo()
        limit_db = self._silence_db()
        silence = float(self._find_silent(limit_db).mean())
        seconds = sum(stop - start for start, stop in self.long_silences()) / self._sample_rate
        if seconds:
            yield RecordingRemark.of(RecordingCode.LONG_SILENCE, seconds=round(seconds, 2))
        elif silence > SILENT_FRACTION:
            yield RecordingRemark.of(
                RecordingCode.MOSTLY_SILENT, fraction=round(silence, 4), limit_db=round(limit_db, 2)
            )
        means = self._mean / self._pieces
        offset = float(np.abs(means).max())
        if offset > DC_OFFSET:
            is_removed = (means**2 > DC_SHARE * self._power / self._pieces).any()
            code = RecordingCode.DC_REMOVED if is_removed else RecordingCode.DC_OFFSET
            yield RecordingRemark.of(code, fraction=round(offset, 4))
        high = self._spectrum[-(-BAND_LIMIT_HZ * _FRAME_SAMPLES // self._sample_rate) :].sum()
        if high < self._spectrum.sum() * 10 ** (BAND_LIMIT_DB / 10):
            yield RecordingRemark.of(
                RecordingCode.BAND_LIMITED,
                limit_khz=BAND_LIMIT_HZ // 1000,
                sample_rate=self._sample_rate,
            )

    def long_silences(self) -> list[tuple[int, int]]:
        """Silences of 5 s or more, each from one sample up to another."""
        if self._pieces == 0:
            return []
        silent = np.concatenate([[False], self._find_silent(self._silence_db()), [False]])
        (changes,) = np.nonzero(silent[1:] != silent[:-1])
        starts = [*self._starts, self._starts[-1] + self._piece_samples]
        found = ((starts[first], starts[last]) for first, last in changes.reshape(-1, 2))
        least = LONG_SILENCE_SECONDS * self._sample_rate
        return [(start, stop) for start, stop in found if stop - start >= least]

    def _find_silent(self, limit_db: float) -> NDArray[np.bool_]:
        """Whether each piece is silent."""
        return np.frombuffer(self._levels, np.float32) < 10 ** (limit_db / 10)

    def _silence_db(self) -> float:
        """The level of a piece below which it is silence, in dB of full scale."""
        levels = np.frombuffer(self._levels, np.float32).astype(np.float64)
        loud = float((levels**2).sum() / max(levels.sum(), 1e-30))  # loud pieces have more weight
        return min(QUIET_PIECE_DB, 10 * float(np.log10(max(loud, 1e-30))) - QUIET_RANGE_DB)

    def _flaws_of_stereo(self) -> Iterator[RecordingRemark]:
        dead = self._power < self._power.max() * 10 ** (DEAD_CHANNEL_DB / 10)
        kept = max(0.0, 0.5 + self._product / float(self._power.sum()))
        if dead.any():
            channel = 1 + int(dead.argmax())
            yield RecordingRemark.of(RecordingCode.DEAD_CHANNEL, channel=channel)
        elif kept < ANTIPHASE_FRACTION:
            yield RecordingRemark.of(RecordingCode.ANTIPHASE, fraction=round(kept, 4))
