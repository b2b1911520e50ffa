"""The fine grain that latents do not hold, drawn anew instead of smoothed away.

Features restored from principal components are conditional means, and means sound dull and smooth.
Here the rest is drawn from normal distributions whose means and deviations a small network tells
from the latents around.
"""

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

_LOG_RANGE = (-3.0, 2.0)


class Texture(nn.Module):
    """Latents → mean and deviation of every other component."""

    def __init__(self, components: int, rest: int, hidden: int) -> None:
        super().__init__()
        self.enter = nn.Conv1d(components, hidden, 3, padding=1)
        self.inner = nn.Conv1d(hidden, hidden, 1)
        self.mean = nn.Conv1d(hidden, rest, 1)
        self.direct = nn.Conv1d(components, rest, 1)
        self.log_deviation = nn.Conv1d(hidden, rest, 1)
        for layer in (self.mean, self.direct, self.log_deviation):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)  # pyright: ignore[reportArgumentType]

    def forward(
        self, latents: Float[Tensor, "batch components patches"]
    ) -> tuple[Float[Tensor, "batch rest patches"], Float[Tensor, "batch rest patches"]]:
        """Mean and logarithm of the deviation.

        Args:
            latents: With every component in its own deviations.
        """
        hidden = functional.silu(self.inner(functional.silu(self.enter(latents))))
        log_deviation = self.log_deviation(hidden).float().clamp(*_LOG_RANGE)
        return (self.mean(hidden) + self.direct(latents)).float(), log_deviation

    def loss(
        self,
        latents: Float[Tensor, "batch components patches"],
        rest: Float[Tensor, "batch rest patches"],
    ) -> Float[Tensor, ""]:
        """Negative log likelihood a component, without its constant."""
        mean, log_deviation = self(latents)
        return (((rest - mean) * (-log_deviation).exp()).square() / 2 + log_deviation).mean()

    def draw(
        self,
        latents: Float[Tensor, "batch components patches"],
        noise: Float[Tensor, "batch rest patches"],
        strength: float,
    ) -> Float[Tensor, "batch rest patches"]:
        """A rest that goes with the latents.

        Args:
            latents: With every component in its own deviations.
            noise: Standard normal.
            strength: Share of the deviation.
        """
        mean, log_deviation = self(latents)
        return mean + strength * log_deviation.exp() * noise
