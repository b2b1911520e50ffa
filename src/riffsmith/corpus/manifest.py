"""The manifest of a corpus: its recordings, its settings and its split."""

from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from riffsmith.config import CorpusSettings
from riffsmith.corpus.entry import SurveyEntry
from riffsmith.errors import CorpusError
from riffsmith.files import read_checked, validate, write_checked
from riffsmith.terminal import quote_path

CORPUS_VERSION = 1
MANIFEST_NAME = "manifest.json"
Split = Literal["train", "held_out"]


class Stretch(BaseModel):
    """The part of a recording that belongs to one side of the split.

    The training stretch begins with the recording and the held-out one ends with it, so positions
    in the training stretch are positions in the recording. What lies between them is not used.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    first_segment: int
    """Number of its first segment among those of the whole recording."""
    start_seconds: float
    end_seconds: float


class PlannedRecording(BaseModel):
    """A recording on one side of the split, or a stretch of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: SurveyEntry
    segments: int
    """Number of segments, those of the stretch where there is one."""
    split: Split
    stretch: Stretch | None = None
    """The part of the recording that this is. `None`: the whole. A recording that is cut is listed
    twice, once for each side of the split."""

    @property
    def seconds(self) -> float:
        """Length of the recording, or of the stretch."""
        if self.stretch is None:
            return self.source.seconds
        return self.stretch.end_seconds - self.stretch.start_seconds

    @property
    def first_segment(self) -> int:
        """Number of the first segment among those of the whole recording."""
        return 0 if self.stretch is None else self.stretch.first_segment


class PreparedRecording(PlannedRecording):
    """A recording of a corpus, or a stretch of it, and its shard."""

    shard: str
    """Name of the file in `shards/`."""
    clip_shards: tuple[str, ...] = ()
    """Names of the shards of its clips, from which a joined recording is made again in a grown
    folder."""

    @property
    def shard_of_file(self) -> dict[str, str]:
        """Name of the shard of each file of the recording by its path."""
        return dict(zip(self.source.files, self.clip_shards or (self.shard,), strict=True))


def held_out_start(recordings: Sequence[PlannedRecording]) -> float | None:
    """Second from which on a recording is held out. `None`: all recordings are whole.

    Args:
        recordings: Recordings of both sides of the split.
    """
    stretches = [one.stretch for one in recordings if one.stretch and one.split == "held_out"]
    return stretches[0].start_seconds if stretches else None


class Manifest(BaseModel):
    """Everything about a corpus except its samples."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = CORPUS_VERSION
    riffsmith: str
    """Version of Riffsmith that wrote the corpus."""
    created: str
    """Time of writing, ISO 8601 in UTC."""
    folder: str
    """Folder of the recordings."""
    genre: str
    """What the music is called: as was asked for, or else as that folder."""
    genres: dict[str, int]
    """Number of audio files of each genre in the tree that the recordings belong to; the genre of
    this corpus alone if there is no tree."""
    preset: str
    """Name of the preset that the settings come from."""
    settings: CorpusSettings
    low_db: float
    high_db: float
    """Decibels that the values -1 and 1 of a picture stand for. With `scaling = "corpus"` they are
    the range of the training split. With `scaling = "segment"` they are the median of its segments'
    ranges, which converts generated pictures back into decibels. Both are 0, and not used, in a
    corpus that stores audio alone."""
    recordings: tuple[PreparedRecording, ...]
    """Recordings of the corpus; one that is cut is listed twice."""
    skipped: tuple[SurveyEntry, ...]
    """Files of the folder that are not used."""

    def of_split(self, split: Split) -> list[PreparedRecording]:
        """Recordings of one side of the split."""
        return [recording for recording in self.recordings if recording.split == split]

    @property
    def recording_count(self) -> int:
        """Number of recordings; one that is cut counts once."""
        return len({recording.source.path for recording in self.recordings})

    def segment_count(self, split: Split) -> int:
        """Number of segments of one side of the split."""
        return sum(recording.segments for recording in self.of_split(split))

    def corpus_hash(self) -> str:
        """Hash of the samples, the split and the settings.

        Training on two corpora with equal hashes gives equal results.
        """
        parts = [self.settings.model_dump_json()]
        for recording in self.recordings:
            stretch = recording.stretch
            place = f" {stretch.first_segment} {recording.segments}" if stretch else ""
            parts.append(f"{recording.source.content_hash} {recording.split}{place}")
        return blake2b("\n".join(parts).encode(), digest_size=8).hexdigest()


def write_manifest(corpus: Path, manifest: Manifest) -> None:
    """Writes the manifest of a corpus; a corpus without one is not finished."""
    write_checked(corpus / MANIFEST_NAME, manifest.model_dump_json(), CorpusError)


def read_manifest(corpus: Path) -> Manifest:
    """Reads the manifest of a corpus.

    Raises:
        CorpusError: The manifest is missing, damaged or of another version.
    """
    path = corpus / MANIFEST_NAME
    try:
        values = read_checked(path)
    except FileNotFoundError as cause:
        found = (
            f"is not a finished corpus (no {MANIFEST_NAME})" if corpus.exists() else "is missing"
        )
        raise CorpusError(
            f"{corpus} {found}: check the path, or make the corpus with `riffsmith prepare FOLDER "
            f"{quote_path(corpus)}`"
        ) from cause
    except (OSError, ValueError) as cause:
        raise CorpusError(f"{path} is damaged ({cause}): prepare the corpus again") from cause
    version = values.get("version") if isinstance(values, dict) else None
    if version != CORPUS_VERSION:
        raise CorpusError(
            f"{corpus} has corpus format {version}, this Riffsmith reads {CORPUS_VERSION}: "
            "prepare it again"
        )
    try:
        return validate(Manifest, values)
    except ValueError as cause:
        raise CorpusError(f"{path} is damaged ({cause}): prepare the corpus again") from cause


def is_corpus(path: Path) -> bool:
    """Whether a folder is a finished corpus and not a folder of recordings."""
    return (path / MANIFEST_NAME).is_file()
