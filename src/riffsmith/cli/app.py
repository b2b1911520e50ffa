"""The command line: one function a command; what is slow to import is imported when it runs."""

import gc
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import NoReturn

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
from riffsmith.cli.processes import count_processes, is_worker
from riffsmith.cli.reconstruct import reconstruct
from riffsmith.cli.report import report
from riffsmith.cli.runs import runs
from riffsmith.cli.stems import stems
from riffsmith.cli.stream import stream
from riffsmith.cli.studio import studio
from riffsmith.cli.survey import survey
from riffsmith.cli.train import train
from riffsmith.cli.usage import explain_usage
from riffsmith.errors import RiffsmithError
from riffsmith.terminal import escape_controls

app = App(
    name="riffsmith",
    help="Train a GAN on a folder of recordings and let it play new music of that kind.",
    version=__version__,
    help_format="plaintext",
    result_action="return_value",
    suppress_keyboard_interrupt=False,
)
_NOTHING_WRITTEN = "no result was written, and the same command begins again"
_AFTER_INTERRUPTION = {
    survey: _NOTHING_WRITTEN,
    prepare: "the files that were prepared are kept, and the same command goes on",
    train: "the same command with --resume goes on from what was kept",
    generate: (
        "finished clips are kept, and the same command begins again; with the same --seed it makes "
        "the same clips"
    ),
    play: "nothing was written",
    stream: "what was written before is kept, and the same command begins again",
    evaluate: _NOTHING_WRITTEN,
    reconstruct: _NOTHING_WRITTEN,
    notes: "finished files are kept, and the same command begins again",
    stems: _NOTHING_WRITTEN,
    originality: _NOTHING_WRITTEN,
    report: (
        "measurements that were finished are kept; the same command makes the others and then "
        "writes the page"
    ),
    studio: "trainings that it began go on, and the same command opens it again",
    models: "nothing was written",
    runs: "nothing was written",
    export: _NOTHING_WRITTEN,
    push: "a model is published whole or not at all, and the same command publishes it",
    pull: _NOTHING_WRITTEN,
    demo: "what was finished is kept, and the same command goes on",
}
"""All commands, with what is true after Ctrl-C."""
for _command in _AFTER_INTERRUPTION:
    app.command(_command)

_COLLECT_AFTER = 50_000
"""Allocations between two runs of the garbage collector. Importing torch makes so many objects that
Python's own number, 700, would delay each command by a fifth of a second."""

_STDERR = 2


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs a command; errors go to stderr in one line, with exit code 1."""
    gc.set_threshold(_COLLECT_AFTER)
    for output in (sys.stdout, sys.stderr):  # a terminal without our letters gets question marks
        if isinstance(output, TextIOWrapper):
            output.reconfigure(errors="replace")
    _keep_own_stderr()
    words = sys.argv[1:] if arguments is None else list(arguments)
    command = None
    try:
        command, bound, _ = app.parse_args(words, exit_on_error=False, print_error=False)
        if count_processes() > 1 and command is not train:
            _fail_in_main_process(
                f"this command runs in one process, found {count_processes()}: leave out torchrun, "
                "which only `riffsmith train CORPUS RUN` can use"
            )
        command(*bound.args, **bound.kwargs)
    except CycloptsError as error:
        _fail_in_main_process(explain_usage(app, error))
    except RiffsmithError as error:
        _fail(_one_line(error), 1)
    except BrokenPipeError:  # the reader of our output has left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        from riffsmith.files import explain

        _fail(explain(error, f"using {error.filename or 'a file'}"), 1)
    except KeyboardInterrupt:
        _fail(f"interrupted: {_AFTER_INTERRUPTION.get(command, _NOTHING_WRITTEN)}", 130)
    except Exception as error:
        if os.environ.get("RIFFSMITH_TRACEBACK"):
            raise
        kind = type(error).__name__
        _fail(f"unexpected {kind}: {_one_line(error)}; RIFFSMITH_TRACEBACK=1 shows where", 1)


def _keep_own_stderr() -> None:
    """Gives our own messages a duplicate of the standard error output.

    The output itself is closed to C libraries while a file is decoded.
    """
    stream = sys.stderr
    try:
        if not isinstance(stream, TextIOWrapper) or stream.fileno() != _STDERR:
            return
        sys.stderr = os.fdopen(
            os.dup(_STDERR), "w", buffering=1, encoding=stream.encoding, errors=stream.errors
        )
    except OSError:  # there is no such output
        return


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _fail_in_main_process(text: str) -> NoReturn:
    """Ends all processes of a command line that is wrong in each of them, with one message.

    A worker succeeds, as `torchrun` would kill the main process before it has printed otherwise.
    """
    if is_worker():
        sys.exit(0)
    _fail(text, 1)


def _fail(text: str, code: int) -> NoReturn:
    harmless = escape_controls(text, kept="\n")
    print(f"riffsmith: {harmless}", file=sys.stderr)
    sys.exit(code)
