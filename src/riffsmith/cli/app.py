"""The command line: one function a command; what is slow to import is imported when it runs."""

import gc
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper

from cyclopts import App, CycloptsError

from riffsmith import __version__
from riffsmith.cli.demo import demo
from riffsmith.cli.evaluate import evaluate
from riffsmith.cli.export import export
from riffsmith.cli.generate import generate
from riffsmith.cli.hub import pull, push
from riffsmith.cli.models import models
from riffsmith.cli.notes import notes
from riffsmith.cli.originality import originality
from riffsmith.cli.play import play
from riffsmith.cli.prepare import prepare
from riffsmith.cli.reconstruct import reconstruct
from riffsmith.cli.report import report
from riffsmith.cli.stream import stream
from riffsmith.cli.studio import studio
from riffsmith.cli.survey import survey
from riffsmith.cli.train import train
from riffsmith.errors import RiffsmithError
from riffsmith.files import explain

app = App(
    name="riffsmith",
    help="Train a GAN on a folder of recordings and let it play new music of that kind.",
    version=__version__,
    help_format="plaintext",
    result_action="return_value",
    suppress_keyboard_interrupt=False,
)
_COMMANDS = (
    *(survey, prepare, train, generate, play, stream),
    *(evaluate, reconstruct, notes, originality, report),
    *(studio, models, export, push, pull, demo),
)
for _command in _COMMANDS:
    app.command(_command)

_COLLECT_AFTER = 50_000
"""Allocations between two runs of the garbage collector. Importing torch makes so many objects that
Python's own number, 700, would delay each command by a fifth of a second."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs a command; errors go to stderr in one line, with exit code 1."""
    gc.set_threshold(_COLLECT_AFTER)
    for output in (sys.stdout, sys.stderr):  # a terminal without our letters gets question marks
        if isinstance(output, TextIOWrapper):
            output.reconfigure(errors="replace")
    try:
        app(arguments, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        _fail(f"{_one_line(error)} (see riffsmith --help)", 1)
    except RiffsmithError as error:
        _fail(_one_line(error), 1)
    except BrokenPipeError:  # the reader of our output has left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        _fail(explain(error, f"using {error.filename or 'a file'}"), 1)
    except KeyboardInterrupt:
        _fail(
            "interrupted: what was written is sound; the same command, for `train` with "
            "--resume, goes on",
            130,
        )
    except Exception as error:
        if os.environ.get("RIFFSMITH_TRACEBACK"):
            raise
        kind = type(error).__name__
        _fail(f"unexpected {kind}: {_one_line(error)}; RIFFSMITH_TRACEBACK=1 shows where", 1)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _fail(text: str, code: int) -> None:
    print(f"riffsmith: {text}", file=sys.stderr)
    sys.exit(code)
