"""Findings about a run, and sentences about events and self-tests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup, escape

from riffsmith.corpus import Corpus
from riffsmith.evaluation import SelfTestRow
from riffsmith.report.history import History, Mark
from riffsmith.report.measurements import Measurements, NotMeasured
from riffsmith.report.texts import Rounded, Texts
from riffsmith.runs import RunRecord, SnapshotSelection

Grade = Literal["good", "caution", "bad", "unknown"]
_MOST_NAMES = 5


@dataclass(frozen=True)
class Finding:
    """The answer to one question about a run."""

    key: str
    grade: Grade
    text: Markup
    is_requestable: bool = False
    """Whether it needs a measurement that nobody has asked for yet."""


@dataclass(frozen=True)
class Subject:
    """A run with all that its findings are made from."""

    record: RunRecord
    corpus: Corpus
    history: History
    selection: SnapshotSelection
    measurements: Measurements
    texts: Texts

    def say(self, key: str, **values: object) -> Markup:
        """A sentence of the verdict."""
        return self.texts(f"verdict.{key}", **values)


def build_finding(key: str, grade: Grade, *sentences: Markup) -> Finding:
    """A finding of several sentences."""
    return Finding(key, grade, Markup(" ").join(sentences))


def leave_open(subject: Subject, key: str, missing: NotMeasured) -> Finding:
    """The finding where nothing was measured."""
    if missing.error is None:
        text = subject.texts("not_measured.not_requested")
        return Finding(key, "unknown", text, is_requestable=True)
    reason = subject.texts.error(missing.error)
    return build_finding(key, "unknown", subject.texts("not_measured.failed", reason=reason))


def explain_mark(mark: Mark, history: History, texts: Texts) -> Markup:
    """The reason for what the monitor did, as a clause. It is chosen by the code of the event."""
    values = {name: _format_parameter(value, texts) for name, value in mark.parameters.items()}
    snapshot, since = _number(mark.parameters, "snapshot"), _number(mark.parameters, "since_step")
    if snapshot is not None:
        values["name"] = texts.position(history.unit, snapshot)
    if isinstance(distance := mark.parameters.get("distance"), float):
        values["distance"] = Rounded(distance, 2)
    if since is not None:
        values["since"] = texts.position(history.unit, history.position(since), "since")
    return texts(f"events.reasons.{mark.code}", **values)


def describe_mark(mark: Mark, history: History, texts: Texts) -> Markup:
    """What the monitor did and why, as a sentence."""
    back = "" if mark.back_to is None else texts.position(history.unit, mark.back_to, "to")
    reason = explain_mark(mark, history, texts)
    return texts(f"events.{mark.kind}_text", reason=reason, to=back)


def _format_parameter(value: object, texts: Texts) -> object:
    if value is None:
        return texts.figure(None)
    if isinstance(value, list):
        return ", ".join(texts.plain(f"health_metrics.{name}") for name in value)
    return value


def _number(parameters: Mapping[str, object], name: str) -> float | None:
    value = parameters.get(name)
    return value if isinstance(value, int | float) else None


def describe_expected(row: SelfTestRow, texts: Texts) -> Markup:
    """The measures that must detect the treatment of a row of the self-test."""
    if not row.must_detect:
        return texts("self_test.nothing")
    names = "; ".join(_describe_group(group, texts) for group in row.must_detect)
    return texts("self_test.no_distance", names=names) if row.must_not_detect else escape(names)


def _describe_group(group: Sequence[str], texts: Texts) -> str:
    """The measures of a group, of which one is enough."""
    *others, last = (texts.measure(name) for name in group)
    if not others:
        return last
    return texts.plain("self_test.alternatives", first=", ".join(others), second=last)


def describe_detected(row: SelfTestRow, texts: Texts) -> Markup:
    """The measures that detected the treatment, the expected ones first, and the row's remark."""
    remark = None if row.remark is None else texts.remark(row.remark)
    if row.passed is None:
        return remark or Markup()
    names = _shorten(row.detected_expected_first(), texts)
    return names if remark is None else Markup("{} ({})").format(names, remark)


def _shorten(names: Sequence[str], texts: Texts) -> Markup:
    if not names:
        return texts("self_test.nothing")
    shown = ", ".join(texts.measure(name) for name in names[:_MOST_NAMES])
    if len(names) <= _MOST_NAMES:
        return escape(shown)
    return texts("self_test.more", names=shown, count=len(names) - _MOST_NAMES)
