"""Fixed linear latents: principal components of patches of log-mel frames."""

from collections.abc import Iterable

import torch
from jaxtyping import Float
from torch import Tensor, nn


class LinearCodec(nn.Module):
    """Patches of a few feature frames ↔ their principal components.

    Latents come out with zero mean; component by component they are divided by the deviation to
    the power of `whitening`: 1 gives all components the same weight, 0 their natural one.
    """

    mean: Tensor
    components: Tensor
    deviations: Tensor
    weights: Tensor

    def __init__(self, features: int, patch_frames: int, components: int, whitening: float) -> None:
        super().__init__()
        self.patch_frames, self.whitening = patch_frames, whitening
        size = features * patch_frames
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("components", torch.zeros(components, size))
        self.register_buffer("deviations", torch.ones(components))
        self.register_buffer("weights", torch.ones(size))

    def fit(
        self,
        patches: Iterable[Float[Tensor, "count size"]],
        weights: Float[Tensor, " features"],
    ) -> None:
        """Takes mean and components from patches, seen batch by batch.

        Args:
            patches: As `to_patches` makes them.
            weights: Of each feature in the error that is minimised.
        """
        scale = weights.repeat_interleave(self.patch_frames)
        count, total, products = 0, torch.zeros(()).double(), torch.zeros(()).double()
        for batch in patches:
            values = batch * scale
            count += len(values)
            total = total + values.double().sum(0)
            products = products + (values.T @ values).double()  # exact enough within a batch
        mean = total / count
        covariance = products / count - mean[:, None] * mean[None, :]
        values, vectors = torch.linalg.eigh(covariance)
        kept = len(self.deviations)
        order = values.argsort(descending=True)[:kept]
        basis = vectors[:, order].T
        # a sign convention: the sum of each component is positive
        basis = basis * torch.where(basis.sum(1, keepdim=True) < 0, -1.0, 1.0)
        self.mean.copy_(mean)
        self.components.copy_(basis)
        self.deviations.copy_(values[order].clamp(min=1e-12).sqrt())
        self.weights.copy_(scale)

    def to_patches(
        self, features: Float[Tensor, "batch features frames"]
    ) -> Float[Tensor, "batch patches size"]:
        """Whole patches side by side; frames left over at the end are dropped."""
        whole = features.shape[-1] // self.patch_frames * self.patch_frames
        split = features[..., :whole].unflatten(-1, (-1, self.patch_frames))
        return split.permute(0, 2, 1, 3).flatten(2)

    @property
    def _gain(self) -> Float[Tensor, " components"]:
        # on the whole of unit power, whatever the whitening
        gain = self.deviations**-self.whitening
        return gain / (self.deviations * gain).square().mean().sqrt()

    def latents_of_gain(self) -> Float[Tensor, " components"]:
        """What one neper more of everything adds to the latents."""
        return self.weights @ self.components.T * self._gain

    def encode(
        self, features: Float[Tensor, "batch features frames"]
    ) -> Float[Tensor, "batch components patches"]:
        """Feature frames to latents."""
        patches = self.to_patches(features) * self.weights - self.mean
        return (patches @ self.components.T * self._gain).transpose(1, 2)

    def decode(
        self, latents: Float[Tensor, "batch components patches"]
    ) -> Float[Tensor, "batch features frames"]:
        """Latents to feature frames."""
        patches = (latents.transpose(1, 2) / self._gain) @ self.components + self.mean
        frames = (patches / self.weights).unflatten(-1, (-1, self.patch_frames))
        return frames.permute(0, 2, 1, 3).flatten(2)
