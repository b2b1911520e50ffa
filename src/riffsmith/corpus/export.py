"""The report's own layout: one tensor file a segment."""

import re
from itertools import count
from pathlib import Path

import torch

from riffsmith.corpus.reader import Corpus
from riffsmith.errors import CorpusError
from riffsmith.files import atomic_path


def export_pt(corpus: Corpus, folder: Path) -> int:
    """Writes `metal.00001_000.pt` … : tensors (mels, frames) in dB, for training elsewhere.

    Recordings already named `genre.00001` keep their names; others are numbered. All recordings
    are written, held-out ones too; of stereo, the left channel.

    Returns:
        How many files were written.

    Raises:
        CorpusError: The folder cannot be written.
    """
    written = 0
    taken: set[str] = set()
    for recording in corpus.manifest.recordings:
        stem = Path(recording.source.path).stem
        numbered = (f"{corpus.manifest.genre}.{number:05d}" for number in count())
        if not re.fullmatch(r".+\.\d{5}", stem) or stem in taken:
            stem = next(name for name in numbered if name not in taken)
        taken.add(stem)
        shard = corpus.shard(recording)
        for index in range(recording.segments):
            with atomic_path(
                folder / f"{stem}_{index:03d}.pt", CorpusError, durable=False
            ) as partial:
                torch.save(shard.picture(index, augmented=False)[0].clone(), partial)
            written += 1
    return written
