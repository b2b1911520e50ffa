"""Reference values: the original network in single precision, and Essentia on real audio."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from riffsmith.evaluation import AisfxEmbedder
from riffsmith.evaluation.embedders.aisfx import AisfxFrontEnd, load_aisfx, unit_sum_filter_bank

GOLDEN = Path(__file__).parents[1] / "golden"
NETWORK = load_file(GOLDEN / "aisfx_reference.safetensors")
FRONT_END = load_file(GOLDEN / "embedder_front_ends.safetensors")


@pytest.mark.slow
def test_the_network_is_the_original_within_half_precision():
    with torch.inference_mode():
        found = load_aisfx()(NETWORK["log_mel"])
    assert found.dtype == torch.float32
    expected = NETWORK["embedding"]
    error = (found - expected).norm(dim=1) / expected.norm(dim=1)
    assert error.max() < 1e-2
    assert (expected[0] - expected[1]).norm() > 0.3 * expected[0].norm()  # the two inputs differ


def test_the_front_end_equals_essentias():
    audio = FRONT_END["audio_44100"].to(torch.float32)[None] / 32767
    found = AisfxFrontEnd()(audio)[0] * 9.457798957824707
    assert found.shape == FRONT_END["aisfx_log_mel"].shape
    assert (found - FRONT_END["aisfx_log_mel"]).abs().max() < 1e-4


def test_filters_sum_to_one():
    filters = unit_sum_filter_bank(44_100, 2048, 96)
    assert filters.shape == (1025, 96)
    assert filters.min() == 0
    assert torch.allclose(filters.sum(dim=0), torch.ones(96), atol=1e-6)
    # by hand: the top is 2595·log10(1 + 22050/700) = 3923.3 mel; the last of 96 peaks lies a 97th
    # below it, 700·(10^(3882.9/2595) − 1) = 21,242 Hz, and bins are 21.53 Hz apart
    assert abs(int(filters[:, 95].argmax()) * 21.533 - 21_242) < 22


def test_a_window_gives_an_embedding():
    embedder = AisfxEmbedder()
    window = torch.randn(2, 102_400, generator=torch.Generator().manual_seed(0)) / 10
    with torch.inference_mode():
        assert embedder.embed(window).shape == (2, embedder.dimension)
