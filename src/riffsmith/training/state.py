"""Everything that changes while a run is trained, as networks and as a flat table of tensors."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

import torch
from torch import Tensor, nn
from torch.optim import Adam, Optimizer

from riffsmith.config import TrainingSettings
from riffsmith.errors import RunError
from riffsmith.networks import copy_for_averaging
from riffsmith.runs.checkpoint import Checkpoint

GeneratorNetwork = TypeVar("GeneratorNetwork", bound=nn.Module)
DiscriminatorNetwork = TypeVar("DiscriminatorNetwork", bound=nn.Module)

_NETWORKS = ("generator", "discriminator", "averaged_generator")
_OPTIMIZERS = ("generator_optimizer", "discriminator_optimizer")


@dataclass(frozen=True)
class StepMetrics:
    """Losses and logits of one step. `None`: the step has no such value."""

    generator_loss: float
    """Whole loss of the generator."""
    discriminator_loss: float | None = None
    """Loss of the discriminator without its penalty. `None`: none was trained."""
    real_logits: float | None = None
    """Mean over the batch, at the last discriminator update."""
    fake_logits: float | None = None
    flow_matching_loss: float | None = None
    """Part of the generator's loss. `None`: the system has no flow matching."""
    adversarial_loss: float | None = None
    """Part of the generator's loss, without its weight. `None`: the whole loss is adversarial, or
    the adversarial phase has not begun."""

    def losses(self) -> list[float]:
        """The losses that the step has."""
        losses = (self.generator_loss, self.discriminator_loss)
        return [loss for loss in losses if loss is not None]

    def known(self) -> dict[str, float]:
        """The values that the step has, by name."""
        return {name: value for name, value in vars(self).items() if value is not None}


@dataclass
class TrainingState(Generic[GeneratorNetwork, DiscriminatorNetwork]):
    """Networks, optimisers and position of a run."""

    generator: GeneratorNetwork
    discriminator: DiscriminatorNetwork
    averaged_generator: GeneratorNetwork
    """Exponential moving average of the generator's weights."""
    generator_optimizer: Adam
    discriminator_optimizer: Adam
    step: int = 0
    """Generator updates done. A rollback does not take any back."""
    rollbacks: int = 0
    """Number of rollbacks. Each one reduces the learning rates."""
    sums: dict[str, float] = field(default_factory=dict)
    """Metrics added up since the last line of the log."""

    def tensors(self) -> dict[str, Tensor]:
        """All tensors under dotted names, on the CPU."""
        table: dict[str, Tensor] = {}
        for name in _NETWORKS:
            for key, tensor in getattr(self, name).state_dict().items():
                table[f"{name}.{key}"] = tensor
        for name in _OPTIMIZERS:
            for index, values in getattr(self, name).state_dict()["state"].items():
                for key, tensor in values.items():
                    table[f"{name}.{index}.{key}"] = tensor
        return {key: tensor.detach().cpu().contiguous() for key, tensor in table.items()}

    def to_checkpoint(self) -> Checkpoint:
        """The state as a checkpoint holds it."""
        tensors = self.tensors()
        references = {
            averaged: key for key in tensors if (averaged := f"averaged_{key}") in tensors
        }
        return Checkpoint(self.step, self.rollbacks, dict(self.sums), tensors, references)

    def to_best_checkpoint(self) -> Checkpoint:
        """What a rollback goes back to: networks rounded to bfloat16, and new optimisers.

        Both generators have the averaged weights, because these were judged.
        """
        names = ("averaged_generator.", "discriminator.")
        tensors = {
            key: _round(tensor) for key, tensor in self.tensors().items() if key.startswith(names)
        }
        references = {
            key.removeprefix("averaged_"): key for key in tensors if key.startswith("averaged_")
        }
        tensors |= {key: tensors[averaged].clone() for key, averaged in references.items()}
        return Checkpoint(self.step, self.rollbacks, {}, tensors, references)

    def round_moments(self) -> None:
        """Rounds the moments of both optimisers to bfloat16, which halves their size on disk.

        A run does this at fixed steps, so one that is resumed there goes on as one that was not.
        """
        for name in _OPTIMIZERS:
            for values in getattr(self, name).state.values():
                for tensor in values.values():
                    if tensor.ndim:  # the count of steps is a scalar, and stays
                        tensor.copy_(_round(tensor))

    def restore(self, checkpoint: Checkpoint) -> None:
        """Puts the state back to where the checkpoint was taken.

        Raises:
            RunError: The checkpoint belongs to other networks.
        """
        self.load_tensors(checkpoint.tensors)
        self.step, self.rollbacks = checkpoint.step, checkpoint.rollbacks
        self.sums = dict(checkpoint.sums)

    def load_tensors(self, table: dict[str, Tensor]) -> None:
        """Loads what `tensors` returned.

        Raises:
            RunError: The tensors belong to other networks.
        """
        try:
            for name in _NETWORKS:
                getattr(self, name).load_state_dict(_with_prefix(table, name))
        except RuntimeError as cause:
            first = str(cause).splitlines()[0]
            raise RunError(f"the checkpoint belongs to other networks ({first})") from cause
        for name in _OPTIMIZERS:
            optimizer: Optimizer = getattr(self, name)
            parameters = [p for group in optimizer.param_groups for p in group["params"]]
            state: dict[int, dict[str, Tensor]] = {}
            for key, tensor in _with_prefix(table, name).items():
                index, _, value = key.partition(".")
                moment = _in_layout_of(tensor, parameters[int(index)])
                state.setdefault(int(index), {})[value] = moment
            groups = optimizer.state_dict()["param_groups"]
            optimizer.load_state_dict({"state": state, "param_groups": groups})


def _round(tensor: Tensor) -> Tensor:
    """Values rounded to bfloat16; a tensor of other numbers as it is."""
    return tensor.bfloat16().float() if tensor.dtype == torch.float32 else tensor


def _in_layout_of(tensor: Tensor, parameter: Tensor) -> Tensor:
    """A moment in its parameter's memory layout, because the fused optimiser walks both as they
    lie in memory.
    """
    same_shape = tensor.shape == parameter.shape
    return torch.empty_like(parameter).copy_(tensor) if same_shape else tensor


def _with_prefix(table: dict[str, Tensor], name: str) -> dict[str, Tensor]:
    return {
        key.removeprefix(f"{name}."): value
        for key, value in table.items()
        if key.startswith(f"{name}.")
    }


def assemble_state(
    generator: GeneratorNetwork, discriminator: DiscriminatorNetwork, settings: TrainingSettings
) -> TrainingState[GeneratorNetwork, DiscriminatorNetwork]:
    """The initial state: new optimisers and a copy for the moving average.

    Args:
        generator: Initialised network on its device.
        discriminator: Initialised network on its device.
        settings: Settings of the optimisers.
    """
    return TrainingState(
        generator=generator,
        discriminator=discriminator,
        averaged_generator=copy_for_averaging(generator),
        generator_optimizer=_build_adam(generator, settings),
        discriminator_optimizer=_build_adam(discriminator, settings),
    )


def _build_adam(network: nn.Module, settings: TrainingSettings) -> Adam:
    betas = (settings.beta_1, settings.beta_2)
    return Adam(network.parameters(), settings.learning_rate, betas, fused=True)
