import re
from typing import get_args

import pytest

from riffsmith.corpus import Corpus, Survey, SurveyEntry
from riffsmith.errors import CorpusError
from riffsmith.evaluation.copying.originality import OriginalityCheck
from riffsmith.evaluation.passages import read_passages
from riffsmith.evaluation.positions import find_pairs
from riffsmith.evaluation.self_test.self_test import RULE
from riffsmith.evaluation.self_test.trials import choose_trials
from riffsmith.report.texts import LANGUAGES, Language, Texts, read_table

ENGLISH, SPANISH = Texts("en"), Texts("es")


def test_languages_have_the_same_keys_and_gaps():
    assert get_args(Language) == LANGUAGES
    english = read_table("en")
    for language in LANGUAGES:
        table = read_table(language)
        assert table.keys() == english.keys()
        for key, text in table.items():
            gaps = [sorted(re.findall(r"{(\w*)}", said)) for said in (text, english[key])]
            assert gaps[0] == gaps[1], key
            assert text.strip() == text != "", key


def test_nothing_is_left_in_english():
    english, spanish = read_table("en"), read_table("es")
    same = {key for key in english if english[key] == spanish[key]}
    kept = {"page.footer", "samples.seconds", "scores.real", "curves.alt", "curves.real"}
    assert same == kept


def test_a_text_or_a_value_that_is_missing_is_an_error():
    with pytest.raises(KeyError):
        ENGLISH("nothing.of.this")
    with pytest.raises(KeyError):
        ENGLISH("corpus.from")  # its gap is not filled


@pytest.mark.parametrize(
    ("value", "digits", "english", "spanish"),
    [
        (1234567.0, 0, "1,234,567", "1\u202f234\u202f567"),
        (3445.0, 0, "3,445", "3445"),
        (-2.25, 1, "−2.2", "−2,2"),
        (-0.001, 2, "0.00", "0,00"),
    ],
)
def test_numbers(value: float, digits: int, english: str, spanish: str):
    assert ENGLISH.number(value, digits) == english
    assert SPANISH.number(value, digits) == spanish


def test_figures():
    assert [ENGLISH.figure(v) for v in (0.12345, 22050.0, None)] == ["0.123", "22,050", "–"]
    assert [SPANISH.figure(v) for v in (0.12345, 22050.0)] == ["0,123", "22\u202f050"]
    assert [SPANISH.figure(v) for v in (-1.234e-05, 1e-10)] == ["−1,23 × 10⁻⁵", "1 × 10⁻¹⁰"]
    assert SPANISH("networks.generator", count=4281) == "Generador: 4281 parámetros"


def test_what_is_put_in_is_escaped():
    assert ENGLISH("corpus.waveform", title="<b>") == "Waveform of &lt;b&gt;"
    assert ENGLISH.plain("corpus.waveform", title="<b>") == "Waveform of <b>"
    assert SPANISH.message("<b> & so on") == '<span lang="en">&lt;b&gt; &amp; so on</span>'


def test_measures_have_names():
    assert SPANISH.measure("kad_musicnn") == "Distancia de núcleo (musicnn)"
    assert ENGLISH.measure("tag_heavy_metal") == "Tag “heavy metal”"
    assert ENGLISH.measure("tempo_bpm") == "Tempo (bpm)"
    assert ENGLISH.measure("my_own") == "my_own"


def test_values_pass_through_messages():
    assert ENGLISH.message("low-pass 8 kHz") == "low-pass 8 kHz"
    assert SPANISH.message("low-pass 3.91 kHz") == "paso bajo a 3,91 kHz"
    assert SPANISH.message("same audio as 1.5.wav") == "el mismo audio que 1.5.wav"
    assert SPANISH.message("a <c> against b") == "a &lt;c&gt; frente a b"


def translated(said: str) -> bool:
    return 'lang="en"' not in SPANISH.message(said)


@pytest.mark.parametrize("falloff_hz", [15_000.0, 9_000.0])
def test_the_self_test_is_translated(corpus: Corpus, falloff_hz: float):
    assert translated(RULE)
    for trial in choose_trials(corpus, falloff_hz):
        assert translated(trial.name), trial.name
        assert translated(trial.note) or not trial.note, trial.note


@pytest.mark.parametrize("minutes", [0.5, 2, 10, 30])
@pytest.mark.parametrize("count", [2, 8])
def test_the_judgement_of_the_material_is_translated(minutes: float, count: int):
    entries = [SurveyEntry(path=str(n), seconds=60 * minutes / count) for n in range(count)]
    assert translated(Survey(folder="", genre=None, entries=tuple(entries)).verdict())


def test_what_cannot_be_measured_is_translated(corpus: Corpus):
    for attempt in (
        lambda: read_passages(corpus, "train", 30),
        lambda: read_passages(corpus, "held_out", 30),
        lambda: find_pairs(corpus, 180),
        lambda: OriginalityCheck(corpus),
    ):
        with pytest.raises(CorpusError) as caught:
            attempt()
        assert translated(str(caught.value)), caught.value
