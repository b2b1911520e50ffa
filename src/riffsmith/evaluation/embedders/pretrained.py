"""What the built-in embedders share: their mel spectrogram, and the loading of their weights."""

from importlib.resources import files
from typing import TypeVar

import torch
from jaxtyping import Float
from safetensors.torch import load
from torch import Tensor, nn

Network = TypeVar("Network", bound=nn.Module)


def measure_mel_power(
    audio: Float[Tensor, "batch time"],
    hop_samples: int,
    window: Float[Tensor, " n_fft"],
    filters: Float[Tensor, "bins mels"],
) -> Float[Tensor, "batch frames mels"]:
    """Mel power spectrogram with frames = time // hop_samples + 1.

    Frame i is centred at sample i · hop_samples; beyond both ends the audio counts as silent.

    Args:
        audio: Mono samples (batch, time).
        hop_samples: Samples from the centre of one frame to the next.
        window: Window function (n_fft,).
        filters: Weight of each frequency bin in each mel band (bins, mels).
    """
    spectrum = torch.stft(
        audio,
        len(window),
        hop_samples,
        window=window,
        center=True,
        pad_mode="constant",
        return_complex=True,
    )
    power = spectrum.real.square() + spectrum.imag.square()
    return power.transpose(1, 2) @ filters


def load_pretrained(network: Network, name: str) -> Network:
    """Fills a network from `weights/NAME.safetensors` and puts it in evaluation mode."""
    weights = files("riffsmith.evaluation.embedders") / "weights" / f"{name}.safetensors"
    network.load_state_dict(load(weights.read_bytes()))
    return network.eval().requires_grad_(False)
