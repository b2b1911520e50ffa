"""What the server refuses, and with which status; each message is one sentence for people."""

from riffsmith.errors import RiffsmithError


class StudioError(RiffsmithError):
    """Base: a request that cannot be carried out."""

    status = 400


class RefusedError(StudioError):
    """Not allowed from here."""

    status = 403


class NotFoundError(StudioError):
    """There is nothing of that name."""

    status = 404


class ConflictError(StudioError):
    """Does not fit to how things stand."""

    status = 409


class TooLargeError(StudioError):
    """More than is taken at once."""

    status = 413


class BusyError(StudioError):
    """Too much at once: the same request may succeed later."""

    status = 429
