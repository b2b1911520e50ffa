"""Previews of a run as pictures beside their audio."""

from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.bundle import PictureBundle, load_bundle
from riffsmith.errors import RunError
from riffsmith.files import write_bytes
from riffsmith.plotting import draw_evolution, draw_spectrogram, to_png
from riffsmith.report.texts import Language, Texts
from riffsmith.synthesis import draw_pictures, generate_clip, to_spectrogram
from riffsmith.training import (
    LATENT_PREVIEW_SECONDS,
    Preview,
    RunFolder,
    SilentObserver,
    show_audio,
)

PANELS = 8


def write_evolution(run: RunFolder, out: Path, *, language: Language = "en") -> None:
    """Draws the run's fixed noise at up to eight of its snapshots as one PNG.

    Raises:
        RunError: There is no snapshot yet, or writing fails.
    """
    epochs = run.snapshot_epochs()
    if not epochs:
        raise RunError(f"{run.path} has nothing to show yet: train it first")
    places = torch.linspace(0, len(epochs) - 1, min(PANELS, len(epochs))).round().long().tolist()
    chosen = [epochs[place] for place in places]
    texts = Texts(language)
    spectrograms = {
        texts.plain("evolution.panel", epoch=epoch): snapshot_spectrogram(run, epoch)
        for epoch in chosen
    }
    write_bytes(out, draw_evolution(spectrograms), RunError)


def snapshot_spectrogram(run: RunFolder, epoch: int) -> Float[Tensor, "mels frames"]:
    """What a snapshot makes of the run's fixed noise, in dB: the same as its preview."""
    bundle = load_bundle(run.snapshot(epoch))
    card, corpus = bundle.card, bundle.settings.corpus
    if isinstance(bundle, PictureBundle):
        pictures = draw_pictures(bundle.generator, card.seed, 0, 1)
        return to_spectrogram(pictures, corpus, card.low_db, card.high_db)[0, 0]
    audio = generate_clip(bundle, LATENT_PREVIEW_SECONDS, card.seed)
    return show_audio(audio, corpus)


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
        picture = to_png(draw_spectrogram(preview.mel_db, f"Epoch {preview.epoch}", seconds))
        write_bytes(self._run.preview(preview.epoch, ".png"), picture, RunError)
