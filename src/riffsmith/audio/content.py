"""Flaws of what a recording holds: channels, silence, DC offset and bandwidth, block by block."""

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
        self._pieces = 0
        self._silent_pieces = 0
        self._power = np.zeros(channels)
        self._mean = np.zeros(channels)
        self._product = 0.0  # of the two channels of stereo
        self._spectrum = np.zeros(_FRAME_SAMPLES // 2 + 1)

    def add(self, block: NDArray[np.float32]) -> None:
        """Adds samples (time, channels)."""
        pieces = len(block) // self._piece_samples
        if pieces == 0:
            return
        cut = block[: pieces * self._piece_samples].reshape(pieces, self._piece_samples, -1)
        average = np.full(self._piece_samples, 1 / self._piece_samples, np.float32)
        mean = average @ cut
        centred = cut - mean[:, None]
        power = average @ np.square(centred)
        self._pieces += pieces
        self._silent_pieces += int((power.max(axis=1) < 10 ** (QUIET_PIECE_DB / 10)).sum())
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
        silence = self._silent_pieces / self._pieces
        if silence > SILENT_FRACTION:
            yield RecordingRemark.of(
                RecordingCode.MOSTLY_SILENT, fraction=round(silence, 4), limit_db=QUIET_PIECE_DB
            )
        offset = float(np.abs(self._mean).max()) / self._pieces
        if offset > DC_OFFSET:
            yield RecordingRemark.of(RecordingCode.DC_OFFSET, fraction=round(offset, 4))
        high = self._spectrum[-(-BAND_LIMIT_HZ * _FRAME_SAMPLES // self._sample_rate) :].sum()
        if high < self._spectrum.sum() * 10 ** (BAND_LIMIT_DB / 10):
            yield RecordingRemark.of(
                RecordingCode.BAND_LIMITED,
                limit_khz=BAND_LIMIT_HZ // 1000,
                sample_rate=self._sample_rate,
            )

    def _flaws_of_stereo(self) -> Iterator[RecordingRemark]:
        dead = self._power < self._power.max() * 10 ** (DEAD_CHANNEL_DB / 10)
        kept = max(0.0, 0.5 + self._product / float(self._power.sum()))
        if dead.any():
            channel = 1 + int(dead.argmax())
            yield RecordingRemark.of(RecordingCode.DEAD_CHANNEL, channel=channel)
        elif kept < ANTIPHASE_FRACTION:
            yield RecordingRemark.of(RecordingCode.ANTIPHASE, fraction=round(kept, 4))
