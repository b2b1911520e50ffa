"""A recurrent network that writes piano rolls: the notes that a piece will have.

It predicts the pitches of the next step from those of all steps before, as Boulanger-Lewandowski et
al. do ("Modeling temporal dependencies in high-dimensional sequences", ICML 2012). The pitches of a
step are not independent of each other: their distribution is a mixture of products of Bernoulli
distributions. What it writes is decided note by note, so it does not blur as a regression would.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

from riffsmith.features import CLASSES
from riffsmith.transcription import PITCHES, STEPS_PER_BEAT

BAR_BEATS = 4
"""Beats of a bar."""
BAR_STEPS = BAR_BEATS * STEPS_PER_BEAT
"""Steps of a bar."""
SURROUNDING_STEPS = 128
"""Steps before and after a passage that its profile is measured in, besides its own."""
PROFILE_VALUES = CLASSES + 1
_FIRST_STAY, _FIRST_LOGIT = 2.0, -2.0
"""At the beginning of the training pitches stay as they are in most steps."""
_DROPOUT = 0.1


class PianoRollModel(nn.Module):
    """Writes piano rolls step by step.

    A profile tells it the key and the density: the root of each pitch class's share of the notes,
    and the mean number of notes at a time. Without it each passage would be in another key.
    """

    profiles: Tensor
    """Profiles of the corpus's passages (passages, 13), in the order of those of the style
    embedding."""

    def __init__(self, hidden: int, mixtures: int, passages: int) -> None:
        """Builds the network.

        Args:
            hidden: Width of the recurrent state.
            mixtures: Number of components of the mixture.
            passages: Number of passages of the corpus whose profile is stored.
        """
        super().__init__()
        self.hidden, self.mixtures = hidden, mixtures
        self.places = _Places(BAR_STEPS, hidden)
        self.enter = nn.Linear(PITCHES + PROFILE_VALUES, hidden)
        self.recurrent = nn.GRU(hidden, hidden, batch_first=True)
        self.mixture = nn.Linear(hidden, mixtures)
        self.exit = nn.Linear(hidden + PROFILE_VALUES, mixtures * PITCHES)
        self.stay = nn.Parameter(torch.full((PITCHES,), _FIRST_STAY))
        self.dropout = nn.Dropout(_DROPOUT)
        self.register_buffer("profiles", torch.zeros(passages, PROFILE_VALUES))

    def loss(
        self, steps: Float[Tensor, "batch steps 88"], profile: Float[Tensor, "batch 13"]
    ) -> Float[Tensor, ""]:
        """Mean negative log likelihood of a step in nats; nothing sounds before the first one."""
        before = functional.pad(steps, (0, 0, 1, 0))[:, :-1]
        known = profile[:, None].expand(-1, steps.shape[1], -1)
        numbers = torch.arange(steps.shape[1], device=steps.device)
        state, _ = self.recurrent(self._enter(before, known, numbers))
        state = self.dropout(state)
        logits = self.exit(torch.cat([state, known], dim=2)).unflatten(2, (-1, PITCHES))
        logits = logits + self._habit(before)[:, :, None]
        target = steps[:, :, None].expand_as(logits)
        each = -functional.binary_cross_entropy_with_logits(logits, target, reduction="none").sum(3)
        return -torch.logsumexp(each + self.mixture(state).log_softmax(2), dim=2).mean()

    def advance(
        self,
        before: Float[Tensor, "1 steps 88"],
        profile: Float[Tensor, "1 13"],
        first: int,
        memory: Float[Tensor, "1 1 hidden"] | None = None,
    ) -> Float[Tensor, "1 1 hidden"]:
        """The recurrent state after some steps.

        Args:
            before: Steps that come before the one to write.
            profile: Profile of the passage.
            first: Number in the passage of the step that follows the first of these.
            memory: State before them. `None`: that of the beginning.
        """
        known = profile[:, None].expand(-1, before.shape[1], -1)
        numbers = torch.arange(first, first + before.shape[1], device=before.device)
        return self.recurrent(self._enter(before, known, numbers), memory)[1]

    def draw_step(
        self,
        memory: Float[Tensor, "1 1 hidden"],
        before: Float[Tensor, "1 1 88"],
        profile: Float[Tensor, "1 13"],
        uniform: Float[Tensor, " 89"],
    ) -> Float[Tensor, "1 1 88"]:
        """The next step: 1 where a pitch sounds, else 0.

        Args:
            memory: Recurrent state, from `advance`.
            before: The last step.
            profile: Profile of the passage.
            uniform: Uniform random numbers: one chooses a component of the mixture, the others
                decide about the pitches.
        """
        state = memory[0]
        shares = self.mixture(state).softmax(1).cumsum(1)[0]
        component = (shares[:-1] <= uniform[0]).sum().reshape(1)
        weight = self.exit.weight.unflatten(0, (-1, PITCHES)).index_select(0, component)[0]
        bias = self.exit.bias.unflatten(0, (-1, PITCHES)).index_select(0, component)[0]
        logits = functional.linear(torch.cat([state, profile], dim=1), weight, bias)
        return (uniform[1:] < (logits + self._habit(before[0])).sigmoid()).float()[None]

    def step(
        self,
        before: Float[Tensor, "1 1 88"],
        number: Int[Tensor, " 1"],
        profile: Float[Tensor, "1 13"],
        memory: Float[Tensor, "1 1 hidden"],
        uniform: Float[Tensor, " 89"],
    ) -> tuple[Float[Tensor, "1 1 88"], Float[Tensor, "1 1 hidden"]]:
        """The next step and the recurrent state it was drawn from: `advance`, then `draw_step`.

        All inputs are tensors, so that the method can be exported.

        Args:
            before: The last step; zeros at the beginning.
            number: Number of the new step, counted from the beginning of a bar.
            profile: Profile of the passage.
            memory: Recurrent state before; zeros at the beginning.
            uniform: Uniform random numbers, as for `draw_step`.
        """
        memory = self.recurrent(self._enter(before, profile[:, None], number), memory)[1]
        return self.draw_step(memory, before, profile, uniform), memory

    @torch.inference_mode()
    def write(
        self, profile: Float[Tensor, " 13"], bars: Sequence[int], stream: torch.Generator
    ) -> Float[Tensor, "steps 88"]:
        """Writes bars one after the other.

        Args:
            profile: Profile of the passage.
            bars: For each bar the number of the one whose notes it has: its own, or an earlier one.
            stream: Random numbers.
        """
        uniform = torch.rand(len(bars) * BAR_STEPS, 1 + PITCHES, generator=stream)
        steps = torch.zeros(len(bars) * BAR_STEPS + 1, PITCHES)  # the first one is silent
        memory = torch.zeros(1, 1, self.hidden)
        writer = _StepWriter(self, profile)
        for bar, source in enumerate(bars):
            start = 1 + bar * BAR_STEPS
            if source < bar:
                copied = slice(1 + source * BAR_STEPS, 1 + (source + 1) * BAR_STEPS)
                steps[start : start + BAR_STEPS] = steps[copied]
                told = steps[None, start - 1 : start + BAR_STEPS - 1]
                memory = self.advance(told, profile[None], start - 1, memory)
                continue
            state = memory[0]
            for step in range(start, start + BAR_STEPS):
                steps[step], state = writer(steps[step - 1], step - 1, state, uniform[step - 1])
            memory = state[None]
        return steps[1:]

    def _enter(self, before: Tensor, known: Tensor, numbers: Tensor) -> Tensor:
        places = self.places(numbers % BAR_STEPS)
        entered = self.enter(torch.cat([before, known], dim=2)) + places
        return self.dropout(functional.silu(entered))

    def _habit(self, before: Tensor) -> Tensor:
        """Logits by which pitches stay as they are."""
        return self.stay * (2 * before - 1) + _FIRST_LOGIT


class _Places(nn.Embedding):
    """An embedding whose weights are not drawn on torch's device `meta`, where there are none.

    There torch computes a normal distribution by code that imports its whole compiler, a third of
    the time until a model plays.
    """

    def reset_parameters(self) -> None:
        if not self.weight.is_meta:
            super().reset_parameters()


class _StepWriter:
    """`PianoRollModel.step` for one passage, with what is the same in all steps computed once.

    A step then takes a third of the time, which a listener waits for before the first sound.
    """

    def __init__(self, model: PianoRollModel, profile: Float[Tensor, " 13"]) -> None:
        self._model, recurrent = model, model.recurrent
        self._weights = [*recurrent.parameters()]
        notes, known = model.enter.weight.split([PITCHES, PROFILE_VALUES], dim=1)
        self._notes = notes
        self._places = model.places.weight + model.enter.bias + known @ profile
        states, known = model.exit.weight.split([model.hidden, PROFILE_VALUES], dim=1)
        self._states = states.unflatten(0, (-1, PITCHES))
        self._biases = (model.exit.bias + known @ profile).unflatten(0, (-1, PITCHES))

    def __call__(
        self,
        before: Float[Tensor, " 88"],
        number: int,
        state: Float[Tensor, "1 hidden"],
        uniform: Float[Tensor, " 89"],
    ) -> tuple[Float[Tensor, " 88"], Float[Tensor, "1 hidden"]]:
        """The next step and the recurrent state; the arguments are those of `step`."""
        model = self._model
        entered = torch.addmv(self._places[number % BAR_STEPS], self._notes, before)
        state = torch.gru_cell(functional.silu(entered)[None], state, *self._weights)
        shares = model.mixture(state)[0].softmax(0).cumsum(0)
        component = int((shares[:-1] <= uniform[0]).sum())
        logits = torch.addmv(self._biases[component], self._states[component], state[0])
        return (uniform[1:] < (logits + model._habit(before)).sigmoid()).float(), state


def measure_profile(steps: Float[Tensor, "*batch steps 88"]) -> Float[Tensor, "*batch 13"]:
    """Profile of a passage: root of the share of each pitch class, times √12, then half the mean
    number of notes at a time. The first class is A.
    """
    counts = steps.sum(-2)
    shifted = functional.pad(counts, (0, -PITCHES % CLASSES)).unflatten(-1, (-1, CLASSES)).sum(-2)
    shares = shifted / shifted.sum(-1, keepdim=True).clamp(min=1e-6)
    density = counts.sum(-1, keepdim=True) / max(1, steps.shape[-2]) / 2
    return torch.cat([(CLASSES * shares).sqrt(), density], dim=-1)


def rotate_profile(profile: Float[Tensor, " 13"], semitones: int) -> Float[Tensor, " 13"]:
    """The profile of the same passage in another key."""
    return torch.cat([profile[:CLASSES].roll(semitones), profile[CLASSES:]])
