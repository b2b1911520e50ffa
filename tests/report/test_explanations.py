import pytest
from conftest import tiny_latents, tiny_settings
from markupsafe import Markup

from riffsmith.config import load_preset
from riffsmith.report.findings_text import Finding
from riffsmith.report.glossary import MEASURES, explain_losses, explain_measures
from riffsmith.report.steps import describe_steps
from riffsmith.report.texts import LANGUAGES, Texts
from riffsmith.report.verdict import advise


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("preset", ["report", "report-wgan", "latent"])
def test_steps_and_losses_have_texts(preset: str, language):
    texts, settings = Texts(language), load_preset(preset)
    steps = describe_steps(settings)
    assert steps[0].key.startswith("decode")
    for step in steps:
        assert texts(f"steps.{step.key}.title")
        assert "{" not in texts(f"steps.{step.key}.text", **step.values)
    for key in explain_losses(settings):
        assert texts(f"losses.{key}.name")
        assert texts(f"losses.{key}.text")
    for key in MEASURES:
        assert texts(f"explained.{key}.name")
        assert texts(f"explained.{key}.text")


def test_the_steps_are_those_of_the_system():
    notes = [step.key for step in describe_steps(tiny_latents())]
    assert notes == ["decode", "split", "bands", "latents", "conditioning", "notes", "window"]
    pictures = [step.key for step in describe_steps(tiny_settings())]
    assert pictures == ["decode_mono", "split", "segments", "mel", "scale_corpus", "grid"]


def test_the_losses_are_those_of_the_system():
    assert explain_losses(tiny_settings()) == ["cross_entropy"]
    assert explain_losses(tiny_settings("report-wgan")) == ["wasserstein", "gradient_penalty"]
    assert explain_losses(tiny_latents())[0] == "flow_matching"


def test_measures_that_were_taken_are_explained_once():
    names = ["fad_musicnn", "kad_musicnn", "kad_notes", "notes", "note_persistence_half_second"]
    assert explain_measures(names) == ["kad", "fad", "notes", "note_persistence"]


@pytest.mark.parametrize(
    ("grades", "advice"),
    [
        ({"notes": "good", "near": "good"}, "nothing"),
        ({"notes": "caution", "near": "bad", "variety": "caution"}, "near"),
        ({"near": "caution", "data": "caution"}, "data"),
        ({"trust": "unknown", "variety": "caution"}, "variety"),
    ],
)
def test_the_advice_is_about_the_first_cause_of_the_worst(grades: dict, advice: str):
    assert advise([Finding(key, grade, Markup()) for key, grade in grades.items()]) == advice
    assert Texts("en").has(f"conclusion.advice.{advice}")
