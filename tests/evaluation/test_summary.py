"""The grade of an evaluation."""

import pytest

from riffsmith.evaluation.remarks import RemarkCode
from riffsmith.evaluation.scores import DistanceScore, Measure
from riffsmith.evaluation.summary import SummaryGrade, summarise


def distances(ratio: float) -> dict[str, DistanceScore]:
    values = {"low": 0.0, "high": 9.0, "generated": 0.1, "training": 0.1, "ceiling": 0.5}
    score = DistanceScore.model_validate({"ratio": ratio, "is_floored": False, **values})
    return {"kad_musicnn": score, "kad_aisfx": score}


def measures(**generated: float) -> dict[str, Measure]:
    real = {"notes": 1.5, "beat_strength": 0.6, "variety_musicnn": 1.0, "variety_aisfx": 1.0}
    usual = real | generated
    return {name: Measure(generated=usual[name], real=value) for name, value in real.items()}


def test_music_like_its_songs_is_good():
    found = summarise(distances(1.1), measures())
    assert (found.grade, found.reason.code) == (SummaryGrade.GOOD, RemarkCode.ALL_GOOD)


@pytest.mark.parametrize(
    ("ratio", "changed", "grade", "code"),
    [
        (1.1, {"notes": 0.37}, SummaryGrade.POOR, RemarkCode.FEW_NOTES),
        (1.1, {"notes": 0.75}, SummaryGrade.FAIR, RemarkCode.FEW_NOTES),
        (1.05, {"beat_strength": 0.11}, SummaryGrade.POOR, RemarkCode.WEAK_BEAT),
        (1.1, {"variety_aisfx": 0.1}, SummaryGrade.POOR, RemarkCode.MONOTONOUS),
        (5.0, {}, SummaryGrade.FAIR, RemarkCode.FAR),
        (50.0, {"notes": 0.75}, SummaryGrade.POOR, RemarkCode.FAR),
    ],
)
def test_the_worst_aspect_decides(
    ratio: float, changed: dict[str, float], grade: SummaryGrade, code: RemarkCode
):
    found = summarise(distances(ratio), measures(**changed))
    assert (found.grade, found.reason.code) == (grade, code)


def test_the_reason_is_a_sentence_with_both_values():
    found = summarise(distances(1.1), measures(notes=0.37))
    assert found.reason.text == "0.37 notes sound at a time, and 1.50 in real music of this kind"


def test_music_whose_songs_have_no_notes_is_not_graded_by_them():
    found = measures(notes=0.0) | {"notes": Measure(generated=0.0, real=0.05)}
    assert summarise(distances(1.1), found).grade is SummaryGrade.GOOD
