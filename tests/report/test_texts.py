import re
from collections.abc import Iterable
from dataclasses import fields
from enum import StrEnum
from typing import get_args

import pytest
from conftest import make_music

from riffsmith.audio import RecordingCode, RecordingRemark
from riffsmith.corpus import Corpus, MaterialGrade
from riffsmith.errors import CorpusError
from riffsmith.evaluation import (
    OriginalityCheck,
    OriginalityGrade,
    Passage,
    Remark,
    RemarkCode,
)
from riffsmith.evaluation.passages import read_passages
from riffsmith.evaluation.positions import find_pairs
from riffsmith.evaluation.self_test.trials import choose_trials
from riffsmith.report.history import MARK_KINDS
from riffsmith.report.originality import HeldOutRank
from riffsmith.report.texts import (
    LANGUAGES,
    PLURAL_RULES,
    Language,
    PluralForm,
    Rounded,
    Texts,
    UnitForm,
    read_table,
)
from riffsmith.runs import SelectionReason, Unit
from riffsmith.training.monitor.events import EventCode
from riffsmith.training.monitor.health import HealthMetrics

ENGLISH, SPANISH = Texts("en"), Texts("es")


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"{(\w+)", text))


def test_languages_have_the_same_keys_and_placeholders():
    assert get_args(Language) == LANGUAGES == tuple(PLURAL_RULES)
    english = read_table("en")
    for language in LANGUAGES:
        table = read_table(language)
        assert table.keys() == english.keys()
        for key, text in table.items():
            expected = english[key]
            assert text.forms.keys() == expected.forms.keys(), key
            assert text.by == expected.by, key
            for form, said in text.forms.items():
                assert said.strip() == said != "", key
                assert placeholders(said) <= placeholders(text.forms["other"]), key
                assert placeholders(said) == placeholders(expected.forms[form]), key


def test_a_text_with_plural_forms_has_all_of_them():
    for language in LANGUAGES:
        for key, text in read_table(language).items():
            assert text.forms.keys() in ({"other"}, set(get_args(PluralForm))), key
            assert not text.forms["other"].startswith("{'"), f"{key} lacks a form"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("section", "codes"),
    [
        ("events.reasons", EventCode),
        ("remarks", RemarkCode),
        ("verdict.copies", OriginalityGrade),
        ("verdict.snapshot", SelectionReason),
        ("material", MaterialGrade),
        ("originality", HeldOutRank),
        ("recordings", [code for code in RecordingCode if code is not RecordingCode.OTHER]),
        ("health_metrics", [field.name for field in fields(HealthMetrics)]),
        ("events", [f"{kind}{ending}" for kind in MARK_KINDS for ending in ("", "_text")]),
        ("units.epoch", get_args(UnitForm)),
        ("units.step", get_args(UnitForm)),
    ],
)
def test_every_code_has_a_text(language: Language, section: str, codes: Iterable[StrEnum | str]):
    without_text = {"step", "rollbacks", "snapshot"}  # positions, which are always finite
    for code in codes:
        assert f"{section}.{code}" in read_table(language) or str(code) in without_text, code


@pytest.mark.parametrize(
    ("section", "codes"), [("remarks", RemarkCode), ("recordings", RecordingCode)]
)
def test_placeholders_are_those_of_the_sentence(section: str, codes: type[RemarkCode]):
    for code in codes:
        if code != RecordingCode.OTHER:
            found = placeholders(read_table("en")[f"{section}.{code}"].forms["other"])
            assert found == placeholders(code.sentence), code


def test_no_text_is_left_in_english():
    english, spanish = read_table("en"), read_table("es")
    same = {key for key in english if english[key] == spanish[key]}
    kept = {"page.versions", "samples.seconds", "scores.real", "curves.alt", "curves.real"}
    assert same == kept


def test_a_missing_text_or_value_is_an_error():
    with pytest.raises(KeyError):
        ENGLISH("nothing.of.this")
    with pytest.raises(KeyError):
        ENGLISH("corpus.from")  # the value for its placeholder is missing
    with pytest.raises(TypeError, match="depends on count, which is no number: 'two'"):
        ENGLISH("counts.minutes", count="two")


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


@pytest.mark.parametrize(
    ("count", "english", "spanish"),
    [
        (0, "0 minutes", "0 minutos"),
        (1, "1 minute", "1 minuto"),
        (2, "2 minutes", "2 minutos"),
        (Rounded(1.0, 1), "1.0 minutes", "1,0 minuto"),
        (Rounded(1.04, 1), "1.0 minutes", "1,0 minuto"),
        (Rounded(1.5, 1), "1.5 minutes", "1,5 minutos"),
    ],
)
def test_plurals(count: int | Rounded, english: str, spanish: str):
    assert ENGLISH("counts.minutes", count=count) == english
    assert SPANISH("counts.minutes", count=count) == spanish


def test_the_plural_of_another_value():
    note = RecordingRemark.of(RecordingCode.TOO_LONG, hours=1)
    assert ENGLISH.recording(note) == "longer than 1 hour: cut it into parts"
    values = {"semitones": "−1", "speed": Rounded(1.0, 3)}
    assert "−1 semitone," in ENGLISH("originality.altered", count=-1.0, **values)


@pytest.mark.parametrize(
    ("unit", "position", "english", "spanish"),
    [
        ("epoch", 160, "at epoch 160", "en la época 160"),
        ("epoch", 8 / 3, "at epoch 2.7", "en la época 2,7"),
        ("step", 3200, "at step 3,200", "en el paso 3200"),
    ],
)
def test_positions(unit: Unit, position: float, english: str, spanish: str):
    assert ENGLISH.position(unit, position, "at") == english
    assert SPANISH.position(unit, position, "at") == spanish


def test_values_are_escaped():
    assert ENGLISH("corpus.waveform", title="<b>") == "Waveform of &lt;b&gt;"
    assert ENGLISH.plain("corpus.waveform", title="<b>") == "Waveform of <b>"
    assert SPANISH.english("<b> & so on") == '<span lang="en">&lt;b&gt; &amp; so on</span>'
    assert (
        SPANISH.error(CorpusError("/gone/<b>\nno code"))
        == '<span lang="en">&lt;b&gt; no code</span>'
    )


def test_measures_have_names():
    assert SPANISH.measure("kad_musicnn") == "Distancia de núcleo (musicnn)"
    assert ENGLISH.measure("tag_heavy_metal") == "Tag “heavy metal”"
    assert ENGLISH.measure("tempo_bpm") == "Tempo (bpm)"
    assert ENGLISH.measure("my_own") == "my_own"


def test_parameters_are_written_in_the_language():
    low_pass = Remark.of(RemarkCode.LOW_PASS, cutoff_khz=8.0)
    assert ENGLISH.remark(low_pass) == "low-pass 8 kHz"
    low_pass = Remark.of(RemarkCode.LOW_PASS, cutoff_khz=3.9123)
    assert SPANISH.remark(low_pass) == "paso bajo a 3,91 kHz"
    duplicate = RecordingRemark.of(RecordingCode.DUPLICATE, path="1.5.wav")
    assert SPANISH.recording(duplicate) == "el mismo audio que 1.5.wav"
    clipped = RecordingRemark.of(RecordingCode.CLIPPED, fraction=0.0123)
    assert SPANISH.recording(clipped) == "recortado: el 1,2 % de las muestras está al máximo"
    bands = Remark.of(RemarkCode.BANDS, others="a <c>", home="b")
    assert SPANISH.remark(bands) == "a &lt;c&gt; frente a b"


@pytest.mark.parametrize("falloff_hz", [15_000.0, 9_000.0])
def test_the_self_test_is_translated(corpus: Corpus, falloff_hz: float):
    assert SPANISH.remark(Remark.of(RemarkCode.DETECTION_RULE)).startswith("Una medida detecta")
    example = Passage("song", make_music(30.0, 8_000, channels=1), 8_000)
    for trial in choose_trials(corpus, falloff_hz, example):
        remarks = [trial.treatment] if trial.remark is None else [trial.treatment, trial.remark]
        for remark in remarks:
            assert SPANISH.remark(remark) != remark.text
            assert "{" not in SPANISH.remark(remark)


def test_what_cannot_be_measured_is_translated(corpus: Corpus):
    for attempt in (
        lambda: read_passages(corpus, "train", 30),
        lambda: read_passages(corpus, "held_out", 30),
        lambda: find_pairs(corpus, 180),
        lambda: OriginalityCheck(corpus),
    ):
        with pytest.raises(CorpusError) as caught:
            attempt()
        assert 'lang="en"' not in SPANISH.error(caught.value), caught.value


def test_dates_are_written_in_the_language():
    assert ENGLISH.moment("2026-03-02T16:04:00+01:00") == "2 March 2026, 15:04 UTC"
    assert SPANISH.moment("2026-03-02T15:04:00") == "2 de marzo de 2026, 15:04 UTC"
