"""Latents of a piece → its sound, with no peak above −1 dBFS."""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.audio import limit_peaks, limiter_reach
from riffsmith.bundle import LatentBundle
from riffsmith.codec import Codec
from riffsmith.networks import NoiseSource

HEADROOM_DB = 2.0
"""A decoder invents phases, so its peaks are higher than those of finished records: turned down by
so much, a limiter leaves a judge's distance as it was and the corpus's loudness is met."""


def finish(
    audio: Float[np.ndarray, "time channels"], sample_rate: int
) -> Float[np.ndarray, "time channels"]:
    """Decoded audio at the level of records, no peak above −1 dBFS."""
    return limit_peaks(audio * np.float32(10 ** (-HEADROOM_DB / 20)), sample_rate)


def receptive_field(codec: Codec) -> int:
    """Latent frames on either side that a sample of a piece depends on."""
    return codec.context_latents + _limiter_latents(codec)


@torch.inference_mode()
def render(
    bundle: LatentBundle, latents: Float[Tensor, "1 components _"], source: NoiseSource, start: int
) -> Float[np.ndarray, "time 2"]:
    """Decodes and finishes; the `receptive_field` on either side are only looked at.

    Args:
        bundle: The model.
        latents: What it generated.
        source: Of the texture's noise.
        start: The first latent's place in the piece.
    """
    codec = bundle.codec
    noise = source.cut("texture", codec.linear.residual_components, start, latents.shape[-1])
    audio = codec.decode_between(latents, noise * bundle.settings.generator.texture).numpy()
    audio = finish(audio, codec.sample_rate)
    edge = _limiter_latents(codec) * codec.latent_samples
    return audio[edge:-edge]


def _limiter_latents(codec: Codec) -> int:
    return -(-limiter_reach(codec.sample_rate) // codec.latent_samples)
