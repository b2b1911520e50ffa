"""Curves of a run, with the watch's events as vertical lines."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from riffsmith.config import TrainingSettings
from riffsmith.report.charts import DARK, LIGHT, Chart, Theme, draw_chart
from riffsmith.report.history import History, changes, points
from riffsmith.report.media import Picture, png
from riffsmith.report.texts import Texts
from riffsmith.training.monitor.decisions import OVERFITTING_ABOVE, HealthMetrics

Points = list[tuple[float, float]]
_COLUMNS = {
    "losses": {"generator": "generator_loss", "discriminator": "discriminator_loss"},
    "logits": {"real": "real_logits", "generated": "fake_logits"},
}
"""Of the lines about epochs."""


@dataclass(frozen=True)
class _Panel:
    key: str
    series: dict[str, Points]
    limits: dict[str, float]
    is_logarithmic: bool = False


def draw_curves(history: History, settings: TrainingSettings, texts: Texts) -> Iterator[Picture]:
    """Every measure that a run has taken more than once, as pictures."""
    marks = [(mark.kind, mark.epoch) for mark in history.marks]
    words = {kind: texts.plain(f"events.{kind}") for kind, _ in marks}
    for panel in _panels(history, settings):
        series = {key: found for key, found in panel.series.items() if len(found) > 1}
        if not series:
            continue
        title = texts.plain(f"curves.{panel.key}")
        chart = Chart(
            title=title,
            unit=texts.plain(f"curves.{panel.key}_unit"),
            across=texts.plain("curves.epoch"),
            until=history.last_epoch,
            series={texts.plain(f"curves.{key}"): found for key, found in series.items()},
            limits={texts.plain(f"curves.{key}"): at for key, at in panel.limits.items()},
            marks=marks,
            words=words,
            is_logarithmic=panel.is_logarithmic,
            say=texts.figure,
        )
        yield paint(lambda theme, chart=chart: draw_chart(chart, theme), _describe(chart, texts))


def paint(draw: Callable[[Theme], bytes], alt: str) -> Picture:
    """A figure in both themes."""
    return Picture(png(draw(LIGHT)), png(draw(DARK)), alt)


def _panels(history: History, settings: TrainingSettings) -> Iterator[_Panel]:
    def checked(read: Callable[[HealthMetrics], float | None]) -> Points:
        pairs = [(history.epoch_of(check.step), read(check)) for check in history.checks]
        return [(at, value) for at, value in pairs if value is not None]

    distance = checked(lambda check: check.distance)
    yield _Panel("distance", {"generated": distance}, {"as_real": 1.0})
    diversity = history.diversities()
    yield _Panel("diversity", {"generated": diversity}, {"limit": settings.collapse_below})
    gap = checked(lambda check: check.verdict_gap)
    yield _Panel("gap", {"generated": gap}, {"limit": OVERFITTING_ABOVE})
    output = checked(lambda check: check.output_deviation_relative)
    yield _Panel("output", {"generated": output}, {"as_real": 1.0})
    gradients = {
        "generator": checked(lambda check: check.generator_gradient),
        "discriminator": checked(lambda check: check.discriminator_gradient),
    }
    positive = {key: [(at, v) for at, v in found if v > 0] for key, found in gradients.items()}
    yield _Panel("gradients", positive, {}, is_logarithmic=True)
    for key, columns in _COLUMNS.items():
        yield _Panel(key, {of: points(history.epochs, name) for of, name in columns.items()}, {})
    rate = points(history.epochs, "learning_rate")
    if changes([value for _, value in rate]):
        yield _Panel("rate", {"generator": rate}, {})


def _describe(chart: Chart, texts: Texts) -> str:
    """What the picture shows, for those who do not see it."""
    series = [
        texts.plain(
            "curves.alt_one",
            name=name,
            first=texts.figure(found[0][1]),
            last=texts.figure(found[-1][1]),
            low=texts.figure(min(value for _, value in found)),
            high=texts.figure(max(value for _, value in found)),
        )
        for name, found in chart.series.items()
    ]
    return texts.plain("curves.alt", title=chart.title, series=" ".join(series))
