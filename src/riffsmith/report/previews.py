"""Previews of a run as pictures beside their audio."""

from riffsmith.errors import RunError
from riffsmith.files import write_bytes
from riffsmith.report.figures import draw_spectrogram
from riffsmith.training import Preview, RunFolder, SilentObserver


class PreviewPainter(SilentObserver):
    """Draws `previews/epoch-0010.png` at each preview of a run."""

    def __init__(self, run: RunFolder) -> None:
        self._run = run

    def on_preview(self, preview: Preview) -> None:
        """Draws it.

        Raises:
            RunError: Writing failed.
        """
        seconds = len(preview.audio) / preview.sample_rate
        picture = draw_spectrogram(preview.mel_db, f"Epoch {preview.epoch}", seconds)
        write_bytes(self._run.preview(preview.epoch, ".png"), picture, RunError)
