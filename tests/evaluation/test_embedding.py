from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from time import sleep

import numpy as np
import pytest
import torch
from conftest import make_music
from evaluation.custom_embedder import CustomEmbedder

from riffsmith.errors import AudioError, SettingsError
from riffsmith.evaluation import (
    AisfxEmbedder,
    Embedder,
    MusicnnEmbedder,
    build_embedder,
    cut_windows,
    embed_audio,
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("build", "seconds", "windows"), [(MusicnnEmbedder, 7.6, 4), (AisfxEmbedder, 4.7, 3)]
)
def test_windows_start_half_a_window_apart(
    build: Callable[[], Embedder], seconds: float, windows: int
):
    embedder = build()
    found = embed_audio(make_music(seconds, 22_050, channels=2), 22_050, embedder)
    assert found.shape == (windows, embedder.dimension)
    assert found.dtype == np.float32
    assert np.isfinite(found).all()


def test_exactly_one_window_is_enough():
    embedder = build_embedder("musicnn")
    assert cut_windows(make_music(3.0, 44_100), 44_100, embedder).shape == (1, 48_000)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["musicnn", "aisfx"])
def test_loudness_does_not_matter(name: str):
    embedder = build_embedder(name)
    audio = make_music(3.5, 22_050)
    loud = embed_audio(audio, 22_050, embedder)
    quiet = embed_audio(audio * np.float32(10 ** (-12 / 20)), 22_050, embedder)
    assert np.linalg.norm(loud - quiet) < 1e-2 * np.linalg.norm(loud)


def test_windows_have_minus_20_lufs():
    time = np.arange(48_000 * 4) / 48_000
    sine = np.sin(2 * np.pi * 997 * time).astype(np.float32)[:, None]
    windows = cut_windows(sine, 48_000, CustomEmbedder(sample_rate=48_000))
    # a sine of 1 kHz has the same LUFS as its mean square in dB: −3.01 at full scale
    assert 10 * windows.square().mean().log10() == pytest.approx(-20.0, abs=0.05)


def test_silence_stays_silent():
    assert (cut_windows(np.zeros((16_000, 2), np.float32), 8_000, CustomEmbedder()) == 0).all()


def test_channels_are_mixed():
    audio = make_music(2.0, 8_000)
    stereo = np.concatenate([audio, 0 * audio], axis=1)
    assert torch.allclose(
        cut_windows(stereo, 8_000, CustomEmbedder()),
        cut_windows(audio, 8_000, CustomEmbedder()),
        atol=1e-5,
    )


def test_any_object_with_the_attributes_works():
    own = CustomEmbedder()
    found = embed_audio(make_music(4.0, 16_000), 16_000, own)
    assert found.shape == (13, 2)  # (4 − 1) / 0.25 + 1
    assert sum(own.calls) == 13


def test_custom_embedders_are_called_by_one_thread_at_a_time():
    inside: list[int] = []

    class Slow(CustomEmbedder):
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


def test_too_short_audio_is_an_error():
    with pytest.raises(
        AudioError, match=r"audio of 2\.50 s is shorter than one window of musicnn \(3\.00 s\)"
    ):
        embed_audio(make_music(2.5, 8_000), 8_000, build_embedder("musicnn"))


def test_samples_that_are_not_numbers_are_an_error():
    audio = make_music(2.0, 8_000)
    audio[77] = np.nan
    with pytest.raises(AudioError, match="not numbers .* first at 77: repair"):
        cut_windows(audio, 8_000, CustomEmbedder())


def test_an_unknown_embedder_is_an_error():
    with pytest.raises(SettingsError, match="no embedder 'unknown' .*musicnn, aisfx"):
        build_embedder("unknown")


def test_a_built_in_embedder_can_have_another_hop():
    embedder = replace(MusicnnEmbedder(), hop_seconds=3.0)
    assert cut_windows(make_music(9.5, 16_000), 16_000, embedder).shape == (3, 48_000)
