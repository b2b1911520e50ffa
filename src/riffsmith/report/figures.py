"""Pictures: spectrograms, loss curves, counts. Drawn with matplotlib, returned as PNG bytes."""

from collections.abc import Mapping, Sequence
from io import BytesIO

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

_DPI = 100


def draw_spectrogram(
    mel_db: Float[Tensor, "mels frames"],
    title: str,
    seconds: float,
    range_db: tuple[float, float] | None = None,
) -> bytes:
    """A mel spectrogram as PNG: magma, origin at the bottom, colour bar in dB.

    Args:
        mel_db: Decibels.
        title: Above the picture.
        seconds: What the time axis spans.
        range_db: Fixed colour range; none: the picture's own.
    """
    figure = Figure(figsize=(6.4, 3.2), dpi=_DPI, layout="constrained")
    axes = figure.subplots()
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
    axes.set_ylabel("mel band")
    figure.colorbar(image, ax=axes, label="dB")
    return _to_png(figure)


def draw_evolution(spectrograms: Mapping[str, Float[Tensor, "mels frames"]]) -> bytes:
    """Small spectrograms side by side, four in a row, each under its name, as PNG."""
    across = min(4, len(spectrograms))
    down = -(-len(spectrograms) // across)
    figure = Figure(figsize=(2.6 * across, 1.6 * down), dpi=_DPI, layout="constrained")
    panels = figure.subplots(down, across, squeeze=False).flatten()
    for axes in panels:
        axes.set_axis_off()
    for axes, (name, mel_db) in zip(panels, spectrograms.items(), strict=False):
        axes.imshow(mel_db.numpy(), cmap="magma", origin="lower", aspect="auto")
        axes.set_title(name, fontsize=10)
    return _to_png(figure)


def draw_curves(
    epochs: Sequence[float], curves: Mapping[str, Sequence[float]], title: str, unit: str
) -> bytes:
    """One or more curves over the epochs as PNG."""
    figure = Figure(figsize=(9, 3.4), dpi=_DPI, layout="constrained")
    axes = figure.subplots()
    for name, values in curves.items():
        axes.plot(epochs, values, label=name, linewidth=1.6, marker="." if len(epochs) < 30 else "")
    axes.set_title(title)
    axes.set_xlabel("epoch")
    axes.set_ylabel(unit)
    axes.grid(alpha=0.25)
    if len(curves) > 1:
        axes.legend(frameon=False)
    _strip(axes)
    return _to_png(figure)


def draw_counts(counts: Mapping[str, int], chosen: str, title: str) -> bytes:
    """Horizontal bars, the chosen one set off, as PNG."""
    figure = Figure(figsize=(9, 0.8 + 0.32 * len(counts)), dpi=_DPI, layout="constrained")
    axes = figure.subplots()
    colours = ["#b5367a" if name == chosen else "#9a9aa5" for name in counts]
    bars = axes.barh(list(counts), list(counts.values()), color=colours)
    axes.bar_label(bars, padding=4)
    axes.invert_yaxis()
    axes.set_title(title)
    _strip(axes)
    return _to_png(figure)


def draw_waveform(audio: Float[np.ndarray, "time"], seconds: float) -> bytes:
    """The envelope of a waveform as PNG."""
    figure = Figure(figsize=(6.4, 1.8), dpi=_DPI, layout="constrained")
    axes = figure.subplots()
    columns = np.array_split(audio, 900)
    times = np.linspace(0, seconds, len(columns))
    lows, highs = [c.min() for c in columns], [c.max() for c in columns]
    axes.fill_between(times, lows, highs, color="#721f81", linewidth=0)
    axes.set(xlabel="seconds", xlim=(0, seconds), ylim=(-1.02, 1.02))
    _strip(axes)
    return _to_png(figure)


def _strip(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)


def _to_png(figure: Figure) -> bytes:
    buffer = BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()
