import pytest
import torch
from hypothesis import given, settings, strategies

from riffsmith.codec import Spectrum
from riffsmith.export.fourier import RealSpectrum


@settings(deadline=None, max_examples=20)
@given(hop=strategies.integers(1, 80).map(lambda half: 2 * half), hops=strategies.integers(1, 12))
def test_real_arithmetic_gives_the_same_spectra_and_audio(hop: int, hops: int):
    complex_one = Spectrum(hop)
    real_one = RealSpectrum(complex_one)
    audio = torch.randn(2, 2, hop * hops, generator=torch.Generator().manual_seed(hop))
    expected = complex_one(audio)
    real, imaginary = real_one.parts(audio)
    assert torch.allclose(real, expected.real, atol=1e-5)
    assert torch.allclose(imaginary, expected.imag, atol=1e-5)
    again = real_one.from_parts(real, imaginary)
    assert torch.allclose(again, complex_one.inverse(expected), atol=1e-5)


def test_real_arithmetic_gives_the_same_rescaled_audio():
    complex_one = Spectrum(16)
    real_one, random = RealSpectrum(complex_one), torch.Generator().manual_seed(0)
    audio = torch.randn(2, 1, 16 * 9, generator=random)
    factors = torch.rand(2, 1, 9, 30, generator=random)
    real, imaginary = torch.randn(2, 2, 1, 9, 5, generator=random).unbind()

    def gains(power: torch.Tensor, frames: slice) -> torch.Tensor:
        return factors[..., frames, :] / (1 + power[..., :30])

    for lowest in (None, (real, imaginary)):
        found = [one.rescale(audio, gains, lowest) for one in (complex_one, real_one)]
        assert torch.allclose(found[0], found[1], atol=1e-5)


def test_imaginary_parts_where_a_real_signal_has_none_are_ignored():
    complex_one = Spectrum(16)
    real, imaginary = torch.randn(2, 1, 2, 5, complex_one.bins).unbind()
    found = RealSpectrum(complex_one).from_parts(real, imaginary)
    assert torch.allclose(found, complex_one.inverse(torch.complex(real, imaginary)), atol=1e-5)


@pytest.mark.parametrize(("size", "factors"), [(2048, (32, 64)), (256, (16, 16)), (24, (4, 6))])
def test_the_factors_are_as_equal_as_possible(size: int, factors: tuple[int, int]):
    spectrum = RealSpectrum(Spectrum(size // 4))
    assert (spectrum.p, spectrum.q) == factors
