"""Writes `docs/commands.md` from the help texts of the commands.

    python tools/write_command_reference.py

A test compares the file with the commands: run this after each change to a command or to its
docstring.
"""

import re
from pathlib import Path

from riffsmith.cli.app import app

TARGET = Path(__file__).parents[1] / "docs" / "commands.md"
INTRODUCTION = """\
# Commands

These are all commands with their parameters. `riffsmith COMMAND --help` prints the same text, and
`riffsmith --version` prints the version.

`make docs` writes this page from the commands. To change a text, change the docstring of the
command in `src/riffsmith/cli` and run `make docs` again.
"""


def main() -> None:
    """Writes the page."""
    TARGET.write_text(command_reference(), encoding="utf-8", newline="\n")


def command_reference() -> str:
    """The page: an index of the commands, then usage, parameters and defaults of each."""
    _, *sections = re.split(r"^## ", app.generate_docs(usage_name="riffsmith"), flags=re.MULTILINE)
    _, *commands = sections  # the first one is the table of contents
    index = "\n".join(_index_line(command) for command in commands)
    body = "\n".join(f"## {_tidy(command)}" for command in commands)
    return f"{INTRODUCTION}\n{index}\n\n{body}"


def _index_line(command: str) -> str:
    """A link to the command's section and the first sentence of its help."""
    title, _, usage_and_help = command.partition("\n")
    _, _, text = usage_and_help.partition("\n```\n\n")
    summary = " ".join(text.split("\n\n")[0].split())
    return f"- [`{title}`](#{title.replace(' ', '-')}): {summary}"


def _tidy(command: str) -> str:
    """Joins the lines of each parameter; leaves out that a flag is off unless it is given.

    A usage line also loses what cyclopts takes over from the way in which Python was started.
    """
    joined = re.sub(r"\n {2,}(?=\S)", " ", command)
    joined = re.sub(r"^(riffsmith \w+ ).*(?=\[OPTIONS\])", r"\1", joined, flags=re.MULTILINE)
    return joined.replace(" *[default: False]*", "").rstrip() + "\n"


if __name__ == "__main__":
    main()
