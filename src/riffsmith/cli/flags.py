"""Options that several commands share."""

import secrets
from typing import Annotated

from cyclopts import Parameter

from riffsmith.controls import Controls

ControlFlags = Annotated[Controls | None, Parameter(name="*")]
"""A flag for each field of `Controls`."""


def seed_or_draw(seed: int | None) -> int:
    """The given seed, or a random one that is printed."""
    from riffsmith.cli.console import note

    if seed is None:
        seed = secrets.randbelow(1_000_000)
        note(f"seed {seed}")
    return seed
