"""Style embedding: a few slowly changing values that describe the kind of a passage.

A generator that is conditioned on it does not play a mean of all songs, and a player can choose a
kind of passage that occurs in the corpus. Its values are too few and too slow to encode a melody.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from riffsmith.features import CLASSES, Descriptors, correlate_keys

_MEAN_LATENTS = 129
"""Width in latent frames of the running mean, which is applied twice."""


class StyleEmbedding(nn.Module):
    """Principal components, of unit variance, of the running mean and deviation of latents."""

    mean: Tensor
    basis: Tensor
    """A row for each dimension; columns for the means of the latents, then for their deviations."""
    passages: Tensor
    """Style embeddings of passages that are spread evenly over the corpus, a row each."""
    descriptors: Tensor
    """Descriptors of the same passages, with columns in the order of `Descriptors`."""
    chroma: Tensor
    """Magnitudes of the 12 pitch classes in the same passages, from A upwards; zeros where the
    codec has no tonal bands."""

    def __init__(self, components: int, dimensions: int, passages: int) -> None:
        """Builds the embedding; `fit` gives it values.

        Args:
            components: Channels of the latents.
            dimensions: Dimensions of the embedding.
            passages: Number of passages of the corpus to remember.
        """
        super().__init__()
        self.dimensions = dimensions
        self.register_buffer("mean", torch.zeros(2 * components))
        self.register_buffer("basis", torch.zeros(dimensions, 2 * components))
        self.register_buffer("passages", torch.zeros(passages, dimensions))
        self.register_buffer("descriptors", torch.zeros(passages, len(Descriptors._fields)))
        self.register_buffer("chroma", torch.zeros(passages, CLASSES))

    def fit(self, latents: list[Float[Tensor, "components _"]]) -> None:
        """Computes the dimensions from the latents of each recording."""
        slow = torch.cat([_mean_and_deviation(item[None])[0] for item in latents], dim=1)
        mean = slow.mean(1)
        covariance = torch.cov(slow.double())
        variances, vectors = torch.linalg.eigh(covariance)
        basis = vectors.flip(1).T[: self.dimensions]
        basis = basis * torch.where(basis.sum(1, keepdim=True) < 0, -1.0, 1.0)
        deviations = variances.flip(0)[: self.dimensions].clamp(min=1e-12).sqrt()
        self.mean.copy_(mean)
        self.basis.copy_(basis / deviations[:, None])

    def choose_passages(
        self,
        latents: list[Float[Tensor, "components _"]],
        descriptors: list[Float[Tensor, "descriptors _"]],
        chroma: list[Float[Tensor, "12 _"]],
    ) -> None:
        """Stores passages that are spread evenly over recordings; the embedding must be fitted.

        Args:
            latents: Latents of each recording.
            descriptors: Descriptors of the same frames, with rows in the order of `Descriptors`.
            chroma: Magnitudes of the pitch classes of the same frames, from `measure_chroma`.
        """
        slow = torch.cat([_mean_and_deviation(item[None])[0] for item in latents], dim=1)
        frames = spread_passages(slow.shape[1], len(self.passages))
        self.passages.copy_(self._project(slow[None, :, frames])[0].T)
        for buffer, measured in ((self.descriptors, descriptors), (self.chroma, chroma)):
            slow_values = torch.cat([_running_mean(item[None])[0] for item in measured], dim=1)
            buffer.copy_(slow_values[:, frames].T)

    def find_keys(self) -> list[int | None]:
        """The key of each passage: 0 to 11 for A major to G♯ major, 12 to 23 for the minor keys.

        `None` stands where no pitch class is stronger than another.
        """
        found = [correlate_keys(row) for row in self.chroma.double().numpy()]
        return [None if each is None else int(each.argmax()) for each in found]

    def forward(
        self, latents: Float[Tensor, "batch components frames"]
    ) -> Float[Tensor, "batch dimensions frames"]:
        """The style embedding of each frame."""
        return self._project(_mean_and_deviation(latents))

    def transform_to(
        self, other: "StyleEmbedding"
    ) -> tuple[Float[Tensor, "theirs ours"], Float[Tensor, " theirs"]]:
        """Matrix and shift that turn values of this embedding into those of another one.

        Both must embed latents of the same components; the latents of either have zero mean and
        unit power over its own music. Of all linear functions this one has the least mean square
        error over the recordings that this embedding was fitted to.
        """
        matrix = other.basis @ torch.linalg.pinv(self.basis)
        return matrix, other.basis @ (self.mean - other.mean)

    def gain_direction(
        self, latent_direction: Float[Tensor, " components"]
    ) -> Float[Tensor, " dimensions"]:
        """The change of the style embedding when all features grow by one neper.

        Args:
            latent_direction: The change of the latents, from `LinearCodec.gain_direction`.
        """
        return self.basis[:, : len(latent_direction)] @ latent_direction

    def _project(
        self, slow: Float[Tensor, "batch both frames"]
    ) -> Float[Tensor, "batch dimensions frames"]:
        return self.basis @ (slow - self.mean[:, None])


def spread_passages(frames: int, count: int) -> Tensor:
    """Numbers of the frames of passages that are spread evenly over all frames."""
    return torch.linspace(0, frames - 1, count).round().long()


def _mean_and_deviation(
    latents: Float[Tensor, "batch components frames"],
) -> Float[Tensor, "batch both frames"]:
    """Running means of the latents, then running means of the absolute deviations from them."""
    mean = _running_mean(latents)
    return torch.cat([mean, _running_mean((latents - mean).abs())], dim=1)


def _running_mean(
    values: Float[Tensor, "batch rows frames"],
) -> Float[Tensor, "batch rows frames"]:
    """Running mean with triangular weights; at the ends only the frames there are count."""
    frames, reach = values.shape[-1], _MEAN_LATENTS // 2
    positions = torch.arange(frames, device=values.device)
    first, after = (positions - reach).clamp(min=0), (positions + reach + 1).clamp(max=frames)
    for _ in range(2):
        total = functional.pad(values.double().cumsum(-1), (1, 0))
        values = ((total[..., after] - total[..., first]) / (after - first)).to(values.dtype)
    return values
