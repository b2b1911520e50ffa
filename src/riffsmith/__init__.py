"""Riffsmith: train a GAN on a folder of recordings and let it play new music of that kind.

`riffsmith.load("metal").generate(seconds=30, seed=7).save("riff.wav")` writes new music of the
shipped model into a file.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from riffsmith.parallel import wait_passively

if TYPE_CHECKING:
    from riffsmith.api import Audio, Loop, Model, Piece, load, read_audio, write_midi
    from riffsmith.api.corpora import prepare
    from riffsmith.api.evaluation import evaluate
    from riffsmith.api.training import Run, train
    from riffsmith.controls import Controls
    from riffsmith.errors import RiffsmithError
    from riffsmith.transcription import Note

wait_passively()  # before anything loads torch

__version__ = "0.1.0"

_HOMES = {
    "Audio": "riffsmith.api",
    "Controls": "riffsmith.controls",
    "Loop": "riffsmith.api",
    "Model": "riffsmith.api",
    "Note": "riffsmith.transcription",
    "Piece": "riffsmith.api",
    "RiffsmithError": "riffsmith.errors",
    "Run": "riffsmith.api.training",
    "evaluate": "riffsmith.api.evaluation",
    "load": "riffsmith.api",
    "prepare": "riffsmith.api.corpora",
    "read_audio": "riffsmith.api",
    "train": "riffsmith.api.training",
    "write_midi": "riffsmith.api",
}
__all__ = [
    "Audio",
    "Controls",
    "Loop",
    "Model",
    "Note",
    "Piece",
    "RiffsmithError",
    "Run",
    "__version__",
    "evaluate",
    "load",
    "prepare",
    "read_audio",
    "train",
    "write_midi",
]


def __getattr__(name: str) -> object:
    """Imports a public name when it is first asked for: the command line starts without torch."""
    if name not in _HOMES:
        raise AttributeError(f"module 'riffsmith' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
