"""One pass over an audio file: canonical samples and what there is to say about them."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from riffsmith.audio.decode import Source, open_audio
from riffsmith.audio.loudness import LoudnessMeter
from riffsmith.errors import AudioError

SILENCE_DB = -70.0
"""A recording whose peak stays below this is silent, in dB of full scale."""
LOUDEST = 1e3
"""Samples beyond this times full scale are damage, not loud music."""
CLIPPED_SHARE = 1e-3
"""Share of samples at full scale from which a recording is called clipped."""
MAXIMUM_HOURS = 12


@dataclass(frozen=True)
class Recording:
    """A decoded recording at a chosen rate and channel count."""

    audio: NDArray[np.float32]
    """(time, channels), resampled; full scale is 1.0 but lossy files may exceed it."""
    sample_rate: int
    seconds: float
    """Length of the file itself."""
    source_rate: int
    source_channels: int
    encoding: str
    peak_db: float
    loudness_lufs: float | None
    warnings: tuple[str, ...]
    """What is wrong with it although it can be used, in words."""


@dataclass
class _Tally:
    """What the pass counts beside the samples themselves."""

    samples: int = 0
    peak: float = 0.0
    full_scale: int = 0
    warnings: list[str] = field(default_factory=list)

    def add(self, block: NDArray[np.float32]) -> None:
        peak = float(max(block.max(), -block.min()))
        if not np.isfinite(peak):
            at = self.samples + int(np.argmin(np.isfinite(block).all(axis=1)))
            raise AudioError(f"holds samples that are not numbers (NaN or infinite), first at {at}")
        if peak > LOUDEST:
            raise AudioError(f"holds samples {peak:.3g} times above full scale: no music is that")
        if peak >= 0.999:
            level = np.abs(block)  # above full scale nothing is cut off yet
            self.full_scale += int(((level >= 0.999) & (level <= 1.0)).sum())
        self.samples += len(block)
        self.peak = max(self.peak, peak)


def read_recording(path: Path, sample_rate: int, channels: int) -> Recording:
    """Decodes, mixes to one or two channels and resamples (soxr, high quality) in one pass.

    Args:
        path: A file of any format, rate and channel count.
        sample_rate: Of the result, in Hz.
        channels: 1 takes the mean over all channels; 2 takes left and right (mono is doubled,
            and of more than two channels the mean goes to both sides).

    Raises:
        AudioError: The file is not audio, empty, silent, or holds NaN or infinite samples.
    """
    source = open_audio(path)
    tally = _Tally()
    meter = LoudnessMeter(source.sample_rate)
    pieces = _resampled(source, sample_rate, channels, tally, meter)
    audio = np.concatenate(pieces) if pieces else np.zeros((0, channels), np.float32)
    _judge(source, tally)
    return Recording(
        audio=audio,
        sample_rate=sample_rate,
        seconds=tally.samples / source.sample_rate,
        source_rate=source.sample_rate,
        source_channels=source.channels,
        encoding=source.encoding,
        peak_db=20 * float(np.log10(max(tally.peak, 1e-10))),
        loudness_lufs=meter.loudness_lufs(),
        warnings=tuple(tally.warnings),
    )


def read_named(path: Path, sample_rate: int, channels: int) -> Recording:
    """As `read_recording`, with errors that say which file it was."""
    try:
        return read_recording(path, sample_rate, channels)
    except AudioError as cause:
        raise AudioError(f"{path}: {cause}") from cause


def _resampled(
    source: Source, sample_rate: int, channels: int, tally: _Tally, meter: LoudnessMeter
) -> list[NDArray[np.float32]]:
    same_rate = source.sample_rate == sample_rate
    stream = soxr.ResampleStream(source.sample_rate, sample_rate, channels, dtype="float32")
    pieces: list[NDArray[np.float32]] = []
    try:
        for block in source.blocks:
            tally.add(block)
            if tally.samples > MAXIMUM_HOURS * 3600 * source.sample_rate:
                raise AudioError(f"longer than {MAXIMUM_HOURS} hours: cut it into parts")
            meter.add(block)
            mixed = mix_channels(block, channels)
            pieces.append(mixed if same_rate else stream.resample_chunk(mixed))
    except AudioError as stop:
        if not str(stop).startswith("decoding stopped") or tally.samples == 0:
            raise
        tally.warnings.append(f"damaged: {stop} after {tally.samples / source.sample_rate:.1f} s")
    if not same_rate:
        pieces.append(stream.resample_chunk(np.zeros((0, channels), np.float32), last=True))
    return pieces


def resample(audio: NDArray[np.float32], source_rate: int, sample_rate: int) -> NDArray[np.float32]:
    """(time, channels) at another rate."""
    if source_rate == sample_rate:
        return audio
    return np.asarray(soxr.resample(audio, source_rate, sample_rate), np.float32)


def mix_channels(block: NDArray[np.float32], channels: int) -> NDArray[np.float32]:
    """(time, any) → (time, 1) by the mean, or (time, 2) as `read_recording` says."""
    if block.shape[1] == channels:
        return block
    if block.shape[1] > 2 or channels == 1:
        block = (block @ np.full(block.shape[1], 1 / block.shape[1], np.float32))[:, None]
    return block if channels == 1 else np.repeat(block, 2, axis=1)


def _judge(source: Source, tally: _Tally) -> None:
    if tally.samples == 0:
        raise AudioError("holds no samples")
    if tally.peak <= 10 ** (SILENCE_DB / 20):
        raise AudioError(f"silent (its peak stays below {SILENCE_DB:.0f} dB of full scale)")
    promised = source.promised_samples
    if source.is_cut_off:
        found = tally.samples / source.sample_rate
        tally.warnings.append(f"truncated: the file is cut off after {found:.1f} s")
    elif promised is not None and tally.samples < 0.99 * promised:
        found, expected = tally.samples / source.sample_rate, promised / source.sample_rate
        tally.warnings.append(f"truncated: {found:.1f} s of {expected:.1f} s can be read")
    share = tally.full_scale / (tally.samples * source.channels)
    if share > CLIPPED_SHARE:
        tally.warnings.append(f"clipped: {share:.1%} of the samples are at full scale")
