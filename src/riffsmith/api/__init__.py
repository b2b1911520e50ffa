"""Python interface: `riffsmith.load("metal").generate(seconds=30, seed=7)`."""

from riffsmith.api.audio import Audio, Loop, name_clip, read_audio, write_midi
from riffsmith.api.model import Model, Piece, load

__all__ = ["Audio", "Loop", "Model", "Piece", "load", "name_clip", "read_audio", "write_midi"]
