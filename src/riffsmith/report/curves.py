"""Charts of a run's metrics with the monitor's events as vertical lines."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from riffsmith.config import TrainingSettings
from riffsmith.plotting import Chart, draw_chart
from riffsmith.report.history import History, Points, has_changes
from riffsmith.report.media import Picture, draw_in_themes
from riffsmith.report.texts import Texts
from riffsmith.training.monitor.decisions import OVERFITTING_ABOVE
from riffsmith.training.monitor.health import HealthMetrics

_LOG_METRICS = {
    "losses": {"generator": "generator_loss", "discriminator": "discriminator_loss"},
    "logits": {"real": "real_logits", "generated": "fake_logits"},
    "learning_rate": {
        "generator": "learning_rate",
        "discriminator": "discriminator_learning_rate",
    },
}
"""Metrics in lines of the log, by chart and series."""


@dataclass(frozen=True)
class _Panel:
    key: str
    series: dict[str, Points]
    limits: dict[str, float]
    is_logarithmic: bool = False


def draw_curves(history: History, settings: TrainingSettings, texts: Texts) -> Iterator[Picture]:
    """Draws every metric that was measured more than once."""
    events = [(mark.kind, mark.position) for mark in history.marks]
    for panel in _panels(history, settings):
        series = {key: points for key, points in panel.series.items() if len(points) > 1}
        if not series:
            continue
        chart = Chart(
            title=texts.plain(f"curves.{panel.key}"),
            x_label=texts.plain(f"units.{history.unit}.axis"),
            y_label=texts.plain(f"curves.{panel.key}_unit"),
            x_end=history.end,
            series={texts.plain(f"curves.{key}"): points for key, points in series.items()},
            limits={texts.plain(f"curves.{key}"): height for key, height in panel.limits.items()},
            events=events,
            event_labels={kind: texts.plain(f"events.{kind}") for kind, _ in events},
            is_logarithmic=panel.is_logarithmic,
            format_number=texts.figure,
        )
        alt = _describe(chart, texts)
        yield draw_in_themes(lambda theme, chart=chart: draw_chart(chart, theme), alt)


def _panels(history: History, settings: TrainingSettings) -> Iterator[_Panel]:
    def checked(read: Callable[[HealthMetrics], float | None]) -> Points:
        pairs = [(history.position(check.step), read(check)) for check in history.checks]
        return [(at, value) for at, value in pairs if value is not None]

    distance = checked(lambda check: check.distance)
    yield _Panel("distance", {"generated": distance}, {"as_real": 1.0})
    diversity = history.diversities()
    yield _Panel("diversity", {"generated": diversity}, {"limit": settings.collapse_below})
    gap = checked(lambda check: check.overfitting)
    yield _Panel("gap", {"held_out": gap}, {"limit": OVERFITTING_ABOVE})
    output = checked(lambda check: check.output_deviation_relative)
    yield _Panel("output", {"generated": output}, {"as_real": 1.0})
    gradients = {
        "generator": checked(lambda check: check.generator_gradient),
        "discriminator": checked(lambda check: check.discriminator_gradient),
    }
    positive = {key: [(at, v) for at, v in points if v > 0] for key, points in gradients.items()}
    yield _Panel("gradients", positive, {}, is_logarithmic=True)
    for key, metrics in _LOG_METRICS.items():
        series = {label: history.points(history.logs, name) for label, name in metrics.items()}
        if key == "learning_rate":
            series = {
                label: points
                for label, points in series.items()
                if has_changes([value for _, value in points])
            }
        yield _Panel(key, series, {})


def _describe(chart: Chart, texts: Texts) -> str:
    """The alternative text: what the chart shows, in words."""
    series = [
        texts.plain(
            "curves.alt_series",
            name=name,
            first=float(points[0][1]),
            last=float(points[-1][1]),
            low=float(min(value for _, value in points)),
            high=float(max(value for _, value in points)),
        )
        for name, points in chart.series.items()
    ]
    return texts.plain("curves.alt", title=chart.title, series=" ".join(series))
