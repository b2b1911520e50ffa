"""Pictures of sound: spectrograms and waveforms, as PNG bytes."""

from collections.abc import Mapping
from io import BytesIO

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure
from matplotlib.image import imsave
from torch import Tensor

_DPI = 100


def draw_plain_spectrogram(
    mel_db: Float[Tensor, "mels frames"], range_db: tuple[float, float] | None = None
) -> bytes:
    """A mel spectrogram as PNG, one pixel a value: the page says in words what its axes are."""
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


def draw_waveform(audio: Float[np.ndarray, "time"]) -> bytes:
    """The envelope of a waveform as PNG, in a colour that is seen on light and on dark."""
    figure = Figure(figsize=(6.4, 1.3), dpi=_DPI)
    axes = figure.add_axes((0, 0, 1, 1))
    columns = np.array_split(audio, 640)
    lows, highs = [c.min() for c in columns], [c.max() for c in columns]
    axes.fill_between(range(len(columns)), lows, highs, color="#b0479f", linewidth=0)
    axes.set(xlim=(0, len(columns)), ylim=(-1.02, 1.02))
    axes.set_axis_off()
    figure.patch.set_alpha(0)
    return to_png(figure)


def draw_spectrogram(
    mel_db: Float[Tensor, "mels frames"],
    title: str,
    seconds: float,
    range_db: tuple[float, float] | None = None,
) -> Figure:
    """A mel spectrogram for itself: magma, origin at the bottom, colour bar in dB.

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
    return figure


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
    return to_png(figure)


def to_png(figure: Figure, dpi: int = _DPI) -> bytes:
    """A figure as PNG, equal for equal figures."""
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
    return buffer.getvalue()
