"""The judges' weights, as package data."""

from importlib.resources import files
from typing import TypeVar

from safetensors.torch import load
from torch import nn

Network = TypeVar("Network", bound=nn.Module)


def load_pretrained(network: Network, name: str) -> Network:
    """Fills a network from `weights/NAME.safetensors` and puts it in evaluation mode."""
    weights = files("riffsmith.evaluation.embedders") / "weights" / f"{name}.safetensors"
    network.load_state_dict(load(weights.read_bytes()))
    return network.eval().requires_grad_(False)
