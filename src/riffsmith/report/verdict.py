"""A run judged in a few plain sentences."""

from riffsmith.report.findings_text import Finding, Subject
from riffsmith.report.verdict_scores import copies, judge, near, variety
from riffsmith.report.verdict_training import collapse, data, overfitting, snapshot

_QUESTIONS = (snapshot, near, variety, copies, collapse, overfitting, data, judge)


def draw_verdict(subject: Subject) -> list[Finding]:
    """The answers, the weightiest first."""
    return [question(subject) for question in _QUESTIONS]
