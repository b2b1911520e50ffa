from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import sleep

import numpy as np
import pytest
import torch
from conftest import as_ordinary_user, make_music
from safetensors.numpy import save

from riffsmith.errors import AudioError, SettingsError
from riffsmith.evaluation import (
    EmbeddingCache,
    MusicnnEmbedder,
    build_embedder,
    cut_windows,
    embed_audio,
)


@dataclass
class Own:
    """A user's embedder, unrelated to any class of the package: mean and level of a window."""

    name: str = "own"
    version: str = "1"
    sample_rate: int = 8_000
    window_seconds: float = 1.0
    hop_seconds: float = 0.25
    dimension: int = 2
    calls: list[int] = field(default_factory=list)

    def embed(self, windows: torch.Tensor) -> torch.Tensor:
        assert torch.is_inference_mode_enabled()
        self.calls.append(len(windows))
        return torch.stack([windows.mean(dim=1), windows.square().mean(dim=1)], dim=1)


@pytest.mark.parametrize(("name", "seconds", "windows"), [("musicnn", 7.6, 4), ("aisfx", 4.7, 3)])
def test_windows_lie_half_a_window_apart(name: str, seconds: float, windows: int):
    embedder = build_embedder(name)
    found = embed_audio(make_music(seconds, 22_050, channels=2), 22_050, embedder)
    assert found.shape == (windows, embedder.dimension)
    assert found.dtype == np.float32
    assert np.isfinite(found).all()


def test_exactly_one_window_is_enough():
    embedder = build_embedder("musicnn")
    assert cut_windows(make_music(3.0, 44_100), 44_100, embedder).shape == (1, 48_000)


@pytest.mark.parametrize("name", ["musicnn", "aisfx"])
def test_loudness_does_not_matter(name: str):
    embedder = build_embedder(name)
    audio = make_music(3.5, 22_050)
    loud = embed_audio(audio, 22_050, embedder)
    quiet = embed_audio(audio * np.float32(10 ** (-12 / 20)), 22_050, embedder)
    assert np.linalg.norm(loud - quiet) < 1e-2 * np.linalg.norm(loud)


def test_the_piece_is_heard_at_minus_20_lufs():
    time = np.arange(48_000 * 4) / 48_000
    sine = np.sin(2 * np.pi * 997 * time).astype(np.float32)[:, None]
    windows = cut_windows(sine, 48_000, Own(sample_rate=48_000))
    # a sine of 1 kHz has the same LUFS as its mean square in dB: −3.01 at full scale
    assert 10 * windows.square().mean().log10() == pytest.approx(-20.0, abs=0.05)


def test_silence_stays_silent():
    assert (cut_windows(np.zeros((16_000, 2), np.float32), 8_000, Own()) == 0).all()


def test_channels_are_mixed():
    audio = make_music(2.0, 8_000)
    stereo = np.concatenate([audio, 0 * audio], axis=1)
    assert torch.allclose(
        cut_windows(stereo, 8_000, Own()), cut_windows(audio, 8_000, Own()), atol=1e-5
    )


def test_any_object_with_the_attributes_works():
    own = Own()
    found = embed_audio(make_music(4.0, 16_000), 16_000, own)
    assert found.shape == (13, 2)  # (4 − 1) / 0.25 + 1
    assert sum(own.calls) == 13


def test_own_code_is_called_by_one_thread_at_a_time():
    inside: list[int] = []

    class Slow(Own):
        def embed(self, windows: torch.Tensor) -> torch.Tensor:
            inside.append(1)
            assert len(inside) == 1
            sleep(0.005)
            inside.pop()
            return super().embed(windows)

    own, audio = Slow(), make_music(2.0, 8_000)
    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(embed_audio, audio, 8_000, own) for _ in range(8)]
        found = [job.result() for job in jobs]
    assert all(np.array_equal(each, found[0]) for each in found)


def test_too_short_audio_is_told():
    with pytest.raises(
        AudioError, match=r"audio of 2\.50 s is shorter than one window of musicnn \(3\.00 s\)"
    ):
        embed_audio(make_music(2.5, 8_000), 8_000, build_embedder("musicnn"))


def test_samples_that_are_not_numbers_are_told():
    audio = make_music(2.0, 8_000)
    audio[77] = np.nan
    with pytest.raises(AudioError, match="not numbers .* first at 77: repair"):
        cut_windows(audio, 8_000, Own())


def test_an_unknown_embedder_is_told():
    with pytest.raises(SettingsError, match="no embedder 'ears' .*musicnn, aisfx"):
        build_embedder("ears")


def test_the_cache_computes_once(tmp_path: Path):
    own, audio = Own(), make_music(2.0, 8_000)
    cache = EmbeddingCache(tmp_path / "cache")
    first = cache.embed(audio, 8_000, own)
    calls = len(own.calls)
    assert calls > 0
    second = EmbeddingCache(tmp_path / "cache").embed(audio.copy(), 8_000, own)
    assert len(own.calls) == calls
    assert np.array_equal(first, second)
    assert np.array_equal(first, embed_audio(audio, 8_000, own))
    assert second.dtype == np.float32


def test_the_cache_tells_audio_rates_and_embedders_apart(tmp_path: Path):
    audio, cache = make_music(2.0, 8_000), EmbeddingCache(tmp_path)
    cache.embed(audio, 8_000, Own())
    others = [
        (audio[::-1], 8_000, Own()),
        (audio, 4_000, Own()),
        (audio, 8_000, Own(name="other")),
        (audio, 8_000, Own(version="2")),
        (audio, 8_000, Own(hop_seconds=0.5)),
        (audio, 8_000, Own(sample_rate=4_000)),
    ]
    for count, (other, rate, own) in enumerate(others, start=2):
        cache.embed(other, rate, own)
        assert own.calls
        assert len(list(tmp_path.iterdir())) == count


@pytest.mark.parametrize("damage", ["cut", "other", "flipped", "folder"])
def test_a_damaged_entry_is_made_again(tmp_path: Path, damage: str):
    audio, cache = make_music(2.0, 8_000), EmbeddingCache(tmp_path)
    first = cache.embed(audio, 8_000, Own())
    (entry,) = tmp_path.iterdir()
    content = bytearray(entry.read_bytes())
    entry.unlink()
    if damage == "cut":
        entry.write_bytes(content[:-7])
    elif damage == "other":
        entry.write_bytes(save({"values": np.zeros(3)}))
    elif damage == "flipped":
        content[-3] ^= 1  # in the values, where the format would not notice
        entry.write_bytes(content)
    else:
        entry.mkdir()
    own = Own()
    assert np.array_equal(first, cache.embed(audio, 8_000, own))
    assert own.calls
    if damage != "folder":
        assert np.array_equal(first, cache.embed(audio, 8_000, again := Own()))
        assert not again.calls


def test_a_folder_that_cannot_be_written_keeps_nothing_and_tells_once(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    cache = EmbeddingCache(tmp_path / "file" / "embeddings")
    audio = make_music(2.0, 8_000)
    first = cache.embed(audio, 8_000, Own())
    assert np.array_equal(first, embed_audio(audio, 8_000, Own()))
    told = cache.failure
    assert told is not None
    assert "embeddings are not kept: writing" in told
    assert "part of the path is a file" in told
    (tmp_path / "file").unlink()
    cache.embed(audio, 8_000, Own())
    assert cache.failure == told
    assert not list(tmp_path.iterdir())  # nor is it tried again


def test_a_read_only_folder_keeps_nothing():
    audio = make_music(2.0, 8_000)
    with as_ordinary_user() as folder:
        folder.chmod(0o555)
        cache = EmbeddingCache(folder / "embeddings")
        assert cache.embed(audio, 8_000, Own()).shape == (5, 2)
    assert "you may not write there" in (cache.failure or "")


def test_a_built_in_embedder_can_have_another_hop():
    embedder = replace(MusicnnEmbedder(), hop_seconds=3.0)
    assert cut_windows(make_music(9.5, 16_000), 16_000, embedder).shape == (3, 48_000)
