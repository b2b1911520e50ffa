"""Charts of a page, in a light and in a dark theme: curves and bars, as PNG bytes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from riffsmith.plotting import to_png

_SHARP_DPI = 144
_FONT_POINTS = 11
"""Still legible where a chart is scaled to the width of a telephone."""


@dataclass(frozen=True)
class Theme:
    """Colours of a figure on a light or on a dark page."""

    paper: str
    ink: str
    soft: str
    series: tuple[str, str]
    marks: Mapping[str, str]


LIGHT = Theme(
    paper="#ffffff",
    ink="#1c1a22",
    soft="#6a6675",
    series=("#8c2981", "#00699b"),
    marks={"best": "#2f7d32", "rollback": "#b45309", "overfitting": "#5b21b6", "stop": "#b91c1c"},
)
DARK = Theme(
    paper="#1f1c26",
    ink="#eceaf2",
    soft="#a6a1b3",
    series=("#e07bc4", "#5cb8ea"),
    marks={"best": "#7ccf7f", "rollback": "#f5a94b", "overfitting": "#b79cff", "stop": "#ff8080"},
)
_STYLES = {"best": "-", "rollback": "--", "overfitting": ":", "stop": "-."}


@dataclass(frozen=True)
class Chart:
    """Curves over the epochs, with levels and events."""

    title: str
    unit: str
    across: str
    until: float
    """The last epoch."""
    series: Mapping[str, Sequence[tuple[float, float]]]
    """At most two."""
    limits: Mapping[str, float]
    """Levels that are drawn across."""
    marks: Sequence[tuple[str, float]]
    """Kinds and epochs of events."""
    words: Mapping[str, str]
    """What the kinds are called."""
    is_logarithmic: bool
    say: Callable[[float], str]
    """How numbers are written."""


def draw_chart(chart: Chart, theme: Theme) -> bytes:
    """A chart as PNG."""
    figure, axes = _axes(5.2, 3.3, theme)
    looks = zip(theme.series, ("-", (0, (5, 1))), chart.series.items(), strict=False)
    for colour, dashes, (name, points) in looks:
        few = "." if len(points) < 30 else ""
        style = {"color": colour, "linestyle": dashes, "linewidth": 1.7, "marker": few}
        axes.plot(*zip(*points, strict=True), label=name, **style)
    axes.set_xlim(0, chart.until * 1.01)
    for name, level in chart.limits.items():
        axes.axhline(level, color=theme.soft, linewidth=1, linestyle=(0, (1, 2)), label=name)
    for kind, word in chart.words.items():
        places = [at for of, at in chart.marks if of == kind]
        style = {"color": theme.marks[kind], "linestyle": _STYLES[kind], "linewidth": 1.3}
        for at in places[:-1]:  # of the best ones, the last is what counts
            axes.axvline(at, alpha=0.45 if kind == "best" else 1, zorder=1, **style)
        axes.axvline(places[-1], label=word, zorder=1, **style)
    if chart.is_logarithmic:
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(numticks=6))
        axes.yaxis.set_minor_formatter(NullFormatter())
    say = FuncFormatter(lambda value, _: chart.say(value))
    axes.yaxis.set_major_formatter(say)
    axes.xaxis.set_major_formatter(say)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=7, integer=True))
    axes.set_title(chart.title, color=theme.ink, fontsize=_FONT_POINTS + 1, loc="left")
    axes.set_xlabel(chart.across)
    axes.set_ylabel(chart.unit)
    axes.grid(color=theme.soft, alpha=0.2)
    figure.legend(
        *axes.get_legend_handles_labels(),
        loc="outside lower left",
        ncols=3,
        frameon=False,
        labelcolor=theme.ink,
        fontsize=_FONT_POINTS - 1,
        handlelength=1.6,
        columnspacing=1.2,
    )
    return to_png(figure, _SHARP_DPI)


def draw_counts(counts: Mapping[str, int], chosen: str, title: str, theme: Theme) -> bytes:
    """Horizontal bars, the chosen one set off, as PNG."""
    figure, axes = _axes(5.2, 0.8 + 0.32 * len(counts), theme)
    colours = [theme.series[0] if name == chosen else theme.soft for name in counts]
    bars = axes.barh(list(counts), list(counts.values()), color=colours)
    axes.bar_label(bars, padding=4, color=theme.ink)
    axes.invert_yaxis()
    axes.set_title(title, color=theme.ink, fontsize=_FONT_POINTS + 1, loc="left")
    return to_png(figure, _SHARP_DPI)


def _axes(width: float, height: float, theme: Theme) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), layout="constrained", facecolor=theme.paper)
    axes = figure.subplots()
    axes.set_facecolor(theme.paper)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[:].set_color(theme.soft)
    axes.tick_params(which="both", colors=theme.soft, labelsize=_FONT_POINTS - 1)
    axes.xaxis.label.set(color=theme.soft, fontsize=_FONT_POINTS)
    axes.yaxis.label.set(color=theme.soft, fontsize=_FONT_POINTS)
    return figure, axes
