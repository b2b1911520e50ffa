"""Cells of the self-test's table."""

from collections.abc import Sequence

from markupsafe import Markup, escape

from riffsmith.evaluation import SelfTestRow
from riffsmith.report.texts import Texts

_NAMED = 5


def expected_by(row: SelfTestRow, texts: Texts) -> Markup:
    """Which measures have to notice what was done."""
    if not row.must_detect:
        return texts("selftest.nothing")
    *others, last = (texts.measure(name) for name in row.must_detect)
    names = ", ".join([*others, last])
    if row.any_suffices and others:
        names = texts.plain("selftest.alternatives", first=", ".join(others), second=last)
    return texts("selftest.no_distance", names=names) if row.must_not_detect else escape(names)


def noticed_by(row: SelfTestRow, texts: Texts) -> Markup:
    """Which measures did, the expected ones first; a note on how it was done stands behind."""
    if row.passed is None:
        return texts.message(row.note.text) if row.note else Markup()
    said = _listed(row.detected_expected_first(), texts)
    return Markup("{} ({})").format(said, texts.message(row.note.text)) if row.note else said


def _listed(names: Sequence[str], texts: Texts) -> Markup:
    if not names:
        return texts("selftest.nothing")
    shown = ", ".join(texts.measure(name) for name in names[:_NAMED])
    if len(names) <= _NAMED:
        return escape(shown)
    return texts("selftest.more", names=shown, count=len(names) - _NAMED)
