"""Reference values: the original TensorFlow network on six patches, and librosa on real audio.

The patches are three each of a demo song and of white noise.
"""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from riffsmith.evaluation import TAG_NAMES, MusicnnEmbedder
from riffsmith.evaluation.embedders.musicnn import MusicnnFrontEnd, load_musicnn, slaney_filter_bank

GOLDEN = Path(__file__).parents[1] / "golden"
NETWORK = load_file(GOLDEN / "musicnn_reference.safetensors")
FRONT_END = load_file(GOLDEN / "embedder_front_ends.safetensors")


@pytest.mark.slow
def test_the_network_is_the_original():
    with torch.inference_mode():
        tags, penultimate = load_musicnn()(NETWORK["log_mel"])
    assert (tags - NETWORK["tags"]).abs().max() < 1e-5
    assert (penultimate - NETWORK["penultimate"]).abs().max() < 1e-4


def test_tags_have_the_names_that_they_were_trained_with():
    assert len(TAG_NAMES) == len(set(TAG_NAMES)) == 50
    assert TAG_NAMES[11] == "metal"
    assert TAG_NAMES[49] == "happy"
    metal = NETWORK["tags"][:3, 11]  # the original network's result for a metal song
    assert (metal > 0.3).any()


def test_filters_equal_librosas():
    found = slaney_filter_bank(16_000, 512, 96)
    assert (found - FRONT_END["slaney_filters"]).abs().max() < 1e-6


def test_mel_powers_equal_librosas():
    audio = FRONT_END["audio_16000"].to(torch.float32)[None] / 32767
    found = MusicnnFrontEnd().mel_power(audio)[0]
    expected = FRONT_END["musicnn_mel_power"]
    assert torch.allclose(found, expected, rtol=1e-4, atol=1e-6 * float(expected.max()))


def test_the_front_end_rounds_to_half_precision():
    audio = FRONT_END["audio_16000"].to(torch.float32)[None] / 32767
    found = MusicnnFrontEnd()(audio)[0]
    rounded = FRONT_END["musicnn_mel_power"].to(torch.float16).to(torch.float32)
    assert (
        found - torch.log10(1 + 10_000 * rounded)
    ).abs().max() < 1e-3  # a step of half precision
    power = (10 ** found.to(torch.float64) - 1) / 10_000
    assert torch.allclose(power, power.to(torch.float16).to(torch.float64), rtol=1e-4, atol=1e-9)


def test_levels_beyond_half_precision_stay_finite():
    loud = torch.full((1, 48_000), 1e4)
    assert MusicnnFrontEnd()(loud).isfinite().all()


@pytest.mark.slow
def test_a_window_gives_tags_and_an_embedding():
    embedder = MusicnnEmbedder()
    window = torch.randn(2, 48_000, generator=torch.Generator().manual_seed(0)) / 10
    with torch.inference_mode():
        assert embedder.embed(window).shape == (2, embedder.dimension)
        tags = embedder.tags(window)
    assert tags.shape == (2, len(TAG_NAMES))
    assert ((tags > 0) & (tags < 1)).all()
