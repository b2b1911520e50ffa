"""The path from a folder to a model, as the commands and the studio share it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from riffsmith.bundle import Bundle, find_shipped, is_bundle, load_bundle
from riffsmith.config import (
    DEFAULT_PRESET,
    LatentSettings,
    Overrides,
    Settings,
    build_settings,
    load_preset,
)
from riffsmith.corpus import Corpus, Progress, find_audio, is_corpus, prepare_corpus
from riffsmith.errors import CorpusError, ModelError, RiffsmithError, RunError, SettingsError
from riffsmith.evaluation import (
    PASSAGE_SECONDS,
    Passage,
    play_passages,
    read_folder,
    reconstruct_with,
)
from riffsmith.runs import (
    Outcome,
    OutcomeState,
    RunFolder,
    RunRecord,
    SelectionReason,
    Stage,
    create_run,
    open_run,
    select_snapshot,
    write_outcome,
)

_CHANGEABLE = ("epochs", "steps", "monitor")
"""Training settings that may change when a run is resumed."""


@dataclass(frozen=True)
class TrainingRequest:
    """What a training is asked to be. `None` leaves it to the preset or to the run's record."""

    preset: str | None = None
    overrides: Overrides = field(default_factory=dict)
    """Single settings as `{section: {key: text}}`."""
    seed: int | None = None
    epochs: int | None = None
    """Length of the training of a picture preset."""
    steps: int | None = None
    """Length of the training of the preset `latent`."""
    minutes: float | None = None
    monitor: bool | None = None
    genre: str | None = None
    hold_out: Sequence[str] = ()
    workers: int | None = None

    def with_preset(self, source: Path, run: RunFolder) -> "TrainingRequest":
        """The request with a preset: its own, the run's, the corpus's, or the default one."""
        if self.preset is not None:
            return self
        if run.exists():
            return replace(self, preset=run.read_record().preset)
        return replace(self, preset=Corpus(source).manifest.preset) if is_corpus(source) else self

    def settings(self) -> Settings:
        """The settings of a new run.

        Raises:
            SettingsError: They do not exist or do not fit, the length is given twice, or it is
                given in a unit that the preset does not have.
        """
        return load_preset(self.preset or DEFAULT_PRESET, self._all_overrides())

    def training_changes(self) -> dict[str, object]:
        """The training settings that a resumed run may change, where the request names them."""
        named = self._all_overrides().get("training", {})
        training = self.settings().training
        return {name: getattr(training, name) for name in _CHANGEABLE if name in named}

    def _all_overrides(self) -> dict[str, dict[str, str]]:
        self._check_length()
        overrides = {section: dict(pairs) for section, pairs in self.overrides.items()}
        training = overrides.setdefault("training", {})
        for name in ("epochs", "steps"):
            if (value := getattr(self, name)) is not None:
                training[name] = str(value)
        if self.monitor is not None:
            training["monitor"] = str(self.monitor).lower()
        return overrides

    def _check_length(self) -> None:
        lengths = ("epochs", "steps", "minutes")
        given = [name for name in lengths if getattr(self, name) is not None]
        if len(given) > 1:
            options = " and ".join(f"--{name}" for name in given)
            raise SettingsError(f"{options} exclude each other: give one")
        if self.minutes is not None and not 0 < self.minutes < float("inf"):
            raise SettingsError(f"--minutes must be above 0, found {self.minutes:g}")
        preset = self.preset or DEFAULT_PRESET
        has_steps = isinstance(load_preset(preset), LatentSettings)
        if self.epochs is not None and has_steps:
            raise SettingsError(
                f"--epochs is for the picture presets, and preset {preset} counts steps: use "
                "--steps or --minutes"
            )
        if self.steps is not None and not has_steps:
            raise SettingsError(
                f"--steps is for the preset latent, and preset {preset} counts epochs: use "
                "--epochs or --minutes"
            )


def open_corpus(
    source: Path, run: RunFolder, request: TrainingRequest, on_progress: Progress | None = None
) -> Corpus:
    """Opens a prepared corpus, or prepares a folder of recordings below the run first."""
    if is_corpus(source):
        return Corpus(source)
    corpus = run.path / "corpus"

    def report(done: int, total: int, name: str) -> None:
        progress = done / max(1, total)
        state, stage = OutcomeState.PREPARING, Stage.RECORDINGS
        write_outcome(run, Outcome(state=state, stage=stage, progress=progress))
        if on_progress:
            on_progress(done, total, name)

    prepare_corpus(
        source,
        corpus,
        request.settings().corpus,
        preset=request.preset or DEFAULT_PRESET,
        genre=request.genre,
        hold_out=request.hold_out,
        workers=request.workers,
        on_progress=report,
    )
    return Corpus(corpus)


def begin_training(
    source: Path,
    run: RunFolder,
    request: TrainingRequest,
    *,
    resume: bool,
    on_progress: Progress | None = None,
) -> tuple[RunRecord, Corpus]:
    """Creates a run, or opens an existing one again where `resume` is true.

    Args:
        source: Prepared corpus or folder of recordings.
        run: Folder of the run.
        request: What the training is asked to be.
        resume: Whether to go on with a run that is there.
        on_progress: Called with the number of prepared files, of all files, and a file's name.

    Raises:
        RunError: There is a run and `resume` is false, or the request contradicts its record.
        RiffsmithError: The folder, corpus or settings cannot be used.
    """
    request = request.with_preset(source, run)
    settings = request.settings()
    if run.exists() and resume:
        _refuse_contradiction(run.read_record(), request)
        if not source.exists():
            raise CorpusError(f"no folder {str(source)!r}: check the path")
        moved = Corpus(source) if is_corpus(source) else None
        changes = request.training_changes()
        return open_run(run, training=changes, minutes=request.minutes, corpus=moved)
    if run.exists():
        raise RunError(
            f"{run.path} already holds a run: add --resume to go on with it, or name another folder"
        )
    if is_corpus(source) and (request.genre is not None or request.hold_out):
        raise SettingsError(
            "--genre and --hold-out choose what `prepare` does, and this corpus is prepared: "
            "leave them out, or name the folder of recordings"
        )
    try:
        corpus = open_corpus(source, run, request, on_progress)
    except RiffsmithError as error:
        if run.path.is_dir():  # it exists where the preparation had begun
            state, code = OutcomeState.FAILED, type(error).__name__
            write_outcome(run, Outcome(state=state, code=code, message=str(error)))
        raise
    preset = request.preset or DEFAULT_PRESET
    record = create_run(run, corpus, settings, preset, request.seed or 0, request.minutes)
    return record, corpus


def _refuse_contradiction(record: RunRecord, request: TrainingRequest) -> None:
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
        if value != ours[section][key] and (section, key) not in _changeable_keys()
    ]
    if differences:
        raise RunError(
            f"a resumed run keeps its settings, and these differ: {', '.join(differences)}; "
            "leave them out, or start a new run"
        )


def _changeable_keys() -> set[tuple[str, str]]:
    return {("training", name) for name in _CHANGEABLE}


@dataclass(frozen=True)
class EvaluationSubject:
    """What `evaluate` compares with real music."""

    passages: list[Passage]
    """Clips of 30 s: generated by a model, or read from a folder of audio files."""
    reconstruct: Callable[[Passage], Passage] | None = None
    """Returns what the model's own codec makes of a real passage. `None`: there is no codec."""


def open_subject(
    model: str,
    corpus: Corpus,
    seconds: float,
    seed: int,
    snapshot: int | None = None,
    on_progress: Callable[[float], None] = lambda progress: None,
) -> EvaluationSubject:
    """Generates audio with a model, or reads a folder of audio files.

    Args:
        model: Run folder, bundle folder, name of a shipped model, or folder of audio files.
        corpus: Corpus that the audio is compared with.
        seconds: Audio to generate.
        seed: Seed of the first clip.
        snapshot: Number of the snapshot of a run. `None`: the best one.
        on_progress: Called with the finished fraction.

    Raises:
        SettingsError: `seconds` is shorter than one clip.
        ModelError: As for `open_model`, or the model's rate or channels are not the corpus's.
        AudioError: A file of the folder cannot be read.
        CorpusError: No file of the folder is 30 s long.
    """
    if seconds < PASSAGE_SECONDS:
        raise SettingsError(f"--seconds must be {PASSAGE_SECONDS:g} or more, found {seconds:g}")
    path = Path(model)
    if path.is_dir() and not is_bundle(path) and not RunFolder(path).exists():
        return EvaluationSubject(read_folder(find_audio(path), corpus))
    bundle = open_model(model, snapshot)
    ours, theirs = bundle.card.settings.corpus, corpus.manifest.settings
    if (ours.sample_rate, ours.channels) != (theirs.sample_rate, theirs.channels):
        raise ModelError(
            f"{model} plays {ours.sample_rate} Hz ({ours.channels}), {corpus.path} holds "
            f"{theirs.sample_rate} Hz ({theirs.channels}): prepare the corpus with preset "
            f"{bundle.card.preset}"
        )
    passages = play_passages(bundle, seconds, seed, on_progress)
    return EvaluationSubject(passages, reconstruct_with(bundle))


def open_model(
    model: str,
    snapshot: int | None = None,
    on_notice: Callable[[str], None] = lambda text: None,
) -> Bundle:
    """Loads a run's snapshot, a bundle folder, or a shipped model by its name.

    Args:
        model: Path or name.
        snapshot: Number of the snapshot of a run: an epoch or a step, by the run's preset.
            `None`: the best one, or the newest where the monitor marked none.
        on_notice: Called with a sentence that says which snapshot was selected, and why.

    Raises:
        ModelError: There is no such model, or it is damaged.
    """
    with find_bundle(model, snapshot, on_notice) as folder:
        return load_bundle(folder)


@contextmanager
def find_bundle(
    model: str,
    snapshot: int | None = None,
    on_notice: Callable[[str], None] = lambda text: None,
) -> Iterator[Path]:
    """The folder of a bundle, which exists inside the context; arguments as for `open_model`.

    Raises:
        ModelError: There is no such model.
    """
    path = Path(model)
    run = RunFolder(path)
    if run.exists():
        yield run.snapshot(_choose_snapshot(run, snapshot, on_notice))
    elif snapshot is not None:
        raise ModelError(f"--snapshot needs a run folder, {model!r} is none")
    elif is_bundle(path):
        yield path
    elif path.exists():
        raise ModelError(f"{path} is neither a run folder nor a bundle: check the path")
    else:
        with find_shipped(model) as folder:
            yield folder


def _choose_snapshot(run: RunFolder, number: int | None, on_notice: Callable[[str], None]) -> int:
    numbers = run.snapshot_numbers()
    if not numbers:
        raise ModelError(f"{run.path} has no snapshot yet: train it first")
    if number is None:
        selection = select_snapshot(run)
        reason = _REASONS[selection.reason].format(distance=selection.distance)
        on_notice(f"{run.unit} {selection.number} of {run.path}: {reason}")
        return selection.number
    if number not in numbers:
        listed = ", ".join(map(str, numbers))
        raise ModelError(f"{run.path} has no snapshot of {run.unit} {number}: it has {listed}")
    return number


_REASONS = {
    SelectionReason.NEAREST: "the snapshot nearest to real music (distance {distance:.2f})",
    SelectionReason.HEALTHY: (
        "the newest healthy snapshot; no distance to real music was measured"
    ),
    SelectionReason.NEWEST: "the newest snapshot, as the monitor has marked none",
}
