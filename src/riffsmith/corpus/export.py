"""Export of a corpus in the course report's layout: one tensor file for each segment."""

import re
from itertools import count
from pathlib import Path

import torch

from riffsmith.corpus.reader import Corpus
from riffsmith.errors import CorpusError
from riffsmith.files import atomic_path


def export_pt(corpus: Corpus, folder: Path) -> int:
    """Writes each segment as a file such as `metal.00001_000.pt`, for training elsewhere.

    A file holds a tensor (mels, frames) in dB. A recording that is named like `genre.00001` keeps
    its name; the others are numbered. Held-out recordings are written, too. The left channel of a
    stereo recording is written alone.

    Args:
        corpus: Corpus of pictures, such as the preset `report` makes.
        folder: Folder to write.

    Returns:
        Number of files that were written.

    Raises:
        CorpusError: The corpus stores audio alone, or the folder cannot be written.
    """
    if corpus.manifest.settings.store == "audio":
        raise CorpusError(
            f"{corpus.path} stores audio and no pictures: prepare the recordings with --preset "
            "report or report-wgan to export them"
        )
    written = 0
    stems: dict[str, str] = {}  # of each path: both stretches of a recording have the same stem
    for recording in corpus.manifest.recordings:
        path = recording.source.path
        stem, taken = Path(path).stem, set(stems.values())
        numbered = (f"{corpus.manifest.genre}.{number:05d}" for number in count())
        if path not in stems and (not re.fullmatch(r".+\.\d{5}", stem) or stem in taken):
            stem = next(name for name in numbered if name not in taken)
        stem = stems.setdefault(path, stem)
        shard, first = corpus.shard(recording), recording.first_segment
        for index in range(first, first + recording.segments):
            with atomic_path(
                folder / f"{stem}_{index:03d}.pt", CorpusError, durable=False
            ) as partial:
                torch.save(shard.picture(index, augmented=False)[0].clone(), partial)
            written += 1
    return written
