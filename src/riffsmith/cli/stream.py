"""`riffsmith stream`."""

import sys
from contextlib import suppress
from typing import Annotated, Literal

from cyclopts import Parameter

from riffsmith.cli.flags import ControlFlags


def stream(
    model: str,
    *,
    stdout: Annotated[bool, Parameter(negative="")] = False,
    seed: int | None = None,
    minutes: float | None = None,
    format: Literal["wav", "raw"] = "wav",  # noqa: A002
    snapshot: int | None = None,
    controls: ControlFlags = None,
) -> None:
    """Play new music without end into another program, such as ffmpeg.

    Ends when that program does.

    Parameters
    ----------
    model
        Run folder, bundle folder, or name of a shipped model. ./NAME is always a folder.
    stdout
        Write 16-bit audio to the standard output.
    seed
        The same seed gives the same samples; drawn and printed if left out.
    minutes
        Where to end; never if left out.
    format
        wav begins with a header and the tags of a clip, raw is samples alone: little-endian, left
        and right in turn.
    snapshot
        Number of a run's snapshot: an epoch of a picture preset, a step of latent. The best if left
        out.
    """
    from riffsmith.audio import to_pcm16, wav_header
    from riffsmith.cli.live import prefetch_piece
    from riffsmith.errors import SettingsError

    if not stdout:
        raise SettingsError("where to? add --stdout and pipe it into a program or a file")
    if sys.stdout.isatty():
        raise SettingsError("a terminal cannot show audio: pipe it into a program or a file")
    with (
        suppress(BrokenPipeError, KeyboardInterrupt),  # how an endless piece ends
        prefetch_piece(model, seed, minutes, snapshot, controls) as live,
        open(sys.stdout.fileno(), "wb", closefd=False) as target,
    ):
        if format == "wav":
            target.write(wav_header(live.sample_rate, 2, live.samples, live.tags))
        for chunk in live.chunks:
            target.write(to_pcm16(chunk))
            target.flush()
