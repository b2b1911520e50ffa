"""Known damage to real music, which the measures of an evaluation must detect.

Each function returns new audio (time, channels) of the same shape, which depends on its arguments
alone.
"""

import numpy as np
import torch
from jaxtyping import Float

from riffsmith.audio import join
from riffsmith.seeds import derive_seed

Audio = Float[np.ndarray, "time channels"]
_TONAL_HZ = (55.0, 5_000.0)
_PHASE_WINDOW_SECONDS = 0.046
FADE_SECONDS = 0.02
"""Length of the crossfades between pieces."""


def low_pass(audio: Audio, sample_rate: int, cutoff_hz: float) -> Audio:
    """Removes what lies above a frequency.

    Args:
        audio: Samples (time, channels).
        sample_rate: Sample rate in Hz.
        cutoff_hz: Frequency in Hz where the transition begins, half a cosine that is 2 % wide.
    """
    frequencies = np.fft.rfftfreq(len(audio), 1 / sample_rate)
    transition = np.clip((frequencies / cutoff_hz - 1) / 0.02, 0, 1)
    gain = 0.5 + 0.5 * np.cos(np.pi * transition)
    return _to_audio(np.fft.rfft(audio, axis=0) * gain[:, None], len(audio))


def add_noise(audio: Audio, snr_db: float, seed: int) -> Audio:
    """Adds white noise, independent for each channel.

    Args:
        audio: Samples (time, channels).
        snr_db: Mean power of the audio above that of the noise in decibels.
        seed: Seed of the noise.
    """
    level = np.sqrt(np.square(audio, dtype=np.float64).mean() * 10 ** (-snr_db / 10))
    noise = _random(seed, "noise").standard_normal(audio.shape, np.float32)
    return audio + np.float32(level) * noise


def backwards(audio: Audio) -> Audio:
    """Reverses the order of the samples."""
    return np.ascontiguousarray(audio[::-1])


def stationary_noise(audio: Audio, seed: int) -> Audio:
    """Noise with exactly the audio's magnitude spectrum: its phases are random.

    Args:
        audio: Samples (time, channels).
        seed: Seed of the phases.
    """
    magnitudes = np.abs(np.fft.rfft(audio, axis=0))
    phases = _random(seed, "phases").uniform(0, 2 * np.pi, magnitudes.shape)
    return _to_audio(magnitudes * np.exp(1j * phases), len(audio))


def randomise_tonal_phases(audio: Audio, sample_rate: int, seed: int) -> Audio:
    """Gives each frame of a spectrum random phases from 55 Hz to 5 kHz, which destroys notes.

    The frames have 46 ms; loudness, colour and rhythm stay. All channels have the same new phases.

    Args:
        audio: Samples (time, channels).
        sample_rate: Sample rate in Hz.
        seed: Seed of the phases.
    """
    n_fft = 2 ** round(np.log2(sample_rate * _PHASE_WINDOW_SECONDS))
    window = torch.hann_window(n_fft)
    samples = torch.from_numpy(np.ascontiguousarray(audio.T))
    spectrum = torch.stft(samples, n_fft, n_fft // 4, window=window, return_complex=True)
    hertz = np.fft.rfftfreq(n_fft, 1 / sample_rate)
    tonal = torch.from_numpy((hertz >= _TONAL_HZ[0]) & (hertz <= _TONAL_HZ[1]))[:, None]
    random = _random(seed, "tonal phases").uniform(0, 2 * np.pi, spectrum.shape[1:])
    turned = torch.polar(torch.ones(()), torch.from_numpy(random.astype(np.float32)))
    changed = torch.where(tonal, spectrum * turned, spectrum)
    restored = torch.istft(changed, n_fft, n_fft // 4, window=window, length=samples.shape[-1])
    return np.ascontiguousarray(restored.numpy().T)


def repeat_clip(audio: Audio, sample_rate: int, seconds: float = 3.0) -> Audio:
    """Repeats the middle of the audio, with crossfades of 20 ms.

    Args:
        audio: Samples (time, channels).
        sample_rate: Sample rate in Hz.
        seconds: Length of the repeated clip in seconds, at most that of the audio.
    """
    fade = round(FADE_SECONDS * sample_rate)
    advance = round(seconds * sample_rate)
    start = max((len(audio) - advance - fade) // 2, 0)
    clip = audio[start : start + advance + fade]
    count = -(-len(audio) // (len(clip) - fade))
    return join([clip] * count, count, fade)[: len(audio)]


def shuffle_pieces(audio: Audio, sample_rate: int, seed: int, seconds: float = 1.0) -> Audio:
    """Puts the seconds of the audio in random order, with crossfades of 20 ms.

    Args:
        audio: Samples (time, channels); a remainder shorter than a piece stays at the end.
        sample_rate: Sample rate in Hz.
        seed: Seed of the order.
        seconds: Length of a piece in seconds.
    """
    fade = round(FADE_SECONDS * sample_rate)
    advance = round(seconds * sample_rate)
    count = len(audio) // advance
    padded = np.concatenate([audio, np.zeros((fade, audio.shape[1]), audio.dtype)])
    pieces = [padded[n * advance : (n + 1) * advance + fade] for n in range(count)]
    order = _random(seed, "order").permutation(count)
    joined = join([pieces[n] for n in order], count, fade)[: count * advance]
    return np.concatenate([joined, audio[count * advance :]])


def quieter(audio: Audio, decibels: float) -> Audio:
    """Lowers the level by so many decibels."""
    return audio * np.float32(10 ** (-decibels / 20))


def _to_audio(spectrum: np.ndarray, time: int) -> Audio:
    return np.fft.irfft(spectrum, time, axis=0).astype(np.float32)


def _random(seed: int, name: str) -> np.random.Generator:
    return np.random.default_rng(derive_seed(seed, "degradation", name))
