"""The record of a prepared corpus: what it was made of, how, and how it is split."""

import json
from hashlib import blake2b
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from riffsmith.config import CorpusSettings
from riffsmith.corpus.survey import SurveyEntry
from riffsmith.errors import CorpusError
from riffsmith.files import write_bytes

CORPUS_VERSION = 1
MANIFEST_NAME = "manifest.json"
Split = Literal["train", "held_out"]


class PreparedRecording(BaseModel):
    """A recording of the corpus and where its shard lies."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: SurveyEntry
    shard: str
    """File name below `shards/`."""
    segments: int
    split: Split


class Manifest(BaseModel):
    """Everything about a corpus but its samples."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = CORPUS_VERSION
    riffsmith: str
    created: str
    """ISO 8601 in UTC."""
    folder: str
    """Where the recordings came from."""
    genre: str
    genres: dict[str, int]
    """Audio files of each genre of the tree that this genre was taken from; one where none is."""
    preset: str
    settings: CorpusSettings
    low_db: float
    high_db: float
    """What -1 and 1 stand for: the training split's range (`scaling = "corpus"`), or the median of
    its segments' ranges, with which generated pictures are turned back into decibels; both are 0 in
    a corpus that stores audio alone."""
    recordings: tuple[PreparedRecording, ...]
    skipped: tuple[SurveyEntry, ...]

    def of_split(self, split: Split) -> list[PreparedRecording]:
        """The recordings of one side."""
        return [recording for recording in self.recordings if recording.split == split]

    def segment_count(self, split: Split) -> int:
        """Segments of one side."""
        return sum(recording.segments for recording in self.of_split(split))

    def corpus_hash(self) -> str:
        """Names the samples, the split and the transform: equal hashes train alike."""
        parts = [self.settings.model_dump_json()]
        parts += [f"{r.source.content_hash} {r.split}" for r in self.recordings]
        return blake2b("\n".join(parts).encode(), digest_size=8).hexdigest()


def write_manifest(corpus: Path, manifest: Manifest) -> None:
    """Writes the manifest; a corpus without one is unfinished."""
    text = manifest.model_dump_json(indent=1)
    write_bytes(corpus / MANIFEST_NAME, text.encode(), CorpusError)


def read_manifest(corpus: Path) -> Manifest:
    """Reads a corpus's manifest.

    Raises:
        CorpusError: There is none, it is damaged, or another version of Riffsmith wrote it.
    """
    path = corpus / MANIFEST_NAME
    try:
        values = json.loads(path.read_bytes())
    except FileNotFoundError as cause:
        raise CorpusError(
            f"{corpus} is not a finished corpus (no {MANIFEST_NAME}): run `riffsmith prepare` first"
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
        return Manifest.model_validate_json(path.read_bytes())
    except ValidationError as cause:
        first = cause.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise CorpusError(
            f"{path} is damaged (at {where}: {first['msg'].lower()}): prepare the corpus again"
        ) from cause


def is_corpus(path: Path) -> bool:
    """Whether a folder is a prepared corpus rather than a folder of recordings."""
    return (path / MANIFEST_NAME).is_file()
