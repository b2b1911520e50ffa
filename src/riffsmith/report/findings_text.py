"""What a page answers, and what the answers are drawn from."""

from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from riffsmith.corpus import Corpus
from riffsmith.report.history import History
from riffsmith.report.measurements import Gap, Measurements
from riffsmith.report.texts import Texts
from riffsmith.training import RunRecord, SnapshotSelection

Grade = Literal["good", "caution", "bad", "unknown"]


@dataclass(frozen=True)
class Finding:
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
    choice: SnapshotSelection
    findings: Measurements
    texts: Texts

    def say(self, key: str, **values: object) -> Markup:
        """A sentence of the verdict."""
        return self.texts(f"verdict.{key}", **values)


def answer(key: str, grade: Grade, *sentences: Markup) -> Finding:
    """An answer of several sentences."""
    return Finding(key, grade, Markup(" ").join(sentences))


def leave_open(subject: Subject, key: str, gap: Gap) -> Finding:
    """The answer where nothing was measured."""
    if not gap.reason:
        return Finding(key, "unknown", subject.texts("gap.quick"), is_awaited=True)
    reason = subject.texts.message(gap.reason)
    return answer(key, "unknown", subject.texts("gap.failed", reason=reason))
