"""Names of files cannot send codes to the terminal."""

import os
from pathlib import Path

import pytest

from riffsmith.cli.app import main
from riffsmith.cli.console import note
from riffsmith.terminal import escape_controls

RED = "a\x1b[31mb\x07.wav"


def test_control_characters_are_shown():
    assert escape_controls("plain Ü, 日本.wav") == "plain Ü, 日本.wav"
    assert escape_controls(RED) == r"a\x1b[31mb\x07.wav"
    assert escape_controls("a\nb\u202egpj\x9b\u2028") == r"a\nb\u202egpj\x9b\u2028"
    assert escape_controls("a\n", kept="\n") == "a\n"
    assert escape_controls(os.fsdecode(b"\xff")) == r"\udcff"


def test_commands_print_no_codes_of_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    for name in (RED, "b\n0 usable\u202e.txt"):
        (tmp_path / name).write_bytes(b"x")
    main(["survey", str(tmp_path)])
    note(f"skipped {RED}")
    with pytest.raises(SystemExit):
        main(["generate", "metal", str(tmp_path / f"{RED}.xyz")])
    printed = capsys.readouterr()
    for output in (printed.out, printed.err):
        assert r"a\x1b[31mb\x07.wav" in output
        assert not {"\x1b", "\x07", "\u202e"} & set(output)
    assert r"b\n0 usable\u202e.txt" in printed.out
