"""`riffsmith play`."""

from contextlib import suppress
from typing import Annotated

from cyclopts import Parameter

from riffsmith.cli.flags import ControlFlags
from riffsmith.cli.remote import NO_REMOTE, RemoteFlags


def play(
    model: str = "metal",
    *,
    seed: int | None = None,
    minutes: float | None = None,
    snapshot: int | None = None,
    device: str | None = None,
    remote: Annotated[RemoteFlags, Parameter(name="*")] = NO_REMOTE,
    controls: ControlFlags = None,
) -> None:
    """Play new music on the sound card until Ctrl-C.

    Needs the extra riffsmith[play]. With --osc or --midi, other programs and controllers change the
    controls while it plays; docs/guide.md has their messages.

    Parameters
    ----------
    model
        Run folder, bundle folder, or name of a shipped model. ./NAME is always a folder.
    seed
        The same seed gives the same piece; drawn and printed if left out.
    minutes
        Where to end; never if left out.
    snapshot
        Number of a run's snapshot: an epoch of a picture preset, a step of latent. The best if left
        out.
    device
        Sound card: its number, or a part of its name. The system's default if left out.
    """
    from riffsmith.audio import play_audio
    from riffsmith.cli.live import prefetch_piece, steer_piece

    remote.check()
    if remote.is_asked:
        opened = steer_piece(model, seed, minutes, snapshot, controls, remote)
    else:
        opened = prefetch_piece(model, seed, minutes, snapshot, controls)
    with suppress(KeyboardInterrupt), opened as live:  # Ctrl-C is how an endless piece ends
        play_audio(live.chunks, live.sample_rate, channels=2, device=device)
