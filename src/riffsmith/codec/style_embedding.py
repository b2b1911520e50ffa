"""What kind of passage it is: a few slow values beside the latents, and those the corpus has.

A generator that is told them does not mix songs into a mean of all; whoever plays it can ask for a
kind of passage that is there. They are too few and too slow to tell a melody from another.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from riffsmith.features import Descriptors

_REACH_LATENTS = 129
"""Width of the running mean that is taken twice."""


class StyleEmbedding(nn.Module):
    """Principal components of the slow mean and spread of latents, each of unit deviation."""

    mean: Tensor
    basis: Tensor
    """A row for each value of a style; columns for the latents' means, then their spreads."""
    passages: Tensor
    """Styles of passages, evenly over the corpus."""
    descriptors: Tensor
    """Of the same passages: a column for each value of `Feel`."""

    def __init__(self, components: int, values: int, points: int) -> None:
        super().__init__()
        self.values = values
        self.register_buffer("mean", torch.zeros(2 * components))
        self.register_buffer("basis", torch.zeros(values, 2 * components))
        self.register_buffer("passages", torch.zeros(points, values))
        self.register_buffer("descriptors", torch.zeros(points, len(Descriptors._fields)))

    def fit(
        self,
        latents: list[Float[Tensor, "components _"]],
        descriptors: list[Float[Tensor, "feel _"]],
    ) -> None:
        """Takes components and points from recordings.

        Args:
            latents: Of each recording.
            descriptors: Of the same frames, the rows in the order of `Feel`.
        """
        slow = torch.cat([_describe(item[None])[0] for item in latents], dim=1)
        mean = slow.mean(1)
        covariance = torch.cov(slow.double())
        found, vectors = torch.linalg.eigh(covariance)
        basis = vectors.flip(1).T[: self.values]
        basis = basis * torch.where(basis.sum(1, keepdim=True) < 0, -1.0, 1.0)
        deviations = found.flip(0)[: self.values].clamp(min=1e-12).sqrt()
        self.mean.copy_(mean)
        self.basis.copy_(basis / deviations[:, None])
        places = torch.linspace(0, slow.shape[1] - 1, len(self.passages)).round().long()
        self.passages.copy_(self._project(slow[None, :, places])[0].T)
        slow_feel = torch.cat([_run_mean(item[None])[0] for item in descriptors], dim=1)
        self.descriptors.copy_(slow_feel[:, places].T)

    def forward(
        self, latents: Float[Tensor, "batch components frames"]
    ) -> Float[Tensor, "batch values frames"]:
        """The style around each frame."""
        return self._project(_describe(latents))

    def of_gain(self, latents_of_gain: Float[Tensor, " components"]) -> Float[Tensor, " values"]:
        """What one neper more of everything adds to the style."""
        return self.basis[:, : len(latents_of_gain)] @ latents_of_gain

    def _project(
        self, slow: Float[Tensor, "batch both frames"]
    ) -> Float[Tensor, "batch values frames"]:
        return self.basis @ (slow - self.mean[:, None])


def _describe(
    latents: Float[Tensor, "batch components frames"],
) -> Float[Tensor, "batch both frames"]:
    """Slow means, then slow mean distances from them."""
    mean = _run_mean(latents)
    return torch.cat([mean, _run_mean((latents - mean).abs())], dim=1)


def _run_mean(values: Float[Tensor, "batch rows frames"]) -> Float[Tensor, "batch rows frames"]:
    """Weighted by a triangle; at the ends by what there is of it."""
    for _ in range(2):
        values = functional.avg_pool1d(
            values, _REACH_LATENTS, 1, _REACH_LATENTS // 2, count_include_pad=False
        )
    return values
