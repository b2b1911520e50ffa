"""Linear latents: principal components of patches of log-mel frames."""

from collections.abc import Iterable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from riffsmith.parallel import map_ordered, single_threaded


class LinearCodec(nn.Module):
    """Principal component analysis of patches, which are a few feature frames each.

    The first components are the latents. They have zero mean, and each is divided by its standard
    deviation to the power of `whitening`: with 1 all have the same variance, with 0 the variance of
    the data. The other components are the residual, which latents do not contain.
    """

    mean: Tensor
    basis: Tensor
    """All components, a row each, in the order of their standard deviations."""
    deviations: Tensor
    """Standard deviation of each component."""
    weights: Tensor
    """Weight of each value of a patch in the error that the components minimise."""

    def __init__(self, features: int, patch_frames: int, components: int, whitening: float) -> None:
        """Builds the codec; `fit` gives it values.

        Args:
            features: Features of a frame.
            patch_frames: Frames of a patch.
            components: Components that the latents keep.
            whitening: Exponent of the standard deviations, from 0 to 1.
        """
        super().__init__()
        self.patch_frames, self.components, self.whitening = patch_frames, components, whitening
        self.size = size = features * patch_frames
        self.residual_components = size - components
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("basis", torch.zeros(size, size))
        self.register_buffer("deviations", torch.ones(size))
        self.register_buffer("weights", torch.ones(size))

    def fit(
        self,
        patches: Iterable[Float[Tensor, "count size"]],
        weights: Float[Tensor, " features"],
    ) -> None:
        """Computes mean and components from batches of patches.

        Args:
            patches: Batches of patches, as `to_patches` returns them.
            weights: Weight of each feature in the error that the components minimise.
        """
        scale = weights.repeat_interleave(self.patch_frames)
        mean, covariance = _moments(batch * scale for batch in patches)
        with single_threaded():  # other numbers of threads round otherwise
            values, vectors = torch.linalg.eigh(covariance)
        basis = vectors.flip(1).T
        # a sign convention: the sum of each component is positive
        basis = basis * torch.where(basis.sum(1, keepdim=True) < 0, -1.0, 1.0)
        self.mean.copy_(mean)
        self.basis.copy_(basis)
        self.deviations.copy_(values.flip(0).clamp(min=1e-12).sqrt())
        self.weights.copy_(scale)

    def rescale(self, patches: Iterable[Float[Tensor, "count size"]]) -> None:
        """Computes mean and standard deviations anew and keeps the components.

        Latents of music that resembles little of what the components were found in then have zero
        mean and a mean power of 1 again, as a generator expects them.

        Args:
            patches: Batches of patches, as `to_patches` returns them.
        """
        mean, covariance = _moments(batch * self.weights for batch in patches)
        basis = self.basis.double()
        variances = ((basis @ covariance) * basis).sum(1)
        self.mean.copy_(mean)
        self.deviations.copy_(variances.clamp(min=1e-12).sqrt())

    def to_patches(
        self, features: Float[Tensor, "batch features frames"]
    ) -> Float[Tensor, "batch patches size"]:
        """Consecutive patches; frames at the end that do not fill a patch are dropped."""
        whole = features.shape[-1] // self.patch_frames * self.patch_frames
        split = features[..., :whole].unflatten(-1, (-1, self.patch_frames))
        return split.permute(0, 2, 1, 3).flatten(2)

    @property
    def _gain(self) -> Float[Tensor, " components"]:
        # the mean power of all latents is 1, with any whitening
        deviations = self.deviations[: self.components]
        gain = deviations**-self.whitening
        return gain / (deviations * gain).square().mean().sqrt()

    def gain_direction(self) -> Float[Tensor, " components"]:
        """The change of the latents when all features grow by one neper (8.7 dB of gain)."""
        return self.weights @ self.basis[: self.components].T * self._gain

    def encode(
        self, features: Float[Tensor, "batch features frames"]
    ) -> Float[Tensor, "batch components patches"]:
        """The latents of feature frames."""
        return (self._project(features)[..., : self.components] * self._gain).transpose(1, 2)

    def encode_residual(
        self, features: Float[Tensor, "batch features frames"]
    ) -> Float[Tensor, "batch residual patches"]:
        """The residual of feature frames, each component divided by its standard deviation."""
        residual = self._project(features)[..., self.components :]
        return (residual / self.deviations[self.components :]).transpose(1, 2)

    def standardise(
        self, latents: Float[Tensor, "batch components patches"]
    ) -> Float[Tensor, "batch components patches"]:
        """Latents with each component divided by its standard deviation."""
        scale = self._gain * self.deviations[: self.components]
        return latents / scale[:, None]

    def decode(
        self,
        latents: Float[Tensor, "batch components patches"],
        residual: Float[Tensor, "batch residual patches"] | None = None,
    ) -> Float[Tensor, "batch features frames"]:
        """The feature frames of latents.

        Args:
            latents: Latents to decode.
            residual: Residual, scaled as by `encode_residual`. `None`: zeros.
        """
        kept = latents.transpose(1, 2) / self._gain
        patches = kept @ self.basis[: self.components] + self.mean
        if residual is not None:
            scale = self.deviations[self.components :]
            patches = patches + (residual.transpose(1, 2) * scale) @ self.basis[self.components :]
        frames = (patches / self.weights).unflatten(-1, (-1, self.patch_frames))
        return frames.permute(0, 2, 1, 3).flatten(2)

    def _project(
        self, features: Float[Tensor, "batch features frames"]
    ) -> Float[Tensor, "batch patches size"]:
        return (self.to_patches(features) * self.weights - self.mean) @ self.basis.T


def _moments(
    batches: Iterable[Float[Tensor, "count size"]],
) -> tuple[Float[Tensor, " size"], Float[Tensor, "size size"]]:
    """Mean and covariance of the rows of all batches, in double precision."""

    def moments(values: Float[Tensor, "count size"]) -> tuple[int, Tensor, Tensor]:
        squares = (values.T @ values).double()  # exact enough within a batch
        return len(values), values.double().sum(0), squares

    count, total, products = 0, torch.zeros(()).double(), torch.zeros(()).double()
    for number, sums, squares in map_ordered(moments, batches):
        count, total, products = count + number, total + sums, products + squares
    mean = total / count
    return mean, products / count - mean[:, None] * mean[None, :]
