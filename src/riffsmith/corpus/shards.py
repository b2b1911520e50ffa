"""Shards: one memory-mapped file for each recording, with its audio and its pictures.

A clip that is joined with others has a shard, too, besides that of the joined recording.

| tensor | shape | type | content |
|---|---|---|---|
| audio | time, channels | int16 | samples at the corpus's sample rate, full scale at 32767 |
| landmarks | landmarks, 2 | float32 | seconds and semitones by which the music is known again |
| segments | segments, channels, rows, columns | float32 | pictures in decibels |
| ranges | segments, 2 | float32 | smallest and largest decibels of each segment before resizing |
| augmented, augmented_ranges | the same | float32 | the augmented variant, if there is one |

A corpus that stores audio alone has no pictures; its ranges are 0 and are not used. The metadata
have the survey entry of the recording and checksums (`corpus/block_checksums.py`), which are looked
at when something is read for the first time. A shard from before there were any has none.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from hashlib import blake2b
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors import SafetensorError, safe_open
from torch import Tensor

from riffsmith.audio import AudioSpool
from riffsmith.config import CorpusSettings
from riffsmith.corpus.block_checksums import BlockChecksums, checksum_of, measure_blocks
from riffsmith.corpus.entry import FULL_SCALE, SurveyEntry, find_stored_landmarks
from riffsmith.corpus.manifest import CORPUS_VERSION
from riffsmith.corpus.segments import count_segments, cut_segments, to_pictures
from riffsmith.corpus.tensor_file import write_tensors
from riffsmith.errors import CorpusError
from riffsmith.features import MelTransform
from riffsmith.files import atomic_path, is_partial, parse_json

SHARD_FOLDER = "shards"
_SHARD_NAME = r"[0-9a-f]{24}\.safetensors"
_BLOCK_SAMPLES = 1 << 20
"""Rows of a tensor that are read at a time where all of them are needed."""


def shard_name(file: Path, settings: CorpusSettings) -> str:
    """Name of a shard: a hash of the file's bytes and the settings that its content depends on."""
    digest = blake2b(digest_size=12)
    digest.update(f"{CORPUS_VERSION} {_shard_settings(settings)}".encode())
    with file.open("rb") as handle:
        while chunk := handle.read(1 << 20):
            digest.update(chunk)
    return f"{digest.hexdigest()}.safetensors"


def joined_shard_name(clips: Sequence[str]) -> str:
    """Name of the shard of a recording that clips are joined into.

    Args:
        clips: Names of the shards of the clips, in order.
    """
    digest = blake2b(f"joined {CORPUS_VERSION} {' '.join(clips)}".encode(), digest_size=12)
    return f"{digest.hexdigest()}.safetensors"


def is_shard_name(name: str) -> bool:
    """Whether a file in `shards/` is a shard, or an unfinished shard that a crash left."""
    if is_partial(name):
        return re.match(rf"\.{_SHARD_NAME}\.", name) is not None
    return re.fullmatch(_SHARD_NAME, name) is not None


def _shard_settings(settings: CorpusSettings) -> str:
    return settings.model_dump_json(exclude={"held_out_fraction", "scaling"})


def write_shard(
    path: Path,
    entry: SurveyEntry,
    audio: AudioSpool[np.int16],
    landmarks: Float[Tensor, "landmarks 2"],
    settings: CorpusSettings,
    transform: MelTransform,
) -> None:
    """Cuts and transforms the audio of one recording and writes its shard.

    Args:
        path: Shard to write.
        entry: Survey entry of the recording.
        audio: Samples (time, channels) at the corpus's sample rate.
        landmarks: Landmarks of that audio.
        settings: Settings of the corpus.
        transform: The transform of these settings.

    Raises:
        CorpusError: Writing fails.
    """
    tensors = {"landmarks": landmarks}
    count = count_segments(len(audio), settings)
    if settings.store == "audio":
        _write(path, entry, audio, tensors | {"ranges": torch.zeros(count, 2)})
        return
    cut = partial(cut_segments, audio, settings)
    tensors["segments"], tensors["ranges"] = to_pictures(cut(), count, settings, transform, None)
    if settings.pitch_shift_semitones or settings.mask_mels or settings.mask_frames:
        seed = int(entry.content_hash[:12], 16)
        variant = to_pictures(cut(), count, settings, transform, seed)
        tensors["augmented"], tensors["augmented_ranges"] = variant
    _write(path, entry, audio, tensors)


def _write(
    path: Path, entry: SurveyEntry, audio: AudioSpool[np.int16], tensors: Mapping[str, Tensor]
) -> None:
    text = entry.model_dump_json()
    checksums = {name: measure_blocks(tensor).model_dump() for name, tensor in tensors.items()}
    checksums["audio"] = measure_blocks(audio).model_dump()
    found = json.dumps({"entry": checksum_of(text.encode()), "tensors": checksums})
    with atomic_path(path, CorpusError) as target:
        write_tensors(target, tensors, {"audio": audio}, {"entry": text, "checksums": found})


class _Checksums(BaseModel):
    """Checksums of a shard as its metadata have them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    entry: int
    tensors: dict[str, BlockChecksums]


@dataclass(frozen=True)
class Shard:
    """An open shard; a tensor is read, and compared with its checksums, when it is needed.

    What is read raises a `CorpusError` where the shard is missing or damaged.
    """

    path: Path
    _sound: set[tuple[str, int]] = field(default_factory=set, init=False, compare=False)
    """Blocks of tensors that were compared with their checksums."""

    @cached_property
    def _file(self):  # noqa: ANN202  (safetensors has no public name for the type)
        if self.path.exists() and not self.path.is_file():
            raise self._damage("it is no regular file")
        try:
            return safe_open(self.path, framework="pt")
        except (SafetensorError, OSError) as cause:
            raise CorpusError(
                f"{self.path} is missing or damaged ({cause}): prepare the corpus again"
            ) from cause

    @cached_property
    def _metadata(self) -> Mapping[str, str]:
        return self._file.metadata() or {}

    @cached_property
    def _checksums(self) -> _Checksums | None:
        """The checksums. `None`: the shard is from before there were any."""
        text = self._metadata.get("checksums")
        try:
            return None if text is None else _Checksums.model_validate_json(text)
        except ValidationError as cause:
            raise self._damage("its checksums cannot be read") from cause

    def _damage(self, what: str) -> CorpusError:
        return CorpusError(f"{self.path} is damaged ({what}): prepare the corpus again")

    def verify(self) -> None:
        """Compares everything with its checksums.

        Raises:
            CorpusError: The shard is missing or damaged.
        """
        _ = self.entry
        for name in self._names:
            for start in range(0, self._length(name), _BLOCK_SAMPLES):
                self._read(name, start, start + _BLOCK_SAMPLES)

    @property
    def entry(self) -> SurveyEntry:
        """Survey entry of the recording.

        Raises:
            CorpusError: The shard is damaged.
        """
        text = self._metadata.get("entry", "")
        if self._checksums and checksum_of(text.encode()) != self._checksums.entry:
            raise self._damage("its entry does not match its checksum")
        try:
            return SurveyEntry.model_validate(parse_json(text))
        except ValueError as cause:
            raise self._damage("its entry cannot be read") from cause

    @property
    def _names(self) -> set[str]:
        return set(self._file.keys())

    @property
    def count(self) -> int:
        """Number of segments."""
        return self._length("ranges")

    @property
    def samples(self) -> int:
        """Length of the audio in samples."""
        return self._length("audio")

    @property
    def is_augmented(self) -> bool:
        """Whether there is an augmented variant."""
        return "augmented" in self._names

    def landmarks(self, sample_rate: int) -> Float[Tensor, "landmarks 2"]:
        """Landmarks of the recording. A shard from before there were any has its audio analysed.

        Args:
            sample_rate: Sample rate of the audio in Hz.
        """
        if "landmarks" in self._names:
            return self._read("landmarks", 0, self._length("landmarks"))
        blocks = (
            self._read("audio", start, start + _BLOCK_SAMPLES).numpy()
            for start in range(0, self.samples, _BLOCK_SAMPLES)
        )
        return find_stored_landmarks(blocks, sample_rate)

    def audio(self, start: int, stop: int) -> Float[Tensor, "time channels"]:
        """Reads the samples from `start` up to `stop`, full scale at 1."""
        return self._read("audio", start, stop).to(torch.float32) / FULL_SCALE

    def picture(self, index: int, *, augmented: bool) -> Float[Tensor, "channels rows columns"]:
        """Reads the picture of one segment in dB."""
        found = self._read("augmented" if augmented else "segments", index, index + 1)
        if not len(found):
            raise self._damage(f"it has no segment {index}")
        return found[0]

    def ranges(self, *, augmented: bool) -> Float[Tensor, "segments 2"]:
        """Reads the smallest and the largest decibels of each segment."""
        return self._read("augmented_ranges" if augmented else "ranges", 0, self.count)

    def _length(self, name: str) -> int:
        """Rows of a tensor."""
        if name not in self._names:
            raise self._damage(f"it has no tensor {name!r}")
        return self._file.get_slice(name).get_shape()[0]

    def _read(self, name: str, start: int, stop: int) -> Tensor:
        """Reads rows of a tensor; there are fewer where it ends before `stop`."""
        stop = min(stop, self._length(name))
        rows = self._file.get_slice(name)[start:stop]
        if self._checksums is None:
            return rows
        checksums = self._checksums.tensors.get(name)
        if checksums is None:
            raise self._damage(f"tensor {name!r} has no checksums")
        for number in checksums.blocks_of(start, start + len(rows)):
            if (name, number) not in self._sound:
                block = self._file.get_slice(name)[checksums.slice_of(number)]
                if not checksums.fits(number, block):
                    raise self._damage(f"tensor {name!r} does not match its checksums")
                self._sound.add((name, number))
        return rows
