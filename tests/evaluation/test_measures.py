import numpy as np
import pytest
import torch
from conftest import make_music

from riffsmith.evaluation import MusicnnEmbedder, Passage, cut_windows, embed_audio
from riffsmith.evaluation.measures import (
    is_distance,
    measure_passage,
    measure_spread,
    window_tags,
)


@pytest.mark.slow
def test_tags_come_from_the_embedding_as_from_the_audio():
    embedder, audio = MusicnnEmbedder(), make_music(6.0, 16_000)
    found = window_tags(embedder, [embed_audio(audio, 16_000, embedder)])
    with torch.inference_mode():
        expected = embedder.tags(cut_windows(audio, 16_000, embedder).contiguous())
    assert np.allclose(found, expected.numpy(), atol=1e-6)


def test_a_set_beside_itself_is_covered_and_as_varied():
    windows = np.random.default_rng(0).normal(0, 1, (30, 4))
    found = measure_spread(windows, windows, windows)
    # itself and the four nearest lie in each neighbourhood; the fifth is on its edge
    assert found["coverage"] == 1
    assert found["density"] == pytest.approx(1)
    assert found["variety"] == pytest.approx(1)
    assert measure_spread(windows[:1].repeat(30, axis=0), windows, windows)["variety"] < 0.5


def test_measures_of_a_passage():
    audio = make_music(20.0, 8_000, channels=2)
    found = measure_passage(Passage("clip", audio, 8_000))
    assert found["stereo_width"] == 0
    assert found["tempo_bpm"] is not None
    assert found["falloff_hz"] == pytest.approx(4_000)
    mono = measure_passage(Passage("clip", audio[:, :1], 8_000))
    assert mono["stereo_width"] is None


def test_only_distances_have_one_bad_side():
    assert is_distance("kad_own")
    assert is_distance("fad_musicnn")
    assert not is_distance("variety_musicnn")
