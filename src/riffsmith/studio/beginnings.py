"""What a piece can begin with: a recording that was sent, or a clip from the shelf."""

from pathlib import Path

import numpy as np

from riffsmith.api import Audio
from riffsmith.files import remove
from riffsmith.studio.command import run_command
from riffsmith.studio.errors import StudioError
from riffsmith.studio.home import Home
from riffsmith.studio.schemas import Beginning, BegunWith
from riffsmith.studio.shelf import Shelf
from riffsmith.studio.sources import Sources
from riffsmith.synthesis import SHORTEST_PROMPT_SECONDS

_LIMIT_SECONDS = 60.0


class Beginnings:
    """Opens them; decoding is a process of its own."""

    def __init__(self, home: Home, shelf: Shelf, sources: Sources) -> None:
        self._home, self._shelf, self._sources = home, shelf, sources

    def open(self, asked: Beginning, sample_rate: int) -> Audio:
        """What is asked for, in stereo.

        Raises:
            NotFoundError: There is no such clip or upload.
            StudioError: It cannot be read, or is too short there.
        """
        file, name = self._find(asked.source)
        target = self._home.scratch_file(".npy")
        words = (file, target, sample_rate, asked.second, asked.seconds)
        try:
            run_command(*words, limit_seconds=_LIMIT_SECONDS, module="riffsmith.studio.decoding")
            samples = np.load(target, allow_pickle=False)
        finally:
            remove(target)
        if len(samples) < SHORTEST_PROMPT_SECONDS * sample_rate:
            raise StudioError(
                f"{name}: {len(samples) / sample_rate:.1f} s lie behind second {asked.second:g}, "
                f"and {SHORTEST_PROMPT_SECONDS:g} are the least to begin with: begin earlier"
            )
        return Audio(samples, sample_rate)

    def tell(self, asked: Beginning) -> BegunWith:
        """The same in words.

        Raises:
            NotFoundError: There is no such clip or upload.
        """
        _, name = self._find(asked.source)
        return BegunWith(name=name, second=asked.second, seconds=asked.seconds, vary=asked.vary)

    def _find(self, source: str) -> tuple[Path, str]:
        """The file, and what people know it by."""
        if source.startswith("clip:"):
            folder = self._shelf.folder(source.removeprefix("clip:"))
            return folder.wav, folder.read().title
        file = self._sources.recording(source)
        return file, file.name
