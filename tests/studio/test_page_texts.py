"""The page's files without a browser: languages, links between files, colours."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import get_args

import pytest

import riffsmith.studio
from riffsmith.audio import RecordingCode
from riffsmith.corpus import MaterialGrade
from riffsmith.evaluation import OriginalityGrade
from riffsmith.messages import MessageCode
from riffsmith.runs import Stage, Unit
from riffsmith.studio.jobs.schemas import EventKind, State
from riffsmith.studio.messages import (
    FieldCode,
    JobCode,
    MelodyCode,
    OriginalityCode,
    ProblemCode,
    RefusalCode,
)
from riffsmith.training.monitor.events import EventCode

PAGE = Path(riffsmith.studio.__file__).parent / "page"
SCRIPTS = sorted(PAGE.glob("*.js"))
LEAST_CONTRAST = 4.5
"""Contrast ratio that level AA of the accessibility guidelines (WCAG 2) asks for."""


Text = str | dict[str, str]


def table(language: str) -> dict[str, Text]:
    text = (PAGE / f"{language}.js").read_text(encoding="utf-8")
    content = json.loads(text.removeprefix("export default ").rstrip().removesuffix(";"))
    return {
        f"{section}.{key}": said for section, part in content.items() for key, said in part.items()
    }


def forms(text: Text) -> list[str]:
    """A text alone, or its forms by their plural."""
    return [text] if isinstance(text, str) else list(text.values())


def gaps(text: Text) -> set[str]:
    """Names of the values that a text has gaps for."""
    return set(re.findall(r"\{(\w+)(?::\w+)?\}", "".join(forms(text))))


def test_both_languages_have_the_same_keys_gaps_and_plurals():
    english, spanish = table("en"), table("es")
    assert list(english) == list(spanish)
    for key, text in english.items():
        assert gaps(text) == gaps(spanish[key]), key
        for form in forms(text) + forms(spanish[key]):
            assert form
            assert form.strip() == form
        other = spanish[key]
        if isinstance(text, str) or isinstance(other, str):
            assert isinstance(text, str) == isinstance(other, str), key
            continue
        assert {"one", "other"} == set(text) - {"by"} == set(other) - {"by"}
        assert text.get("by") == other.get("by")


def test_every_format_is_known():
    known = set(re.findall(r"^  (\w+): \(", read("texts.js"), re.MULTILINE))
    for text in [*table("en").values(), *table("es").values()]:
        assert set(re.findall(r"\{\w+:(\w+)\}", "".join(forms(text)))) <= known


@pytest.mark.parametrize(
    ("section", "codes"),
    [
        ("problem", ProblemCode),
        ("part", RefusalCode),
        ("part", FieldCode),
        ("originality", OriginalityCode),
        ("originality", OriginalityGrade),
        ("melody", MelodyCode),
        ("melody", OriginalityGrade),
        ("job", JobCode),
        ("event", EventCode),
        ("material", MaterialGrade),
        ("recording", RecordingCode),
        ("stage", Stage),
        ("snapshot", get_args(Unit)),
        ("event_kind", get_args(EventKind)),
        ("runs", get_args(State)),
    ],
)
def test_every_code_of_the_server_has_a_text(section: str, codes: Iterable[str]):
    """With no value that the server does not send."""
    english = table("en")
    for code in codes:
        text = english[f"{section}.{code}"]
        if isinstance(code, MessageCode):
            assert gaps(text) <= set(re.findall(r"\{(\w+)[^}]*\}", code.sentence)), code


def read(name: str) -> str:
    return (PAGE / name).read_text(encoding="utf-8")


def test_every_text_that_is_used_is_there():
    english = table("en")
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in SCRIPTS)
    sections = "|".join({key.split(".")[0] for key in english})
    used = set(re.findall(rf'"((?:{sections})\.[a-z_]+)"', scripts))
    html = (PAGE / "index.html").read_text(encoding="utf-8")
    used |= set(re.findall(r'data-t(?:-label|-hint)?="([^"]+)"', html))
    assert used - set(english) == set()
    assert len(used) > 80


def test_the_page_is_all_its_own():
    html = (PAGE / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"<style|style=|\son[a-z]+=|<script(?![^>]*src)|https?://", html)
    for path in SCRIPTS:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|eval\(|innerHTML", text), (
            path.name
        )
        for name in re.findall(r'from "\./([^"]+)"', text):
            assert (PAGE / name).is_file(), name
    for name in re.findall(r'(?:src|href)="([a-z.]+\.(?:js|css|svg))"', html):
        assert (PAGE / name).is_file(), name


def test_files_stay_small():
    for path in PAGE.iterdir():
        if path.stem in ("en", "es"):  # tables, which grow with what is said
            continue
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 250, path.name


def test_the_looks_are_those_of_the_report():
    report = Path(riffsmith.studio.__file__).parents[1] / "report" / "templates" / "style.css"
    for theirs, ours in zip(_themes(report), _themes(PAGE / "style.css"), strict=True):
        assert {name: ours[name] for name in theirs} == theirs


@pytest.mark.parametrize("theme", [0, 1])
def test_contrast_is_enough(theme: int):
    colours = _themes(PAGE / "style.css")[theme]
    pairs = [
        (front, back)
        for front in ("ink", "soft", "accent", "good", "caution", "bad")
        for back in ("paper", "card")
    ]
    pairs += [("on-accent", "accent"), ("accent", "tint"), ("ink", "tint")]
    for front, back in pairs:
        assert _contrast(colours[front], colours[back]) >= LEAST_CONTRAST, (front, back)
    assert _contrast(colours["edge"], colours["card"]) >= 3  # of borders


def _themes(path: Path) -> list[dict[str, str]]:
    blocks = re.findall(r":root \{(.*?)\}", path.read_text(encoding="utf-8"), re.DOTALL)
    return [dict(re.findall(r"--([a-z-]+): (#[0-9a-f]+)", block)) for block in blocks[:2]]


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    shares = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
