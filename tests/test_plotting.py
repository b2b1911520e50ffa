import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import riffsmith.studio
from riffsmith.features import mel_band_hz
from riffsmith.plotting import LIGHT, Chart, draw_chart, draw_spectrogram, to_png

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.slow
def test_events_are_drawn():
    def chart(*events: tuple[str, float]) -> bytes:
        labels = {kind: kind for kind, _ in events}
        series = {"a": [(0.0, 1.0), (9.0, 2.0)]}
        return draw_chart(
            Chart(
                *("title", "epoch", "unit", 9.0, series, {}, events, labels),
                is_logarithmic=False,
                format_number=str,
            ),
            LIGHT,
        )

    pictures = [chart(), chart(("stop", 3.0)), chart(("stop", 5.0)), chart(("rollback", 3.0))]
    assert len(set(pictures)) == 4
    assert chart(("best", 1.0), ("best", 3.0)) == chart(("best", 1.0), ("best", 3.0))


@pytest.mark.slow
def test_pictures_are_reproducible():
    mel_db = torch.rand(16, 63, generator=torch.Generator().manual_seed(0))
    band_hz = mel_band_hz(44_100, 16)
    first, second = (
        to_png(draw_spectrogram(mel_db, "Epoch 1", 6.0, band_hz=band_hz)) for _ in range(2)
    )
    assert first == second
    assert first.startswith(PNG)


def test_a_spectrogram_lies_where_the_page_cuts_it_out():
    style = (Path(riffsmith.studio.__file__).parent / "page" / "train.css").read_text("utf-8")
    rule = re.search(r"\.window img {(.*?)}", style)
    assert rule
    sides = {name: float(at) for name, at in re.findall(r"(\w+): (-?[\d.]+)%", rule[1])}
    shown_left, shown_top = -sides["left"] / sides["width"], -sides["top"] / sides["height"]
    for sample_rate in (8_000, 44_100):  # with labels of different widths
        figure = draw_spectrogram(torch.rand(16, 9), "", 6.0, band_hz=mel_band_hz(sample_rate, 16))
        box = figure.axes[0].get_position()
        assert 0 < shown_left - box.x0 < 0.01
        assert 0 < box.x1 - shown_left - 100 / sides["width"] < 0.01
        assert 0 < shown_top - (1 - box.y1) < 0.01
        assert 0 < 1 - box.y0 - shown_top - 100 / sides["height"] < 0.01


@pytest.mark.slow
def test_a_backend_that_is_not_installed_is_no_obstacle(monkeypatch: pytest.MonkeyPatch):
    """A notebook names its own one to the programs that it starts."""
    monkeypatch.setenv("MPLBACKEND", "no-such-backend")
    program = (
        "import os, riffsmith.plotting as p; print(p.mpl.get_backend(), os.environ['MPLBACKEND'])"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert found.stdout.split() == ["agg", "no-such-backend"], found.stderr
