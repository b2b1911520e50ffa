"""Training of a run from its newest checkpoint to its end."""

from collections.abc import Callable, Sequence

from riffsmith.corpus import Corpus
from riffsmith.errors import RiffsmithError, RunError
from riffsmith.files import hold
from riffsmith.parallel import use_threads
from riffsmith.runs import Outcome, OutcomeState, RunFolder, RunRecord, write_outcome
from riffsmith.training.device import count_threads
from riffsmith.training.distributed import Command, ProcessGroup
from riffsmith.training.loop import Loop, TrainingResult
from riffsmith.training.observer import Observer, StageStoppedError


def train(
    run: RunFolder,
    record: RunRecord,
    corpus: Corpus,
    observers: Sequence[Observer],
    *,
    should_stop: Callable[[], bool] = lambda: False,
    process_group: ProcessGroup | None = None,
    seconds_before: float = 0.0,
) -> TrainingResult:
    """Trains from the newest undamaged checkpoint, or from the start where there is none.

    Args:
        run: Folder where everything is written. It is locked for other processes meanwhile.
        record: Record of the run.
        corpus: The corpus that the run was created with.
        observers: Receivers of the progress, in this order.
        should_stop: Called after each step and during the work before the first one. When it
            returns true, a checkpoint is written and the call returns.
        process_group: Group whose main process this is; the others are in `run_worker`. `None`:
            this process trains alone.
        seconds_before: Time that the preparation has taken so far, which counts as a part of the
            run's minutes.

    Raises:
        RunError: The folder is in use or damaged, the corpus is another one, or losses are no
            longer finite and the run has no rollback left.
        CorpusError: The corpus is damaged or too small.
    """
    if corpus.manifest.corpus_hash() != record.corpus_hash:
        raise RunError(
            f"{corpus.path} has changed since {run.path} was started: start a new run with it"
        )
    process_group = process_group or ProcessGroup()
    threads = count_threads(record.settings.training)
    with hold(run.path, RunError), use_threads(threads):
        loop: Loop | None = None
        try:
            loop = Loop(run, record, corpus, observers, process_group, should_stop, seconds_before)
            result = loop.run_to_end()
        except StageStoppedError:
            result = TrainingResult(finished=False, step=0, epoch=None)
        except RiffsmithError as error:
            write_outcome(run, Outcome.of_error(error, loop.state.step if loop else 0))
            raise
        event = result.stopped_by
        write_outcome(
            run,
            Outcome(
                state=OutcomeState.FINISHED if result.finished else OutcomeState.STOPPED,
                step=result.step,
                code=event and event.code.value,
                message=event and event.text,
            ),
        )
    process_group.broadcast(Command.STOP)
    return result
