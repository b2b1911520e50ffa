"""The verdict: ten questions about a run, answered in a few sentences each."""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from riffsmith.corpus import MaterialGrade, Survey
from riffsmith.evaluation import Comparison, CopyKind, OriginalityGrade, SummaryGrade
from riffsmith.evaluation.summary import grade_notes
from riffsmith.report.findings_text import (
    Finding,
    Grade,
    Subject,
    build_finding,
    explain_mark,
    leave_open,
)
from riffsmith.report.measurements import NotMeasured
from riffsmith.report.texts import Rounded
from riffsmith.runs import SelectionReason
from riffsmith.training.monitor.decisions import HEALTHY_FACTOR, OVERFITTING_ABOVE
from riffsmith.training.monitor.events import EventCode

NEAR_RATIO = 2.0
"""Largest distance that counts as near, where 1 is the distance of the training recordings."""
FAR_RATIO = 10.0
"""Distance above which a model counts as far away."""
VARIED_FRACTION = 0.8
"""Smallest variety that counts as varied, where 1 is the variety of the training recordings."""
MONOTONOUS_FRACTION = 0.5
"""Variety below which a model counts as monotonous."""
FEW_HELD_OUT_MINUTES = 2.0

_CAUSES = ("data", "collapse", "copies", "overfitting", "notes", "near", "variety", "trust")
"""Findings that one can do something about, causes before their effects."""

_SELECTION_GRADES: dict[SelectionReason, Grade] = {
    SelectionReason.NEAREST: "good",
    SelectionReason.HEALTHY: "caution",
    SelectionReason.NEWEST: "unknown",
}
_SUMMARY_GRADES: dict[SummaryGrade, Grade] = {
    SummaryGrade.GOOD: "good",
    SummaryGrade.FAIR: "caution",
    SummaryGrade.POOR: "bad",
}
_ORIGINALITY_GRADES: dict[OriginalityGrade, Grade] = {
    OriginalityGrade.ORIGINAL: "good",
    OriginalityGrade.SUSPICIOUS: "caution",
    OriginalityGrade.COPIED: "bad",
}
_MATERIAL_GRADES: dict[MaterialGrade, Grade] = {
    MaterialGrade.ENOUGH: "good",
    MaterialGrade.FEW_RECORDINGS: "caution",
    MaterialGrade.LITTLE: "caution",
    MaterialGrade.VERY_LITTLE: "bad",
    MaterialGrade.TOO_LITTLE: "bad",
}


def draw_verdict(subject: Subject) -> list[Finding]:
    """Answers all questions, the most important one first."""
    questions = (
        find_summary,
        find_snapshot,
        find_notes,
        find_distance,
        find_variety,
        find_copies,
        find_collapse,
        find_overfitting,
        find_material,
        find_trust,
    )
    return [question(subject) for question in questions]


def advise(findings: Sequence[Finding]) -> str:
    """Key of the advice on what to try next: about the first cause among the worst findings."""
    grades = {finding.key: finding.grade for finding in findings}
    for grade in ("bad", "caution"):
        for key in _CAUSES:
            if grades.get(key) == grade:
                return key
    return "nothing"


def find_summary(subject: Subject) -> Finding:
    """How good is it, all in all?"""
    found = subject.measurements.evaluation
    if isinstance(found, NotMeasured):
        return leave_open(subject, "summary", found)
    grade, reason = found.summary.grade, subject.texts.remark(found.summary.reason)
    sentence = subject.say(f"summary.{grade}", reason=reason)
    return build_finding("summary", _SUMMARY_GRADES[grade], sentence)


def find_notes(subject: Subject) -> Finding:
    """Does it play notes as its songs do?"""
    found = subject.measurements.evaluation
    if isinstance(found, NotMeasured):
        return leave_open(subject, "notes", found)
    notes = found.measures.get("notes")
    if notes is None or notes.generated is None or not notes.real:
        return build_finding("notes", "unknown", subject.say("notes.unknown"))
    grade = _SUMMARY_GRADES[grade_notes(notes.generated, notes.real)]
    values = {"notes": Rounded(notes.generated, 2), "real": Rounded(notes.real, 2)}
    sentences = [subject.say(f"notes.{grade}", **values)]
    if found.codec_note_f1 is not None:
        f1 = Rounded(found.codec_note_f1, 2)
        sentences.append(subject.say("notes.codec", f1=f1))
    return build_finding("notes", grade, *sentences)


def find_snapshot(subject: Subject) -> Finding:
    """Which snapshot is shown, and why?"""
    selection, texts, history = subject.selection, subject.texts, subject.history
    values = {"name": texts.position(history.unit, selection.number)}
    if selection.distance is not None:
        distance = Rounded(selection.distance, 2)
        values |= {"count": selection.measured, "distance": distance}
    sentences = [subject.say(f"snapshot.{selection.reason}", **values)]
    for mark in history.marks_of("stop")[-1:]:
        at = texts.position(history.unit, mark.position, "at")
        reason = explain_mark(mark, history, texts)
        sentences.append(subject.say("snapshot.stopped", at=at, reason=reason))
    return build_finding("snapshot", _SELECTION_GRADES[selection.reason], *sentences)


def find_distance(subject: Subject) -> Finding:
    """How near to real music is it?"""
    found = subject.measurements.evaluation
    if isinstance(found, NotMeasured):
        return leave_open(subject, "near", found)
    musicnn, aisfx = found.distances["kad_musicnn"], found.distances["kad_aisfx"]
    worse = max(musicnn.ratio, aisfx.ratio)
    grade = "good" if worse <= NEAR_RATIO else "caution" if worse <= FAR_RATIO else "bad"
    sentences = [
        subject.say(
            f"near.{grade}",
            ratio=musicnn.ratio,
            low=musicnn.low,
            high=musicnn.high,
            other=aisfx.ratio,
        ),
        subject.say("near.ceiling", musicnn=musicnn.ceiling, aisfx=aisfx.ceiling),
    ]
    if musicnn.is_floored or aisfx.is_floored:
        sentences.append(subject.say("near.floored"))
    return build_finding("near", grade, *sentences)


def find_variety(subject: Subject) -> Finding:
    """How varied is it?"""
    found = subject.measurements.evaluation
    if isinstance(found, NotMeasured):
        return leave_open(subject, "variety", found)
    musicnn, aisfx = (
        found.measures[f"variety_{embedder}"].generated or 0.0 for embedder in ("musicnn", "aisfx")
    )
    less = min(musicnn, aisfx)
    is_varied, is_monotonous = less >= VARIED_FRACTION, less < MONOTONOUS_FRACTION
    grade = "good" if is_varied else "bad" if is_monotonous else "caution"
    sentence = subject.say(f"variety.{grade}", variety=Rounded(musicnn, 2), other=Rounded(aisfx, 2))
    return build_finding("variety", grade, sentence)


def find_copies(subject: Subject) -> Finding:
    """Does it copy?"""
    found = subject.measurements.originality
    if isinstance(found, NotMeasured):
        return leave_open(subject, "copies", found)
    sentences = [*_say_copies(subject, found.sound), *_say_copies(subject, found.melody)]
    return build_finding("copies", _ORIGINALITY_GRADES[found.grade], *sentences)


def _say_copies(subject: Subject, found: Comparison) -> Iterator[Markup]:
    """The result of one comparison, and how much could not be judged."""
    key = "copies.melody" if found.kind is CopyKind.MELODY else "copies"
    suspicious, windows = found.suspicious_windows(), len(found.windows)
    if found.obstacle:
        yield subject.say("copies.melody.obstacle", reason=subject.texts.remark(found.obstacle))
    elif suspicious:
        nearest = suspicious[0]
        counts = "counts.melody_windows" if found.kind is CopyKind.MELODY else "counts.windows"
        yield subject.say(
            f"{key}.{found.grade}",
            count=len(suspicious),
            windows=subject.texts.plain(counts, count=windows),
            recording=nearest.recording,
            second=Rounded(nearest.recording_seconds),
        )
    else:
        yield subject.say(f"{key}.{found.grade}", count=windows)
    if found.unjudged_windows and not found.obstacle:
        yield subject.say("copies.melody.unjudged", count=found.unjudged_windows)


def find_collapse(subject: Subject) -> Finding:
    """Has it collapsed?"""
    history, texts, snapshot = subject.history, subject.texts, subject.selection.number
    limit = subject.record.settings.training.collapse_below
    diversity = history.diversity_of(snapshot)
    if diversity is None:
        return build_finding("collapse", "unknown", subject.say("collapse.unknown"))
    margin = HEALTHY_FACTOR * limit
    grade = "bad" if diversity < limit else "caution" if diversity < margin else "good"
    sentences = [
        subject.say(
            f"collapse.{grade}",
            of=texts.position(history.unit, snapshot, "of"),
            diversity=Rounded(diversity, 2),
            limit=Rounded(limit, 2),
        )
    ]
    end, last = history.diversities()[-1]
    if grade != "bad" and last < limit and end > history.position_of(snapshot):
        at = texts.position(history.unit, end, "at")
        sentences.append(subject.say("collapse.later", at=at, diversity=Rounded(last, 2)))
    rollbacks = [m for m in history.marks_of("rollback") if m.code is EventCode.COLLAPSE]
    if rollbacks:
        sentences.append(subject.say("collapse.rollbacks", count=len(rollbacks)))
    return build_finding("collapse", grade, *sentences)


def find_overfitting(subject: Subject) -> Finding:
    """Has the discriminator memorised its training segments?"""
    history, texts = subject.history, subject.texts
    position = history.position_of(subject.selection.number)
    if not history.checks:
        return build_finding("overfitting", "unknown", subject.say("overfitting.not_monitored"))
    marks = history.marks_of("overfitting")
    if marks and marks[0].position <= position:
        since = texts.position(history.unit, marks[0].position, "since")
        return build_finding("overfitting", "bad", subject.say("overfitting.bad", since=since))
    gaps = [
        check.overfitting
        for check in history.checks
        if check.overfitting is not None and history.position(check.step) <= position
    ]
    if not gaps:
        return build_finding("overfitting", "unknown", subject.say("overfitting.not_measured"))
    grade = "caution" if gaps[-1] > OVERFITTING_ABOVE else "good"
    gap, limit = Rounded(gaps[-1], 2), Rounded(OVERFITTING_ABOVE, 1)
    sentences = [subject.say(f"overfitting.{grade}", gap=gap, limit=limit)]
    if marks:
        onwards = texts.position(history.unit, marks[0].position, "onwards")
        sentences.append(subject.say("overfitting.later", onwards=onwards))
    return build_finding("overfitting", grade, *sentences)


def find_material(subject: Subject) -> Finding:
    """Is there enough music, as `riffsmith survey` grades a folder?"""
    manifest, texts = subject.corpus.manifest, subject.texts
    sources = tuple(
        recording.source.model_copy(update={"seconds": recording.seconds})
        for recording in manifest.of_split("train")
    )
    survey = Survey(folder=manifest.folder, genre=None, entries=sources)
    grade = _MATERIAL_GRADES[survey.grade]
    sentences = [
        subject.say(
            "data.text",
            minutes=texts.plain("counts.minutes", count=Rounded(survey.minutes, 1)),
            recordings=texts.plain("counts.recordings", count=len(sources)),
            material=texts(f"material.{survey.grade}"),
        )
    ]
    held_out = sum(recording.seconds for recording in manifest.of_split("held_out")) / 60
    if held_out < FEW_HELD_OUT_MINUTES:
        grade = "bad" if grade == "bad" else "caution"
        values = {"count": Rounded(held_out, 1)} if held_out else {}
        key = "little_held_out" if held_out else "nothing_held_out"
        sentences.append(subject.say(f"data.{key}", **values))
    return build_finding("data", grade, *sentences)


def find_trust(subject: Subject) -> Finding:
    """Can the scores be trusted?"""
    found, texts = subject.measurements.self_test, subject.texts
    if isinstance(found, NotMeasured):
        return leave_open(subject, "trust", found)
    if found.passed:
        count = sum(row.passed is True for row in found.rows)
        return build_finding("trust", "good", subject.say("trust.good", count=count))
    failed = [texts.remark(row.treatment) for row in found.rows if row.passed is False]
    names = Markup("; ").join(failed)  # a treatment may contain a comma
    return build_finding("trust", "caution", subject.say("trust.bad", names=names))
