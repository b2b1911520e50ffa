"""Pictures of a run's previews: one file for each, and the evolution in one drawing."""

from pathlib import Path

import torch

from riffsmith.bundle import load_bundle
from riffsmith.errors import RunError
from riffsmith.features import mel_band_hz
from riffsmith.files import write_bytes
from riffsmith.plotting import draw_evolution, draw_spectrogram, to_png
from riffsmith.report.texts import Language, Texts
from riffsmith.runs import RunFolder
from riffsmith.training import Preview, SilentObserver, make_preview

PANELS = 8


def write_evolution(run: RunFolder, out: Path, *, language: Language = "en") -> None:
    """Draws what up to eight snapshots make of the run's fixed noise, as one PNG.

    Args:
        run: Folder of a run with a snapshot at least.
        out: File to write.
        language: Language of the titles.

    Raises:
        RunError: There is no snapshot yet, or writing fails.
    """
    numbers = run.snapshot_numbers()
    if not numbers:
        raise RunError(f"{run.path} has nothing to show yet: train it first")
    count = min(PANELS, len(numbers))
    positions = torch.linspace(0, len(numbers) - 1, count).round().long().tolist()
    texts = Texts(language)
    spectrograms = {
        texts.position(run.unit, number, "title"): make_preview(
            load_bundle(run.snapshot(number))
        ).mel_db
        for number in (numbers[position] for position in positions)
    }
    write_bytes(out, draw_evolution(spectrograms), RunError)


class PreviewPainter(SilentObserver):
    """Draws a picture of each preview of a run, such as `previews/epoch-0010.png`."""

    def __init__(self, run: RunFolder) -> None:
        self._run, self._texts = run, Texts("en")

    def on_preview(self, preview: Preview) -> None:
        """Draws the preview.

        Raises:
            RunError: Writing failed.
        """
        seconds = len(preview.audio) / preview.sample_rate
        title = self._texts.position(preview.unit, preview.number, "title")
        band_hz = mel_band_hz(preview.sample_rate, len(preview.mel_db))
        figure = draw_spectrogram(preview.mel_db, title, seconds, band_hz=band_hz)
        picture = to_png(figure)
        write_bytes(self._run.preview(preview.number, ".png"), picture, RunError)
