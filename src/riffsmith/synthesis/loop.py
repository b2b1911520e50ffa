"""Loops: whole bars at an exact tempo, whose end continues at their beginning."""

from dataclasses import dataclass, replace
from math import ceil, log2

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.audio import LoopGrid, limiting_gain
from riffsmith.bundle import LatentBundle
from riffsmith.controls import FASTEST_BPM, SLOWEST_BPM, Controls
from riffsmith.errors import SettingsError
from riffsmith.networks import BAR_BEATS, NoiseSource
from riffsmith.synthesis.conditioning import ConditioningSchedule
from riffsmith.synthesis.rendering import denoise, receptive_field, render
from riffsmith.synthesis.stream import BLEND_LATENTS, MARGIN_LATENTS, blend_weights
from riffsmith.synthesis.transposition import KeyTransposition

SHORTEST_SECONDS, LONGEST_SECONDS = 1.0, 120.0
USUAL_SECONDS = 8.0
"""Approximate length of a loop where neither seconds nor bars are asked for."""
TRACKED_BEFORE_ATTACK_HOPS = 1.3
"""Hops by which the tracked beats of recordings lie before the attacks that they belong to: 13 to
16 ms at 44.1 kHz, for clicks and drums. A frame of the log-mel spectrogram rises as soon as its
window, of four hops, reaches an attack."""


@dataclass(frozen=True)
class Loop:
    """A loop and its place on the grid of bars and beats."""

    audio: Float[np.ndarray, "time channels"]
    grid: LoopGrid
    tuning_cents: float
    """How much higher the loop sounds than the model plays, in cents; negative: lower."""


def make_loop(
    bundle: LatentBundle,
    seed: int,
    controls: Controls | None = None,
    *,
    seconds: float | None = None,
    bars: int | None = None,
) -> Loop:
    """Whole bars that repeat without a seam.

    Noise, beat clock, notes and texture are periodic in the length of the loop, so the networks see
    no end. The length is that of the bars at the tempo, rounded to the nearest sample. The model
    plays it in the nearest whole number of latent frames, and the rest, at most half a latent
    frame, is made up by resampling. This changes the tuning: by at most 5 cents in a loop of 8 s.

    Args:
        bundle: Model that plays.
        seed: Seed of the loop; the same seed gives the same samples.
        controls: Controls of the loop; it has a single style, so variation and morph are ignored.
            Without a tempo the loop has that of the passages that it is like, rounded to a whole
            number of beats per minute.
        seconds: Approximate length in seconds; it is rounded to whole bars, at least one. `None`:
            `USUAL_SECONDS`, where `bars` is `None` too.
        bars: Number of bars. `None`: `seconds` decides.

    Raises:
        UnknownKeyError: The controls name a key, and the model has no tonal latents.
        SettingsError: Both `seconds` and `bars` are given, or the loop is too short or too long.
    """
    settings, codec = bundle.settings, bundle.codec
    controls = replace(controls or Controls(), variation=0.0, morph_seed=None)
    schedule = ConditioningSchedule(
        codec.style_embedding,
        seed,
        settings.latent_seconds,
        controls,
        form=settings.generator.form,
        piano_roll_model=bundle.piano_roll_model,
    )
    bpm = controls.tempo
    if bpm is None:
        usual = round(60 * schedule.beats_per_frame / settings.latent_seconds)
        bpm = float(min(max(usual, SLOWEST_BPM), FASTEST_BPM))
    grid = LoopGrid(_count_bars(bpm, seconds, bars), bpm, BAR_BEATS)
    samples = grid.samples(codec.sample_rate)
    frames = max(1, round(samples / codec.latent_samples))
    beats_per_frame = grid.beats / frames
    # In training the clock of a latent frame is the mean of its patch of tracked frames.
    late_hops = (codec.patch_frames - 1) / 2 + TRACKED_BEFORE_ATTACK_HOPS
    first_beat = beats_per_frame * late_hops / codec.patch_frames
    schedule = schedule.with_beats(first_beat, beats_per_frame, period=grid.beats)
    latents = _periodic_latents(bundle, schedule, seed, frames)
    semitones = controls.transpose
    if controls.key is not None and bundle.piano_roll_model is None:
        semitones += KeyTransposition(codec, controls.key, lambda: latents).semitones
    context = receptive_field(codec)
    around = latents[..., torch.arange(-context, frames + context) % frames]
    audio = render(bundle, around, NoiseSource(seed, period=frames), -context, semitones)
    return Loop(
        _resample_period(audio, samples),
        grid,
        tuning_cents=1200 * log2(len(audio) / samples),
    )


def _count_bars(bpm: float, seconds: float | None, bars: int | None) -> int:
    """The number of bars that is asked for, or the one nearest to a length.

    Raises:
        SettingsError: Both are given, or the loop is too short or too long.
    """
    if seconds is not None and bars is not None:
        raise SettingsError(f"a loop has either a length or bars, found {seconds:g} s and {bars}")
    bar_seconds = LoopGrid(1, bpm, BAR_BEATS).seconds
    if bars is None:
        seconds = USUAL_SECONDS if seconds is None else seconds
        if not SHORTEST_SECONDS <= seconds <= LONGEST_SECONDS:
            raise SettingsError(
                f"a loop must be from {SHORTEST_SECONDS:g} to {LONGEST_SECONDS:g} s long, "
                f"found {seconds:g}"
            )
        return max(1, round(seconds / bar_seconds))
    most = int(LONGEST_SECONDS / bar_seconds)
    if not 1 <= bars <= most:
        raise SettingsError(
            f"a loop at {bpm:g} BPM must have from 1 to {most} bars ({LONGEST_SECONDS:g} s), "
            f"found {bars}"
        )
    return bars


def _periodic_latents(
    bundle: LatentBundle, schedule: ConditioningSchedule, seed: int, frames: int
) -> Float[Tensor, "1 components frames"]:
    """Latents that go on at their beginning.

    The network halves the frame rate several times, so what it plays depends on where in a block of
    frames it begins, and the frames after the loop would not be those of its beginning. At each
    step the beginning is therefore crossfaded from them, and all frames around the loop become
    copies of those in it. The two then differ by less than two per cent at the last step.
    """
    settings = bundle.settings
    multiple = 2 ** (len(settings.generator.channels) - 1)
    blend = min(BLEND_LATENTS, frames)
    margin = multiple * ceil(MARGIN_LATENTS / multiple)
    count = multiple * ceil((frames + blend + 2 * margin) / multiple)
    repeated = torch.arange(-margin, count - margin) % frames

    def close(state: Tensor, timestep: float = 0.0) -> Tensor:
        found = state[..., margin:]
        begin = torch.lerp(
            found[..., frames : frames + blend],
            found[..., :blend],
            blend_weights(blend).to(state.device),
        )
        return torch.cat([begin, found[..., blend:frames]], dim=-1)[..., repeated]

    noise = schedule.noise(NoiseSource(seed), settings.codec.latent_channels, 0, frames)
    played = denoise(bundle, noise[..., repeated], schedule.conditioning(-margin, count), close)
    return played[..., margin : margin + frames]


def _resample_period(
    audio: Float[np.ndarray, "time channels"], samples: int
) -> Float[np.ndarray, "samples channels"]:
    """One period of periodic audio in another number of samples, with no peak above −1 dBFS.

    The Fourier series of the period is exact, so nothing changes at the seam.
    """
    if len(audio) == samples:
        return audio
    spectrum = np.fft.rfft(audio.astype(np.float64), axis=0)
    resampled = np.fft.irfft(spectrum, samples, axis=0) * (samples / len(audio))
    found = resampled.astype(np.float32)
    return found * np.float32(limiting_gain(found))
