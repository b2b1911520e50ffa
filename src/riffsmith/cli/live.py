"""Endless pieces as `stream` and `play` use them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from riffsmith.cli.flags import note_tempo, seed_or_draw
from riffsmith.cli.remote import RemoteFlags, open_remotes

if TYPE_CHECKING:
    import numpy as np

    from riffsmith.api import Model
    from riffsmith.controls import Controls

_AHEAD_CHUNKS = 4
"""About 24 s of audio."""


@dataclass(frozen=True)
class Live:
    """A piece that is being made ahead of its reader."""

    chunks: Iterator["np.ndarray"]
    """(time, channels), no peak above −1 dBFS."""
    sample_rate: int
    """In Hz."""
    samples: int | None
    """Samples per channel in all. `None`: the piece has no end."""
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    """Texts for a file of the piece. Empty: its controls may change."""


@contextmanager
def prefetch_piece(
    model: str,
    seed: int | None,
    minutes: float | None,
    snapshot: int | None,
    controls: "Controls | None",
) -> Iterator[Live]:
    """Opens a model and lets a thread make its piece; on leaving, the thread ends.

    Raises:
        ModelError: As `riffsmith.load`, or the model plays clips alone.
        SettingsError: The minutes are not above 0.
    """
    from riffsmith.synthesis import Prefetcher

    player, samples = _open(model, minutes, snapshot)
    note_tempo(player, controls)
    piece = player.stream(seed_or_draw(seed), controls)
    tags = piece.tags
    chunks = (audio.samples for audio in piece.play_on(samples))
    with Prefetcher(chunks, _AHEAD_CHUNKS) as ahead:
        yield Live(ahead, player.sample_rate, samples, tags)


@contextmanager
def steer_piece(
    model: str,
    seed: int | None,
    minutes: float | None,
    snapshot: int | None,
    controls: "Controls | None",
    remote: RemoteFlags,
) -> Iterator[Live]:
    """Opens a model and lets OSC and MIDI change the controls of its piece; on leaving, both end.

    Raises:
        ModelError: As `riffsmith.load`, or the model plays clips alone.
        SettingsError: The minutes are not above 0, or a port cannot be opened.
    """
    from riffsmith.controls import Controls
    from riffsmith.remote import ControlState

    player, samples = _open(model, minutes, snapshot)
    note_tempo(player, controls)
    begin = controls or Controls()
    with (
        player.live(seed_or_draw(seed), begin) as piece,
        open_remotes(remote, ControlState(begin, piece.change_controls)),
    ):
        yield Live(piece.blocks(samples), player.sample_rate, samples)


def _open(model: str, minutes: float | None, snapshot: int | None) -> "tuple[Model, int | None]":
    """A model, and the samples of so many minutes of it."""
    from riffsmith.api import load
    from riffsmith.cli.console import note
    from riffsmith.errors import SettingsError

    if minutes is not None and not 0 < minutes < float("inf"):
        raise SettingsError(f"--minutes must be above 0, found {minutes:g}")
    player = load(model, snapshot, on_notice=note)
    samples = None if minutes is None else max(1, round(minutes * 60 * player.sample_rate))
    return player, samples
