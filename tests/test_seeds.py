import torch

from riffsmith.seeds import derive_seed, random_stream


def test_seeds_depend_on_every_name():
    seeds = {
        derive_seed(0),
        derive_seed(1),
        derive_seed(0, "noise", 1),
        derive_seed(0, "noise", 2),
        derive_seed(0, "shuffle", 1),
        derive_seed(0, "noise", 1, 0),
    }
    assert len(seeds) == 6
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_streams_are_stable():
    assert derive_seed(0, "noise", 1) == 4331743028374165210
    first, second = (torch.randn(4, generator=random_stream(7, "a")) for _ in range(2))
    assert torch.equal(first, second)
