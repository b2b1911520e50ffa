"""Fixed linear latents: principal components of patches of log-mel frames."""

from collections.abc import Iterable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from riffsmith.parallel import map_ordered, single_threaded


class LinearCodec(nn.Module):
    """Patches of a few feature frames ↔ their principal components.

    The first components are the latents. They have zero mean; component by component they are
    divided by the deviation to the power of `whitening`: 1 gives all the same weight, 0 their
    natural one. The other components are the rest, which latents do not hold.
    """

    mean: Tensor
    basis: Tensor
    """All components, those of most deviation first, a row each."""
    deviations: Tensor
    weights: Tensor

    def __init__(self, features: int, patch_frames: int, components: int, whitening: float) -> None:
        super().__init__()
        self.patch_frames, self.components, self.whitening = patch_frames, components, whitening
        size = features * patch_frames
        self.rest_components = size - components
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("basis", torch.zeros(size, size))
        self.register_buffer("deviations", torch.ones(size))
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

        def moments(batch: Float[Tensor, "count size"]) -> tuple[int, Tensor, Tensor]:
            values = batch * scale
            squares = (values.T @ values).double()  # exact enough within a batch
            return len(values), values.double().sum(0), squares

        for number, sums, squares in map_ordered(moments, patches):
            count, total, products = count + number, total + sums, products + squares
        mean = total / count
        covariance = products / count - mean[:, None] * mean[None, :]
        with single_threaded():  # other numbers of threads round otherwise
            values, vectors = torch.linalg.eigh(covariance)
        basis = vectors.flip(1).T
        # a sign convention: the sum of each component is positive
        basis = basis * torch.where(basis.sum(1, keepdim=True) < 0, -1.0, 1.0)
        self.mean.copy_(mean)
        self.basis.copy_(basis)
        self.deviations.copy_(values.flip(0).clamp(min=1e-12).sqrt())
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
        deviations = self.deviations[: self.components]
        gain = deviations**-self.whitening
        return gain / (deviations * gain).square().mean().sqrt()

    def latents_of_gain(self) -> Float[Tensor, " components"]:
        """What one neper more of everything adds to the latents."""
        return self.weights @ self.basis[: self.components].T * self._gain

    def encode(
        self, features: Float[Tensor, "batch features frames"]
    ) -> Float[Tensor, "batch components patches"]:
        """Feature frames to latents."""
        return (self._project(features)[..., : self.components] * self._gain).transpose(1, 2)

    def encode_rest(
        self, features: Float[Tensor, "batch features frames"]
    ) -> Float[Tensor, "batch rest patches"]:
        """What latents do not hold of feature frames, each component in its own deviations."""
        rest = self._project(features)[..., self.components :]
        return (rest / self.deviations[self.components :]).transpose(1, 2)

    def standardise(
        self, latents: Float[Tensor, "batch components patches"]
    ) -> Float[Tensor, "batch components patches"]:
        """Latents with every component in its own deviations."""
        scale = self._gain * self.deviations[: self.components]
        return latents / scale[:, None]

    def decode(
        self,
        latents: Float[Tensor, "batch components patches"],
        rest: Float[Tensor, "batch rest patches"] | None = None,
    ) -> Float[Tensor, "batch features frames"]:
        """Latents, and maybe a rest, to feature frames."""
        kept = latents.transpose(1, 2) / self._gain
        patches = kept @ self.basis[: self.components] + self.mean
        if rest is not None:
            scale = self.deviations[self.components :]
            patches = patches + (rest.transpose(1, 2) * scale) @ self.basis[self.components :]
        frames = (patches / self.weights).unflatten(-1, (-1, self.patch_frames))
        return frames.permute(0, 2, 1, 3).flatten(2)

    def _project(
        self, features: Float[Tensor, "batch features frames"]
    ) -> Float[Tensor, "batch patches size"]:
        return (self.to_patches(features) * self.weights - self.mean) @ self.basis.T
