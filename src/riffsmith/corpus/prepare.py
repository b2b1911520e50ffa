"""Preparation: a folder of recordings to a corpus on disk."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from threading import Lock

import numpy as np
import torch

from riffsmith import __version__
from riffsmith.audio import AudioSpool, RecordingCode, RecordingRemark, is_audio_file
from riffsmith.config import CorpusSettings
from riffsmith.corpus.clips import join_audio, join_short_clips, list_recordings
from riffsmith.corpus.entry import (
    FULL_SCALE,
    SurveyEntry,
    describe,
    entry_path,
    find_stored_landmarks,
)
from riffsmith.corpus.folders import find_genres, find_recordings
from riffsmith.corpus.manifest import (
    MANIFEST_NAME,
    Manifest,
    PreparedRecording,
    read_manifest,
    write_manifest,
)
from riffsmith.corpus.shards import (
    SHARD_FOLDER,
    Shard,
    is_shard_name,
    joined_shard_name,
    shard_name,
    write_shard,
)
from riffsmith.corpus.split import divide_recordings, split_recordings
from riffsmith.corpus.survey import Progress, map_files
from riffsmith.errors import CorpusError
from riffsmith.features import MelTransform
from riffsmith.files import LOCK_NAMES, error_reason, explain, hold, is_partial, remove
from riffsmith.messages import Count


def prepare_corpus(
    folder: Path,
    corpus: Path,
    settings: CorpusSettings,
    *,
    preset: str,
    genre: str | None = None,
    name: str | None = None,
    hold_out: Sequence[str] = (),
    hold_out_glob: Sequence[str] = (),
    workers: int | None = None,
    on_progress: Progress | None = None,
) -> Manifest:
    """Decodes, resamples, cuts and transforms a folder of recordings, and writes a corpus.

    Files that were prepared before with the same settings are not decoded again. A call that was
    interrupted therefore continues where it stopped, and new files in the folder cost only
    their own time. Files that are too short for a segment are joined into recordings that are long
    enough (`corpus/clips.py`).

    Args:
        folder: Folder of recordings of any format, sample rate and number of channels; its
            subfolders are searched, too.
        corpus: Folder to write.
        settings: Settings of the transform and of the split.
        preset: Name of the preset that the settings come from, to be recorded.
        genre: Subfolder of a tree of genres, or `all`. `None`: the folder is no such tree.
        name: What the music is called. `None`: as its folder, or the subfolder of its genre.
        hold_out: Names of recordings to hold out, or parts of their paths, instead of a fraction
            of the music; `none` alone holds out nothing.
        hold_out_glob: Patterns of file names or paths of recordings to hold out, too.
        workers: Number of threads. `None`: one for each core.
        on_progress: Function to call after each file.

    Returns:
        The manifest that was written.

    Raises:
        CorpusError: No file is usable, a recording to hold out is not there, `corpus` was made with
            other settings or from another folder, or writing fails.
    """
    root, paths = find_recordings(folder, genre)
    if corpus.resolve().is_relative_to(root.resolve()):
        raise CorpusError(f"{corpus} lies inside {root}, which is searched: write it elsewhere")
    _refuse_foreign(corpus)
    with hold(corpus, CorpusError):
        _refuse_other_corpus(corpus, root, settings)
        files = _write_shards(root, paths, corpus, settings, workers, on_progress)
        name = name or root.resolve().name
        genres = find_genres(folder)
        manifest = _build_manifest(
            root, name, genres, corpus, settings, preset, hold_out, hold_out_glob, files
        )
        write_manifest(corpus, manifest)
        kept = {name for one in manifest.recordings for name in (one.shard, *one.clip_shards)}
        for path in (corpus / SHARD_FOLDER).iterdir():
            if is_shard_name(path.name) and path.name not in kept:
                remove(path)
    return manifest


def _refuse_foreign(corpus: Path) -> None:
    if corpus.exists() and not corpus.is_dir():
        raise CorpusError(f"{corpus} is a file: name a folder for the corpus")
    if not corpus.is_dir() or (corpus / MANIFEST_NAME).is_file():
        return
    ours = (SHARD_FOLDER, *LOCK_NAMES)
    if any(path.name not in ours and not is_partial(path.name) for path in corpus.iterdir()):
        raise CorpusError(f"{corpus} is not empty and not a corpus: choose another folder")


def _refuse_other_corpus(corpus: Path, root: Path, settings: CorpusSettings) -> None:
    try:
        manifest = read_manifest(corpus)
    except CorpusError:  # Missing, damaged or of another version: the corpus is made again.
        return
    if manifest.settings != settings:
        raise CorpusError(
            f"{corpus} was prepared with other settings: choose another folder, or delete it"
        )
    if manifest.folder != str(root.resolve()):
        raise CorpusError(
            f"{corpus} was prepared from {manifest.folder}: choose another folder, or delete it"
        )


def _write_shards(
    root: Path,
    paths: Sequence[Path],
    corpus: Path,
    settings: CorpusSettings,
    workers: int | None,
    on_progress: Progress | None,
) -> dict[str, tuple[SurveyEntry, str | None]]:
    """Writes the shards that are missing.

    Returns:
        Entry of each file by its path, and the name of its shard. `None`: the file is not audio.
    """
    transform = MelTransform.of(settings)
    locks: dict[str, Lock] = {}

    def process(path: Path) -> tuple[SurveyEntry, str | None]:
        try:
            if not is_audio_file(path) or not path.is_file():
                return describe(path, root, settings.sample_rate, settings.channel_count)[0], None
            name = shard_name(path, settings)
        except OSError as error:
            refusal = RecordingRemark.of(RecordingCode.CANNOT_OPEN, cause=error_reason(error))
            return SurveyEntry(path=entry_path(path, root), refusal=refusal), None
        # Equal files have the same shard: the second one waits and then finds it written.
        with locks.setdefault(name, Lock()):
            return write_if_new(path, corpus / SHARD_FOLDER / name), name

    def write_if_new(path: Path, shard: Path) -> SurveyEntry:
        if shard.exists():
            entry = _reusable_entry(shard, entry_path(path, root))
            if entry is not None:
                return entry
        rate, channels = settings.sample_rate, settings.channel_count
        try:
            with AudioSpool(corpus, channels, np.int16) as spool:
                entry, landmarks = describe(path, root, rate, channels, spool)
                if entry.usable:
                    write_shard(shard, entry, spool, landmarks, settings, transform)
                return entry
        except OSError as cause:
            raise CorpusError(explain(cause, f"writing {shard}")) from cause

    results = list(map_files(process, paths, workers, on_progress))
    return {entry.path: (entry, name) for entry, name in results}


def _reusable_entry(shard: Path, name: str) -> SurveyEntry | None:
    try:
        found = Shard(shard)
        found.verify()
        return found.entry.model_copy(update={"path": name})
    except CorpusError:  # The shard is damaged: it is written again.
        return None


def _write_joined(
    entry: SurveyEntry, clips: Sequence[Shard], corpus: Path, settings: CorpusSettings
) -> Shard:
    """Writes the shard of a joined recording if it is missing.

    Args:
        entry: Entry of the joined recording.
        clips: Shards of its clips.
        corpus: Folder of the corpus.
        settings: Settings of the corpus.
    """
    name = joined_shard_name([clip.path.name for clip in clips])
    shard = corpus / SHARD_FOLDER / name
    if shard.exists() and _reusable_entry(shard, entry.path) is not None:
        return Shard(shard)
    rate, channels = settings.sample_rate, settings.channel_count
    pieces = (clip.audio(0, clip.samples).numpy() for clip in clips)
    audio = np.rint(join_audio(entry, pieces, channels, rate) * FULL_SCALE).astype(np.int16)
    try:
        with AudioSpool(corpus, channels, np.int16) as spool:
            spool.add(audio)
            landmarks = find_stored_landmarks([audio], rate)
            write_shard(shard, entry, spool, landmarks, settings, MelTransform.of(settings))
    except OSError as cause:
        raise CorpusError(explain(cause, f"writing {shard}")) from cause
    return Shard(shard)


def _build_manifest(
    root: Path,
    name: str,
    genres: dict[str, int],
    corpus: Path,
    settings: CorpusSettings,
    preset: str,
    hold_out: Sequence[str],
    hold_out_glob: Sequence[str],
    files: dict[str, tuple[SurveyEntry, str | None]],
) -> Manifest:
    shards = {
        path: Shard(corpus / SHARD_FOLDER / name)
        for path, (entry, name) in files.items()
        if name is not None and entry.usable
    }
    landmarks = [
        shards[path].landmarks(settings.sample_rate) if path in shards else None for path in files
    ]
    entries, joined = join_short_clips([entry for entry, _ in files.values()], landmarks, settings)
    usable = list_recordings(entries, joined)
    if not usable:
        reasons = "; ".join(f"{entry.path}: {entry.reason}" for entry in entries[:5])
        more = f"; and {Count(len(entries) - 5):file|files} more" if len(entries) > 5 else ""
        raise CorpusError(f"nothing in {root} can be used ({reasons}{more})")
    choice = split_recordings(usable, settings, hold_out, hold_out_glob)
    shards |= {
        one.path: _write_joined(one, [shards[path] for path in one.files], corpus, settings)
        for one in joined
    }
    segments = {entry.content_hash: shards[entry.path].count for entry in usable}
    recordings: list[PreparedRecording] = []
    ranges: list[torch.Tensor] = []
    for planned in divide_recordings(usable, segments, choice, settings):
        shard = shards[planned.source.path]
        if planned.split == "train":
            found = shard.ranges(augmented=shard.is_augmented)
            ranges.append(found[planned.first_segment :][: planned.segments])
        recordings.append(
            PreparedRecording(
                source=planned.source,
                segments=planned.segments,
                split=planned.split,
                stretch=planned.stretch,
                shard=shard.path.name,
                clip_shards=tuple(shards[clip.path].path.name for clip in planned.source.clips),
            )
        )
    low_db, high_db = _range_db(torch.cat(ranges), settings)
    return Manifest(
        riffsmith=__version__,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        folder=str(root.resolve()),
        genre=name,
        genres=genres or {name: len(usable)},
        preset=preset,
        settings=settings,
        low_db=low_db,
        high_db=high_db,
        recordings=tuple(recordings),
        skipped=tuple(entry for entry in entries if not entry.usable),
    )


def _range_db(ranges: torch.Tensor, settings: CorpusSettings) -> tuple[float, float]:
    """The values of `low_db` and `high_db` in the manifest."""
    lows, highs = ranges[:, 0].tolist(), ranges[:, 1].tolist()
    if settings.scaling == "segment":
        return median(lows), median(highs)
    return min(lows), max(highs)
