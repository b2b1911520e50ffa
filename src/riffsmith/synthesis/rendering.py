"""Noise and conditioning → latents → audio with no peak above −1 dBFS."""

from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.audio import limit_peaks, limiter_reach
from riffsmith.bundle import LatentBundle
from riffsmith.codec import Codec
from riffsmith.hardware import playing_precision
from riffsmith.networks import NoiseSource, sample
from riffsmith.parallel import single_threaded

HEADROOM_DB = 2.0
"""Decibels by which decoded audio is turned down before the limiter.

The decoder's phases differ from those of finished records, so its peaks are higher. With this
headroom the limiter does not change the measured distance to real music, and the loudness is that
of the corpus."""


@single_threaded()
@torch.inference_mode()
def denoise(
    bundle: LatentBundle,
    noise: Float[Tensor, "1 components frames"],
    conditioning: Float[Tensor, "1 conditioning frames"],
    constrain: Callable[[Tensor, float], Tensor] = lambda state, timestep: state,
) -> Float[Tensor, "1 components frames"]:
    """Samples latents from noise, and filters them where the model has a modulation filter.

    Args:
        bundle: Model whose generator predicts the velocity.
        noise: Standard normal noise.
        conditioning: Conditioning of the same frames, from `ConditioningSchedule`.
        constrain: Function (state, timestep) → state, applied before each step, at the end, and
            again after the filter.
    """
    generator, sampler = bundle.generator, bundle.settings.generator
    device = next(generator.parameters()).device
    conditioning = conditioning.to(device)

    def velocity(state: Tensor, timesteps: Tensor) -> Tensor:
        with playing_precision(device):
            return generator(state, conditioning, timesteps).float()

    latents = sample(
        velocity,
        noise.to(device),
        sampler.steps,
        sampler.steps,
        constrain,
        extrapolation=sampler.extrapolation,
    )
    latents = constrain(latents, 0.0).cpu()
    if bundle.modulation_filter is None:
        return latents
    return constrain(bundle.modulation_filter(latents), 0.0)


@single_threaded()
@torch.inference_mode()
def render(
    bundle: LatentBundle,
    latents: Float[Tensor, "1 components _"],
    source: NoiseSource,
    start: int,
    semitones: int = 0,
) -> Float[np.ndarray, "time 2"]:
    """Finished audio of the latents between the `receptive_field` on either side.

    Args:
        bundle: Model whose codec decodes.
        latents: Latents of the piece, with the receptive field on either side.
        source: Noise of the texture and of the phases.
        start: Position of the first latent frame in the piece.
        semitones: Transposition up in semitones; negative: down.
    """
    codec = bundle.codec
    strength = bundle.settings.generator.texture
    noise = decoder_noise(codec, source, start, latents.shape[-1], strength)
    audio = codec.decode_between(latents, noise, semitones).numpy()
    audio = finish(audio, codec.sample_rate)
    edge = _limiter_latents(codec) * codec.latent_samples
    return audio[edge:-edge]


def decoder_noise(
    codec: Codec, source: NoiseSource, start: int, frames: int, texture: float = 1.0
) -> Float[Tensor, "1 noise frames"]:
    """Noise of the latent frames [start, start + frames) for `Codec.decode`.

    Args:
        codec: Codec that decodes.
        source: Noise of the piece.
        start: Position of the first latent frame in the piece; may be negative.
        frames: Number of latent frames.
        texture: Factor on the noise of the texture.
    """
    residual = texture * source.cut("texture", codec.texture_channels, start, frames)
    return torch.cat([residual, source.cut("phases", codec.phase_channels, start, frames)], dim=1)


def finish(
    audio: Float[np.ndarray, "time channels"], sample_rate: int
) -> Float[np.ndarray, "time channels"]:
    """Decoded audio, turned down by `HEADROOM_DB` and limited to −1 dBFS.

    Args:
        audio: Audio of the decoder.
        sample_rate: Sample rate in Hz.
    """
    return limit_peaks(audio * np.float32(10 ** (-HEADROOM_DB / 20)), sample_rate)


def receptive_field(codec: Codec) -> int:
    """Latent frames on either side that a sample of a piece depends on."""
    return codec.context_latents + _limiter_latents(codec)


def _limiter_latents(codec: Codec) -> int:
    return -(-limiter_reach(codec.sample_rate) // codec.latent_samples)
