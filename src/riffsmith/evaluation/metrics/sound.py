"""Sound check of a clip: its level, bandwidth, stereo width and technical faults."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float

from riffsmith.audio import LoudnessMeter

_FULL_SCALE = 32766 / 32768  # one step below the largest 16-bit sample
_FLOOR_DB = -120.0
_SILENT_DB = -60.0
_SILENT_SECONDS = 0.02
_SHORTEST_SECONDS = 0.1
_ENERGY_SHARE = 0.99
_FALLOFF_DB = 60.0
_BANDS_PER_OCTAVE = 12
_LOWEST_HZ = 20.0
_WIDEST = 1000.0
_CLICK_FACTOR = 25.0
_SMALLEST_CLICK = 0.003  # −50 dB: smaller ones are not audible
_CLICK_SECONDS = 0.001


@dataclass(frozen=True)
class SoundCheck:
    """Technical measures of one clip.

    Attributes:
        loudness_lufs: Integrated loudness in LUFS (BS.1770); `None` if silent or shorter than
            400 ms.
        peak_db: Largest absolute sample in decibels relative to full scale, at least −120.
        clipped_share: Share of samples at or beyond full scale (within one 16-bit step).
        silence_share: Share of 20 ms frames whose RMS over all channels is below −60 dB.
        dc_offset: Largest absolute mean of a channel; full scale is 1.
        bandwidth_hz: Frequency below which 99 % of the energy lies.
        falloff_hz: Upper edge of the highest twelfth-octave band whose level is within 60 dB of
            the strongest band: the cutoff of a low-pass; 0 if silent.
        stereo_width: Energy of left − right divided by that of left + right: 0 for equal channels,
            1 for unrelated ones, at most 1,000; `None` unless there are two channels.
        clicks: Number of jumps of a channel that are at least 1 ms apart.
    """

    loudness_lufs: float | None
    peak_db: float
    clipped_share: float
    silence_share: float
    dc_offset: float
    bandwidth_hz: float
    falloff_hz: float
    stereo_width: float | None
    clicks: int


def check_sound(audio: Float[np.ndarray, "time channels"], sample_rate: int) -> SoundCheck:
    """Measures a clip.

    Args:
        audio: Samples (time, channels); full scale is 1.
        sample_rate: Sample rate in Hz.

    Raises:
        ValueError: The clip is shorter than 0.1 s.
    """
    if len(audio) < _SHORTEST_SECONDS * sample_rate:
        raise ValueError(
            f"The clip lasts {len(audio) / sample_rate:.3f} s, and a sound check needs at least "
            "0.1 s; give a longer one."
        )
    samples = np.ascontiguousarray(audio, dtype=np.float32)
    meter = LoudnessMeter(sample_rate)
    meter.add(samples)
    frame = round(_SILENT_SECONDS * sample_rate)
    whole = samples[: len(samples) // frame * frame].astype(np.float64)
    frame_power = np.square(whole).reshape(-1, frame * samples.shape[1]).mean(axis=1)
    bandwidth_hz, falloff_hz = _spectral_edges(samples, sample_rate)
    peak = float(np.abs(samples).max())
    return SoundCheck(
        loudness_lufs=meter.loudness_lufs(),
        peak_db=float(20 * np.log10(max(peak, 10 ** (_FLOOR_DB / 20)))),
        clipped_share=float((np.abs(samples) >= _FULL_SCALE).mean()),
        silence_share=float((frame_power < 10 ** (_SILENT_DB / 10)).mean()),
        dc_offset=float(np.abs(samples.mean(axis=0, dtype=np.float64)).max()),
        bandwidth_hz=bandwidth_hz,
        falloff_hz=falloff_hz,
        stereo_width=_stereo_width(samples) if samples.shape[1] == 2 else None,
        clicks=sum(_count_clicks(channel, sample_rate) for channel in samples.T),
    )


def _spectral_edges(
    samples: Float[np.ndarray, "time channels"], sample_rate: int
) -> tuple[float, float]:
    n_fft = 2 ** int(np.log2(_SHORTEST_SECONDS * sample_rate))
    spectrum = torch.stft(
        torch.from_numpy(np.ascontiguousarray(samples.T)),
        n_fft,
        n_fft // 2,
        window=torch.hann_window(n_fft),
        center=False,  # an abrupt beginning or end has energy at all frequencies
        return_complex=True,
    )
    power = spectrum.abs().double().square().mean(dim=(0, 2)).numpy()
    frequencies = np.fft.rfftfreq(n_fft, 1 / sample_rate)
    power[frequencies < _LOWEST_HZ] = 0  # a constant offset is not music
    if power.sum() < 1e-12:
        return 0.0, 0.0
    cumulated = np.cumsum(power) / power.sum()
    bandwidth = frequencies[np.searchsorted(cumulated, _ENERGY_SHARE)]
    octaves = np.log2(np.maximum(frequencies, _LOWEST_HZ) / _LOWEST_HZ)
    bands = np.bincount((octaves * _BANDS_PER_OCTAVE).astype(int), weights=power)
    highest = np.flatnonzero(bands >= bands.max() * 10 ** (-_FALLOFF_DB / 10))[-1]
    falloff = _LOWEST_HZ * 2 ** ((highest + 1) / _BANDS_PER_OCTAVE)
    return float(bandwidth), float(min(falloff, sample_rate / 2))


def _stereo_width(samples: Float[np.ndarray, "time 2"]) -> float:
    left, right = samples.astype(np.float64).T
    side, mid = np.square(left - right).sum(), np.square(left + right).sum()
    return float(min(side / mid, _WIDEST) if mid > 0 else _WIDEST * (side > 0))


def _count_clicks(channel: Float[np.ndarray, " time"], sample_rate: int) -> int:
    """Number of jumps: second differences of more than 25 times the usual absolute value.

    The usual value is the median over 10 ms, and of the five nearest such medians the largest one.
    The noise of a loud onset lasts longer than that and is not counted. In distorted or limited
    music the usual value is high, so that only large jumps are found.
    """
    bends = np.abs(np.diff(channel.astype(np.float64), 2))
    size = round(0.01 * sample_rate)
    count = -(-len(bends) // size)
    padded = np.pad(bends, (0, count * size - len(bends)), mode="reflect")
    medians = np.pad(np.median(padded.reshape(count, size), axis=1), 2, mode="edge")
    usual = np.lib.stride_tricks.sliding_window_view(medians, 5).max(axis=1)
    limits = np.maximum(_CLICK_FACTOR * usual, _SMALLEST_CLICK).repeat(size)[: len(bends)]
    jumps = np.flatnonzero(bends > limits)
    return int((np.diff(jumps) > _CLICK_SECONDS * sample_rate).sum()) + (len(jumps) > 0)
