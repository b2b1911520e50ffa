import pytest
import torch
from hypothesis import given, strategies as st

from riffsmith.features import mask, reduce_to, resize, scale, unscale


@pytest.mark.slow
@given(low=st.floats(-120, -10), span=st.floats(1, 150), seed=st.integers(0, 99))
def test_scaling_is_undone_exactly(low: float, span: float, seed: int):
    mel_db = low + span * torch.rand(1, 4, 5, generator=torch.Generator().manual_seed(seed))
    scaled = scale(mel_db, low, low + span)
    assert scaled.min() >= -1.001
    assert scaled.max() <= 1.001
    assert torch.allclose(unscale(scaled, low, low + span), mel_db, atol=1e-3)


def test_the_ends_of_the_range_are_minus_one_and_one():
    assert scale(torch.tensor([[[-80.0, 0.0, -40.0]]]), -80.0, 0.0).tolist() == [[[-1, 1, 0]]]


def test_resizing_a_ramp_by_hand():
    ramp = torch.tensor([[[[0.0, 1.0]]]])
    # half-pixel centres: the four new ones are at -0.25, 0.25, 0.75 and 1.25 old pixels
    assert resize(ramp, 1, 4).flatten().tolist() == [0, 0.25, 0.75, 1]
    assert resize(ramp, 1, 2) is ramp


def test_reducing_takes_area_means():
    picture = torch.arange(16.0).reshape(1, 1, 4, 4)
    assert reduce_to(picture, 2, 2).flatten().tolist() == [2.5, 4.5, 10.5, 12.5]
    assert reduce_to(picture, 4, 4) is picture


def test_masks_silence_one_band_and_one_span():
    generator = torch.Generator().manual_seed(0)
    mel_db = torch.rand(1, 20, 30) + 1
    widths = set()
    for _ in range(50):
        masked = mask(mel_db, 5, 8, generator)
        silenced = masked[0] != mel_db[0]
        rows, columns = silenced.all(dim=1).sum(), silenced.all(dim=0).sum()
        assert rows <= 5
        assert columns <= 8
        assert (masked[0][silenced] == mel_db.min()).all()
        widths.add((int(rows), int(columns)))
    assert len(widths) > 10
