"""One grade for generated music: the worst of its aspects, and the reason."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict

from riffsmith.evaluation.remarks import Remark, RemarkCode


class SummaryGrade(StrEnum):
    """How good generated music is, from the worst grade to the best."""

    POOR = "poor"
    FAIR = "fair"
    GOOD = "good"


_ORDER = list(SummaryGrade)
_NEAR, _FAR = 2.0, 10.0
"""Ratios of a distance up to which it is good or fair."""
_ENOUGH, _SOME = 0.6, 0.35
"""Fractions of the real value of notes or beat from which it is good or fair."""
_VARIED, _MONOTONOUS = 0.8, 0.5
_LEAST_NOTES = 0.2
"""Music with fewer notes at a time, such as drums alone, is not graded by its notes."""


@runtime_checkable
class _Ratio(Protocol):
    @property
    def ratio(self) -> float: ...


@runtime_checkable
class _Value(Protocol):
    @property
    def generated(self) -> float | None: ...

    @property
    def real(self) -> float | None: ...


class Summary(BaseModel):
    """The grade of an evaluation."""

    model_config = ConfigDict(frozen=True)

    grade: SummaryGrade
    reason: Remark
    """The worst aspect; where all are good, that they are."""


def summarise(distances: Mapping[str, _Ratio], measures: Mapping[str, _Value]) -> Summary:
    """Grades notes, distances, variety and beat; the worst of them decides.

    Each is compared with the corpus's own recordings. Music of the right colour that has no notes,
    no beat or no variety is poor.

    Args:
        distances: Distances to real music by name.
        measures: Measures beside those of real music, by name.
    """
    found: list[Summary] = []
    notes = measures.get("notes")
    if notes and notes.real and notes.real >= _LEAST_NOTES:
        grade = grade_notes(notes.generated or 0.0, notes.real)
        reason = Remark.of(RemarkCode.FEW_NOTES, notes=notes.generated or 0.0, real=notes.real)
        found.append(Summary(grade=grade, reason=reason))
    ratios = [distances[name].ratio for name in ("kad_musicnn", "kad_aisfx") if name in distances]
    if ratios:
        grade = _grade(-max(ratios), -_NEAR, -_FAR)
        found.append(Summary(grade=grade, reason=Remark.of(RemarkCode.FAR, ratio=max(ratios))))
    variety = [
        value.generated or 0.0
        for name in ("variety_musicnn", "variety_aisfx")
        if (value := measures.get(name))
    ]
    if variety:
        grade = _grade(min(variety), _VARIED, _MONOTONOUS)
        reason = Remark.of(RemarkCode.MONOTONOUS, variety=min(variety))
        found.append(Summary(grade=grade, reason=reason))
    beat = measures.get("beat_strength")
    if beat and beat.real:
        grade = _grade((beat.generated or 0.0) / beat.real, _ENOUGH, _SOME)
        reason = Remark.of(RemarkCode.WEAK_BEAT, strength=beat.generated or 0.0, real=beat.real)
        found.append(Summary(grade=grade, reason=reason))
    worst = min(found, key=lambda each: _ORDER.index(each.grade), default=None)
    if worst is None or worst.grade is SummaryGrade.GOOD:
        return Summary(grade=SummaryGrade.GOOD, reason=Remark.of(RemarkCode.ALL_GOOD))
    return worst


def grade_notes(generated: float, real: float) -> SummaryGrade:
    """The grade of the mean number of notes at a time beside that of real music."""
    return _grade(generated / real, _ENOUGH, _SOME)


def _grade(value: float, good: float, fair: float) -> SummaryGrade:
    if value >= good:
        return SummaryGrade.GOOD
    return SummaryGrade.FAIR if value >= fair else SummaryGrade.POOR
