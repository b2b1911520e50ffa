"""Robustness against damaged files of Riffsmith's own: models, corpora and runs.

    python benchmarks/damaged_files.py [COUNT]

A tiny model is trained, and each file that it left is damaged COUNT times (1,000 if left out):
bytes are changed, removed or inserted at random positions. What reads the file must refuse it with
one of Riffsmith's errors, or give the values of the whole file. The program prints a line for each
file, and fails if a reader gave other values or ended in another error. `damaged_audio.py` does the
same with audio files.
"""

import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import soundfile
import torch
from damaged_audio import damage

import riffsmith
from riffsmith.bundle import LatentBundle, load_bundle
from riffsmith.corpus import Corpus
from riffsmith.errors import RiffsmithError
from riffsmith.runs import RunFolder
from riffsmith.runs.checkpoint import checkpoint_paths, read_checkpoint
from riffsmith.runs.outcome import read_outcome

COUNT = 1_000
RATE = 8_000
SETTINGS = {
    "corpus": {
        "sample_rate": RATE,
        "segment_seconds": 1.0,
        "n_fft": 256,
        "hop_samples": 64,
        "n_mels": 16,
    },
    "codec": {
        "side_mels": 4,
        "components": 6,
        "texture_hidden": 8,
        "texture_steps": 2,
        "style_dimensions": 3,
        "style_passages": 8,
        "tonal_components": 2,
        "tonal_rounds": 1,
        "corrections": 1,
    },
    "generator": {"channels": [8, 8], "band_channels": 2, "embedding": 8, "steps": 1},
    "piano_roll": {"hidden": 4, "mixtures": 2, "steps": 2},
    "discriminator": {"channels": [8, 8]},
    "training": {
        "batch_size": 4,
        "steps": 2,
        "flow_matching_steps": 1,
        "window_frames": 64,
        "log_every_steps": 1,
        "checkpoint_every_steps": 1,
        "preview_every_steps": 1,
        "threads": 1,
    },
}


@dataclass(frozen=True)
class Kind:
    """A file and what reads it."""

    path: Path
    read: Callable[[], object]
    """Reads the file and returns its values, of which a digest is compared."""


def main(count: int = COUNT) -> None:
    logging.disable(logging.WARNING)  # each damaged line of the metrics is named
    random, faults = np.random.default_rng(0), list[str]()
    with TemporaryDirectory() as name:
        kinds = make_files(Path(name))
        print(f"{'file':<32} {'refused':>8} {'as it was':>10} {'faults':>7}")
        for title, kind in kinds.items():
            whole, expected = kind.path.read_bytes(), digest(kind.read())
            tally = {"refused": 0, "as it was": 0, "fault": 0}
            for number in range(count):
                kind.path.write_bytes(damage(np.frombuffer(whole, np.uint8), random))
                result, reason = try_reading(kind, expected)
                tally[result] += 1
                if result == "fault":
                    faults.append(f"{title}, number {number}: {reason}")
            kind.path.write_bytes(whole)
            print(
                f"{title:<32} {tally['refused']:>8,} {tally['as it was']:>10,} {tally['fault']:>7,}"
            )
    if faults:
        sys.exit("\n".join(faults[:20]))
    print(f"{count * len(kinds):,} damaged files, none read as something else")


def try_reading(kind: Kind, expected: bytes) -> tuple[str, str]:
    try:
        found = digest(kind.read())
    except RiffsmithError:
        return "refused", ""
    except Exception as error:
        return "fault", repr(error)[:200]
    return ("as it was", "") if found == expected else ("fault", "it was read with other values")


def make_files(folder: Path) -> dict[str, Kind]:
    """Trains a tiny model and names the files that it left."""
    stream = np.random.default_rng(1)
    (folder / "songs").mkdir()
    for number in range(3):
        tones = np.sin(np.outer(np.arange(12 * RATE), [0.1 + 0.02 * number, 0.3]))
        noise = 0.1 * stream.standard_normal(tones.shape)
        path = folder / "songs" / f"{number}.wav"
        soundfile.write(
            path, 0.3 * tones + noise * (np.arange(len(tones)) % 4000 < 800)[:, None], RATE
        )
    riffsmith.train(folder / "songs", folder / "run", settings=SETTINGS, from_scratch=True)
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
    }


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
