"""Known damage to real music: what a judge must notice if its word is to count.

Each function returns new audio of the same shape and depends on its arguments alone.
"""

import numpy as np
from jaxtyping import Float

from riffsmith.audio import join
from riffsmith.seeds import derive_seed

Audio = Float[np.ndarray, "time channels"]
FADE_SECONDS = 0.02


def low_pass(audio: Audio, sample_rate: int, cutoff_hz: float) -> Audio:
    """Nothing above a frequency.

    Args:
        audio: The passage.
        sample_rate: In Hz.
        cutoff_hz: Where the fall (half a cosine, 2 % wide) begins.
    """
    frequencies = np.fft.rfftfreq(len(audio), 1 / sample_rate)
    beyond = np.clip((frequencies / cutoff_hz - 1) / 0.02, 0, 1)
    gain = 0.5 + 0.5 * np.cos(np.pi * beyond)
    return _shaped(np.fft.rfft(audio, axis=0) * gain[:, None], len(audio))


def add_noise(audio: Audio, snr_db: float, seed: int) -> Audio:
    """White noise so far below the passage's mean power, each channel its own."""
    level = np.sqrt(np.square(audio, dtype=np.float64).mean() * 10 ** (-snr_db / 10))
    noise = _random(seed, "noise").standard_normal(audio.shape, np.float32)
    return audio + np.float32(level) * noise


def backwards(audio: Audio) -> Audio:
    """The last sample first."""
    return np.ascontiguousarray(audio[::-1])


def stationary_noise(audio: Audio, seed: int) -> Audio:
    """Noise with exactly the passage's spectrum: its magnitudes with random phases."""
    magnitudes = np.abs(np.fft.rfft(audio, axis=0))
    phases = _random(seed, "phases").uniform(0, 2 * np.pi, magnitudes.shape)
    return _shaped(magnitudes * np.exp(1j * phases), len(audio))


def repeat_clip(audio: Audio, sample_rate: int, seconds: float = 3.0) -> Audio:
    """The passage's middle over and over.

    Args:
        audio: The passage.
        sample_rate: In Hz.
        seconds: Length of what is repeated, at most the passage's.
    """
    fade = round(FADE_SECONDS * sample_rate)
    advance = round(seconds * sample_rate)
    start = max((len(audio) - advance - fade) // 2, 0)
    clip = audio[start : start + advance + fade]
    count = -(-len(audio) // (len(clip) - fade))
    return join([clip] * count, count, fade)[: len(audio)]


def shuffle_pieces(audio: Audio, sample_rate: int, seed: int, seconds: float = 1.0) -> Audio:
    """The passage's seconds in random order, faded into each other over 20 ms.

    Args:
        audio: The passage; a remainder shorter than a piece stays at its end.
        sample_rate: In Hz.
        seed: Of the order.
        seconds: Length of a piece.
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
    """The passage at a lower level."""
    return audio * np.float32(10 ** (-decibels / 20))


def _shaped(spectrum: np.ndarray, time: int) -> Audio:
    return np.fft.irfft(spectrum, time, axis=0).astype(np.float32)


def _random(seed: int, name: str) -> np.random.Generator:
    return np.random.default_rng(derive_seed(seed, "degradation", name))
