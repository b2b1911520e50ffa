"""Flaws of what a recording holds: its channels and its silence, measured block by block."""

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
_PIECES_PER_SECOND = 10


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
        self._piece_samples = sample_rate // _PIECES_PER_SECOND
        self._pieces = 0
        self._silent_pieces = 0
        self._power = np.zeros(channels)
        self._product = 0.0  # of the two channels of stereo

    def add(self, block: NDArray[np.float32]) -> None:
        """Adds samples (time, channels)."""
        pieces = len(block) // self._piece_samples
        if pieces == 0:
            return
        cut = block[: pieces * self._piece_samples].reshape(pieces, self._piece_samples, -1)
        average = np.full(self._piece_samples, 1 / self._piece_samples, np.float32)
        centred = cut - (average @ cut)[:, None]
        power = average @ np.square(centred)
        self._pieces += pieces
        self._silent_pieces += int((power.max(axis=1) < 10 ** (QUIET_PIECE_DB / 10)).sum())
        self._power += power.sum(axis=0, dtype=np.float64)
        if len(self._power) == 2:
            product = np.vdot(centred[..., 0], centred[..., 1])
            self._product += float(product) / self._piece_samples

    def flaws(self) -> Iterator[RecordingRemark]:
        """What is wrong with the audio so far. Audio shorter than 100 ms has no flaws."""
        if self._pieces == 0:
            return
        if len(self._power) == 2 and self._power.any():
            yield from self._flaws_of_stereo()
        silence = self._silent_pieces / self._pieces
        if silence > SILENT_FRACTION:
            yield RecordingRemark.of(
                RecordingCode.MOSTLY_SILENT, fraction=silence, limit_db=QUIET_PIECE_DB
            )

    def _flaws_of_stereo(self) -> Iterator[RecordingRemark]:
        dead = self._power < self._power.max() * 10 ** (DEAD_CHANNEL_DB / 10)
        kept = max(0.0, 0.5 + self._product / float(self._power.sum()))
        if dead.any():
            channel = 1 + int(dead.argmax())
            yield RecordingRemark.of(RecordingCode.DEAD_CHANNEL, channel=channel)
        elif kept < ANTIPHASE_FRACTION:
            yield RecordingRemark.of(RecordingCode.ANTIPHASE, fraction=kept)
