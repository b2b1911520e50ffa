"""Problems that the server answers with, each with its HTTP status.

    RiffsmithError
    └── StudioError            400  the request cannot be carried out
        ├── RefusedError       403  it is not allowed from here
        ├── NotFoundError      404  there is nothing of that name
        ├── ConflictError      409  it does not fit how things stand
        ├── TooLargeError      413  it is more than is taken at once
        └── BusyError          429  it is too much now: the same request may succeed later

The message of each is one English sentence; `problem` holds its code and parameters, too.
"""

from collections.abc import Sequence

from riffsmith.errors import (
    AudioError,
    CorpusError,
    ModelError,
    RiffsmithError,
    RunError,
    UnknownKeyError,
)
from riffsmith.files import hide_folders
from riffsmith.messages import Parameter
from riffsmith.studio.messages import ProblemCode
from riffsmith.studio.schemas import Problem, ProblemPart

_CODES = {
    UnknownKeyError: ProblemCode.UNKNOWN_KEY,
    ModelError: ProblemCode.MODEL_UNUSABLE,
    CorpusError: ProblemCode.CORPUS_UNUSABLE,
    AudioError: ProblemCode.AUDIO_UNUSABLE,
    RunError: ProblemCode.RUN_UNUSABLE,
}


class StudioError(RiffsmithError):
    """Base: a request that cannot be carried out."""

    status = 400

    def __init__(
        self,
        code: ProblemCode | str,
        parts: Sequence[ProblemPart] = (),
        /,
        **parameters: Parameter,
    ) -> None:
        """Makes the English sentence.

        Args:
            code: What is wrong; a sentence alone where there is no code for it.
            parts: What is wrong in particular, in the sentence's place `{parts}`.
            **parameters: Values in the sentence.
        """
        if not isinstance(code, ProblemCode):
            code, parameters = ProblemCode.OTHER, {"reason": hide_folders(code)}
        self.problem = Problem.describe(code, parts, **parameters)
        super().__init__(self.problem.detail, code=code.value, parameters=parameters)


class RefusedError(StudioError):
    """A request that is not allowed from here."""

    status = 403


class NotFoundError(StudioError):
    """A request about something that does not exist."""

    status = 404


class ConflictError(StudioError):
    """A request that does not fit how things stand."""

    status = 409


class TooLargeError(StudioError):
    """A request of more than is taken at once."""

    status = 413


class BusyError(StudioError):
    """A request too much now: the same one may succeed later."""

    status = 429
    retry_seconds = 10
    """Seconds after which a client may try again, for the header `Retry-After`."""


def describe_problem(error: RiffsmithError) -> Problem:
    """The answer to a request that failed with an error of any part of Riffsmith."""
    if isinstance(error, StudioError):
        return error.problem
    found = (code for kind, code in _CODES.items() if isinstance(error, kind))
    code = next(found, ProblemCode.OTHER)
    return Problem.describe(code, reason=hide_folders(" ".join(str(error).split())))
