"""Loops: audio whose end continues at its beginning."""

from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float

from riffsmith.bundle import LatentBundle
from riffsmith.controls import Controls
from riffsmith.errors import SettingsError
from riffsmith.networks import BAR_BEATS, NoiseSource
from riffsmith.synthesis.conditioning import ConditioningSchedule
from riffsmith.synthesis.rendering import denoise, receptive_field, render
from riffsmith.synthesis.stream import MARGIN_LATENTS
from riffsmith.synthesis.transposition import KeyTransposition

SHORTEST_SECONDS, LONGEST_SECONDS = 1.0, 120.0


def make_loop(
    bundle: LatentBundle, seed: int, seconds: float, controls: Controls | None = None
) -> Float[np.ndarray, "time channels"]:
    """Audio that repeats without a seam.

    Noise, beat clock, notes and texture are periodic in the length of the loop, so the networks see
    no end. The tempo is changed a little, so that the loop has whole bars.

    Args:
        bundle: Model that plays.
        seed: Seed of the loop; the same seed gives the same samples.
        seconds: Approximate length in seconds; it is rounded to a number of latent frames that the
            generator can halve.
        controls: Controls of the loop; it has a single style, so variation and morph are ignored.

    Raises:
        UnknownKeyError: The controls name a key, and the model has no tonal latents.
        SettingsError: The loop is too short or too long.
    """
    if not SHORTEST_SECONDS <= seconds <= LONGEST_SECONDS:
        raise SettingsError(
            f"a loop must be from {SHORTEST_SECONDS:g} to {LONGEST_SECONDS:g} s long, "
            f"found {seconds:g}"
        )
    settings, codec = bundle.settings, bundle.codec
    multiple = 2 ** (len(settings.generator.channels) - 1)
    frames = multiple * max(1, round(seconds / settings.latent_seconds / multiple))
    controls = replace(controls or Controls(), variation=0.0, morph_seed=None)
    schedule = ConditioningSchedule(
        codec.style_embedding,
        seed,
        settings.latent_seconds,
        controls,
        form=settings.generator.form,
        piano_roll_model=bundle.piano_roll_model,
    )
    beats = _whole_bars(frames * schedule.beats_per_frame)
    schedule = schedule.with_beats(0.0, beats / frames, period=beats)
    margin = -(-MARGIN_LATENTS // multiple) * multiple
    once = schedule.noise(NoiseSource(seed), settings.codec.latent_channels, 0, frames)
    with_margins = denoise(
        bundle.generator,
        once[..., torch.arange(-margin, frames + margin) % frames],
        schedule.conditioning(-margin, frames + 2 * margin),
        settings.generator.steps,
    )
    latents = with_margins[..., margin : margin + frames]
    context = receptive_field(codec)
    periodic = torch.arange(-context, frames + context) % frames
    semitones = controls.transpose
    if controls.key is not None and bundle.piano_roll_model is None:
        semitones += KeyTransposition(codec, controls.key, lambda: latents).semitones
    noise = NoiseSource(seed, period=frames)
    return render(bundle, latents[..., periodic], noise, -context, semitones)


def _whole_bars(beats: float) -> int:
    """The number of beats rounded to whole bars, or to whole beats below one bar."""
    if beats < BAR_BEATS:
        return max(1, round(beats))
    return BAR_BEATS * round(beats / BAR_BEATS)
