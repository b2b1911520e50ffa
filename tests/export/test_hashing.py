import torch

from riffsmith.export.hashing import choose, draw_normal, draw_uniform, mix


def test_noise_is_standard_normal_and_without_pattern():
    noise = draw_normal(3, 1, 16, torch.arange(-4000, 4000))[0]
    assert abs(float(noise.mean())) < 0.01
    assert abs(float(noise.std()) - 1) < 0.01
    assert abs(float((noise**4).mean()) - 3) < 0.1
    correlation = torch.corrcoef(torch.cat([noise[:, 1:], noise[:, :-1]]))
    assert (correlation - torch.eye(32)).abs().max() < 0.06


def test_noise_is_a_function_of_position_seed_and_purpose():
    whole = draw_normal(3, 1, 4, torch.arange(-50, 50))
    assert torch.equal(draw_normal(3, 1, 4, torch.arange(-7, 20)), whole[..., 43:70])
    for seed, purpose in ((4, 1), (3, 2), (-3, 1)):
        other = draw_normal(seed, purpose, 4, torch.arange(-50, 50))
        assert abs(float((other * whole).mean())) < 0.2


def test_choices_are_spread_evenly():
    found = choose(9, 4, torch.arange(-3000, 3000), 6)
    counts = torch.bincount(found, minlength=6)
    assert len(counts) == 6
    assert (counts - 1000).abs().max() < 150


def test_uniform_numbers_are_spread_evenly():
    found = draw_uniform(9, 4, 50, torch.arange(-100, 100))
    assert found.shape == (200, 50)
    assert torch.equal(draw_uniform(9, 4, 50, torch.arange(-5, 5)), found[95:105])
    counts = torch.histc(found, 10, 0, 1)
    assert (counts - 1000).abs().max() < 150
    assert not torch.equal(draw_uniform(8, 4, 50, torch.arange(-100, 100)), found)


def test_mixing_is_the_known_generator():
    """The first outputs of SplitMix64 for the seed 0, from other implementations."""
    found = mix(torch.arange(3))
    known = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
    assert [value % 2**64 for value in found.tolist()] == known
