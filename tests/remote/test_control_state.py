"""Controls that messages change one by one."""

from dataclasses import asdict

import pytest

from riffsmith.controls import Controls
from riffsmith.errors import SettingsError, UnknownKeyError
from riffsmith.remote import ControlChanges, ControlState, ProblemReporter


class FakePiece:
    """Remembers the controls that it was given, at a time that a test sets."""

    def __init__(self, controls: Controls | None = None) -> None:
        self.now = 100.0
        self.changes: list[Controls] = []
        self.state = ControlState(controls or Controls(), self.change, lambda: self.now)

    def change(self, controls: Controls) -> None:
        if controls.key == "F":
            raise UnknownKeyError("this model has no key")
        self.changes.append(controls)


def test_each_message_changes_one_control():
    piece = FakePiece(Controls(tempo=90.0))
    piece.state.set("intensity", 1)
    piece.state.set("intensity", 1)  # nothing new
    piece.state.set("transpose", -2.0)
    piece.state.set("key", "F# minor")
    piece.state.set("tempo", None)
    expected = Controls(intensity=1.0, transpose=-2, key="F# minor")
    assert piece.changes[0] == Controls(intensity=1.0, tempo=90.0)
    assert piece.changes[-1] == expected
    assert isinstance(piece.changes[-1].transpose, int)
    piece.state.reset()
    assert piece.changes[4:] == [Controls()]


def test_a_reader_gets_the_changes_after_those_that_it_has_seen():
    changes = ControlChanges()
    assert changes.after(0) == (0, {})
    changes.set("tempo", 90)
    changes.set("seed", 8.0)
    assert changes.after(0) == (2, {"tempo": 90.0, "morph_seed": 8})
    changes.set("tempo", 90)  # the reader may have another tempo by now
    changes.set("morph_seconds", 5)
    assert changes.after(2) == (4, {"tempo": 90.0, "morph_seconds": 5.0})
    with pytest.raises(SettingsError, match="tempo must be from 40 to 320 BPM, found 1"):
        changes.set("tempo", 1)
    changes.set("tempo", None)
    assert changes.after(4) == (5, {"tempo": None})
    changes.reset()
    count, values = changes.after(5)
    assert (count, values) == (6, dict.fromkeys(asdict(Controls())))


def test_a_morph_gets_the_time_that_is_left_of_it():
    piece = FakePiece()
    piece.state.set("morph_seconds", 20)  # is kept for a seed
    piece.state.set("seed", 8.0)
    piece.now += 5
    piece.state.set("intensity", 0.5)
    piece.now += 50
    piece.state.set("intensity", 0.6)
    piece.state.set("seed", None)
    assert piece.changes == [
        Controls(),
        Controls(morph_seed=8, morph_seconds=20.0),
        Controls(morph_seed=8, morph_seconds=15.0, intensity=0.5),
        Controls(morph_seed=8, morph_seconds=0.0, intensity=0.6),
        Controls(intensity=0.6),
    ]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("intensity", 1.5, "intensity must be from 0 to 1, found 1.5"),
        ("intensity", float("nan"), "intensity must be from 0 to 1, found nan"),
        ("brightness", "high\x1b", r"brightness must be a number or auto, found 'high\\x1b'"),
        ("tempo", float("inf"), "tempo must be from 40 to 320 BPM, found inf"),
        ("transpose", 0.5, "transpose must be a whole number, found 0.5"),
        ("transpose", float("nan"), "transpose must be a whole number, found nan"),
        ("transpose", 13, "transpose must be from -12 to 12 semitones, found 13"),
        ("key", 3, "key must be a text of at most 16 characters, such as E or F# minor, found 3"),
        ("key", "E" * 99, "key must be a text of at most 16 characters"),
        ("key", "H", "key must be a tonic"),
        ("key", "F", "this model has no key"),
        ("seed", float("inf"), "seed must be a whole number, found inf"),
        ("seed", -1, "seed must be from 0 to 9007199254740991, found -1"),
        ("morph_seconds", 1e9, r"morph_seconds must be from 0 to 3600, found 1e\+09"),
        ("volume", 1, "there is no control 'volume': expected one of intensity, brightness"),
    ],
)
def test_what_cannot_be_changes_nothing(name: str, value: float | str, message: str):
    piece = FakePiece()
    with pytest.raises((SettingsError, UnknownKeyError), match=message):
        piece.state.set(name, value)
    piece.state.set("form", 0.5)
    assert piece.changes == [Controls(form=0.5)]


def test_at_most_one_problem_a_second_is_reported():
    now, said = 0.0, list[str]()
    problems = ProblemReporter(said.append, lambda: now)
    for now in (0.0, 0.5, 0.9, 1.0, 1.1, 5.0):
        problems.report(f"at {now:g}")
    assert said == [
        "at 0",
        "at 1 (2 more problems since the last line)",
        "at 5 (1 more problems since the last line)",
    ]
