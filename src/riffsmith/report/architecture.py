"""Tables of the layers of the networks."""

from dataclasses import dataclass

import torch
from torch import nn

from riffsmith.bundle import build_piano_roll_model
from riffsmith.config import PictureSettings, Settings
from riffsmith.networks import Discriminator, Generator, count_parameters
from riffsmith.training import initialise_state


@dataclass(frozen=True)
class LayerRow:
    """One layer of a network."""

    name: str
    kind: str
    shape: str
    """Shape of the output, channels × rows × columns. Empty where it depends on the input."""
    parameters: int


def describe_networks(settings: Settings) -> dict[str, list[LayerRow]]:
    """Layers of the generator, the discriminator and the piano-roll model, where there is one."""
    if isinstance(settings, PictureSettings):
        return _describe_picture_networks(settings)
    state = initialise_state(settings, 0, torch.device("cpu"))
    networks: dict[str, nn.Module] = {
        "generator": state.generator,
        "discriminator": state.discriminator,
    }
    if settings.piano_roll.hidden:
        networks["piano_roll"] = build_piano_roll_model(settings)
    return {
        name: [
            LayerRow(part, type(layer).__name__, "", count_parameters(layer))
            for part, layer in network.named_children()
        ]
        for name, network in networks.items()
    }


def _describe_picture_networks(settings: PictureSettings) -> dict[str, list[LayerRow]]:
    """Layers with the shapes that a real segment gives."""
    channels = settings.corpus.channel_count
    with torch.random.fork_rng(devices=[]):
        generator = Generator(settings.generator, channels)
        discriminator = Discriminator(settings.discriminator, channels)
    grid = settings.corpus.grid
    if settings.discriminator.real_size == "generator_grid":
        grid = (settings.generator.grid, settings.generator.grid)
    return {
        "generator": _rows(generator, torch.zeros(2, settings.generator.noise_channels)),
        "discriminator": _rows(discriminator, torch.zeros(2, channels, *grid)),
    }


@torch.no_grad()
def _rows(network: Generator | Discriminator, example: torch.Tensor) -> list[LayerRow]:
    rows: list[LayerRow] = []
    signal = example[:, :, None, None] if isinstance(network, Generator) else example
    for name, layer in network.layers.named_children():
        signal = layer(signal)
        shape = " × ".join(str(size) for size in signal.shape[1:])
        kind = type(layer).__name__.removeprefix("Parametrized")
        rows.append(LayerRow(name, kind, shape, count_parameters(layer)))
    return rows
