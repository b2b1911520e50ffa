"""Pictures of a run's previews: one file for each, and the evolution in one drawing."""

from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.errors import RunError
from riffsmith.features import MelTransform, mel_band_hz
from riffsmith.files import write_bytes
from riffsmith.plotting import draw_evolution, draw_spectrogram, to_png
from riffsmith.report.media_cards import read_preview, spread_out
from riffsmith.report.texts import Language, Texts
from riffsmith.runs import PREVIEW_PICTURE, RunFolder
from riffsmith.training import Preview, SilentObserver

PANELS = 8


def write_evolution(run: RunFolder, out: Path, *, language: Language = "en") -> None:
    """Draws the audio of up to eight previews, evenly spaced, as spectrograms in one PNG.

    Args:
        run: Folder of a run with a preview at least.
        out: File to write.
        language: Language of the titles.

    Raises:
        RunError: There is no preview yet, or writing fails.
    """
    numbers = spread_out(run.preview_numbers(), PANELS)
    texts, mel = Texts(language), MelTransform.of(run.read_record().settings.corpus)
    spectrograms: dict[str, Float[Tensor, "mels frames"]] = {}
    for number in numbers:
        preview = read_preview(run, number)
        if preview is not None:
            title = texts.position(run.unit, number, "title")
            spectrograms[title] = mel.to_db(torch.from_numpy(preview[0].mean(axis=1))[None])[0]
    if not spectrograms:
        raise RunError(f"{run.path} has nothing to show yet: train it first")
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
        write_bytes(self._run.preview(preview.number, PREVIEW_PICTURE), to_png(figure), RunError)
