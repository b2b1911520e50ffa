"""Frequency bands and the gains that move them."""

import pytest
import torch

from riffsmith.codec.bands import (
    Bands,
    measure_chroma,
    mel_bands,
    to_power,
    tonal_bands,
    transpose_mel,
    transpose_tonal,
)


def test_bands_average_and_cover_the_spectrum():
    bands = mel_bands(128, 1025, 44100)
    assert torch.allclose(bands.sum(1), torch.ones(128))
    covered = bands.sum(0) > 0
    assert covered[1 : int(19_000 / 22_050 * 1024)].all()  # no gap below the highest band


def test_three_tonal_bands_are_a_semitone():
    bands = tonal_bands(4097, 44100)
    hertz = torch.linspace(0, 22_050, 4097)
    centres = bands @ hertz
    assert len(bands) == 235
    assert centres[108].item() == pytest.approx(55 * 2**3, rel=0.002)
    assert (centres[111] / centres[108]).item() == pytest.approx(2 ** (1 / 12), rel=0.002)
    assert torch.allclose(bands.sum(1), torch.ones(235))


def test_tonal_bands_end_below_half_a_low_sample_rate():
    bands = tonal_bands(513, 8000)
    assert bands[:, -40:].sum() == 0
    assert torch.isfinite(bands).all()


def test_gains_move_bands_to_their_target_and_leave_out_bins_above_the_highest():
    bands = Bands(mel_bands(32, 257, 44100))
    power = torch.rand(1, 6, 257, generator=torch.Generator().manual_seed(0)) + 0.01
    target = 4 * to_power(bands.measure(power))
    gains = bands.gains(power, target)
    assert gains.mean().item() == pytest.approx(4**0.6, rel=1e-3)
    assert gains.shape == (1, 6, bands.used)
    assert bands.used < 257  # the last bins are above 20 kHz


def test_products_in_groups_are_those_of_the_whole_matrices():
    bands = Bands(tonal_bands(4097, 44100))
    power = torch.rand(2, 3, 4097, generator=torch.Generator().manual_seed(0))
    whole = power[..., : bands.used] @ bands.weights
    assert torch.allclose(bands.power(power), whole, rtol=1e-5)
    target = torch.rand(2, 3, 235, generator=torch.Generator().manual_seed(1)) + 0.1
    expected = (target / whole) ** 0.6 @ bands.shares
    assert torch.allclose(bands.gains(power, target), expected, rtol=1e-4)


def test_a_transposition_moves_three_bands_for_each_semitone():
    features = torch.arange(20.0)[:, None].repeat(1, 2)
    assert transpose_tonal(features, 2)[:, 0].tolist() == [0] * 6 + list(range(14))
    assert transpose_tonal(features, -1)[:, 0].tolist() == [*range(3, 20), 19, 19, 19]
    assert torch.equal(transpose_tonal(features, 0), features)


def test_a_transposition_moves_the_partials_of_mel_bands_and_keeps_their_envelope():
    bands = Bands(mel_bands(128, 1025, 44100))
    frequencies = bands.frequencies(44100)
    assert (frequencies.diff() > 0).all()
    envelope = torch.linspace(0, -6, 128)[:, None].repeat(1, 3)
    partial = torch.zeros(128, 3)
    partial[40] = 2.0
    moved = transpose_mel(envelope + partial, frequencies, 5)
    wanted = frequencies[40] * 2 ** (5 / 12)
    peak = int((moved - envelope)[:, 0].argmax())
    assert abs(peak - int((frequencies - wanted).abs().argmin())) <= 1
    assert (moved - envelope)[40].abs().max() < 0.3
    assert (moved - envelope).mean().item() == pytest.approx(partial.mean().item(), abs=0.01)
    inside = slice(16, -16)
    assert torch.allclose(
        transpose_mel(envelope, frequencies, -4)[inside], envelope[inside], atol=0.01
    )


def test_a_partial_has_the_pitch_class_of_its_frequency():
    features = torch.full((235, 3), -6.0)
    features[108, 0] = features[144, 0] = 0.0  # 440 Hz and 880 Hz
    features[108 + 9, 1] = 0.0  # three semitones higher, a C
    chroma = measure_chroma(features)
    assert chroma.argmax(dim=0).tolist()[:2] == [0, 3]
    assert (chroma[:, :2].max(dim=0).values > 0.9 * chroma[:, :2].sum(dim=0)).all()
    assert chroma[:, 2].sum() == 0  # nothing stands out
