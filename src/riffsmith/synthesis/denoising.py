"""Noise and what the generator is told → latents."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.hardware import playing_precision
from riffsmith.networks import Denoiser, sample
from riffsmith.parallel import single_threaded


@single_threaded()
@torch.inference_mode()
def denoise(
    generator: Denoiser,
    noise: Float[Tensor, "1 components frames"],
    conditioning: Float[Tensor, "1 clock_and_style frames"],
    steps: int,
    keep: Callable[[Tensor, float], Tensor] = lambda state, time: state,
) -> Float[Tensor, "1 components frames"]:
    """The latents that the noise leads to.

    Args:
        generator: Which knows the way.
        noise: Standard normal.
        conditioning: Clock and style of the same frames.
        steps: Of the way.
        keep: May put a state right before each step and at the end; see `walk`.
    """
    device = next(generator.parameters()).device
    conditioning = conditioning.to(device)

    def velocity(state: Tensor, times: Tensor) -> Tensor:
        with playing_precision(device):
            return generator(state, conditioning, times).float()

    return keep(sample(velocity, noise.to(device), steps, steps, keep), 0.0).cpu()
