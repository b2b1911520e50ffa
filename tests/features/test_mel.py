from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from riffsmith.config import load_preset
from riffsmith.features import FLOOR_DB, MelTransform, mel_filter_bank

REFERENCE = load_file(Path(__file__).parents[1] / "golden/mel_reference.safetensors")


@pytest.mark.parametrize("preset", ["report", "report-wgan"])
def test_equal_to_an_independent_implementation_on_real_audio(preset: str):
    audio = REFERENCE["audio"].to(torch.float32) / 32767
    found = MelTransform.of(load_preset(preset).corpus).to_db(audio)
    assert found.shape == REFERENCE[preset].shape
    assert (found - REFERENCE[preset]).abs().max() < 1e-3


def test_a_segment_of_the_report_has_its_size():
    transform = MelTransform(22_050, 400, 200, 64)
    assert transform.to_db(torch.zeros(132_300)).shape == (64, 662)
    assert transform.to_db(torch.zeros(3, 2, 132_300)).shape == (3, 2, 64, 662)


def test_silence_is_the_floor():
    assert (MelTransform(22_050, 400, 200, 64).to_db(torch.zeros(4_000)) == FLOOR_DB).all()


def test_twice_the_amplitude_is_6_db():
    transform = MelTransform(8_000, 256, 128, 20)
    audio = torch.randn(8_000, generator=torch.Generator().manual_seed(0))
    difference = transform.to_db(2 * audio) - transform.to_db(audio)
    assert torch.allclose(difference, torch.tensor(6.0206), atol=1e-3)


def test_filters_are_triangles_on_the_htk_scale():
    filters = mel_filter_bank(16_000, 1024, 8)
    assert filters.shape == (513, 8)
    assert filters.min() == 0
    assert filters.max() <= 1
    # by hand: 2595·log10(1 + 8000/700) = 2840.02 mel; the first of 8 peaks is at a ninth of it,
    # 700·(10^(315.558/2595) − 1) = 226.2 Hz, and bins are 15.625 Hz apart
    assert filters[:, 0].argmax() * 15.625 == pytest.approx(226.2, abs=16)
    inside = filters[20:370].sum(dim=1)
    assert torch.allclose(inside, torch.ones_like(inside), atol=1e-5)


def test_magnitudes_restore_the_mel_powers():
    audio = REFERENCE["audio"].to(torch.float32) / 32767
    transform = MelTransform(22_050, 400, 200, 64)
    mel_db = transform.to_db(audio)
    magnitudes = transform.to_magnitudes(mel_db)
    assert magnitudes.shape == (201, mel_db.shape[-1])
    again = 10 * torch.log10((magnitudes.square().T @ transform.filters).T.clamp_min(1e-10))
    loud = mel_db > mel_db.max() - 60
    assert (again - mel_db)[loud].abs().mean() < 0.05
