from pathlib import Path

import numpy as np
import pytest
from conftest import as_ordinary_user, make_music
from evaluation.custom_embedder import CustomEmbedder
from safetensors.numpy import save

from riffsmith.evaluation import EmbeddingCache, RemarkCode, embed_audio


def test_embeddings_are_computed_once(tmp_path: Path):
    own, audio = CustomEmbedder(), make_music(2.0, 8_000)
    cache = EmbeddingCache(tmp_path / "cache")
    first = cache.embed(audio, 8_000, own)
    calls = len(own.calls)
    assert calls > 0
    second = EmbeddingCache(tmp_path / "cache").embed(audio.copy(), 8_000, own)
    assert len(own.calls) == calls
    assert np.array_equal(first, second)
    assert np.array_equal(first, embed_audio(audio, 8_000, own))
    assert second.dtype == np.float32


def test_audio_rates_and_embedders_have_files_of_their_own(tmp_path: Path):
    audio, cache = make_music(2.0, 8_000), EmbeddingCache(tmp_path)
    cache.embed(audio, 8_000, CustomEmbedder())
    others = [
        (audio[::-1], 8_000, CustomEmbedder()),
        (audio, 4_000, CustomEmbedder()),
        (audio, 8_000, CustomEmbedder(name="other")),
        (audio, 8_000, CustomEmbedder(version="2")),
        (audio, 8_000, CustomEmbedder(hop_seconds=0.5)),
        (audio, 8_000, CustomEmbedder(sample_rate=4_000)),
    ]
    for count, (other, rate, own) in enumerate(others, start=2):
        cache.embed(other, rate, own)
        assert own.calls
        assert len(list(tmp_path.iterdir())) == count


@pytest.mark.parametrize("damage", ["cut", "other", "flipped", "folder"])
def test_a_damaged_file_is_replaced(tmp_path: Path, damage: str):
    audio, cache = make_music(2.0, 8_000), EmbeddingCache(tmp_path)
    first = cache.embed(audio, 8_000, CustomEmbedder())
    (entry,) = tmp_path.iterdir()
    content = bytearray(entry.read_bytes())
    entry.unlink()
    if damage == "cut":
        entry.write_bytes(content[:-7])
    elif damage == "other":
        entry.write_bytes(save({"values": np.zeros(3)}))
    elif damage == "flipped":
        content[-3] ^= 1  # in the values, where reading the format would not fail
        entry.write_bytes(content)
    else:
        entry.mkdir()
    own = CustomEmbedder()
    assert np.array_equal(first, cache.embed(audio, 8_000, own))
    assert own.calls
    if damage != "folder":
        assert np.array_equal(first, cache.embed(audio, 8_000, again := CustomEmbedder()))
        assert not again.calls


def test_a_folder_that_cannot_be_written_stores_nothing_and_has_one_note(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    cache = EmbeddingCache(tmp_path / "file" / "embeddings")
    audio = make_music(2.0, 8_000)
    first = cache.embed(audio, 8_000, CustomEmbedder())
    assert np.array_equal(first, embed_audio(audio, 8_000, CustomEmbedder()))
    failure = cache.failure
    assert failure is not None
    assert failure.code is RemarkCode.EMBEDDINGS_NOT_KEPT
    assert "embeddings are not kept: writing" in failure.text
    assert "part of the path is a file" in failure.text
    (tmp_path / "file").unlink()
    cache.embed(audio, 8_000, CustomEmbedder())
    assert cache.failure == failure
    assert not list(tmp_path.iterdir())  # and no second attempt is made


def test_a_read_only_folder_stores_nothing():
    audio = make_music(2.0, 8_000)
    with as_ordinary_user() as folder:
        folder.chmod(0o555)
        cache = EmbeddingCache(folder / "embeddings")
        assert cache.embed(audio, 8_000, CustomEmbedder()).shape == (5, 2)
    assert cache.failure is not None
    assert "you may not write there" in cache.failure.text
