"""How a run stands, in a file that other programs read (`outcome.json`)."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from riffsmith.errors import RiffsmithError, RunError
from riffsmith.files import atomic_path, dump_checked, read_checked, validate
from riffsmith.runs.folder import RunFolder

OUTCOME_NAME = "outcome.json"


class OutcomeState(StrEnum):
    """State of a run. A killed process leaves `preparing` or `training` behind."""

    PREPARING = "preparing"
    TRAINING = "training"
    FINISHED = "finished"
    STOPPED = "stopped"
    """Stopped before its end by the user or a signal; it can be resumed."""
    FAILED = "failed"


class Stage(StrEnum):
    """Work before the first training step."""

    RECORDINGS = "recordings"
    """Decoding the recordings of a folder."""
    FEATURES = "features"
    """Measuring the features of all recordings."""
    CODEC = "codec"
    """Fitting components, texture and style embedding."""
    NOTES = "notes"
    """Training the model that writes piano rolls."""


class Outcome(BaseModel):
    """How a run stands."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: OutcomeState
    stage: Stage | None = None
    """`None`: the run is past its preparation."""
    progress: float | None = None
    """Finished fraction of the stage, from 0 to 1."""
    seconds_left: float | None = None
    """Time that the rest of the stage takes, by an estimate. `None`: not known."""
    step: int = 0
    """Training steps done."""
    code: str | None = None
    """Why the run ended before its time: an event code of the monitor, or the class of an error."""
    message: str | None = None
    """The same in English."""

    @classmethod
    def of_error(cls, error: RiffsmithError, step: int = 0) -> "Outcome":
        """The outcome of a run that an error ended.

        Args:
            error: The error.
            step: Training steps done.
        """
        code, message = type(error).__name__, str(error)
        return cls(state=OutcomeState.FAILED, step=step, code=code, message=message)


def write_outcome(run: RunFolder, outcome: Outcome) -> None:
    """Writes how the run stands.

    Raises:
        RunError: Writing failed.
    """
    # It is written often and can be made again: no need to wait for the disk.
    with atomic_path(run.path / OUTCOME_NAME, RunError, durable=False) as partial:
        partial.write_bytes(dump_checked(outcome.model_dump_json()))


def read_outcome(run: RunFolder) -> Outcome | None:
    """Reads how the run stands. `None`: it has not written any outcome yet.

    Raises:
        RunError: The file is damaged.
    """
    path = run.path / OUTCOME_NAME
    try:
        return validate(Outcome, read_checked(path))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as cause:
        raise RunError(
            f"{path} is damaged ({cause}), so how the run ended is not known: resume it with "
            f"--resume, or delete this file"
        ) from cause
