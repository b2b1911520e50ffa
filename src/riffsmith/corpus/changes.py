"""What is different in a folder of recordings since its corpus was prepared."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from riffsmith.audio import is_audio_file
from riffsmith.corpus.entry import entry_path
from riffsmith.corpus.folders import list_files
from riffsmith.corpus.manifest import Manifest
from riffsmith.corpus.shards import shard_name
from riffsmith.messages import Count

_MOST_NAMES = 3


@dataclass(frozen=True)
class Changes:
    """Recordings that two states of a corpus do not have in common, by their paths."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    """Paths under which there is other music now."""

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.replaced)

    @property
    def text(self) -> str:
        """The changes in English, such as `2 recordings were added (a.ogg, b.ogg)`."""
        kinds = (("added", self.added), ("removed", self.removed), ("replaced", self.replaced))
        return ", ".join(
            f"{Count(len(paths)):recording was|recordings were} {kind} ({_list(paths)})"
            for kind, paths in kinds
            if paths
        )


def _list(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - _MOST_NAMES} more" if len(paths) > _MOST_NAMES else ""
    return ", ".join(paths[:_MOST_NAMES]) + more


def compare_folder(folder: Path, manifest: Manifest) -> Changes:
    """Compares a folder with the corpus that was made from it. Every recording is read once.

    Args:
        folder: Folder of recordings.
        manifest: Manifest of the corpus.
    """
    prepared = {
        path: shard
        for recording in manifest.recordings
        for path, shard in recording.shard_of_file.items()
    }
    skipped = {entry.path for entry in manifest.skipped}
    files = {entry_path(path, folder): path for path in list_files(folder) if path.is_file()}
    return Changes(
        added=tuple(
            name
            for name, path in files.items()
            if name not in prepared and name not in skipped and is_audio_file(path)
        ),
        removed=tuple(name for name in prepared if name not in files),
        replaced=tuple(
            name
            for name, shard in prepared.items()
            if name in files and shard_name(files[name], manifest.settings) != shard
        ),
    )


def compare_manifests(old: Manifest, new: Manifest) -> Changes:
    """Compares the recordings of two corpora.

    Args:
        old: Manifest of the corpus that a run was started with, or the like.
        new: Manifest of the other corpus.
    """
    before, after = (
        {
            path: content_hash
            for recording in each.recordings
            for path, content_hash in recording.source.files.items()
        }
        for each in (old, new)
    )
    return Changes(
        added=tuple(path for path in after if path not in before),
        removed=tuple(path for path in before if path not in after),
        replaced=tuple(path for path in before if path in after and before[path] != after[path]),
    )
