"""The interface of nn~ (acids-ircam/nn_tilde), an object of Max and Pure Data.

nn~ loads a TorchScript module and calls `get_methods` and `get_attributes`. A method takes and
returns signals (batch, channels, time). `NAME_params` holds its numbers of channels and its ratios:
[channels in, samples for a value in, channels out, samples for a value out]. An attribute has
`get_NAME` and `set_NAME`, which returns 0, or -1 for a value that is refused; `NAME_params` holds
the types of its values (1: integer, 2: real number).

The signatures contain no shapes, because TorchScript cannot read them.
"""

import torch
from torch import Tensor, nn

from riffsmith.controls import FASTEST_BPM, SLOWEST_BPM


class NnTildeModule(nn.Module):
    """A module with the methods and attributes of an instrument, without its sound.

    The methods are `forward` (a new piece), `encode` and `decode`; the attributes are the seed and
    the controls of a piece.
    """

    def __init__(self, latent_channels: int, latent_samples: int) -> None:
        """Describes the methods and attributes.

        Args:
            latent_channels: Number of channels of the latents.
            latent_samples: Audio samples for each latent frame.
        """
        super().__init__()
        self.methods = ["forward", "encode", "decode"]
        self._store("forward_params", torch.tensor([1, latent_samples, 2, 1]))
        self._store("encode_params", torch.tensor([2, 1, latent_channels, latent_samples]))
        self._store("decode_params", torch.tensor([latent_channels, latent_samples, 2, 1]))
        stereo = ["(signal) left", "(signal) right"]
        latents = [f"(signal) latent {number}" for number in range(latent_channels)]
        self.forward_input_labels = ["(signal) any signal: its values are not used"]
        self.encode_input_labels = self.forward_output_labels = self.decode_output_labels = stereo
        self.encode_output_labels = self.decode_input_labels = latents

        self.slowest_bpm, self.fastest_bpm = SLOWEST_BPM, FASTEST_BPM
        self.attributes = ["seed", "intensity", "brightness", "tempo", "variation"]
        self.seed, self.intensity, self.brightness, self.tempo = 0, -1.0, -1.0, 0.0
        self.variation = 0.5
        self.is_changed = False
        self._store("seed_params", torch.tensor([1]))
        for name in self.attributes[1:]:
            self._store(f"{name}_params", torch.tensor([2]))

    def _store(self, name: str, value: Tensor) -> None:
        self.register_buffer(name, value.detach().clone())

    @torch.jit.export
    def get_methods(self) -> list[str]:
        """Names of the methods."""
        return self.methods

    @torch.jit.export
    def get_attributes(self) -> list[str]:
        """Names of the attributes."""
        return self.attributes

    @torch.jit.export
    def get_seed(self) -> int:
        """Seed of the piece."""
        return self.seed

    @torch.jit.export
    def set_seed(self, value: int) -> int:
        """Sets the seed, which changes the piece into another one."""
        self.seed = value
        self.is_changed = True
        return 0

    @torch.jit.export
    def get_intensity(self) -> float:
        """Intensity from 0 to 1; -1: the seed chooses it."""
        return self.intensity

    @torch.jit.export
    def set_intensity(self, value: float) -> int:
        """Sets the intensity from 0 (calmest) to 1; below 0: the seed chooses it."""
        if value > 1:
            return -1
        self.intensity = value
        self.is_changed = True
        return 0

    @torch.jit.export
    def get_brightness(self) -> float:
        """Brightness from 0 to 1; -1: the seed chooses it."""
        return self.brightness

    @torch.jit.export
    def set_brightness(self, value: float) -> int:
        """Sets the brightness from 0 (darkest) to 1; below 0: the seed chooses it."""
        if value > 1:
            return -1
        self.brightness = value
        self.is_changed = True
        return 0

    @torch.jit.export
    def get_tempo(self) -> float:
        """Tempo in beats per minute; 0: the seed chooses it."""
        return self.tempo

    @torch.jit.export
    def set_tempo(self, value: float) -> int:
        """Sets the tempo in beats per minute; 0: the seed chooses it."""
        if value != 0 and (value < self.slowest_bpm or value > self.fastest_bpm):
            return -1
        self.tempo = value
        self.is_changed = True
        return 0

    @torch.jit.export
    def get_variation(self) -> float:
        """Variation from 0, one kind of passage, to 1, all kinds."""
        return self.variation

    @torch.jit.export
    def set_variation(self, value: float) -> int:
        """Sets the variation from 0, one kind of passage, to 1, all kinds."""
        if value < 0 or value > 1:
            return -1
        self.variation = value
        self.is_changed = True
        return 0
