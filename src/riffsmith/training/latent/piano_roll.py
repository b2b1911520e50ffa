"""The piano-roll model of a run: it learns the notes of the corpus's recordings."""

from collections.abc import Callable, Sequence
from math import cos, pi

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from riffsmith.bundle import (
    build_piano_roll_model,
    load_piano_roll_model,
    save_piano_roll_model,
)
from riffsmith.codec import spread_passages
from riffsmith.config import LatentSettings
from riffsmith.networks import SURROUNDING_STEPS, PianoRollModel, measure_profile
from riffsmith.runs import RunFolder, Stage
from riffsmith.seeds import derive_seed, random_stream
from riffsmith.training.latent.windows import MeasuredRecording
from riffsmith.training.observer import OnStage
from riffsmith.transcription import STEPS_PER_BEAT, look_up, step_numbers, transpose_roll

_WINDOW_STEPS, _BATCH_WINDOWS = 128, 32
_LEARNING_RATE, _RISING_STEPS, _LAST_FACTOR = 2e-3, 100, 0.05
_WEIGHT_DECAY, _LARGEST_GRADIENT = 1e-2, 1.0
_FURTHEST_SEMITONES = 6
"""Windows are transposed by up to so many semitones: the model learns all keys."""


def open_piano_roll_model(
    settings: LatentSettings,
    recordings: Sequence[MeasuredRecording],
    run: RunFolder,
    seed: int,
    on_stage: OnStage,
    base: PianoRollModel | None = None,
) -> PianoRollModel | None:
    """Opens the piano-roll model of a run, or trains and writes it where the run has none yet.

    Args:
        settings: Settings of the run.
        recordings: Measured training recordings.
        run: Folder where the model is kept.
        seed: Seed of weights and batches.
        on_stage: Called with the progress.
        base: Model whose weights the training begins with. `None`: it begins from scratch.

    Returns:
        The model. `None`: the settings ask for none.

    Raises:
        RunError: Writing fails.
        ModelError: The run's model is damaged.
    """
    if not settings.piano_roll.hidden:
        return None
    if not run.piano_roll_model.is_file():
        on_stage(Stage.NOTES, 0.0)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(derive_seed(seed, "piano roll"))
            model = build_piano_roll_model(settings)
            if base is not None:
                model.load_state_dict(base.state_dict())
            rolls = [item.roll.steps.float() for item in recordings if item.roll is not None]
            steps = settings.piano_roll.steps
            fit_piano_roll_model(
                model, rolls, steps, seed, lambda progress: on_stage(Stage.NOTES, progress)
            )
        model.profiles.copy_(_measure_profiles(recordings, settings))
        run.write_tensors(run.piano_roll_model, save_piano_roll_model(model))
    return load_piano_roll_model(settings, run.read_tensors(run.piano_roll_model))


def fit_piano_roll_model(
    model: PianoRollModel,
    rolls: Sequence[Float[Tensor, "_ 88"]],
    steps: int,
    seed: int,
    on_progress: Callable[[float], None],
) -> None:
    """Trains on random windows that begin at a beat, in random keys.

    Args:
        model: Model to train in place.
        rolls: Piano rolls of the recordings (steps, pitches).
        steps: Number of training steps.
        seed: Seed of the windows.
        on_progress: Called with the progress from 0 to 1 after each step.
    """
    size = min(_WINDOW_STEPS, max(len(roll) for roll in rolls))
    long_enough = [roll for roll in rolls if len(roll) >= size]
    optimizer = torch.optim.AdamW(
        model.parameters(), _LEARNING_RATE, (0.9, 0.99), weight_decay=_WEIGHT_DECAY
    )
    model.train()
    for step in range(steps):
        falling = _LAST_FACTOR + (1 - _LAST_FACTOR) * (1 + cos(pi * step / steps)) / 2
        for group in optimizer.param_groups:
            group["lr"] = _LEARNING_RATE * falling * min(1, (step + 1) / _RISING_STEPS)
        stream = random_stream(seed, "piano roll", step)
        windows, profiles = _draw_windows(long_enough, size, stream)
        optimizer.zero_grad()
        model.loss(windows, profiles).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), _LARGEST_GRADIENT)
        optimizer.step()
        on_progress((step + 1) / steps)
    model.eval()


def _draw_windows(
    rolls: Sequence[Float[Tensor, "_ 88"]], size: int, stream: torch.Generator
) -> tuple[Float[Tensor, "batch size 88"], Float[Tensor, "batch 13"]]:
    """Random windows, all equally likely, and the profiles of what surrounds them."""
    ends = torch.tensor([len(roll) - size + 1 for roll in rolls]).cumsum(0)
    chosen = torch.randint(int(ends[-1]), (_BATCH_WINDOWS,), generator=stream)
    numbers = torch.searchsorted(ends, chosen, right=True)
    keys = torch.randint(
        -_FURTHEST_SEMITONES, _FURTHEST_SEMITONES + 1, (_BATCH_WINDOWS,), generator=stream
    )
    windows: list[Tensor] = []
    profiles: list[Tensor] = []
    for position, number, semitones in zip(
        chosen.tolist(), numbers.tolist(), keys.tolist(), strict=True
    ):
        roll = rolls[number]
        inside = position - int(ends[number]) + len(roll) - size + 1
        start = inside // STEPS_PER_BEAT * STEPS_PER_BEAT
        around = slice(max(0, start - SURROUNDING_STEPS), start + size + SURROUNDING_STEPS)
        windows.append(transpose_roll(roll[start : start + size], semitones))
        profiles.append(measure_profile(transpose_roll(roll[around], semitones)))
    return torch.stack(windows), torch.stack(profiles)


def _measure_profiles(
    recordings: Sequence[MeasuredRecording], settings: LatentSettings
) -> Float[Tensor, "passages 13"]:
    """The profile around each passage whose style embedding is stored."""
    size = settings.codec.patch_frames
    latents = [item.features.shape[1] // size for item in recordings]
    ends = torch.tensor(latents).cumsum(0)
    passages = spread_passages(int(ends[-1]), settings.codec.style_passages)
    numbers = torch.searchsorted(ends, passages, right=True)
    before = functional.pad(ends, (1, 0))
    reach = SURROUNDING_STEPS + _WINDOW_STEPS // 2
    found: list[Tensor] = []
    for passage, number in zip(passages.tolist(), numbers.tolist(), strict=True):
        item = recordings[number]
        assert item.roll is not None  # the settings ask for notes, so they were measured
        frame = (passage - int(before[number])) * size
        centre = step_numbers(item.beats[frame : frame + 1]) - item.roll.first
        steps = look_up(item.roll.steps, centre + torch.arange(-reach, reach)).T
        found.append(measure_profile(steps))
    return torch.stack(found)
