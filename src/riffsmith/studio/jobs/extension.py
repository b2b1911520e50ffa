"""A finished training gets more steps."""

from math import ceil

from riffsmith.runs import OutcomeState, open_run, read_outcome
from riffsmith.studio.errors import ConflictError
from riffsmith.studio.jobs.folder import JobFolder
from riffsmith.studio.jobs.view import seconds_of_step
from riffsmith.studio.messages import ProblemCode
from riffsmith.training import plan_milestones


def extend(folder: JobFolder, minutes: float) -> None:
    """Gives a finished training as many more steps as fit some minutes.

    The minutes are those of the steps alone, by the time that its newest steps took: the work
    before the first of them comes on top. From then on the training ends with its last step.

    Args:
        folder: Folder of the training.
        minutes: Minutes of steps, above 0.

    Raises:
        ConflictError: The monitor ended it, or none of its steps was timed.
        RunError: Its run is damaged, or cannot be written.
        CorpusError: Its corpus is gone.
    """
    run = folder.run
    outcome, log = read_outcome(run), run.read_metrics("log")
    if outcome and outcome.state is OutcomeState.FINISHED and outcome.code is not None:
        raise ConflictError(ProblemCode.JOB_ENDED_BY_MONITOR, name=folder.name)
    seconds = seconds_of_step(log) if log else 0.0
    if outcome is None or seconds <= 0:
        raise ConflictError(ProblemCode.NO_STEP_TIMES, name=folder.name)
    last = outcome.step + ceil(60 * minutes / seconds)
    record, corpus = open_run(run)
    epoch = plan_milestones(record.settings, len(corpus.train)).steps_per_epoch
    open_run(run, training={"steps": last} if epoch is None else {"epochs": ceil(last / epoch)})
    folder.write_record(folder.read_record().model_copy(update={"minutes": None}))
