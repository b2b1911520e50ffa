"""Texture: a random residual that fits the latents.

Features restored from the latents alone are conditional means, and those sound dull and smooth.
So the residual components are drawn from normal distributions, whose means and deviations a small
network predicts from the latents.
"""

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

_LOG_RANGE = (-3.0, 2.0)
"""Limits of the logarithm of a predicted deviation."""


class Texture(nn.Module):
    """Predicts mean and standard deviation of each residual component from latents."""

    def __init__(self, components: int, residual: int, hidden: int) -> None:
        """Builds the network.

        Args:
            components: Channels of the latents.
            residual: Channels of the residual.
            hidden: Hidden channels.
        """
        super().__init__()
        self.enter = nn.Conv1d(components, hidden, 3, padding=1)
        self.inner = nn.Conv1d(hidden, hidden, 1)
        self.mean = nn.Conv1d(hidden, residual, 1)
        self.direct = nn.Conv1d(components, residual, 1)
        self.log_deviation = nn.Conv1d(hidden, residual, 1)
        for layer in (self.mean, self.direct, self.log_deviation):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)  # pyright: ignore[reportArgumentType]

    def forward(
        self, latents: Float[Tensor, "batch components patches"]
    ) -> tuple[Float[Tensor, "batch residual patches"], Float[Tensor, "batch residual patches"]]:
        """Mean and logarithm of the standard deviation of each residual component.

        Args:
            latents: Latents as `LinearCodec.standardise` returns them.
        """
        hidden = functional.silu(self.inner(functional.silu(self.enter(latents))))
        log_deviation = self.log_deviation(hidden).float().clamp(*_LOG_RANGE)
        return (self.mean(hidden) + self.direct(latents)).float(), log_deviation

    def loss(
        self,
        latents: Float[Tensor, "batch components patches"],
        residual: Float[Tensor, "batch residual patches"],
    ) -> Float[Tensor, ""]:
        """Negative log-likelihood of a residual, averaged, without its constant term.

        Args:
            latents: Latents as `LinearCodec.standardise` returns them.
            residual: Residual as `LinearCodec.encode_residual` returns it.
        """
        mean, log_deviation = self(latents)
        return (((residual - mean) * (-log_deviation).exp()).square() / 2 + log_deviation).mean()

    def draw(
        self,
        latents: Float[Tensor, "batch components patches"],
        noise: Float[Tensor, "batch residual patches"],
        strength: float,
    ) -> Float[Tensor, "batch residual patches"]:
        """A random residual for latents.

        Args:
            latents: Latents as `LinearCodec.standardise` returns them.
            noise: Standard normal noise.
            strength: Factor on the standard deviations; 0 gives the means.
        """
        mean, log_deviation = self(latents)
        return mean + strength * log_deviation.exp() * noise
