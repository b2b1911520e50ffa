"""Tables and diagrams of the layers of the networks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import log2, prod

import torch
from torch import Tensor, nn

from riffsmith.bundle import build_piano_roll_model
from riffsmith.config import LatentSettings, PictureSettings, Settings
from riffsmith.networks import CLOCK_CHANNELS, Discriminator, Generator, count_parameters
from riffsmith.networks.piano_roll import BAR_STEPS, PROFILE_VALUES
from riffsmith.training import initialise_state
from riffsmith.transcription import PITCHES


@dataclass(frozen=True)
class LayerRow:
    """One layer of a network."""

    name: str
    kind: str
    sizes: tuple[int, ...]
    """Sizes of the output for one example. Empty: there is none."""
    parameters: int

    @property
    def shape(self) -> str:
        """The sizes as text, such as `64 × 32 × 331`."""
        return " × ".join(map(str, self.sizes))


@dataclass(frozen=True)
class Bar:
    """A layer in a diagram."""

    layer: LayerRow
    height: float
    """From 0 to 1 by the logarithm of the number of positions."""


def describe_networks(settings: Settings) -> dict[str, list[LayerRow]]:
    """Layers of the generator, the discriminator and the piano-roll model, where there is one.

    The shapes are those that an example of a batch gets.
    """
    if isinstance(settings, PictureSettings):
        return _describe_picture_networks(settings)
    return _describe_latent_networks(settings)


def to_bars(rows: list[LayerRow]) -> list[Bar]:
    """The layers with parameters, as bars whose heights tell how many positions they have.

    Args:
        rows: Layers whose outputs have channels first and positions after them.
    """
    layers = [row for row in rows if row.sizes and row.parameters]
    positions = [log2(1 + prod(row.sizes[1:])) for row in layers]
    highest = max(positions, default=1.0)
    return [Bar(row, height / highest) for row, height in zip(layers, positions, strict=True)]


def _describe_latent_networks(settings: LatentSettings) -> dict[str, list[LayerRow]]:
    """Layers with the shapes that a window of the training gives."""
    state = initialise_state(settings, 0, torch.device("cpu"))
    generator, discriminator = state.generator, state.discriminator
    frames, latents = settings.training.window_frames, settings.codec.latent_channels
    conditioning = CLOCK_CHANNELS + generator.style_channels + generator.pitches
    noisy, known = torch.zeros(1, latents, frames), torch.zeros(1, conditioning, frames)
    windows = torch.cat([noisy, known], dim=1)
    networks = {
        "generator": _trace(generator, lambda: generator(noisy, known, torch.ones(1))),
        "discriminator": _trace(discriminator, lambda: discriminator(windows)),
    }
    if settings.piano_roll.hidden:
        writer = build_piano_roll_model(settings)
        roll, profile = torch.zeros(1, BAR_STEPS, PITCHES), torch.zeros(1, PROFILE_VALUES)
        networks["piano_roll"] = _trace(writer, lambda: writer.loss(roll, profile))
    return networks


def _describe_picture_networks(settings: PictureSettings) -> dict[str, list[LayerRow]]:
    """Layers with the shapes that a real segment gives."""
    channels = settings.corpus.channel_count
    with torch.random.fork_rng(devices=[]):
        generator = Generator(settings.generator, channels)
        discriminator = Discriminator(settings.discriminator, channels)
    grid = settings.corpus.grid
    if settings.discriminator.real_size == "generator_grid":
        grid = (settings.generator.grid, settings.generator.grid)
    noise = torch.zeros(2, settings.generator.noise_channels)
    pictures = torch.zeros(2, channels, *grid)
    return {
        "generator": _trace(generator.layers, lambda: generator(noise)),
        "discriminator": _trace(discriminator.layers, lambda: discriminator(pictures)),
    }


@torch.no_grad()
def _trace(network: nn.Module, run: Callable[[], object]) -> list[LayerRow]:
    """The layers in the order in which an example goes through them.

    Args:
        network: Network that contains the layers.
        run: Sends an example through it.
    """
    found: dict[nn.Module, tuple[int, ...]] = {}

    def note(module: nn.Module, _: object, output: object) -> None:
        found.setdefault(module, _sizes(output))

    hooks = [module.register_forward_hook(note) for module in network.modules()]
    try:
        run()
    finally:
        for hook in hooks:
            hook.remove()
    order = {module: number for number, module in enumerate(found)}
    layers = sorted(_layers(network, "", found), key=lambda layer: order.get(layer[1], len(order)))
    rows = [
        LayerRow(
            name=name,
            kind=type(layer).__name__.removeprefix("Parametrized"),
            sizes=found.get(layer, ()),
            parameters=count_parameters(layer),
        )
        for name, layer in layers
    ]
    covered = {parameter for _, layer in layers for parameter in layer.parameters()}
    return rows + [
        LayerRow(name, type(parameter).__name__, tuple(parameter.shape), parameter.numel())
        for name, parameter in network.named_parameters()
        if parameter not in covered
    ]


def _layers(
    module: nn.Module, name: str, found: dict[nn.Module, tuple[int, ...]]
) -> Iterator[tuple[str, nn.Module]]:
    """The parts that an example went through as a whole; lists and the like are opened."""
    for part, child in module.named_children():
        path = f"{name}.{part}" if name else part
        is_list = isinstance(child, nn.Sequential | nn.ModuleList)
        if (child in found and not is_list) or not list(child.children()):
            yield path, child
        else:
            yield from _layers(child, path, found)


def _sizes(output: object) -> tuple[int, ...]:
    while isinstance(output, tuple | list) and output:
        output = output[0]
    return tuple(output.shape[1:]) if isinstance(output, Tensor) else ()
