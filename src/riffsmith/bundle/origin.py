"""Where a bundle comes from and under which licence, in a file beside it."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from riffsmith.files import read_checked, validate

ORIGIN_NAME = "origin.json"
_MOST_BYTES = 2**20


class Origin(BaseModel):
    """Origin of a bundle that was not trained here."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hub_name: str | None = None
    """Name on the hub, `owner/model`. `None`: the bundle is not from there."""
    revision: str | None = None
    """Commit on the hub."""
    licence: str | None = None
    """The hub's identifier of the licence, such as `cc-by-sa-4.0`. `None`: it is not stated."""
    credit: str | None = None
    """Who made the music that the model was trained on, and under which licences. `None`: as the
    card says."""


def read_origin(folder: Path) -> Origin | None:
    """Reads the origin of a bundle. `None`: the file is missing or damaged."""
    try:
        return validate(Origin, read_checked(folder / ORIGIN_NAME, _MOST_BYTES))
    except (OSError, ValueError):
        return None
