"""Python interface: `riffsmith.load("metal").generate(seconds=30, seed=7)`.

`corpora`, `training` and `evaluation` hold `prepare`, `train` and `evaluate`. They are imported
when they are first asked for: who plays a model need not wait for the code of the training.
"""

from riffsmith.api.audio import Audio, Loop, name_clip, read_audio, write_midi
from riffsmith.api.model import Model, Piece, load

__all__ = ["Audio", "Loop", "Model", "Piece", "load", "name_clip", "read_audio", "write_midi"]
