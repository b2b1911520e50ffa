"""A recording after a model's codec: what its latents keep of the music."""

from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.bundle import LatentBundle
from riffsmith.codec import Codec
from riffsmith.networks import NoiseSource
from riffsmith.parallel import single_threaded
from riffsmith.synthesis.rendering import decoder_noise, finish

_CHUNK_LATENTS = 64
"""Latent frames that are encoded or decoded at once: memory does not grow with the recording."""
_ENCODED_CONTEXT_LATENTS = 3
"""Latent frames on either side of a chunk whose audio its latents depend on."""


@single_threaded()
@torch.inference_mode()
def reconstruct_audio(
    bundle: LatentBundle,
    audio: Float[np.ndarray, "time channels"],
    on_progress: Callable[[float], None] = lambda progress: None,
) -> Float[np.ndarray, "time 2"]:
    """Encodes audio and decodes the latents again.

    No generator of these latents can be nearer to the audio. The texture has the strength of real
    latents.

    Args:
        bundle: Model whose codec is used.
        audio: Samples of one or two channels at the model's sample rate.
        on_progress: Called with the progress from 0 to 1.
    """
    codec = bundle.codec
    size, context = codec.latent_samples, codec.context_latents
    stereo = torch.from_numpy(np.ascontiguousarray(audio.T)).expand(2, -1)
    frames = -(-stereo.shape[1] // size)
    noise, pieces = NoiseSource(0), list[Float[np.ndarray, "time 2"]]()
    for first in range(0, frames, _CHUNK_LATENTS):
        start, count = first - context, min(_CHUNK_LATENTS, frames - first) + 2 * context
        latents = _encode(codec, stereo, start, count)
        drawn = decoder_noise(codec, noise, start, count)
        pieces.append(codec.decode_between(latents, drawn).numpy())
        on_progress(min(1.0, (first + _CHUNK_LATENTS) / frames))
    return finish(np.concatenate(pieces)[: len(audio)], codec.sample_rate)


def _encode(
    codec: Codec, audio: Float[Tensor, "2 time"], start: int, count: int
) -> Float[Tensor, "1 channels count"]:
    """Latents [start, start + count) of audio; beyond both ends it counts as silent."""
    context, size = _ENCODED_CONTEXT_LATENTS, codec.latent_samples
    begin, end = (start - context) * size, (start + count + context) * size
    inside = audio[:, max(0, begin) : max(0, end)]
    missing = (max(0, -begin), end - max(0, begin) - inside.shape[1])
    padded = torch.nn.functional.pad(inside, missing)
    return codec.encode(padded[None])[..., context:-context]
