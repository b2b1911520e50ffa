"""`riffsmith reconstruct`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


def reconstruct(
    file: Path,
    out: Path,
    *,
    model: str = "metal",
    snapshot: int | None = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> None:
    """Write what a model's codec keeps of a recording, and how near it is.

    A generator cannot play better than its codec. The note F1 is 1 if all notes are kept and
    nothing is added.

    Parameters
    ----------
    file
        Audio file.
    out
        File ending in .wav, .flac, .ogg or .mp3.
    model
        Run folder, bundle folder, or name of a shipped model. ./NAME is always a folder.
    snapshot
        Number of a run's snapshot, a step of latent. The best if left out.
    as_json
        Print the scores as JSON.
    """
    from riffsmith.api import Audio, read_audio
    from riffsmith.bundle import LatentBundle
    from riffsmith.cli.console import note, share_progress, stdout
    from riffsmith.errors import ModelError
    from riffsmith.evaluation import score_reconstruction
    from riffsmith.pipeline.models import open_model
    from riffsmith.synthesis import reconstruct_audio

    bundle = open_model(model, snapshot, note)
    if not isinstance(bundle, LatentBundle):
        raise ModelError(
            f"a model of preset {bundle.card.preset} has no codec: name one of preset latent"
        )
    rate = bundle.settings.corpus.sample_rate
    audio = read_audio(file, rate)
    with share_progress("Reconstructing") as on_progress:
        samples = reconstruct_audio(bundle, audio.samples, on_progress)
    Audio(samples, rate).save(out)
    found = score_reconstruction(audio.samples, samples, rate)
    if as_json:
        print(found.model_dump_json(indent=1))
        return
    stdout.print(str(out), soft_wrap=True)
    notes = "there are no notes" if found.note_f1 is None else f"note F1 {found.note_f1:.2f}"
    distances = ", ".join(f"{name} {value:.4f}" for name, value in found.distances.items())
    stdout.print(
        f"{notes}; mel bands differ by {found.mel_error_db:.1f} dB; {distances} (0 is equal)",
        soft_wrap=True,
    )
