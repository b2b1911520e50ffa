"""`riffsmith prepare`."""

from pathlib import Path

from riffsmith.cli.flags import HoldOut, HoldOutGlob


def prepare(
    folder: Path,
    corpus: Path,
    *,
    genre: str | None = None,
    name: str | None = None,
    preset: str | None = None,
    hold_out: HoldOut = None,
    hold_out_glob: HoldOutGlob = None,
    workers: int | None = None,
    export_pt: Path | None = None,
    config: dict[str, dict[str, str]] | None = None,
) -> None:
    """Decode, resample, cut and transform a folder once, for any number of trainings.

    Parameters
    ----------
    folder
        Folder of recordings; subfolders are searched.
    corpus
        Folder to write. Files prepared before are not decoded again.
    genre
        A subfolder of a GTZAN-like tree of genres, or "all".
    name
        What the music is called in reports and models. Its folder's name if left out.
    preset
        What for: latent (the default), report (with --export-pt the default) or report-wgan.
    workers
        Threads; one for each core if left out.
    export_pt
        Also write the report's layout there: one tensor file a segment.
    config
        Single settings, as --config.corpus.segment_seconds 4.
    """
    from riffsmith.cli.console import file_progress, note_flaws, stdout
    from riffsmith.cli.held_out import describe_corpus_split
    from riffsmith.config import DEFAULT_PRESET, load_corpus_settings
    from riffsmith.corpus import Corpus, export_pt as export, prepare_corpus
    from riffsmith.messages import Count

    preset = preset or ("report" if export_pt else DEFAULT_PRESET)
    settings = load_corpus_settings(preset, config)
    with file_progress("Preparing") as on_progress:
        manifest = prepare_corpus(
            folder,
            corpus,
            settings,
            preset=preset,
            genre=genre,
            name=name,
            hold_out=hold_out or (),
            hold_out_glob=hold_out_glob or (),
            workers=workers,
            on_progress=on_progress,
        )
    note_flaws(manifest)
    stdout.print(
        f"{Count(manifest.recording_count):recording|recordings} → {corpus}: "
        f"{Count(manifest.segment_count('train')):segment|segments} for training, "
        f"{manifest.segment_count('held_out')} held out (corpus {manifest.corpus_hash()})",
        soft_wrap=True,
    )
    is_chosen = bool(hold_out or hold_out_glob)
    stdout.print(describe_corpus_split(manifest, is_chosen=is_chosen), soft_wrap=True)
    if export_pt is not None:
        written = export(Corpus(corpus), export_pt)
        stdout.print(f"{Count(written):tensor file|tensor files} → {export_pt}", soft_wrap=True)
