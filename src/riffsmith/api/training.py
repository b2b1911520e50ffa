"""Training of a model."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from riffsmith.api.corpora import SettingValues, to_names, to_overrides
from riffsmith.api.model import Model, load
from riffsmith.corpus import Corpus, Progress
from riffsmith.pipeline.training import TrainingRequest, begin_training
from riffsmith.report import PreviewPainter
from riffsmith.runs import RunFolder
from riffsmith.training import Observer, train as train_run


@dataclass(frozen=True)
class Run:
    """A run on disk, and how its last training ended."""

    path: Path
    """Folder of the run: checkpoints, snapshots, previews, metrics."""
    is_finished: bool
    """Whether the run is at its end. False: it was stopped, and `resume=True` goes on with it."""
    step: int
    """Training steps that are done."""
    epoch: int | None
    """Finished epochs. `None`: the preset counts no epochs."""

    def load(self, snapshot: int | None = None) -> Model:
        """Opens a snapshot of the run. Arguments and errors are those of `riffsmith.load`."""
        return load(self.path, snapshot)


def train(
    source: str | Path | Corpus,
    run: str | Path,
    *,
    preset: str | None = None,
    steps: int | None = None,
    epochs: int | None = None,
    minutes: float | None = None,
    seed: int | None = None,
    monitor: bool | None = None,
    from_scratch: bool = False,
    resume: bool = False,
    genre: str | None = None,
    name: str | None = None,
    credit: str | None = None,
    hold_out: str | Sequence[str] = (),
    hold_out_glob: str | Sequence[str] = (),
    workers: int | None = None,
    settings: SettingValues | None = None,
    observers: Sequence[Observer] = (),
    should_stop: Callable[[], bool] = lambda: False,
    on_progress: Progress | None = None,
) -> Run:
    """Trains on a corpus, or on a folder of recordings, which is prepared first.

    Args:
        source: Prepared corpus, or folder of recordings.
        run: Folder to write.
        preset: `latent`, `report` or `report-wgan`. `None`: that of the corpus, or else `latent`.
        steps: Length of the training in steps (`latent`). `None`: the preset's.
        epochs: Length in passes over the corpus (`report` and `report-wgan`). `None`: the preset's.
        minutes: Time to train instead, the preparation included. Training steps get at least half
            of it, however long the preparation takes.
        seed: Seed; the same one on the same machine gives the same result. `None`: 0.
        monitor: Whether the run's health is checked. `None`: as the preset says.
        from_scratch: Whether everything is learned from the recordings, without the base model
            (`latent`).
        resume: Whether to go on with a run that was stopped, or to start it if there is none.
        genre: Subfolder of a tree of genres, or `all`. `None`: the folder is no such tree.
        name: What the music is called in reports and models. `None`: as its folder.
        credit: Who made the recordings and under which licence, such as `Muldjord, CC BY-SA 3.0`.
            The report and every clip of the model name it. `None`: it is not stated.
        hold_out: Names of recordings to keep from training, or parts of their paths; capitals do
            not matter. If nothing is named, a tenth of the recordings is held out. `none` holds out
            nothing, so no score can be measured.
        hold_out_glob: Patterns of file names or paths of recordings to keep from training, such as
            `live*` or `album/*`.
        workers: Threads of the preparation. `None`: one for each core.
        settings: Single settings, as `{"training": {"batch_size": 8}}`.
        observers: Receivers of the progress, with the methods of
            `riffsmith.training.SilentObserver`.
        should_stop: Called after each step. When it returns true, a checkpoint is written and the
            call returns.
        on_progress: Called during the preparation with the number of files that are done, of all
            files, and a file's name.

    Raises:
        RunError: There is a run and `resume` is false, the arguments contradict its record, or its
            losses are no longer finite.
        CorpusError: The recordings or the corpus cannot be used.
        SettingsError: A preset or a setting does not exist or does not fit.
    """
    request = TrainingRequest(
        preset=preset,
        overrides=to_overrides(settings),
        seed=seed,
        epochs=epochs,
        steps=steps,
        minutes=minutes,
        monitor=monitor,
        from_scratch=from_scratch,
        genre=genre,
        name=name,
        credit=credit,
        hold_out=to_names(hold_out),
        hold_out_glob=to_names(hold_out_glob),
        workers=workers,
    )
    folder = RunFolder(Path(run))
    place = source.path if isinstance(source, Corpus) else Path(source)
    began = time.perf_counter()
    record, corpus = begin_training(place, folder, request, resume=resume, on_progress=on_progress)
    result = train_run(
        folder,
        record,
        corpus,
        [PreviewPainter(folder), *observers],
        should_stop=should_stop,
        seconds_before=time.perf_counter() - began,
    )
    return Run(folder.path, result.finished, result.step, result.epoch)
