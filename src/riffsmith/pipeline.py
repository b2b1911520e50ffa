"""From a folder to a model: what the commands and the page both do."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from riffsmith.bundle import Bundle, find_shipped, is_bundle, load_bundle
from riffsmith.config import DEFAULT_PRESET, Overrides, Settings, build_settings, load_preset
from riffsmith.corpus import Corpus, Progress, find_audio, is_corpus, prepare_corpus
from riffsmith.errors import CorpusError, ModelError, RunError, SettingsError
from riffsmith.evaluation import (
    PASSAGE_SECONDS,
    Passage,
    play_passages,
    read_folder,
    reconstruct_with,
)
from riffsmith.training import RunFolder, RunRecord, create_run, open_run, select_snapshot


@dataclass(frozen=True)
class Request:
    """What a training is asked to be; none leaves it to the preset, or to the run's record."""

    preset: str | None = None
    overrides: Overrides = field(default_factory=dict)
    seed: int | None = None
    epochs: int | None = None
    minutes: float | None = None
    monitor: bool | None = None
    genre: str | None = None
    hold_out: Sequence[str] = ()
    workers: int | None = None

    def with_preset(self, source: Path, run: RunFolder) -> "Request":
        """With the preset named: the one asked for, the run's, the corpus's, or the default."""
        if self.preset is not None:
            return self
        if run.exists():
            return replace(self, preset=run.read_record().preset)
        return replace(self, preset=Corpus(source).manifest.preset) if is_corpus(source) else self

    def asked_epochs(self) -> int | None:
        """The number of epochs asked for, by either way of saying it."""
        told = self.overrides.get("training", {}).get("epochs")
        if self.epochs is None and told is not None:
            return self.settings().training.epochs
        return self.epochs

    def asked_watch(self) -> bool | None:
        """Whether the watch is asked for, by either way of saying it."""
        told = self.overrides.get("training", {}).get("watch")
        if self.monitor is None and told is not None:
            return self.settings().training.monitor
        return self.monitor

    def settings(self) -> Settings:
        """Settings of a new run.

        Raises:
            SettingsError: They do not exist or do not fit, or epochs and minutes are both given.
        """
        if self.epochs is not None and self.minutes is not None:
            raise SettingsError("--epochs and --minutes exclude each other: give one")
        if self.minutes is not None and not 0 < self.minutes < float("inf"):
            raise SettingsError(f"--minutes must be above 0, found {self.minutes:g}")
        overrides = {section: dict(pairs) for section, pairs in self.overrides.items()}
        if self.epochs is not None:
            overrides.setdefault("training", {})["epochs"] = str(self.epochs)
        if self.monitor is not None:
            overrides.setdefault("training", {})["watch"] = str(self.monitor).lower()
        return load_preset(self.preset or DEFAULT_PRESET, overrides)


def open_corpus(
    source: Path, run: RunFolder, request: Request, on_progress: Progress | None = None
) -> Corpus:
    """Opens a prepared corpus, or prepares a folder of recordings below the run first."""
    if is_corpus(source):
        return Corpus(source)
    corpus = run.path / "corpus"
    prepare_corpus(
        source,
        corpus,
        request.settings().corpus,
        preset=request.preset or DEFAULT_PRESET,
        genre=request.genre,
        hold_out=request.hold_out,
        workers=request.workers,
        on_progress=on_progress,
    )
    return Corpus(corpus)


def begin(
    source: Path,
    run: RunFolder,
    request: Request,
    *,
    resume: bool,
    on_progress: Progress | None = None,
) -> tuple[RunRecord, Corpus]:
    """Starts a run, or takes one up again where `resume` is set and there is one.

    Raises:
        RunError: There is a run and `resume` is not set, or the request contradicts its record.
        RiffsmithError: The folder, corpus or settings cannot be used.
    """
    request = request.with_preset(source, run)
    settings = request.settings()
    if run.exists() and resume:
        _refuse_contradiction(run.read_record(), request)
        if not source.exists():
            raise CorpusError(f"no folder {str(source)!r}: check the path")
        moved = Corpus(source) if is_corpus(source) else None
        return open_run(
            run,
            epochs=request.asked_epochs(),
            minutes=request.minutes,
            corpus=moved,
            monitor=request.asked_watch(),
        )
    if run.exists():
        raise RunError(
            f"{run.path} already holds a run: add --resume to go on with it, or name another folder"
        )
    if is_corpus(source) and (request.genre is not None or request.hold_out):
        raise SettingsError(
            "--genre and --hold-out choose what `prepare` does, and this corpus is prepared: "
            "leave them out, or name the folder of recordings"
        )
    corpus = open_corpus(source, run, request, on_progress)
    preset = request.preset or DEFAULT_PRESET
    record = create_run(run, corpus, settings, preset, request.seed or 0, request.minutes)
    return record, corpus


_CHANGEABLE = (("training", "epochs"), ("training", "watch"))


def _refuse_contradiction(record: RunRecord, request: Request) -> None:
    differences: list[str] = []
    if request.preset not in (None, record.preset):
        differences.append(f"--preset {request.preset} (it has {record.preset})")
    if request.seed not in (None, record.seed):
        differences.append(f"--seed {request.seed} (it has {record.seed})")
    ours = record.settings.model_dump(mode="json")
    theirs = build_settings(ours, request.overrides).model_dump(mode="json")
    differences += [
        f"--config.{section}.{key} {value} (it has {ours[section][key]})"
        for section, values in theirs.items()
        for key, value in values.items()
        if value != ours[section][key] and (section, key) not in _CHANGEABLE
    ]
    if differences:
        raise RunError(
            f"a resumed run keeps its settings, and these differ: {', '.join(differences)}; "
            "leave them out, or start a new run"
        )


@dataclass(frozen=True)
class Judged:
    """What `evaluate` compares with real music."""

    passages: list[Passage]
    """Clips of 30 s: played by a model, or read from a folder of audio files."""
    reconstruct: Callable[[Passage], Passage] | None = None
    """What the model's own codec makes of a real passage; none where there is no codec."""


def open_judged(
    model: str,
    corpus: Corpus,
    seconds: float,
    seed: int,
    epoch: int | None = None,
    on_share: Callable[[float], None] = lambda share: None,
) -> Judged:
    """Plays a model, or reads a folder of audio files.

    Raises:
        SettingsError: Fewer seconds than one clip are asked for.
        ModelError: As `open_model`, or the model's rate or channels are not the corpus's.
        AudioError: A file of the folder cannot be read.
        CorpusError: No file of the folder is 30 s long.
    """
    if seconds < PASSAGE_SECONDS:
        raise SettingsError(f"--seconds must be {PASSAGE_SECONDS:g} or more, found {seconds:g}")
    path = Path(model)
    if path.is_dir() and not is_bundle(path) and not RunFolder(path).exists():
        return Judged(read_folder(find_audio(path), corpus))
    bundle = open_model(model, epoch)
    ours, theirs = bundle.card.settings.corpus, corpus.manifest.settings
    if (ours.sample_rate, ours.channels) != (theirs.sample_rate, theirs.channels):
        raise ModelError(
            f"{model} plays {ours.sample_rate} Hz ({ours.channels}), {corpus.path} holds "
            f"{theirs.sample_rate} Hz ({theirs.channels}): prepare the corpus with preset "
            f"{bundle.card.preset}"
        )
    return Judged(play_passages(bundle, seconds, seed, on_share), reconstruct_with(bundle))


def open_model(
    model: str,
    epoch: int | None = None,
    on_notice: Callable[[str], None] = lambda text: None,
) -> Bundle:
    """Loads a run folder's snapshot, a bundle folder, or a shipped model by its name.

    Args:
        model: Path or name.
        epoch: Of a run's snapshots; none: the best, or the newest where the watch marked none.
        on_notice: Told which snapshot of a run was chosen, and why.

    Raises:
        ModelError: There is no such model, or it is damaged.
    """
    with find_bundle(model, epoch, on_notice) as folder:
        return load_bundle(folder)


@contextmanager
def find_bundle(
    model: str,
    epoch: int | None = None,
    on_notice: Callable[[str], None] = lambda text: None,
) -> Iterator[Path]:
    """The bundle's folder, there while one is inside; arguments as for `open_model`.

    Raises:
        ModelError: There is no such model.
    """
    path = Path(model)
    run = RunFolder(path)
    if run.exists():
        yield run.snapshot(_choose_epoch(run, epoch, on_notice))
    elif epoch is not None:
        raise ModelError(f"--epoch needs a run folder, {model!r} is none")
    elif is_bundle(path):
        yield path
    elif path.exists():
        raise ModelError(f"{path} is neither a run folder nor a bundle: check the path")
    else:
        with find_shipped(model) as folder:
            yield folder


def _choose_epoch(run: RunFolder, epoch: int | None, on_notice: Callable[[str], None]) -> int:
    epochs = run.snapshot_epochs()
    if not epochs:
        raise ModelError(f"{run.path} has no snapshot yet: train it first")
    if epoch is None:
        choice = select_snapshot(run)
        reason = _REASONS[choice.why].format(distance=choice.distance)
        on_notice(f"epoch {choice.epoch} of {run.path}: {reason}")
        return choice.epoch
    if epoch not in epochs:
        listed = ", ".join(map(str, epochs))
        raise ModelError(f"{run.path} has no snapshot of epoch {epoch}: it has {listed}")
    return epoch


_REASONS = {
    "nearest": "the snapshot nearest to real (distance {distance:.2f})",
    "healthy": "the newest healthy snapshot; no distance to real was measured",
    "newest": "the newest snapshot, as the watch has marked none",
}
