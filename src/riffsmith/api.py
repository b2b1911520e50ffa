"""Riffsmith from Python: `riffsmith.load("metal").generate(seconds=30, seed=7)`."""

import base64
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soundfile
import torch
from jaxtyping import Float

from riffsmith.audio import read_named, resample, write_audio
from riffsmith.bundle import Bundle, Card, LatentBundle
from riffsmith.errors import ModelError
from riffsmith.features import MelTransform
from riffsmith.parallel import single_threaded
from riffsmith.pipeline import open_model
from riffsmith.synthesis import (
    Controls,
    Stream,
    encode_audio_prompt,
    generate_clip,
    make_loop,
    play_chunks,
    play_stream,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Audio", "Model", "Piece", "load", "read_audio"]


@dataclass(frozen=True)
class Audio:
    """Sound in memory. A notebook shows it as a player."""

    samples: Float[np.ndarray, "time channels"]
    """Full scale is 1.0."""
    sample_rate: int
    """In Hz."""

    @property
    def seconds(self) -> float:
        """Length."""
        return len(self.samples) / self.sample_rate

    def save(self, path: str | Path, *, loops: bool = False) -> Path:
        """Writes a file, turned down where its peak would exceed −1 dBFS.

        Args:
            path: Ending in `.wav`, `.flac`, `.ogg` or `.mp3`.
            loops: Mark the whole as a loop, which only `.wav` can hold.

        Raises:
            AudioError: The ending is unknown or writing fails.
        """
        write_audio(Path(path), self.samples, self.sample_rate, loops=loops)
        return Path(path)

    def plot(self) -> "Figure":
        """Its mel spectrogram in decibels over seconds."""
        from riffsmith.plotting import draw_spectrogram

        transform = MelTransform(self.sample_rate, n_fft=2048, hop_samples=512, n_mels=128)
        mono = torch.from_numpy(np.ascontiguousarray(self.samples.mean(axis=1)))
        return draw_spectrogram(transform.to_db(mono), "", self.seconds)

    def _repr_html_(self) -> str:
        content = BytesIO()
        soundfile.write(content, self.samples, self.sample_rate, format="FLAC")
        text = base64.b64encode(content.getvalue()).decode()
        return f'<audio controls src="data:audio/flac;base64,{text}"></audio>'


def read_audio(path: str | Path, sample_rate: int = 44_100, channels: int = 2) -> Audio:
    """Decodes, mixes and resamples a file.

    Raises:
        AudioError: It cannot be read.
    """
    return Audio(read_named(Path(path), sample_rate, channels).audio, sample_rate)


class Piece:
    """An endless piece: iterate over it for a little more than 3 s of `Audio` at a time."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._position = 0

    @property
    def position(self) -> int:
        """Samples given so far."""
        return self._position

    def __iter__(self) -> Iterator[Audio]:
        return self

    def __next__(self) -> Audio:
        size = self._stream.chunk_samples
        return self.read(size - self._position % size)

    def read(self, samples: int) -> Audio:
        """The next samples."""
        with single_threaded():
            found = self._stream.read(self._position, samples)
        self._position += samples
        self._stream.forget(self._position)
        return Audio(found, self._stream.sample_rate)

    def play_on(self, samples: int | None = None) -> Generator[Audio, None, None]:
        """The next samples as `Audio` of a little more than 3 s, computed by several workers.

        The first is computed alone, so that it is there as soon as it can be. The piece must not
        be read or turned otherwise until the iterator has ended or is closed.

        Args:
            samples: How many; None: the piece goes on without end.
        """
        stream, size = self._stream, self._stream.chunk_samples
        stop = None if samples is None else self._position + samples
        left = size - self._position % size
        yield self.read(left if samples is None else min(left, samples))
        if stop is not None and self._position >= stop:
            return
        chunks = play_chunks(
            stream, self._position // size, None if stop is None else -(-stop // size)
        )
        for chunk in chunks:
            audio = chunk if stop is None else chunk[: stop - self._position]
            self._position += len(audio)
            yield Audio(audio, stream.sample_rate)
        stream.forget(self._position)

    def turn(self, controls: Controls) -> None:
        """Asks something else from here on."""
        self._stream = self._stream.with_controls(self._position, controls)


class Model:
    """A trained model."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle

    @property
    def card(self) -> Card:
        """What the model says about itself: corpus, credits, settings, figures."""
        return self._bundle.card

    @property
    def sample_rate(self) -> int:
        """In Hz."""
        return self.card.settings.corpus.sample_rate

    def generate(
        self,
        seconds: float = 30.0,
        seed: int = 0,
        controls: Controls | None = None,
        *,
        audio_prompt: Audio | None = None,
        noise_level: float = 0.5,
        on_progress: Callable[[float], None] | None = None,
    ) -> Audio:
        """New audio.

        Args:
            seconds: Length.
            seed: The same seed on the same machine gives the same samples.
            controls: What is asked of it.
            audio_prompt: Audio that the piece begins with, at any sample rate.
            noise_level: Noise added to that audio: 0 keeps it and goes on from it, 1 keeps only its
                style and tempo.
            on_progress: Called with the share that is done.

        Raises:
            ModelError: Controls or a clip are given to a model that has none.
            SettingsError: A value is out of range.
        """
        if (controls or Controls()) == Controls() and audio_prompt is None:
            audio = generate_clip(self._bundle, seconds, seed, on_progress)
            return Audio(audio, self.sample_rate)
        stream = self._open_stream(seed, controls, audio_prompt, noise_level)
        return Audio(play_stream(stream, seconds, on_progress), self.sample_rate)

    def loop(self, seconds: float = 8.0, seed: int = 0, controls: Controls | None = None) -> Audio:
        """About so many seconds in whole bars, which repeat without a seam.

        Raises:
            ModelError: The model makes pictures.
            SettingsError: It is too short or too long.
        """
        return Audio(make_loop(self._latent, seed, seconds, controls), self.sample_rate)

    def stream(
        self,
        seed: int = 0,
        controls: Controls | None = None,
        *,
        audio_prompt: Audio | None = None,
        noise_level: float = 0.5,
    ) -> Piece:
        """The endless piece of a seed; arguments and errors as for `generate`."""
        return Piece(self._open_stream(seed, controls, audio_prompt, noise_level))

    def _open_stream(
        self, seed: int, controls: Controls | None, audio_prompt: Audio | None, noise_level: float
    ) -> Stream:
        prompt = None
        if audio_prompt is not None:
            samples = resample(audio_prompt.samples, audio_prompt.sample_rate, self.sample_rate)
            prompt = encode_audio_prompt(self._latent, samples, noise_level)
        return Stream(self._latent, seed, controls, prompt)

    @property
    def _latent(self) -> LatentBundle:
        if not isinstance(self._bundle, LatentBundle):
            raise ModelError(
                f"a model of preset {self.card.preset} plays clips alone: streams, loops and "
                "controls need one of preset latent"
            )
        return self._bundle


def load(
    model: str | Path,
    snapshot: int | None = None,
    *,
    on_notice: Callable[[str], None] = lambda text: None,
) -> Model:
    """Opens a run folder, a bundle folder, or a shipped model by its name.

    Args:
        model: Path or name (`metal`).
        snapshot: Number of a run's snapshot, an epoch or a step by its preset. `None`: the best.
        on_notice: Told which snapshot of a run was chosen, and why.

    Raises:
        ModelError: There is no such model, or it is damaged.
    """
    return Model(open_model(str(model), snapshot, on_notice))
