"""Commands and options that messages name are commands and options that exist."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from cyclopts import CycloptsError

from riffsmith.cli.app import app, main

SOURCES = Path(__file__).parents[2] / "src" / "riffsmith"
_VALUES = {"commands[0]": "generate"}
"""Values in the place of expressions inside messages, where a word does not do."""
_COMMAND = re.compile(r"riffsmith ((?:[a-z]+|--help)\b[^`·\n<]*)")
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+[a-z]")
_STYLE_SHEET = re.compile(r"<style>.*?</style>", re.DOTALL)
_STYLES = {"--share", "--rms", "--peak", "--begin", "--end"}
"""Custom properties of the page's style sheets, which look like options."""
_OF_TORCHRUN = {"--local-addr"}


def texts_of(source: Path) -> Iterator[str]:
    """Texts of a Python file that are no docstrings, with words in the place of expressions."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    docstrings = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    parts = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    for node in ast.walk(tree):
        if id(node) in docstrings | parts:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else _word(part)
                for part in node.values
            )


def _word(part: ast.expr) -> str:
    expression = ast.unparse(part.value) if isinstance(part, ast.FormattedValue) else ""
    return _VALUES.get(expression, "7")


def all_texts() -> Iterator[str]:
    for source in SOURCES.rglob("*.py"):
        yield from texts_of(source)
    for pattern in ("report/languages/*.toml", "studio/page/*.js", "studio/page/*.html"):
        for source in SOURCES.glob(pattern):
            yield _STYLE_SHEET.sub("", source.read_text(encoding="utf-8"))


def commands_in(text: str) -> list[str]:
    return [found.rstrip(" .,;:") for found in _COMMAND.findall(text)]


HINTS = sorted({hint for text in all_texts() for hint in commands_in(text)})


def test_there_are_hints():
    assert any(hint.startswith("train 7 7 --resume") for hint in HINTS)
    assert any(hint.startswith("prepare FOLDER 7") for hint in HINTS)


@pytest.mark.parametrize("hint", HINTS)
def test_a_command_in_a_message_can_be_typed(hint: str):
    app.parse_args(shlex.split(hint.partition(" > ")[0]), exit_on_error=False, print_error=False)


def test_an_option_in_a_message_exists():
    known = {
        name
        for command in app
        if not command.startswith("-")
        for argument in app[command].assemble_argument_collection()
        for name in argument.names
    } | {"--help", "--version"}
    named = {option for text in all_texts() for option in _OPTION.findall(text)}
    assert named - known - _STYLES - _OF_TORCHRUN == set()


@pytest.mark.parametrize("command", [name for name in app if not name.startswith("-")])
def test_the_help_of_a_wrong_command_line_can_be_typed(
    command: str, capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(SystemExit):
        main([command, "--no-such-option", "1"])
    hint = f"{command} --help"
    assert f"`riffsmith {hint}`" in capsys.readouterr().err
    app.parse_args(hint.split(), exit_on_error=False, print_error=False)


def test_a_wrong_hint_is_found():
    with pytest.raises(CycloptsError):
        app.parse_args(["prepare"], exit_on_error=False, print_error=False)


def expressions_in_commands(source: Path) -> Iterator[str]:
    """Expressions that stand in the place of words of a command in a message."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            parts = {f"⟨{place}⟩": part for place, part in enumerate(node.values)}
            text = "".join(
                str(part.value) if isinstance(part, ast.Constant) else mark
                for mark, part in parts.items()
            )
            for command in _COMMAND.findall(text):
                for mark in re.findall("⟨.*?⟩", command.partition(":")[0]):
                    yield ast.unparse(parts[mark]).strip("f'\"{}")


def test_names_in_commands_are_quoted_for_the_shell():
    found = {each for source in SOURCES.rglob("*.py") for each in expressions_in_commands(source)}
    assert "quote_path(run.path)" in found
    assert {each for each in found if not each.startswith(("quote_path(", "quote("))} == set()
