"""What a page answers, and what the answers are drawn from."""

from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from riffsmith.corpus import Corpus
from riffsmith.report.findings import Findings, Gap
from riffsmith.report.history import History
from riffsmith.report.texts import Texts
from riffsmith.training import Choice, RunRecord

Grade = Literal["good", "caution", "bad", "unknown"]


@dataclass(frozen=True)
class Answer:
    """The answer to one question about a run."""

    key: str
    grade: Grade
    text: Markup
    is_awaited: bool = False
    """It waits for a measurement that was not asked for."""


@dataclass(frozen=True)
class Subject:
    """A run, and all that is known of it."""

    record: RunRecord
    corpus: Corpus
    history: History
    choice: Choice
    findings: Findings
    texts: Texts

    def say(self, key: str, **values: object) -> Markup:
        """A sentence of the verdict."""
        return self.texts(f"verdict.{key}", **values)


def answer(key: str, grade: Grade, *sentences: Markup) -> Answer:
    """An answer of several sentences."""
    return Answer(key, grade, Markup(" ").join(sentences))


def leave_open(subject: Subject, key: str, gap: Gap) -> Answer:
    """The answer where nothing was measured."""
    if not gap.reason:
        return Answer(key, "unknown", subject.texts("gap.quick"), is_awaited=True)
    reason = subject.texts.message(gap.reason)
    return answer(key, "unknown", subject.texts("gap.failed", reason=reason))
