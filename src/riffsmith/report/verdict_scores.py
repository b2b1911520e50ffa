"""Answers that are drawn from what was measured of a snapshot."""

from riffsmith.evaluation import OriginalityGrade
from riffsmith.report.findings_text import Finding, Grade, Subject, answer, leave_open
from riffsmith.report.measurements import Gap

NEAR_RATIO = 2.0
FAR_RATIO = 10.0
"""Words for the distance to real, where 1 is as near as the training recordings are."""
VARIED_SHARE = 0.8
MONOTONOUS_SHARE = 0.5
"""Words for variety, where 1 is as varied as the training recordings."""
_GRADES: dict[OriginalityGrade, Grade] = {
    OriginalityGrade.COPIED: "bad",
    OriginalityGrade.SUSPICIOUS: "caution",
    OriginalityGrade.ORIGINAL: "good",
}


def near(subject: Subject) -> Finding:
    """How near to real it is."""
    found, texts = subject.findings.evaluation, subject.texts
    if isinstance(found, Gap):
        return leave_open(subject, "near", found)
    heard, other = found.distances["kad_musicnn"], found.distances["kad_aisfx"]
    worse = max(heard.ratio, other.ratio)
    grade = "good" if worse <= NEAR_RATIO else "caution" if worse <= FAR_RATIO else "bad"
    sentences = [
        subject.say(
            f"near.{grade}",
            ratio=texts.figure(heard.ratio),
            low=texts.figure(heard.low),
            high=texts.figure(heard.high),
            other=texts.figure(other.ratio),
        ),
        subject.say(
            "near.ceiling",
            musicnn=texts.figure(heard.ceiling),
            aisfx=texts.figure(other.ceiling),
        ),
    ]
    if heard.is_floored or other.is_floored:
        sentences.append(subject.say("near.floored"))
    return answer("near", grade, *sentences)


def variety(subject: Subject) -> Finding:
    """How varied it is."""
    found = subject.findings.evaluation
    if isinstance(found, Gap):
        return leave_open(subject, "variety", found)
    shares = [found.measures[f"variety_{of}"].generated or 0.0 for of in ("musicnn", "aisfx")]
    less = min(shares)
    grade = "good" if less >= VARIED_SHARE else "caution" if less >= MONOTONOUS_SHARE else "bad"
    heard, other = (subject.texts.number(share, 2) for share in shares)
    return answer("variety", grade, subject.say(f"variety.{grade}", variety=heard, other=other))


def copies(subject: Subject) -> Finding:
    """Whether it copies."""
    found = subject.findings.originality
    if isinstance(found, Gap):
        return leave_open(subject, "copies", found)
    grades = [_GRADES[clip.grade] for clip in found.clips]
    grade = "bad" if "bad" in grades else "caution" if "caution" in grades else "good"
    accused = [window for clip in found.clips for window in clip.suspicious_windows()]
    first = max(accused, key=lambda window: window.score, default=None)
    return answer(
        "copies",
        grade,
        subject.say(
            f"copies.{grade}",
            windows=found.windows,
            accused=len(accused),
            recording=first.recording if first else "",
            second=subject.texts.number(first.recording_seconds) if first else "",
        ),
    )


def judge(subject: Subject) -> Finding:
    """Whether the scores can be trusted."""
    found, texts = subject.findings.self_test, subject.texts
    if isinstance(found, Gap):
        return leave_open(subject, "judge", found)
    if found.passed:
        count = sum(row.passed is True for row in found.rows)
        return answer("judge", "good", subject.say("judge.good", count=count))
    failed = [texts.message(row.name) for row in found.rows if row.passed is False]
    return answer("judge", "caution", subject.say("judge.bad", names=texts.listed(failed)))
