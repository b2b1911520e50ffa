"""Audio prompts: a recording that was sent, or a clip from the shelf, that a piece begins with."""

from pathlib import Path

import numpy as np

from riffsmith.api import Audio
from riffsmith.files import remove
from riffsmith.studio.clips.shelf import Shelf
from riffsmith.studio.command import run_command
from riffsmith.studio.errors import StudioError
from riffsmith.studio.home import Home
from riffsmith.studio.messages import ProblemCode
from riffsmith.studio.playback.schemas import AudioPromptInfo, AudioPromptRequest
from riffsmith.studio.recordings.sources import Sources
from riffsmith.synthesis import SHORTEST_PROMPT_SECONDS

_LIMIT_SECONDS = 60.0
_DECODING = "riffsmith.studio.playback.decoding"


class Prompts:
    """Opens audio prompts; a process of its own decodes them."""

    def __init__(self, home: Home, shelf: Shelf, sources: Sources) -> None:
        self._home, self._shelf, self._sources = home, shelf, sources

    def open(self, request: AudioPromptRequest, sample_rate: int) -> Audio:
        """The audio of a prompt in stereo.

        Raises:
            NotFoundError: There is no such clip or upload.
            StudioError: It cannot be read, or too little of it lies behind the second.
        """
        file, info = self._find(request)
        target = self._home.scratch_file(".npy")
        words = (file, target, sample_rate, request.second, request.seconds)
        try:
            run_command(*words, limit_seconds=_LIMIT_SECONDS, module=_DECODING)
            samples = np.load(target, allow_pickle=False)
        finally:
            remove(target)
        if len(samples) < SHORTEST_PROMPT_SECONDS * sample_rate:
            raise StudioError(
                ProblemCode.PROMPT_TOO_SHORT,
                name=info.name,
                seconds=len(samples) / sample_rate,
                second=request.second,
                least=SHORTEST_PROMPT_SECONDS,
            )
        return Audio(samples, sample_rate)

    def describe(self, request: AudioPromptRequest) -> AudioPromptInfo:
        """The description of a prompt.

        Raises:
            NotFoundError: There is no such clip or upload.
        """
        return self._find(request)[1]

    def _find(self, request: AudioPromptRequest) -> tuple[Path, AudioPromptInfo]:
        """The file of a prompt, and its description."""
        kind, _, key = request.source.partition(":")
        if kind == "clip":
            folder = self._shelf.folder(key)
            clip = folder.read()
            file, name, seed = folder.audio_file(".wav"), clip.model_title, clip.seed
        else:
            file = self._sources.recording(request.source)
            name, seed = file.name, None
        how = request.model_dump(include={"second", "seconds", "noise_level"})
        return file, AudioPromptInfo(name=name, seed=seed, **how)
