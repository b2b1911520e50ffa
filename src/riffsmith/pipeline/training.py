"""From a folder of recordings to a run."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from riffsmith.config import (
    DEFAULT_PRESET,
    LatentSettings,
    Overrides,
    Settings,
    build_settings,
    load_preset,
)
from riffsmith.corpus import (
    HOLD_OUT_NOTHING,
    Changes,
    Corpus,
    CorpusPlan,
    Manifest,
    Progress,
    compare_folder,
    find_held_out,
    is_corpus,
    prepare_corpus,
)
from riffsmith.errors import CorpusError, RiffsmithError, RunError, SettingsError
from riffsmith.runs import (
    Outcome,
    PreparationLog,
    RunFolder,
    RunRecord,
    Stage,
    create_run,
    open_run,
    write_outcome,
)
from riffsmith.training import (
    measure_preparation_seconds,
    measure_training_seconds,
    open_base,
    seconds_for_steps,
)

_CHANGEABLE = ("epochs", "steps", "monitor", "run_megabytes")
"""Training settings that may change when a run is resumed."""
_SPEED_RESERVE = 1.15
"""A schedule that fits some minutes has so many times the steps of the estimate, so that the time
ends before the schedule does on a machine that is a little faster."""


@dataclass(frozen=True)
class TrainingRequest:
    """Wishes for a training. `None` leaves a value to the preset or to the run's record."""

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
    from_scratch: bool = False
    """Whether the preset `latent` learns everything from the recordings, without its base."""
    genre: str | None = None
    name: str | None = None
    """What the music is called. `None`: as its folder."""
    credit: str | None = None
    """Who made the recordings, and under which licences."""
    hold_out: Sequence[str] = ()
    """Names of recordings to hold out, or parts of their paths."""
    hold_out_glob: Sequence[str] = ()
    """Patterns of file names or paths of recordings to hold out."""
    workers: int | None = None

    @property
    def is_split_chosen(self) -> bool:
        """Whether the recordings to hold out are chosen."""
        return bool(self.hold_out or self.hold_out_glob)

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
        if self.from_scratch:
            self._check_from_scratch(training)
            training["base"] = "none"
        return overrides

    def _check_from_scratch(self, training: Mapping[str, str]) -> None:
        preset = self.preset or DEFAULT_PRESET
        if not isinstance(load_preset(preset), LatentSettings):
            raise SettingsError(
                f"--from-scratch is for the preset latent, and preset {preset} has no base: leave "
                "it out"
            )
        if "base" in training:
            raise SettingsError(
                "--from-scratch and --config.training.base exclude each other: give one"
            )

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


@dataclass(frozen=True)
class TimePlan:
    """How the time of a new training is going to be spent, by an estimate."""

    minutes: float | None
    """Length that was asked for. `None`: the training ends with its last step."""
    spent_seconds: float
    """Time that the recordings have taken so far."""
    preparation_seconds: float
    """Time that is still to be spent before the first step. 0: the preset has no such work."""

    @property
    def steps_seconds(self) -> float | None:
        """Time that is left for training steps. `None`: the training ends with its last step."""
        if self.minutes is None:
            return None
        return seconds_for_steps(self.minutes, self.spent_seconds + self.preparation_seconds)

    @property
    def total_seconds(self) -> float | None:
        """Time of the whole training. `None`: it ends with its last step."""
        steps = self.steps_seconds
        return None if steps is None else self.spent_seconds + self.preparation_seconds + steps

    @property
    def is_longer(self) -> bool:
        """Whether the training takes longer than was asked for, because of its preparation."""
        total = self.total_seconds
        return self.minutes is not None and total is not None and total > 60 * self.minutes + 1


def refuse_preparation(source: Path, request: TrainingRequest) -> None:
    """Refuses options of the preparation where there is nothing to prepare.

    Raises:
        SettingsError: The source is a prepared corpus, and such an option is given.
    """
    options = {
        "--genre": request.genre is not None,
        "--name": request.name is not None,
        "--hold-out": bool(request.hold_out),
        "--hold-out-glob": bool(request.hold_out_glob),
        "--workers": request.workers is not None,
    }
    given = [name for name, is_given in options.items() if is_given]
    if given and is_corpus(source):
        raise SettingsError(
            f"{' and '.join(given)} choose how `prepare` works, and this corpus is prepared: leave "
            "out such options, or name the folder of recordings"
        )


def open_corpus(
    source: Path, run: RunFolder, request: TrainingRequest, on_progress: Progress | None = None
) -> Corpus:
    """Opens a prepared corpus, or prepares a folder of recordings below the run first."""
    if is_corpus(source):
        return Corpus(source)
    corpus, preparation = run.path / "corpus", PreparationLog(run)

    def report(done: int, total: int, name: str) -> None:
        preparation.write(Stage.RECORDINGS, done / max(1, total))
        if on_progress:
            on_progress(done, total, name)

    prepare_corpus(
        source,
        corpus,
        request.settings().corpus,
        preset=request.preset or DEFAULT_PRESET,
        genre=request.genre,
        name=request.name,
        hold_out=request.hold_out,
        hold_out_glob=request.hold_out_glob,
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
    on_plan: Callable[[TimePlan], None] = lambda plan: None,
    on_changes: Callable[[Changes], None] = lambda changes: None,
) -> tuple[RunRecord, Corpus]:
    """Creates a run, or opens an existing one again where `resume` is true.

    Args:
        source: Prepared corpus or folder of recordings.
        run: Folder of the run.
        request: Wishes for the training.
        resume: Whether to go on with a run that is there.
        on_progress: Called with the number of prepared files, of all files, and a file's name.
        on_plan: Called with the times of a new training, before the work that takes long.
        on_changes: Called where the folder has other recordings than the run that is resumed, which
            goes on with its own.

    Raises:
        RunError: There is a run and `resume` is false, or the request contradicts its record.
        RiffsmithError: The folder, corpus or settings cannot be used.
    """
    began = time.perf_counter()
    request = request.with_preset(source, run)
    settings = request.settings()
    if run.exists() and resume:
        _refuse_contradiction(run.read_record(), request)
        if not source.exists():
            raise CorpusError(f"no folder {str(source)!r}: check the path")
        refuse_preparation(source, request)
        _refuse_other_split(run, request)
        moved = Corpus(source) if is_corpus(source) else None
        if moved is None:
            changes = _compare_source(source, run)
            if changes:
                on_changes(changes)
        training = request.training_changes()
        return open_run(
            run, training=training, minutes=request.minutes, corpus=moved, credit=request.credit
        )
    if run.exists():
        raise RunError(
            f"{run.path} already holds a run: add --resume to go on with it, or name another folder"
        )
    refuse_preparation(source, request)
    if isinstance(settings, LatentSettings):
        open_base(settings)  # a base that cannot be used is told before the preparation
    try:
        corpus = open_corpus(source, run, request, on_progress)
    except RiffsmithError as error:
        if run.path.is_dir():  # it exists where the preparation had begun
            write_outcome(run, Outcome.of_error(error))
        raise
    preset = request.preset or DEFAULT_PRESET
    preparation = estimate_preparation(settings, corpus.manifest)
    plan = TimePlan(request.minutes, time.perf_counter() - began, preparation)
    on_plan(plan)
    settings = _fit_schedule(settings, request, plan)
    record = create_run(
        run, corpus, settings, preset, request.seed or 0, request.minutes, request.credit
    )
    return record, corpus


def estimate_preparation(settings: Settings, recordings: Manifest | CorpusPlan) -> float:
    """Seconds that a training spends before its first step, beside decoding the recordings.

    Args:
        settings: Settings of the system.
        recordings: A prepared corpus, or what a folder's corpus will hold.
    """
    training, held_out = (recordings.of_split(split) for split in ("train", "held_out"))
    lengths = (sum(recording.seconds for recording in side) for side in (training, held_out))
    count = len(training) + len(held_out)
    return measure_preparation_seconds(settings, *lengths, recordings=count) if training else 0.0


def _fit_schedule(settings: Settings, request: TrainingRequest, plan: TimePlan) -> Settings:
    """The settings with a schedule of flow matching that ends when the time for steps does.

    Without that, a short training would end while its learning rate is at its highest. Longer ones
    keep their schedule, and so do those whose schedule is given.
    """
    named = request.overrides.get("training", {})
    if (
        plan.steps_seconds is None
        or not isinstance(settings, LatentSettings)
        or "flow_matching_steps" in named
    ):
        return settings
    training = settings.training
    matching = training.flow_matching_steps
    seconds = measure_training_seconds(settings, matching)
    fitting = max(1, round(_SPEED_RESERVE * matching * plan.steps_seconds / max(seconds, 1e-9)))
    if fitting >= matching:
        return settings
    changed = training.model_copy(update={"flow_matching_steps": fitting})
    return settings.model_copy(update={"training": changed})


def _compare_source(source: Path, run: RunFolder) -> Changes:
    """What is different in a folder of recordings since the corpus of a run was prepared."""
    manifest = Corpus(run.path / run.read_record().corpus).manifest
    prepared = Path(manifest.folder)  # a genre of a tree is below the folder that is named
    is_below = prepared.is_relative_to(source.resolve()) and prepared.is_dir()
    return compare_folder(prepared if is_below else source, manifest)


def _refuse_other_split(run: RunFolder, request: TrainingRequest) -> None:
    """Refuses recordings to hold out that the run trains on, and to hold out none where it does.

    Raises:
        RunError: There is such a recording.
        CorpusError: A name or a pattern fits no recording of the run.
    """
    if not request.is_split_chosen:
        return
    manifest = Corpus(run.path / run.read_record().corpus).manifest
    trained, held_out = (
        [name for recording in manifest.of_split(split) for name in recording.source.names]
        for split in ("train", "held_out")
    )
    if HOLD_OUT_NOTHING in request.hold_out:
        if held_out:
            raise RunError(
                f"a resumed run keeps its recordings, and it holds out {held_out[0]}: leave out "
                f"--hold-out {HOLD_OUT_NOTHING}, or start a new run"
            )
        return
    paths = [name for recording in manifest.recordings for name in recording.source.names]
    for path in find_held_out(paths, request.hold_out, request.hold_out_glob):
        if path in trained:
            raise RunError(
                f"a resumed run keeps its recordings, and it trains on {path}, which is to be "
                "held out: leave that out, or start a new run"
            )


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
        if value != ours[section][key] and not (section == "training" and key in _CHANGEABLE)
    ]
    if differences:
        raise RunError(
            f"a resumed run keeps its settings, and these differ: {', '.join(differences)}; "
            "leave them out, or start a new run"
        )
