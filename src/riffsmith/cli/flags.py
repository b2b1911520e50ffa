"""Options that several commands share."""

import secrets
from typing import Annotated

from cyclopts import Parameter

from riffsmith.controls import Controls

ControlFlags = Annotated[Controls | None, Parameter(name="*")]
"""A flag for each field of `Controls`."""
HoldOut = Annotated[
    list[str] | None,
    Parameter(
        negative="",
        help="Name of a recording to keep from training, or a part of its path; may be repeated. "
        "Capitals do not matter. If nothing is named, about a tenth of the music is held out. "
        '"none" holds out nothing: no score can be measured.',
    ),
]
HoldOutGlob = Annotated[
    list[str] | None,
    Parameter(
        negative="",
        help="Pattern of the file names or paths of recordings to keep from training, such as "
        '"live*" or "album/*"; may be repeated.',
    ),
]


def seed_or_draw(seed: int | None) -> int:
    """The given seed, or a random one that is printed."""
    from riffsmith.cli.console import note

    if seed is None:
        seed = secrets.randbelow(1_000_000)
        note(f"seed {seed}")
    return seed
