"""Robustness against damaged files of Riffsmith's own: models, corpora, runs and kept clips.

    python benchmarks/damaged_files.py [COUNT]

A tiny model is trained, a clip is kept, and each file of them is damaged COUNT times (1,000 if left
out): bytes are changed, removed or inserted at random positions. What reads the file must refuse it
with one of Riffsmith's errors, or give the values of the whole file. The program prints a line for
each file, and fails if a reader gave other values or ended in another error. `damaged_audio.py`
does the same with audio files.
"""

import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from damaged_audio import damage
from tiny_run import RATE, SETTINGS, write_songs

import riffsmith
from riffsmith.bundle import LatentBundle, load_bundle
from riffsmith.corpus import Corpus
from riffsmith.errors import RiffsmithError
from riffsmith.runs import RunFolder
from riffsmith.runs.checkpoint import checkpoint_paths, read_checkpoint
from riffsmith.runs.outcome import read_outcome
from riffsmith.studio.clips.folder import ClipFolder
from riffsmith.studio.clips.schemas import Clip

COUNT = 1_000


@dataclass(frozen=True)
class Kind:
    """A file and what reads it."""

    path: Path
    read: Callable[[], object]
    """Reads the file and returns its values, of which a digest is compared."""


@dataclass
class Tally:
    """What came of the damaged copies of a file."""

    refused: int = 0
    as_it_was: int = 0
    faults: list[str] = field(default_factory=list)
    """A sentence for each copy that was read with other values, or ended in another error."""


def main(count: int = COUNT) -> None:
    print(f"{'file':<32} {'refused':>8} {'as it was':>10} {'faults':>7}")
    tallies = list[Tally]()
    with TemporaryDirectory() as name:
        for title, kind in make_files(Path(name)).items():
            tallies.append(tally := damage_file(title, kind, count))
            counts = f"{tally.refused:>8,} {tally.as_it_was:>10,} {len(tally.faults):>7,}"
            print(f"{title:<32} {counts}")
    if faults := [fault for tally in tallies for fault in tally.faults]:
        sys.exit("\n".join(faults[:20]))
    print(f"{count * len(tallies):,} damaged files, none read as something else")


def damage_file(title: str, kind: Kind, count: int) -> Tally:
    """Reads damaged copies of a file, and puts the whole one back."""
    random, tally = np.random.default_rng(0), Tally()
    whole, expected = kind.path.read_bytes(), digest(kind.read())
    logging.disable(logging.WARNING)  # each damaged line of the metrics is named
    for number in range(count):
        kind.path.write_bytes(damage(np.frombuffer(whole, np.uint8), random))
        try:
            found = digest(kind.read())
        except RiffsmithError:
            tally.refused += 1
        except Exception as error:
            tally.faults.append(f"{title}, number {number}: {error!r:.200}")
        else:
            if found == expected:
                tally.as_it_was += 1
            else:
                tally.faults.append(f"{title}, number {number}: it was read with other values")
    logging.disable(logging.NOTSET)
    kind.path.write_bytes(whole)
    return tally


def make_files(folder: Path) -> dict[str, Kind]:
    """Trains a tiny model, keeps a clip, and names the files that they left."""
    songs = write_songs(folder / "songs")
    riffsmith.train(songs, folder / "run", settings=SETTINGS, from_scratch=True)
    run = RunFolder(folder / "run")
    bundle = run.snapshot(run.snapshot_numbers()[-1])
    corpus_path = folder / "run" / "corpus"
    checkpoint = checkpoint_paths(run.checkpoints)[-1]
    lines = {digest(line) for line in run.read_metrics()}

    def read_metrics() -> object:
        """Every line that is read was written; a damaged one costs itself alone."""
        return [line for line in run.read_metrics() if digest(line) not in lines]

    def read_shard() -> object:
        corpus = Corpus(corpus_path)
        return [corpus.audio(each, 0, each.segments) for each in corpus.manifest.recordings]

    clip = keep_clip(folder / "0123456789abcdef")

    def read_clip() -> object:
        """Samples; tags, which other programs may change, only have to be readable."""
        clip.tags()
        return clip.samples().tolist(), clip.peaks()

    kinds = {
        f"model: {path.name}": Kind(path, lambda: values_of(bundle))
        for path in sorted(bundle.iterdir())
    }
    shards = sorted(path for path in corpus_path.rglob("*") if path.stat().st_size > 50_000)
    return kinds | {
        "corpus: manifest": Kind(
            corpus_path / "manifest.json", lambda: Corpus(corpus_path).manifest
        ),
        "corpus: a shard": Kind(shards[0], read_shard),
        "run: run.json": Kind(folder / "run" / "run.json", run.read_record),
        "run: outcome.json": Kind(folder / "run" / "outcome.json", lambda: read_outcome(run)),
        "run: metrics.jsonl": Kind(run.metrics, read_metrics),
        "run: codec.safetensors": Kind(run.codec, lambda: run.read_tensors(run.codec)),
        "run: checkpoint": Kind(checkpoint, lambda: vars(read_checkpoint(checkpoint))),
        "clip: clip.json": Kind(clip.path / "clip.json", clip.read),
        "clip: audio.wav": Kind(clip.wav, read_clip),
    }


def keep_clip(path: Path) -> ClipFolder:
    """Keeps a clip of noise, as the studio does."""
    noise = np.random.default_rng(2).integers(-9_000, 9_000, (2 * RATE, 2)).astype(np.int16)
    clip = Clip(
        id=path.name,
        title="Metal 7",
        model="metal",
        model_title="metal",
        seed=7,
        sample_rate=RATE,
        begin=0,
        controls=[],
        seconds=2.0,
        created="2026-01-01T00:00:00+00:00",
        originality=None,
    )
    folder = ClipFolder(path)
    folder.keep(clip, noise, {"artist": "Riffsmith"})
    return folder


def values_of(folder: Path) -> object:
    """Everything that is played with."""
    bundle = load_bundle(folder)
    assert isinstance(bundle, LatentBundle)
    parts = bundle.generator, bundle.codec, bundle.piano_roll_model, bundle.modulation_filter
    return [bundle.card, *(part and part.state_dict() for part in parts)]


def digest(values: object) -> bytes:
    """A digest of values whose text says all of them."""
    with torch.no_grad():
        torch.set_printoptions(profile="full")
        return blake2b(repr(values).encode()).digest()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
