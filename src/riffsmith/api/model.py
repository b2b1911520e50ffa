"""A trained model and the pieces that it plays."""

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np

from riffsmith.api.audio import Audio, Loop
from riffsmith.api.tags import make_tags
from riffsmith.audio import AudioSpool, named_errors, read_passage, resample, write_audio
from riffsmith.bundle import Bundle, Card, LatentBundle, Origin, as_model, load_bundle, read_origin
from riffsmith.errors import AudioError, ModelError, SettingsError
from riffsmith.features import Descriptors
from riffsmith.files import explain
from riffsmith.parallel import single_threaded
from riffsmith.pipeline.models import find_bundle
from riffsmith.synthesis import (
    LONGEST_PROMPT_SECONDS,
    Controls,
    LivePiece,
    Stream,
    check_prompt,
    cut_audio_prompt,
    encode_audio_prompt,
    generate_clip,
    make_loop,
    play_chunks,
    play_parts,
    play_stream,
)

SHORTEST_SECONDS, LONGEST_SECONDS = 0.1, 10_800.0
"""Lengths that can be generated at once, in seconds."""
_DEFAULT_NOISE_LEVEL = 0.5
_USUAL_TEMPOS = (0.01, 0.99)
"""Quantiles of the tempi of a corpus beyond which its passages are stray ones."""


def check_seconds(seconds: float) -> None:
    """Checks the length of a clip.

    Raises:
        SettingsError: It is too short, too long, or no number.
    """
    if not SHORTEST_SECONDS <= seconds <= LONGEST_SECONDS:
        raise SettingsError(
            f"seconds must be from {SHORTEST_SECONDS:g} to {LONGEST_SECONDS:g}, found {seconds:g}"
        )


def check_loop_controls(controls: Controls | None) -> None:
    """Checks that controls have an effect on a loop.

    Raises:
        SettingsError: They have a variation or a morph.
    """
    for name in ("variation", "morph_seed"):
        if controls is not None and getattr(controls, name) != getattr(Controls, name):
            raise SettingsError(
                f"{name} has no effect on a loop, which has a single style: leave it out"
            )


class Piece:
    """An endless piece. Iteration gives `Audio` of about 6 s at a time."""

    def __init__(
        self,
        stream: Stream,
        controls: Controls,
        make_tags_at: Callable[[int, Controls], dict[str, str]],
    ) -> None:
        """Begins a piece.

        Args:
            stream: What it plays.
            controls: Controls of the stream.
            make_tags_at: Makes the tags of audio that begins at a sample and has some controls.
        """
        self._stream, self._controls, self._make_tags_at = stream, controls, make_tags_at
        self._position = 0

    @property
    def position(self) -> int:
        """Number of samples read so far."""
        return self._position

    @property
    def tags(self) -> dict[str, str]:
        """Texts for a file that begins at the present position."""
        return self._make_tags_at(self._position, self._controls)

    def __repr__(self) -> str:
        rate = self._stream.sample_rate
        return f"Piece(at {self._position / rate:.2f} s, {rate} Hz)"

    def __iter__(self) -> Iterator[Audio]:
        return self

    def __next__(self) -> Audio:
        size = self._stream.chunk_samples
        return self.read(size - self._position % size)

    def read(self, samples: int) -> Audio:
        """Reads the next samples.

        Args:
            samples: Number of samples.

        Raises:
            SettingsError: The number is below 1.
        """
        _check_samples(samples)
        tags = self.tags
        with single_threaded():
            found = self._stream.read(self._position, samples)
        self._position += samples
        self._stream.forget(self._position)
        return Audio(found, self._stream.sample_rate, tags=tags)

    def play_on(self, samples: int | None = None) -> Generator[Audio, None, None]:
        """The next samples as `Audio` of a little more than 3 s, computed by several workers.

        The first part is computed alone, so that it is ready as soon as possible. The piece must
        not be read or changed otherwise until the iterator has ended or is closed.

        Args:
            samples: Number of samples. `None`: the piece goes on without end.

        Raises:
            SettingsError: The number is below 1.
        """
        if samples is not None:
            _check_samples(samples)
        stream, size = self._stream, self._stream.chunk_samples
        stop = None if samples is None else self._position + samples
        left = size - self._position % size
        yield self.read(left if samples is None else min(left, samples))
        if stop is not None and self._position >= stop:
            return
        last = None if stop is None else -(-stop // size)
        for chunk in play_chunks(stream, self._position // size, last):
            audio = chunk if stop is None else chunk[: stop - self._position]
            tags = self.tags
            self._position += len(audio)
            yield Audio(audio, stream.sample_rate, tags=tags)
        stream.forget(self._position)

    def change_controls(self, controls: Controls) -> None:
        """Changes the controls from the present position on."""
        self._stream = self._stream.with_controls(self._position, controls)
        self._controls = controls


def _check_samples(samples: int) -> None:
    if samples < 1:
        raise SettingsError(f"samples must be 1 or more, found {samples}")


class Model:
    """A trained model. `load` opens one."""

    def __init__(
        self, bundle: Bundle, name: str | None = None, origin: Origin | None = None
    ) -> None:
        """Takes a bundle that is open.

        Args:
            bundle: The bundle.
            name: Name of the model in the tags of what it plays. `None`: its audio has no tags.
            origin: Its licence and the credit of its music, for the same tags. `None`: it was
                trained here.
        """
        self._bundle, self._name, self._origin = bundle, name, origin

    def __repr__(self) -> str:
        card = self.card
        unit = "step" if isinstance(self._bundle, LatentBundle) else "epoch"
        return (
            f"Model(preset {card.preset}, {unit} {card.snapshot}, {card.genre}, "
            f"{self.sample_rate} Hz)"
        )

    @property
    def bundle(self) -> Bundle:
        """Networks, settings and card, as the packages of the library take them."""
        return self._bundle

    @property
    def card(self) -> Card:
        """Card of the model: corpus, credits, settings and metrics."""
        return self._bundle.card

    @property
    def sample_rate(self) -> int:
        """Sample rate in Hz."""
        return self.card.settings.corpus.sample_rate

    @property
    def tempo_range(self) -> tuple[float, float] | None:
        """The slowest and the fastest tempo of its music in beats per minute.

        The control `tempo` may be outside, but the model has not learned from such music. `None`:
        a picture model has no tempo.
        """
        if not isinstance(self._bundle, LatentBundle):
            return None
        tempos = Descriptors(*self._bundle.codec.style_embedding.descriptors.T).tempo
        slowest, fastest = tempos.quantile(tempos.new_tensor(_USUAL_TEMPOS)).tolist()
        return slowest, fastest

    def generate(
        self,
        seconds: float = 30.0,
        seed: int = 0,
        controls: Controls | None = None,
        *,
        audio_prompt: Audio | str | Path | None = None,
        audio_prompt_from: float | None = None,
        noise_level: float | None = None,
        on_progress: Callable[[float], None] | None = None,
    ) -> Audio:
        """Generates new audio.

        Args:
            seconds: Length in seconds, from 0.1 to 10800.
            seed: Seed; the same seed on the same machine gives the same samples.
            controls: Controls of the piece. `None`: their defaults.
            audio_prompt: Audio of any sample rate that the piece begins with, or the path of its
                file. `None`: it begins with none.
            audio_prompt_from: Second of that audio at which the prompt begins; it ends 120 s later
                at the latest. `None`: all of the audio is the prompt.
            noise_level: Noise that is added to the prompt (SDEdit): 0 keeps it as it is and
                continues it, 1 keeps only its style and tempo. `None`: 0.5.
            on_progress: Called with the progress from 0 to 1. `None`: it is not reported.

        Raises:
            ModelError: Controls or a prompt are given to a picture model, which has neither.
            UnknownKeyError: A key is asked of a model without tonal latents.
            AudioError: The file of the prompt cannot be read.
            SettingsError: A value is out of range, or a noise level is given without a prompt.
        """
        check_seconds(seconds)
        _check_noise_level(noise_level, audio_prompt)
        prompt = self._read_prompt(audio_prompt, audio_prompt_from)
        details = _describe_prompt(prompt, audio_prompt_from, noise_level)
        tags = self._make_tags(seed, controls, details)
        if (controls or Controls()) == Controls() and prompt is None:
            audio = generate_clip(self._bundle, seconds, seed, on_progress)
            return Audio(audio, self.sample_rate, tags=tags)
        stream = self._open_stream(seed, controls, prompt, noise_level)
        return Audio(play_stream(stream, seconds, on_progress), self.sample_rate, tags=tags)

    def generate_file(
        self,
        path: str | Path,
        seconds: float = 30.0,
        seed: int = 0,
        controls: Controls | None = None,
        *,
        audio_prompt: Audio | str | Path | None = None,
        audio_prompt_from: float | None = None,
        noise_level: float | None = None,
        on_progress: Callable[[float], None] | None = None,
    ) -> Path:
        """Writes the file that `generate` and `Audio.save` write, without the whole in memory.

        The samples wait in a file without a name beside `path`, 21 MB a minute, until their peak
        is known. The clips of picture models are made in memory.

        Args:
            path: Path of the file, which ends in `.wav`, `.flac`, `.ogg` or `.mp3`.
            seconds: As for `generate`, like all further arguments.
            seed: Seed of the clip.
            controls: Controls of the piece.
            audio_prompt: Audio that the piece begins with.
            audio_prompt_from: Second of that audio at which the prompt begins.
            noise_level: Noise that is added to the prompt.
            on_progress: Called with the progress from 0 to 1.

        Returns:
            The path.

        Raises:
            AudioError: The ending is unknown, writing fails, or the prompt cannot be read.
            ModelError: As for `generate`, like `UnknownKeyError` and `SettingsError`.
        """
        check_seconds(seconds)
        _check_noise_level(noise_level, audio_prompt)
        prompt = self._read_prompt(audio_prompt, audio_prompt_from)
        if not isinstance(self._bundle, LatentBundle):
            clip = self.generate(
                seconds, seed, controls, audio_prompt=prompt, on_progress=on_progress
            )
            return clip.save(path)
        path = Path(path)
        details = _describe_prompt(prompt, audio_prompt_from, noise_level)
        tags = self._make_tags(seed, controls, details)
        stream = self._open_stream(seed, controls, prompt, noise_level)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with AudioSpool(path.parent, 2, np.float32) as spool:
                for part in play_parts(stream, seconds, on_progress):
                    spool.add(part)
                write_audio(path, spool, self.sample_rate, tags=tags)
        except OSError as cause:
            raise AudioError(explain(cause, f"writing {path}")) from cause
        return path

    def loop(
        self,
        seconds: float | None = None,
        seed: int = 0,
        controls: Controls | None = None,
        *,
        bars: int | None = None,
    ) -> Loop:
        """Generates whole bars of four beats that repeat without a seam.

        The tempo is exactly that of the controls, and the length that of the bars, rounded to the
        nearest sample. To fit it, the tuning changes by some cents, as `Loop.tuning_cents` says: by
        at most 5 in a loop of 8 s, and more in a shorter one.

        Args:
            seconds: Approximate length in seconds, which is rounded to whole bars. `None`: 8 s,
                where `bars` is `None` too.
            seed: Seed; the same seed on the same machine gives the same samples.
            controls: Controls; a loop has a single style, so it takes no variation and no morph.
                The model chooses a tempo where they have none.
            bars: Number of bars. `None`: `seconds` decides.

        Raises:
            ModelError: The model is a picture model.
            UnknownKeyError: A key is asked of a model without tonal latents.
            SettingsError: Both `seconds` and `bars` are given, the loop is too short or too long,
                or the controls have a variation or a morph.
        """
        check_loop_controls(controls)
        found = make_loop(self._latent, seed, controls, seconds=seconds, bars=bars)
        tags = self._make_tags(seed, controls, {"loop": found.grid.describe()})
        return Loop(found.audio, self.sample_rate, found.grid, found.tuning_cents, tags=tags)

    def stream(
        self,
        seed: int = 0,
        controls: Controls | None = None,
        *,
        audio_prompt: Audio | str | Path | None = None,
        audio_prompt_from: float | None = None,
        noise_level: float | None = None,
    ) -> Piece:
        """Begins the endless piece of a seed. Arguments and errors are those of `generate`."""
        _check_noise_level(noise_level, audio_prompt)
        prompt = self._read_prompt(audio_prompt, audio_prompt_from)
        details = _describe_prompt(prompt, audio_prompt_from, noise_level)

        def make_tags_at(begin: int, controls: Controls) -> dict[str, str]:
            return self._make_tags(seed, controls, {**details, "begin": begin})

        stream = self._open_stream(seed, controls, prompt, noise_level)
        return Piece(stream, controls or Controls(), make_tags_at)

    def live(self, seed: int = 0, controls: Controls | None = None) -> LivePiece:
        """Begins an endless piece that computes ahead, and whose controls any thread may change.

        Use it in a `with` statement, which ends its threads. Arguments and errors are those of
        `generate`.
        """
        return LivePiece(Stream(self._latent, seed, controls))

    def _make_tags(
        self, seed: int, controls: Controls | None, details: Mapping[str, object]
    ) -> dict[str, str]:
        """The tags of a clip, in the form of those of the studio's clips."""
        if self._name is None:
            return {}
        if isinstance(self._bundle, LatentBundle):
            moment = {"at": 0.0, "controls": asdict(controls or Controls())}
            details = {"begin": 0, "controls": [moment], **details}
        return make_tags(self._name, self.card, self._origin, seed, details)

    def _open_stream(
        self,
        seed: int,
        controls: Controls | None,
        audio_prompt: Audio | None,
        noise_level: float | None,
    ) -> Stream:
        noise_level = _DEFAULT_NOISE_LEVEL if noise_level is None else noise_level
        encoded = None
        if audio_prompt is not None:
            samples = resample(audio_prompt.samples, audio_prompt.sample_rate, self.sample_rate)
            encoded = encode_audio_prompt(self._latent, samples, noise_level)
        return Stream(self._latent, seed, controls, encoded)

    def _read_prompt(
        self, audio_prompt: Audio | str | Path | None, from_seconds: float | None
    ) -> Audio | None:
        """The audio prompt: all of a recording, or the passage of it that begins at a second."""
        if isinstance(audio_prompt, str | Path):
            return self._read_prompt_file(Path(audio_prompt), from_seconds)
        if from_seconds is None:
            return audio_prompt
        if audio_prompt is None:
            raise SettingsError(
                "audio_prompt_from needs audio_prompt: give the audio that it is about"
            )
        samples, rate = audio_prompt.samples, audio_prompt.sample_rate
        cut = cut_audio_prompt(samples, rate, from_seconds)
        return Audio(cut, rate, tags=audio_prompt.tags)

    def _read_prompt_file(self, path: Path, from_seconds: float | None) -> Audio:
        """The prompt in a file, which may be much longer than what is kept of it."""
        start = max(0.0, from_seconds or 0.0)
        with named_errors(path):
            samples, seconds = read_passage(
                path, self.sample_rate, 2, start, LONGEST_PROMPT_SECONDS
            )
        check_prompt(seconds, from_seconds)
        return Audio(samples, self.sample_rate, tags={"title": path.name})

    @property
    def _latent(self) -> LatentBundle:
        if not isinstance(self._bundle, LatentBundle):
            raise ModelError(
                f"a model of preset {self.card.preset} plays clips alone: streams, loops and "
                "controls need one of preset latent"
            )
        return self._bundle


def _check_noise_level(noise_level: float | None, audio_prompt: object) -> None:
    if noise_level is not None and audio_prompt is None:
        raise SettingsError(
            "noise_level has no effect without an audio prompt: give one, or leave it out"
        )


def _describe_prompt(
    prompt: Audio | None, from_seconds: float | None, noise_level: float | None
) -> dict[str, object]:
    """What tags tell about an audio prompt, if there is one."""
    if prompt is None:
        return {}
    return {
        "audio_prompt": {
            "name": prompt.tags.get("title"),
            "second": from_seconds or 0.0,
            "seconds": prompt.seconds,
            "noise_level": _DEFAULT_NOISE_LEVEL if noise_level is None else noise_level,
        }
    }


def load(
    model: str | Path,
    snapshot: int | None = None,
    *,
    on_notice: Callable[[str], None] = lambda text: None,
) -> Model:
    """Opens a run folder, a bundle folder, or a shipped model by its name.

    Args:
        model: Path of the folder, or name of a shipped model. The text `metal` is always the
            shipped model; `./metal` and `Path("metal")` are a folder.
        snapshot: Number of a run's snapshot: an epoch of the picture presets, a step of preset
            `latent`. `None`: the best.
        on_notice: Called with a sentence that names the chosen snapshot of a run and the reason, or
            that says that a shipped model is used where there is another one of that name.

    Raises:
        ModelError: There is no such model, or it is damaged.
    """
    name = as_model(model) if isinstance(model, Path) else model
    with find_bundle(name, snapshot, on_notice) as folder:
        return Model(load_bundle(folder), Path(model).resolve().name, read_origin(folder))
