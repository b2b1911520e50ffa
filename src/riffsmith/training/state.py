"""Everything that changes while training, as networks and as a flat table of tensors."""

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.optim import Adam, Optimizer

from riffsmith.config import TrainingSettings
from riffsmith.errors import RunError
from riffsmith.networks import copy_for_averaging
from riffsmith.runs.checkpoint import Checkpoint

_NETWORKS = ("generator", "discriminator", "averaged_generator")
_OPTIMIZERS = ("generator_optimizer", "discriminator_optimizer")


@dataclass
class TrainingState:
    """Networks, optimisers and the position in the run."""

    generator: nn.Module
    discriminator: nn.Module
    averaged_generator: nn.Module
    generator_optimizer: Adam
    discriminator_optimizer: Adam
    step: int = 0
    """Generator updates done; a rollback does not take any back."""
    rollbacks: int = 0
    """How often the watch put the networks back; each time the settings are softened."""
    sums: dict[str, float] = field(default_factory=dict)
    """Measures added up since the epoch began."""

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
        return Checkpoint(self.step, self.rollbacks, dict(self.sums), self.tensors())

    def restore(self, checkpoint: Checkpoint) -> None:
        """Puts the state back to where the checkpoint was taken.

        Raises:
            RunError: The checkpoint belongs to other networks.
        """
        self.load_tensors(checkpoint.tensors)
        self.step, self.rollbacks = checkpoint.step, checkpoint.rollbacks
        self.sums = dict(checkpoint.sums)

    def load_tensors(self, table: dict[str, Tensor]) -> None:
        """Takes over what `tensors` gave.

        Raises:
            RunError: The tensors belong to other networks.
        """
        try:
            for name in _NETWORKS:
                getattr(self, name).load_state_dict(_below(table, name))
        except RuntimeError as cause:
            first = str(cause).splitlines()[0]
            raise RunError(f"the checkpoint belongs to other networks ({first})") from cause
        for name in _OPTIMIZERS:
            optimizer: Optimizer = getattr(self, name)
            parameters = [p for group in optimizer.param_groups for p in group["params"]]
            state: dict[int, dict[str, Tensor]] = {}
            for key, tensor in _below(table, name).items():
                index, _, value = key.partition(".")
                state.setdefault(int(index), {})[value] = _laid_out(tensor, parameters[int(index)])
            groups = optimizer.state_dict()["param_groups"]
            optimizer.load_state_dict({"state": state, "param_groups": groups})


def _laid_out(tensor: Tensor, like: Tensor) -> Tensor:
    """A moment in its parameter's memory layout: the fused optimiser walks both as they lie."""
    return torch.empty_like(like).copy_(tensor) if tensor.shape == like.shape else tensor


def _below(table: dict[str, Tensor], name: str) -> dict[str, Tensor]:
    return {
        key.removeprefix(f"{name}."): value
        for key, value in table.items()
        if key.startswith(f"{name}.")
    }


def assemble_state(
    generator: nn.Module, discriminator: nn.Module, settings: TrainingSettings
) -> TrainingState:
    """Fresh optimisers and a copy to average, for networks on their device."""
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
