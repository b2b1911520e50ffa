"""A passage whose end goes on at its beginning."""

from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float

from riffsmith.bundle import LatentBundle
from riffsmith.controls import Controls
from riffsmith.errors import SettingsError
from riffsmith.networks import NoiseSource
from riffsmith.synthesis.conditioning import ConditioningSchedule
from riffsmith.synthesis.denoising import denoise
from riffsmith.synthesis.rendering import receptive_field, render
from riffsmith.synthesis.stream import MARGIN_LATENTS

SHORTEST_SECONDS, LONGEST_SECONDS = 1.0, 120.0
_BAR_BEATS = 4


def make_loop(
    bundle: LatentBundle, seed: int, seconds: float, controls: Controls | None = None
) -> Float[np.ndarray, "time channels"]:
    """Audio that repeats without a seam.

    Noise, clock and texture come around after its length, so the networks see no end. The clock is
    moved a little, so that whole bars fit in.

    Args:
        bundle: The model.
        seed: The same seed gives the same loop.
        seconds: About how long; the length is rounded to what the generator halves evenly.
        controls: What is asked; one kind of passage is held.

    Raises:
        SettingsError: It is too short or too long.
    """
    if not SHORTEST_SECONDS <= seconds <= LONGEST_SECONDS:
        raise SettingsError(
            f"a loop must be from {SHORTEST_SECONDS:g} to {LONGEST_SECONDS:g} s long, "
            f"found {seconds:g}"
        )
    settings, codec = bundle.settings, bundle.codec
    even = 2 ** (len(settings.generator.channels) - 1)
    frames = even * max(1, round(seconds / settings.latent_seconds / even))
    held = replace(controls or Controls(), variation=0.0, morph_seed=None)
    path = ConditioningSchedule(codec.style_embedding, seed, settings.latent_seconds, held)
    path = path.in_time(0.0, _whole_beats(frames * path.beats_per_frame) / frames)
    margin = -(-MARGIN_LATENTS // even) * even
    noise = NoiseSource(seed, period=frames)
    with_margins = denoise(
        bundle.generator,
        noise.cut("latents", settings.codec.components, -margin, frames + 2 * margin),
        path.conditioning(-margin, frames + 2 * margin),
        settings.generator.steps,
    )
    once = with_margins[..., margin : margin + frames]
    context = receptive_field(codec)
    around = torch.arange(-context, frames + context) % frames
    return render(bundle, once[..., around], noise, -context)


def _whole_beats(beats: float) -> int:
    """Whole bars, where there is room for one."""
    if beats < _BAR_BEATS:
        return max(1, round(beats))
    return _BAR_BEATS * round(beats / _BAR_BEATS)
