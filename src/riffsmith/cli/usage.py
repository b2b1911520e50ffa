"""Sentences about a command line that cannot be parsed."""

from cyclopts import App, CycloptsError, MissingArgumentError, UnusedCliTokensError
from cyclopts.help import format_usage


def explain_usage(app: App, error: CycloptsError) -> str:
    """What is wrong with the words of a command, how it is used, and where its help is.

    Args:
        app: The command line.
        error: What its parser has found.
    """
    commands = error.command_chain or ()
    if not commands:
        return f"{_problem(error)} (`riffsmith --help` lists the commands)"
    usage = str(format_usage(app, commands)).strip()
    return f"{_problem(error)} Usage: {usage} (`riffsmith {commands[0]} --help` explains it)"


def _problem(error: CycloptsError) -> str:
    if isinstance(error, MissingArgumentError) and error.argument is not None:
        if error.keyword is not None:
            return f"{error.keyword} needs a value."
        name, kind = error.argument.name, error.argument.field_info.kind
        shown = name if kind is kind.KEYWORD_ONLY else name.lstrip("-").upper()
        return f"{shown} is missing."
    if isinstance(error, UnusedCliTokensError):
        return f"There is one word too many: {' '.join(error.unused_tokens or ())!r}."
    return " ".join(str(error).split())
