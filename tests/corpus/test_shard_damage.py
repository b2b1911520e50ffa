"""A flipped bit of a shard is found when it is read, and mended by preparing again."""

import os
import shutil
from pathlib import Path

import pytest
import torch
from conftest import tiny_settings

from riffsmith.corpus import Corpus, prepare_corpus
from riffsmith.corpus.block_checksums import BlockChecksums, measure_blocks
from riffsmith.errors import CorpusError


@pytest.fixture
def copied(corpus: Corpus, tmp_path: Path) -> Corpus:
    shutil.copytree(corpus.path, tmp_path / "corpus")
    return Corpus(tmp_path / "corpus")


def read_everything(corpus: Corpus) -> list[torch.Tensor]:
    found = [corpus.audio(one, 0, 10) for one in corpus.manifest.recordings]
    for side in (corpus.train, corpus.held_out):
        found += side.batch(range(len(side)))
    return found


def test_flipped_bits_of_a_shard_are_found(copied: Corpus, songs: Path):
    recording = copied.manifest.recordings[0]
    path = copied.path / "shards" / recording.shard
    content, expected = path.read_bytes(), read_everything(copied)
    names = ("audio", "segments", "ranges", "checksums", "entry")
    header = [content.index(f'"{name}"'.encode()) + 2 for name in names]
    found = 0
    for position in (*header, content.index(b'"I16"') + 1, *range(5_000, len(content), 9_973)):
        changed = bytearray(content)
        changed[position] ^= 1
        path.write_bytes(changed)
        try:
            same = map(torch.equal, read_everything(Corpus(copied.path)), expected)
            assert all(same)
        except CorpusError as error:
            assert "prepare the corpus again" in str(error)  # noqa: PT017
            found += 1
    assert found > 10
    prepare_corpus(songs, copied.path, tiny_settings().corpus, preset="report")
    assert all(map(torch.equal, read_everything(Corpus(copied.path)), expected))


def test_a_pipe_in_the_place_of_a_shard_is_not_waited_for(copied: Corpus):
    recording = copied.manifest.recordings[0]
    path = copied.path / "shards" / recording.shard
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(CorpusError, match="no regular file"):
        copied.audio(recording, 0, 1)


def test_a_number_of_segments_that_is_not_the_shards_is_named(copied: Corpus):
    with pytest.raises(CorpusError, match="has no segment 99"):
        copied.shard(copied.manifest.recordings[0]).picture(99, augmented=False)


def test_blocks_cover_a_tensor_of_any_length():
    tensor = torch.arange(1_000_000, dtype=torch.int16).reshape(-1, 2)
    measured = measure_blocks(tensor)
    assert measured.rows == 262_144
    assert list(measured.blocks_of(262_143, 262_145)) == [0, 1]
    assert list(measured.blocks_of(5, 5)) == [0]
    assert all(
        measured.fits(number, tensor[measured.slice_of(number)])
        for number in measured.blocks_of(0, len(tensor))
    )
    assert not BlockChecksums(rows=1, values=()).fits(0, tensor)
