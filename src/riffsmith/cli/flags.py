"""Options that several commands share."""

import secrets
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from riffsmith.controls import Controls

if TYPE_CHECKING:
    from riffsmith.api import Model

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


def note_tempo(model: "Model", controls: Controls | None) -> None:
    """Says where a tempo that is asked for is not among those of the model's music."""
    from riffsmith.cli.console import note

    if controls is None or controls.tempo is None or model.tempo_range is None:
        return
    slowest, fastest = (round(bpm) for bpm in model.tempo_range)
    if not slowest <= controls.tempo <= fastest:
        note(
            f"--tempo {controls.tempo:g}: the model has learned from music of {slowest} to "
            f"{fastest} BPM, so its beat may be heard at another tempo than this one, such as the "
            "half or the double; the nearest that it knows is "
            f"{slowest if controls.tempo < slowest else fastest} BPM"
        )
