import torch
from torch.nn.functional import avg_pool1d

from riffsmith.networks import SPAN_LATENTS, ModulationFilter


def coloured(seed: int, width: int) -> torch.Tensor:
    """Noise whose fast changes are the weaker, the wider it is averaged; its mean is 2."""
    noise = torch.randn(8, 3, 1024, generator=torch.Generator().manual_seed(seed))
    return noise + 2 if width == 1 else 2 * avg_pool1d(noise, width, 1, width // 2) + 2


def test_a_new_filter_changes_nothing():
    latents = coloured(0, 3)
    assert torch.equal(ModulationFilter(3)(latents), latents)


def test_it_gives_generated_latents_the_modulation_spectrum_of_real_ones():
    found = ModulationFilter(3)
    generated, real = coloured(0, 3), coloured(1, 1)
    found.fit(generated, real)
    filtered = found(coloured(2, 3))
    inside = slice(SPAN_LATENTS, -SPAN_LATENTS)
    frequencies = torch.fft.rfftfreq(1024 - 2 * SPAN_LATENTS)
    chosen = (frequencies > 0.05) & (frequencies < 0.25)

    def spectrum(latents: torch.Tensor) -> torch.Tensor:
        return torch.fft.rfft(latents[..., inside] - 2).abs().square()[..., chosen].mean((0, 2))

    before = spectrum(coloured(2, 3)) / spectrum(real)
    after = spectrum(filtered) / spectrum(real)
    assert (before - 1).abs().min() > 0.3
    assert (after - 1).abs().max() < 0.15


def test_it_keeps_what_does_not_change():
    found = ModulationFilter(3)
    found.fit(coloured(0, 3), coloured(1, 1))
    constant = torch.full((1, 3, 200), 1.5)
    assert torch.allclose(found(constant), constant, atol=1e-5)
    pulse = torch.zeros(1, 3, 201)
    pulse[..., 100] = 1
    assert torch.allclose(found(pulse), found(pulse).flip(-1), atol=1e-6)  # linear phase


def test_silent_latents_are_no_error():
    found = ModulationFilter(2)
    found.fit(torch.zeros(1, 2, 128), torch.zeros(1, 2, 128))
    assert found.taps.isfinite().all()
