"""Speed of our decoder beside a network with the architecture of Vocos's decoder, on one core.

The network is that of Siuzdak, 2023 (arXiv:2306.00814) at 44.1 kHz: eight ConvNeXt blocks and an
inverse STFT. Its weights are random, because the time does not depend on them. It decodes one
channel, so for stereo it runs twice, as a batch of two. Both decode the same audio in turn, in CPU
time; ours from latents, the network from a mel spectrogram. Prints both and their ratio.
"""

import time
from collections.abc import Callable
from statistics import median

import torch
from machine import describe_machine
from torch import Tensor, nn
from torch.nn import functional

from riffsmith.codec import Codec, overlap_add
from riffsmith.config import LatentSettings, load_preset
from riffsmith.synthesis.stream import CHUNK_LATENTS

ROUNDS = 12
MELS, CHANNELS, INTERMEDIATE, BLOCKS, FFT, HOP = 128, 512, 1_536, 8, 2_048, 512


class ConvNextBlock(nn.Module):
    """Depthwise convolution over time, then a perceptron at each frame (Liu et al., 2022)."""

    def __init__(self) -> None:
        super().__init__()
        self.depthwise = nn.Conv1d(CHANNELS, CHANNELS, 7, padding=3, groups=CHANNELS)
        self.norm = nn.LayerNorm(CHANNELS)
        self.widen = nn.Linear(CHANNELS, INTERMEDIATE)
        self.narrow = nn.Linear(INTERMEDIATE, CHANNELS)
        self.scale = nn.Parameter(torch.full((CHANNELS,), 1 / BLOCKS))

    def forward(self, state: Tensor) -> Tensor:
        hidden = self.norm(self.depthwise(state).mT)
        hidden = self.scale * self.narrow(functional.gelu(self.widen(hidden)))
        return state + hidden.mT


class NetworkDecoder(nn.Module):
    """Mel spectrogram (batch, mels, frames) to audio (batch, time)."""

    window: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.enter = nn.Conv1d(MELS, CHANNELS, 7, padding=3)
        self.first_norm, self.last_norm = nn.LayerNorm(CHANNELS), nn.LayerNorm(CHANNELS)
        self.blocks = nn.Sequential(*(ConvNextBlock() for _ in range(BLOCKS)))
        self.head = nn.Linear(CHANNELS, FFT + 2)
        self.register_buffer("window", torch.hann_window(FFT))

    def forward(self, mel: Tensor) -> Tensor:
        state = self.first_norm(self.enter(mel).mT).mT
        log_magnitude, phase = self.head(self.last_norm(self.blocks(state).mT)).chunk(2, dim=-1)
        spectrum = torch.polar(log_magnitude.exp().clamp(max=100), phase)
        return overlap_add(torch.fft.irfft(spectrum, n=FFT) * self.window / 1.5)


@torch.inference_mode()
def main() -> None:
    torch.set_num_threads(1)
    print(describe_machine())
    settings = load_preset("latent", {})
    assert isinstance(settings, LatentSettings)
    codec, network = Codec(settings).eval(), NetworkDecoder().eval()
    latents = CHUNK_LATENTS + 2 * codec.context_latents
    latent, noise = (
        torch.randn(1, count, latents) for count in (codec.latent_channels, codec.noise_channels)
    )
    mel = torch.randn(2, MELS, CHUNK_LATENTS * codec.patch_frames)
    times = alternate(
        {
            "ours, stereo": lambda: codec.decode_between(latent, noise),
            "network of Vocos's architecture, mono": lambda: network(mel[:1]),
            "network of Vocos's architecture, stereo": lambda: network(mel),
        }
    )
    played = CHUNK_LATENTS * settings.latent_seconds
    for name, seconds in times.items():
        print(f"{name}: {played / seconds:.1f} × real time")
    ours, _, theirs = times.values()
    print(f"ours is {theirs / ours:.2f} times as fast in stereo")
    print(f"parameters of the network: {sum(p.numel() for p in network.parameters()):,}; ours: 0")


def alternate(decoders: dict[str, Callable[[], Tensor]]) -> dict[str, float]:
    """Median CPU time of each decoder in seconds."""
    times: dict[str, list[float]] = {name: [] for name in decoders}
    for number in range(ROUNDS + 2):
        for name, decode in decoders.items():
            began = time.process_time()
            decode()
            if number >= 2:  # the first calls fill caches
                times[name].append(time.process_time() - began)
    return {name: median(found) for name, found in times.items()}


if __name__ == "__main__":
    main()
