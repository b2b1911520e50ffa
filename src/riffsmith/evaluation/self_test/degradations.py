"""Known damage to real music, which the measures of an evaluation must detect.

Each function returns new audio (time, channels) of the same shape, which depends on its arguments
alone.
"""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.audio import join
from riffsmith.evaluation.metrics.rhythm import find_beats
from riffsmith.features import shift_pitch, time_stretch
from riffsmith.seeds import derive_seed

Audio = Float[np.ndarray, "time channels"]
_TONAL_HZ = (55.0, 5_000.0)
_PHASE_WINDOW_SECONDS = 0.046
FADE_SECONDS = 0.02
"""Length of the crossfades between pieces."""
_BAR_BEATS = 4
_WIDEST_SHIFT = 6
_WIDEST_STRETCH = 2.0
_SHORTEST_PIECE_SECONDS = 0.3


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
    samples = _to_tensor(audio)
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
    return repeat_riff(audio[start : start + advance + fade], sample_rate, len(audio))


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


def transpose_bars(audio: Audio, sample_rate: int, seed: int) -> Audio:
    """Transposes every bar by a random number of semitones, −6 to 6 without 0.

    A bar is four tracked beats; where it begins is not known.

    Args:
        audio: Samples (time, channels).
        sample_rate: Sample rate in Hz.
        seed: Seed of the transpositions.
    """
    random = _random(seed, "transpositions")
    fade = round(FADE_SECONDS * sample_rate)
    cuts = _cut_beats(audio, sample_rate, _BAR_BEATS)
    semitones = random.integers(1, _WIDEST_SHIFT + 1, len(cuts)) * random.choice((-1, 1), len(cuts))
    pieces = [
        shift_pitch(_to_tensor(audio[start : end + fade]), int(shift)).numpy().T
        for start, end, shift in zip(cuts[:-1], cuts[1:], semitones, strict=False)
    ]
    return _overlap(pieces, cuts, fade)


def shuffle_rhythm(audio: Audio, sample_rate: int, seed: int) -> Audio:
    """Makes every beat shorter or longer by a random factor, and keeps the order of the notes.

    The factors are spread over two octaves; the audio as a whole keeps its length and its pitch.

    Args:
        audio: Samples (time, channels).
        sample_rate: Sample rate in Hz.
        seed: Seed of the factors.
    """
    fade = round(FADE_SECONDS * sample_rate)
    cuts = _cut_beats(audio, sample_rate, 1)
    lengths = np.diff(cuts)
    exponents = _random(seed, "rhythm").uniform(-1, 1, len(lengths))
    wanted = lengths * _WIDEST_STRETCH**exponents
    ends = np.cumsum(wanted / wanted.sum()) * len(audio)
    places = [0, *ends.round().astype(int).tolist()]
    pieces: list[Audio] = []
    for number, start in enumerate(cuts[:-1]):
        length = places[number + 1] - places[number] + fade
        piece = _to_tensor(audio[start : cuts[number + 1] + fade])
        pieces.append(time_stretch(piece, length / piece.shape[1]).numpy().T)
    return _overlap(pieces, places, fade)


def cut_riff(audio: Audio, sample_rate: int, bars: int = 2) -> Float[np.ndarray, "riff channels"]:
    """Cuts whole bars from the middle of the audio, with 20 ms more for a crossfade.

    Args:
        audio: Samples (time, channels) of many bars.
        sample_rate: Sample rate in Hz.
        bars: Number of bars of four tracked beats.
    """
    cuts = _cut_beats(audio, sample_rate, _BAR_BEATS)
    first = max((len(cuts) - bars) // 2, 0)
    last = min(first + bars, len(cuts) - 1)
    return audio[cuts[first] : cuts[last] + round(FADE_SECONDS * sample_rate)]


def repeat_riff(riff: Float[np.ndarray, "riff channels"], sample_rate: int, time: int) -> Audio:
    """Repeats a riff without end, with crossfades of 20 ms.

    Args:
        riff: Samples (time, channels) from `cut_riff`.
        sample_rate: Sample rate in Hz.
        time: Length of the result in samples.
    """
    fade = round(FADE_SECONDS * sample_rate)
    count = -(-time // (len(riff) - fade))
    return join([riff] * count, count, fade)[:time]


def quieter(audio: Audio, decibels: float) -> Audio:
    """Lowers the level by so many decibels."""
    return audio * np.float32(10 ** (-decibels / 20))


def _cut_beats(audio: Audio, sample_rate: int, beats: int) -> list[int]:
    """Samples where every so many tracked beats begin, with both ends of the audio.

    What would be shorter than 0.3 s is part of the piece before it.
    """
    positions, rate = find_beats(audio.mean(axis=1), sample_rate)
    numbers = np.floor(positions / beats)
    frames = np.nonzero(np.diff(numbers) > 0)[0] + 1
    shortest = round(_SHORTEST_PIECE_SECONDS * sample_rate)
    cuts = [0]
    for sample in (frames / rate * sample_rate).round().astype(int).tolist():
        if sample - cuts[-1] >= shortest and len(audio) - sample >= shortest:
            cuts.append(sample)
    return [*cuts, len(audio)]


def _overlap(
    pieces: Sequence[Float[np.ndarray, "_ channels"]], places: Sequence[int], fade: int
) -> Audio:
    """Joins pieces with crossfades of equal power; each fades out in what follows its end."""
    rise = np.sqrt(np.linspace(0, 1, fade, dtype=np.float32))[:, None]
    joined = np.zeros((places[-1] + fade, pieces[0].shape[1]), np.float32)
    for number, (piece, start) in enumerate(zip(pieces, places, strict=False)):
        faded = piece.copy()
        if number > 0:
            faded[:fade] *= rise
        if number < len(pieces) - 1:
            faded[-fade:] *= rise[::-1]
        joined[start : start + len(faded)] += faded
    return joined[: places[-1]]


def _to_tensor(audio: Audio) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(audio.T, np.float32))


def _to_audio(spectrum: np.ndarray, time: int) -> Audio:
    return np.fft.irfft(spectrum, time, axis=0).astype(np.float32)


def _random(seed: int, name: str) -> np.random.Generator:
    return np.random.default_rng(derive_seed(seed, "degradation", name))
