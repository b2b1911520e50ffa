"""Drawings with matplotlib: spectrograms, waveforms, curves and bars, as PNG bytes or figures."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from jaxtyping import Float
from torch import Tensor


@contextmanager
def _choose_backend() -> Iterator[None]:
    """Imports matplotlib with its backend Agg, whatever `MPLBACKEND` names.

    A notebook names its own backend to the programs that it starts, and the import fails where that
    is not installed. A backend that is there is selected afterwards, for the figures of the caller:
    those of this module need none.
    """
    named = os.environ.get("MPLBACKEND")
    if named is None or "matplotlib" in sys.modules:
        yield
        return
    os.environ["MPLBACKEND"] = "agg"
    try:
        yield
    finally:
        os.environ["MPLBACKEND"] = named
    with suppress(ValueError):  # that backend is not installed
        mpl.rcParams["backend"] = named


with _choose_backend():
    import matplotlib as mpl
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import imsave
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

_DPI = 100
_CHART_DPI = 144
_FONT_POINTS = 11
"""Font size of charts: legible where a chart is scaled to the width of a telephone."""
_LABELLED_HZ = (100, 500, 1_000, 2_000, 5_000, 10_000, 20_000)
"""Frequencies that an axis of a mel spectrogram names."""
_SPECTROGRAM_BOX = (0.13, 0.16, 0.74, 0.74)
"""Left, bottom, width and height of a spectrogram within its picture. They do not depend on the
labels, so that the studio's page can cut off the axes (`.window img` in train.css)."""
_COLOUR_BAR_BOX = (0.89, 0.16, 0.025, 0.74)
_EVENT_LINES = {"best": "-", "rollback": "--", "overfitting": ":", "stop": "-."}


@dataclass(frozen=True)
class Theme:
    """Colours of a chart on a light or on a dark page."""

    background: str
    text: str
    muted: str
    series: tuple[str, str]
    events: Mapping[str, str]
    """Colours of the vertical lines, by kind of event."""


LIGHT = Theme(
    background="#ffffff",
    text="#1c1a22",
    muted="#6a6675",
    series=("#8c2981", "#00699b"),
    events={"best": "#2f7d32", "rollback": "#b45309", "overfitting": "#5b21b6", "stop": "#b91c1c"},
)
DARK = Theme(
    background="#1f1c26",
    text="#eceaf2",
    muted="#a6a1b3",
    series=("#e07bc4", "#5cb8ea"),
    events={"best": "#7ccf7f", "rollback": "#f5a94b", "overfitting": "#b79cff", "stop": "#ff8080"},
)


@dataclass(frozen=True)
class Chart:
    """Curves over the course of a training, with limits and events."""

    title: str
    x_label: str
    y_label: str
    x_end: float
    """Right end of the x axis; its left end is 0."""
    series: Mapping[str, Sequence[tuple[float, float]]]
    """Points of one or two curves, by their labels."""
    limits: Mapping[str, float]
    """Heights of horizontal lines, by their labels."""
    events: Sequence[tuple[str, float]]
    """Kinds of events and their positions on the x axis."""
    event_labels: Mapping[str, str]
    """Labels of the kinds of events."""
    is_logarithmic: bool
    format_number: Callable[[float], str]
    """Writes a number at an axis."""


def draw_chart(chart: Chart, theme: Theme) -> bytes:
    """Draws curves as PNG."""
    figure, axes = _chart_axes(5.2, 3.3, theme)
    styles = zip(theme.series, ("-", (0, (5, 1))), chart.series.items(), strict=False)
    for colour, dashes, (label, points) in styles:
        marker = "." if len(points) < 30 else ""
        style = {"color": colour, "linestyle": dashes, "linewidth": 1.7, "marker": marker}
        axes.plot(*zip(*points, strict=True), label=label, **style)
    axes.set_xlim(0, chart.x_end * 1.01)
    for label, height in chart.limits.items():
        dots = (0, (1, 2))
        axes.axhline(height, color=theme.muted, linewidth=1, linestyle=dots, label=label)
    for kind, label in chart.event_labels.items():
        positions = [at for name, at in chart.events if name == kind]
        style = {"color": theme.events[kind], "linestyle": _EVENT_LINES[kind], "linewidth": 1.3}
        for at in positions[:-1]:  # only the last of the best snapshots counts in the end
            axes.axvline(at, alpha=0.45 if kind == "best" else 1, zorder=1, **style)
        axes.axvline(positions[-1], label=label, zorder=1, **style)
    if chart.is_logarithmic:
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=8))
        axes.yaxis.set_minor_formatter(NullFormatter())
    formatter = FuncFormatter(lambda value, _: chart.format_number(value))
    axes.yaxis.set_major_formatter(formatter)
    axes.xaxis.set_major_formatter(formatter)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=7, integer=True))
    axes.set_title(chart.title, color=theme.text, fontsize=_FONT_POINTS + 1, loc="left")
    axes.set_xlabel(chart.x_label)
    axes.set_ylabel(chart.y_label)
    axes.grid(color=theme.muted, alpha=0.2)
    figure.legend(
        *axes.get_legend_handles_labels(),
        loc="outside lower left",
        ncols=3,
        frameon=False,
        labelcolor=theme.text,
        fontsize=_FONT_POINTS - 1,
        handlelength=1.6,
        columnspacing=1.2,
    )
    return to_png(figure, _CHART_DPI)


def draw_bars(counts: Mapping[str, int], highlighted: str, title: str, theme: Theme) -> bytes:
    """Draws horizontal bars as PNG; one of them has another colour."""
    figure, axes = _chart_axes(5.2, 0.8 + 0.32 * len(counts), theme)
    colours = [theme.series[0] if name == highlighted else theme.muted for name in counts]
    bars = axes.barh(list(counts), list(counts.values()), color=colours)
    axes.bar_label(bars, padding=4, color=theme.text)
    axes.invert_yaxis()
    axes.set_title(title, color=theme.text, fontsize=_FONT_POINTS + 1, loc="left")
    return to_png(figure, _CHART_DPI)


def _chart_axes(width: float, height: float, theme: Theme) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), layout="constrained", facecolor=theme.background)
    axes = figure.subplots()
    axes.set_facecolor(theme.background)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[:].set_color(theme.muted)
    axes.tick_params(which="both", colors=theme.muted, labelsize=_FONT_POINTS - 1)
    axes.xaxis.label.set(color=theme.muted, fontsize=_FONT_POINTS)
    axes.yaxis.label.set(color=theme.muted, fontsize=_FONT_POINTS)
    return figure, axes


def draw_plain_spectrogram(
    mel_db: Float[Tensor, "mels frames"], range_db: tuple[float, float] | None = None
) -> bytes:
    """Draws a mel spectrogram without axes as PNG, one pixel per value.

    Args:
        mel_db: Mel spectrogram in decibels.
        range_db: Lowest and highest value of the colour scale. `None`: those of the spectrogram.
    """
    low, high = range_db or (float(mel_db.min()), float(mel_db.max()))
    buffer = BytesIO()
    imsave(
        buffer,
        mel_db.numpy(),
        vmin=low,
        vmax=max(high, low + 1e-6),
        cmap="magma",
        origin="lower",
        format="png",
        metadata={"Software": ""},
    )
    return buffer.getvalue()


def draw_spectrogram(
    mel_db: Float[Tensor, "mels frames"],
    title: str,
    seconds: float,
    range_db: tuple[float, float] | None = None,
    *,
    band_hz: Sequence[float],
) -> Figure:
    """Draws a mel spectrogram with axes and a colour bar.

    Args:
        mel_db: Mel spectrogram in decibels.
        title: Title above the picture.
        seconds: Duration, for the time axis.
        range_db: Lowest and highest value of the colour scale. `None`: those of the spectrogram.
        band_hz: Frequency of each mel band in Hz.
    """
    figure = Figure(figsize=(6.4, 3.2), dpi=_DPI)
    axes = figure.add_axes(_SPECTROGRAM_BOX)
    low, high = range_db or (float(mel_db.min()), float(mel_db.max()))
    image = axes.imshow(
        mel_db.numpy(),
        cmap="magma",
        origin="lower",
        aspect="auto",
        interpolation="nearest",
        extent=(0, seconds, 0, mel_db.shape[0]),
        vmin=low,
        vmax=high,
    )
    axes.set_title(title)
    axes.set_xlabel("seconds")
    shown = [hz for hz in _LABELLED_HZ if band_hz[0] <= hz <= band_hz[-1]]
    axes.set_yticks(np.interp(shown, band_hz, np.arange(len(band_hz)) + 0.5), map(str, shown))
    axes.set_ylabel("Hz")
    figure.colorbar(image, cax=figure.add_axes(_COLOUR_BAR_BOX), label="dB")
    return figure


def draw_evolution(spectrograms: Mapping[str, Float[Tensor, "mels frames"]]) -> bytes:
    """Draws small spectrograms under their names as PNG, four in a row."""
    columns = min(4, len(spectrograms))
    rows = -(-len(spectrograms) // columns)
    figure = Figure(figsize=(2.6 * columns, 1.6 * rows), dpi=_DPI, layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False).flatten()
    for axes in panels:
        axes.set_axis_off()
    for axes, (name, mel_db) in zip(panels, spectrograms.items(), strict=False):
        axes.imshow(mel_db.numpy(), cmap="magma", origin="lower", aspect="auto")
        axes.set_title(name, fontsize=10)
    return to_png(figure)


def draw_waveform(audio: Float[np.ndarray, "time"]) -> bytes:
    """Draws the envelope of a waveform as PNG, in a colour that shows on light and on dark."""
    figure = Figure(figsize=(6.4, 1.3), dpi=_DPI)
    axes = figure.add_axes((0, 0, 1, 1))
    columns = np.array_split(audio, 640)
    lows, highs = [c.min() for c in columns], [c.max() for c in columns]
    axes.fill_between(range(len(columns)), lows, highs, color="#b0479f", linewidth=0)
    axes.set(xlim=(0, len(columns)), ylim=(-1.02, 1.02))
    axes.set_axis_off()
    figure.patch.set_alpha(0)
    return to_png(figure)


def to_png(figure: Figure, dpi: int = _DPI) -> bytes:
    """A figure as PNG bytes; equal figures give equal bytes."""
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
    return buffer.getvalue()
