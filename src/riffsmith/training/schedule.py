"""Learning rates: how they rise and fall, and setting them."""

from math import cos, pi

from torch.optim import Optimizer


def learning_rate_factor(step: int, steps: int, *, rising_steps: int, last_share: float) -> float:
    """Share of a learning rate: it rises, then falls along a cosine to its last share."""
    done = min(1.0, step / max(1, steps))
    falling = last_share + (1 - last_share) * (1 + cos(pi * done)) / 2
    return falling * min(1.0, (step + 1) / rising_steps)


def set_learning_rate(optimizer: Optimizer, rate: float) -> None:
    """Gives an optimiser a learning rate."""
    for group in optimizer.param_groups:
        group["lr"] = rate
