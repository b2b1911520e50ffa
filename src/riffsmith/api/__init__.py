"""Python interface: `riffsmith.load("metal").generate(seconds=30, seed=7)`."""

from riffsmith.api.audio import Audio, read_audio
from riffsmith.api.model import Model, Piece, load

__all__ = ["Audio", "Model", "Piece", "load", "read_audio"]
