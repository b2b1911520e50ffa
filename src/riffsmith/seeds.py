"""One seed → independent streams of random numbers, each named by what it is for."""

from hashlib import blake2b

import torch


def derive_seed(seed: int, *names: str | int) -> int:
    """A 63-bit seed for one purpose (`derive_seed(0, "noise", step)`).

    Whatever is drawn depends on the purpose alone, not on what was drawn before: a resumed run
    needs no generator states to go on exactly.
    """
    text = "/".join(str(part) for part in (seed, *names))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def random_stream(seed: int, *names: str | int) -> torch.Generator:
    """A generator for one purpose."""
    return torch.Generator().manual_seed(derive_seed(seed, *names))
