"""The interface of embedders, and the built-in ones by name."""

from typing import Protocol, runtime_checkable

from jaxtyping import Float
from torch import Tensor

from riffsmith.errors import SettingsError
from riffsmith.evaluation.embedders.aisfx import AisfxEmbedder
from riffsmith.evaluation.embedders.musicnn import MusicnnEmbedder
from riffsmith.evaluation.embedders.notes import NotesEmbedder


@runtime_checkable
class Embedder(Protocol):
    """A network that maps short windows of mono audio to vectors.

    Any object with these attributes is an embedder; it need not inherit from this class.
    """

    @property
    def name(self) -> str:
        """Part of the names of metrics, such as `kad_NAME`: lower case, no spaces."""
        ...

    @property
    def version(self) -> str:
        """Text that changes when the vectors do; stored vectors of other versions are not used."""
        ...

    @property
    def sample_rate(self) -> int:
        """Sample rate of the windows in Hz."""
        ...

    @property
    def window_seconds(self) -> float:
        """Length of a window in seconds, rounded to whole samples where it is used."""
        ...

    @property
    def hop_seconds(self) -> float:
        """Seconds from the start of one window to the next, rounded to whole samples."""
        ...

    @property
    def dimension(self) -> int:
        """Number of values in a vector."""
        ...

    def embed(
        self, windows: Float[Tensor, "windows samples"]
    ) -> Float[Tensor, "windows dimension"]:
        """One vector for each window; called with a few windows at a time and without gradients."""
        ...


_EMBEDDERS = {"musicnn": MusicnnEmbedder, "aisfx": AisfxEmbedder, "notes": NotesEmbedder}
EMBEDDER_NAMES = tuple(_EMBEDDERS)
"""Names of the built-in embedders."""


def build_embedder(name: str) -> Embedder:
    """Builds a built-in embedder: "musicnn", "aisfx" or "notes".

    Raises:
        SettingsError: No built-in embedder has that name.
    """
    if name not in _EMBEDDERS:
        known = ", ".join(_EMBEDDERS)
        raise SettingsError(f"no embedder {name!r} (there are: {known}): choose one of them")
    return _EMBEDDERS[name]()


def build_embedders() -> list[Embedder]:
    """Builds all built-in embedders."""
    return [build_embedder(name) for name in EMBEDDER_NAMES]
