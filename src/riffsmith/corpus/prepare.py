"""A folder of recordings → a corpus on disk."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import torch

from riffsmith import __version__
from riffsmith.config import CorpusSettings
from riffsmith.corpus.genres import find_genres
from riffsmith.corpus.manifest import (
    MANIFEST_NAME,
    Manifest,
    PreparedRecording,
    read_manifest,
    write_manifest,
)
from riffsmith.corpus.segments import count_segments, minimum_seconds
from riffsmith.corpus.shards import SHARD_FOLDER, Shard, shard_name, write_shard
from riffsmith.corpus.split import split_recordings
from riffsmith.corpus.survey import (
    Progress,
    SurveyEntry,
    describe,
    find_recordings,
    map_files,
    mark_duplicates,
)
from riffsmith.errors import CorpusError
from riffsmith.features import MelTransform
from riffsmith.files import hold, remove


def prepare_corpus(
    folder: Path,
    corpus: Path,
    settings: CorpusSettings,
    *,
    preset: str,
    genre: str | None = None,
    hold_out: Sequence[str] = (),
    workers: int | None = None,
    on_progress: Progress | None = None,
) -> Manifest:
    """Decodes, resamples, cuts and transforms a folder, and writes it as a corpus.

    Files that were prepared before with the same settings are not decoded again, so a killed call
    goes on where it was and a grown folder costs only its new files.

    Args:
        folder: Recordings of any format, rate and channel count, searched with its subfolders.
        corpus: Folder to write.
        settings: Of the transform and the split.
        preset: Name to record.
        genre: A subfolder of a tree of genres, or `all`.
        hold_out: Patterns of recordings to hold out, instead of a share.
        workers: Threads; none: one for each core.
        on_progress: Called after each file.

    Raises:
        CorpusError: There is nothing usable, `corpus` holds other settings, or writing fails.
    """
    root, paths = find_recordings(folder, genre)
    if corpus.resolve().is_relative_to(root.resolve()):
        raise CorpusError(f"{corpus} lies inside {root}, which is searched: write it elsewhere")
    _refuse_other_settings(corpus, settings)
    with hold(corpus, CorpusError):
        found = _write_shards(root, paths, corpus, settings, workers, on_progress)
        genres = find_genres(folder)
        manifest = _build_manifest(root, genres, corpus, settings, preset, hold_out, found)
        write_manifest(corpus, manifest)
        kept = {recording.shard for recording in manifest.recordings}
        for shard in (corpus / SHARD_FOLDER).iterdir():
            if shard.name not in kept:
                remove(shard)
    return manifest


def _refuse_other_settings(corpus: Path, settings: CorpusSettings) -> None:
    if corpus.exists() and not corpus.is_dir():
        raise CorpusError(f"{corpus} is a file: name a folder for the corpus")
    if (corpus / MANIFEST_NAME).is_file():
        if read_manifest(corpus).settings != settings:
            raise CorpusError(
                f"{corpus} was prepared with other settings: choose another folder, or delete it"
            )
    elif corpus.is_dir() and any(p.name not in (SHARD_FOLDER, ".lock") for p in corpus.iterdir()):
        raise CorpusError(f"{corpus} is not empty and not a corpus: choose another folder")


def _write_shards(
    root: Path,
    paths: Sequence[Path],
    corpus: Path,
    settings: CorpusSettings,
    workers: int | None,
    on_progress: Progress | None,
) -> dict[str, tuple[SurveyEntry, str]]:
    transform = MelTransform.of(settings)

    def process(path: Path) -> tuple[SurveyEntry, str]:
        name = _name_or_nothing(path, settings)
        shard = corpus / SHARD_FOLDER / name
        if name and shard.exists():
            entry = _reusable_entry(shard, path.relative_to(root).as_posix())
            if entry is not None:
                return entry, name
        entry, audio = describe(path, root, settings.sample_rate, settings.channel_count)
        if entry.usable and count_segments(len(audio), settings) == 0:
            least = minimum_seconds(settings)
            reason = f"too short: {entry.seconds:.1f} s, a segment needs at least {least:.1f} s"
            entry = entry.model_copy(update={"usable": False, "reason": reason})
        if entry.usable:
            write_shard(shard, entry, audio, settings, transform)
        return entry, name

    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # the workers are the parallelism
    try:
        results = list(map_files(process, paths, workers, on_progress))
    finally:
        torch.set_num_threads(threads)
    return {entry.path: (entry, name) for entry, name in results}


def _name_or_nothing(path: Path, settings: CorpusSettings) -> str:
    try:
        return shard_name(path, settings)
    except OSError:  # `describe` will say why it cannot be opened
        return ""


def _reusable_entry(shard: Path, name: str) -> SurveyEntry | None:
    try:
        return Shard(shard).entry.model_copy(update={"path": name})
    except CorpusError:  # damaged: written again from the recording
        return None


def _build_manifest(
    root: Path,
    genres: dict[str, int],
    corpus: Path,
    settings: CorpusSettings,
    preset: str,
    hold_out: Sequence[str],
    found: dict[str, tuple[SurveyEntry, str]],
) -> Manifest:
    entries = mark_duplicates([entry for entry, _ in found.values()])
    usable = [entry for entry in entries if entry.usable]
    if not usable:
        reasons = "; ".join(f"{entry.path}: {entry.reason}" for entry in entries[:5])
        raise CorpusError(f"nothing in {root} can be used ({reasons})")
    held_out = split_recordings(usable, settings.held_out_fraction, hold_out)
    recordings: list[PreparedRecording] = []
    ranges: list[torch.Tensor] = []
    for entry in usable:
        shard = Shard(corpus / SHARD_FOLDER / found[entry.path][1])
        in_training = entry.content_hash not in held_out
        if in_training:
            ranges.append(shard.ranges(augmented=shard.is_augmented))
        recordings.append(
            PreparedRecording(
                source=entry,
                shard=shard.path.name,
                segments=shard.count,
                split="train" if in_training else "held_out",
            )
        )
    low_db, high_db = _range_db(torch.cat(ranges), settings)
    return Manifest(
        riffsmith=__version__,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        folder=str(root.resolve()),
        genre=root.resolve().name,
        genres=genres or {root.resolve().name: len(usable)},
        preset=preset,
        settings=settings,
        low_db=low_db,
        high_db=high_db,
        recordings=tuple(recordings),
        skipped=tuple(entry for entry in entries if not entry.usable),
    )


def _range_db(ranges: torch.Tensor, settings: CorpusSettings) -> tuple[float, float]:
    lows, highs = ranges[:, 0].tolist(), ranges[:, 1].tolist()
    if settings.scaling == "segment":
        return median(lows), median(highs)
    return min(lows), max(highs)
