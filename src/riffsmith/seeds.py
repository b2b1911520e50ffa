"""Independent streams of random numbers from one seed, each with the name of its purpose."""

from hashlib import blake2b

import torch


def derive_seed(seed: int, *names: str | int) -> int:
    """Derives a seed of 63 bits for one purpose, such as `derive_seed(0, "noise", step)`.

    A random number then depends on its purpose alone, and not on the numbers drawn before it. A
    resumed run therefore needs no stored generator states to continue exactly.

    Args:
        seed: Seed of the whole run or piece.
        names: Names and numbers that make up the purpose.
    """
    text = "/".join(str(part) for part in (seed, *names))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def random_stream(
    seed: int, *names: str | int, device: torch.device | None = None
) -> torch.Generator:
    """Makes a random generator for one purpose, with the seed from `derive_seed`.

    Args:
        seed: Seed of the whole run or piece.
        names: Names and numbers that make up the purpose.
        device: Device that draws. Numbers of a GPU differ from those of the processor. `None`: the
            processor.
    """
    return torch.Generator(device or "cpu").manual_seed(derive_seed(seed, *names))
