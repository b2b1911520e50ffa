"""Reading a corpus: batches of pictures in [-1, 1], and audio."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.corpus.manifest import Manifest, PreparedRecording, Split, read_manifest
from riffsmith.corpus.shards import SHARD_FOLDER, Shard
from riffsmith.features import scale


class Corpus:
    """An opened corpus. Opening reads the manifest only; shards are mapped on their first use."""

    def __init__(self, path: Path) -> None:
        """Opens a corpus.

        Raises:
            CorpusError: The manifest is missing, damaged or of another version.
        """
        self.path = path
        self.manifest: Manifest = read_manifest(path)

    def __repr__(self) -> str:
        training, held_out = (len(self.manifest.of_split(side)) for side in ("train", "held_out"))
        return (
            f"Corpus({str(self.path)!r}: preset {self.manifest.preset}, recordings: {training} to "
            f"train on, {held_out} held out)"
        )

    @cached_property
    def train(self) -> "SegmentSet":
        """Segments of the training recordings, augmented if the settings say so."""
        return SegmentSet(self, "train")

    @cached_property
    def held_out(self) -> "SegmentSet":
        """Segments of the held-out recordings, never augmented."""
        return SegmentSet(self, "held_out")

    def shard(self, recording: PreparedRecording) -> Shard:
        """Opens the shard of a recording. It holds the whole recording, also where it is cut."""
        return Shard(self.path / SHARD_FOLDER / recording.shard)

    def sample_range(self, recording: PreparedRecording) -> range:
        """The samples of a recording, or of its stretch, in the shard."""
        samples, stretch = self.shard(recording).samples, recording.stretch
        if stretch is None:
            return range(samples)
        rate = self.manifest.settings.sample_rate
        first, last = (round(end * rate) for end in (stretch.start_seconds, stretch.end_seconds))
        return range(first, min(last, samples))

    def audio(
        self, recording: PreparedRecording, start_seconds: float, seconds: float
    ) -> Float[Tensor, "time channels"]:
        """Reads a passage of a recording; it is shorter if the recording ends within it.

        Args:
            recording: Recording of this corpus, or stretch of one.
            start_seconds: Start of the passage, from the start of the recording or the stretch.
            seconds: Length of the passage.
        """
        sample_rate = self.manifest.settings.sample_rate
        samples = self.sample_range(recording)
        start = min(samples.start + round(start_seconds * sample_rate), samples.stop)
        stop = min(start + round(seconds * sample_rate), samples.stop)
        return self.shard(recording).audio(start, stop)


class SegmentSet:
    """Random access to the segments of one side of the split, scaled to [-1, 1]."""

    def __init__(self, corpus: Corpus, split: Split) -> None:
        self._scaling = corpus.manifest.settings.scaling
        self._low_db, self._high_db = corpus.manifest.low_db, corpus.manifest.high_db
        self._shards = [corpus.shard(r) for r in corpus.manifest.of_split(split)]
        self._positions = [
            (number, index)
            for number, recording in enumerate(corpus.manifest.of_split(split))
            for index in range(
                recording.first_segment, recording.first_segment + recording.segments
            )
        ]
        self._training = split == "train"

    def __len__(self) -> int:
        return len(self._positions)

    def batch(self, indices: Sequence[int]) -> Float[Tensor, "batch channels rows columns"]:
        """Reads segments by their numbers in this set."""
        return torch.stack([self._read(*self._positions[index]) for index in indices])

    def _read(self, number: int, index: int) -> Float[Tensor, "channels rows columns"]:
        shard = self._shards[number]
        augmented = self._training and shard.is_augmented
        picture = shard.picture(index, augmented=augmented)
        if self._scaling == "corpus":
            return scale(picture, self._low_db, self._high_db)
        low_db, high_db = shard.ranges(augmented=augmented)[index].tolist()
        return scale(picture, low_db, max(high_db, low_db + 1e-3))
