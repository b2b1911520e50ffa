import pytest

from riffsmith.controls import Controls, parse_key
from riffsmith.errors import SettingsError


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("A", (0, 12)),
        ("E", (7, 19)),
        ("e minor", (19,)),
        ("Em", (19,)),
        ("EM", (7,)),
        ("F# minor", (21,)),
        ("F♯m", (21,)),
        ("Bb major", (1,)),
        ("bb", (1, 13)),
        ("Ab Min", (23,)),
        ("Cbmaj", (2,)),
        ("  G  ", (10, 22)),
    ],
)
def test_a_key_is_a_tonic_and_perhaps_a_mode(text: str, numbers: tuple[int, ...]):
    assert parse_key(text) == numbers


@pytest.mark.parametrize("text", ["", "H", "E dorian", "Emm", "F##", "minor"])
def test_other_texts_are_refused(text: str):
    with pytest.raises(SettingsError, match="key must be a tonic with or without a mode"):
        Controls(key=text)


@pytest.mark.parametrize("semitones", [-13, 13])
def test_a_transposition_of_more_than_an_octave_is_refused(semitones: int):
    with pytest.raises(SettingsError, match="transpose must be from -12 to 12 semitones, found"):
        Controls(transpose=semitones)


@pytest.mark.parametrize("form", [-0.1, 1.1, float("nan")])
def test_a_form_beyond_its_range_is_refused(form: float):
    with pytest.raises(SettingsError, match="form must be from 0 to 1, found"):
        Controls(form=form)
