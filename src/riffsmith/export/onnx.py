"""Export of a latent model as ONNX graphs: noise to latents, latents to audio, and notes."""

import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn
from torch.export import Dim

from riffsmith.bundle import LatentBundle, count_pitches
from riffsmith.errors import ModelError
from riffsmith.export.plain import PianoRollStep, PlainDecoder
from riffsmith.files import atomic_path
from riffsmith.networks import CLOCK_CHANNELS, PERIODS, PROFILE_VALUES, PianoRollModel
from riffsmith.seeds import random_stream
from riffsmith.transcription import LOWEST_MIDI, PITCHES, STEPS_PER_BEAT

if TYPE_CHECKING:
    import onnxruntime

GRAPH_NAMES = ("denoiser.onnx", "decoder.onnx")
PIANO_ROLL_NAME = "piano_roll.onnx"
"""File of the graph that writes the notes, where the model has one."""
PLAYER_NAME = "player.json"
"""File of the settings that a player needs."""
TOLERANCE = 1e-3
"""Largest difference of a graph's output from its network's; full scale is 1."""
_LONGEST_LATENTS = 1 << 16


def export_onnx(bundle: LatentBundle, folder: Path) -> None:
    """Writes the graphs and `player.json`, all or none, and checks the graphs.

    `denoiser.onnx` has the inputs `noisy` (1, channels, frames), `conditioning` (1, clock, style
    and piano roll, frames) and `time` (1), and the output `velocity`. `decoder.onnx` has the inputs
    `latents` and `noise` and the output `audio`. The number of frames is free; for the denoiser it
    must be a multiple of `frames_multiple` in `player.json`, which also holds all other settings
    that a player needs.

    `piano_roll.onnx` writes one step of a piano roll; a model whose generator is given no notes
    does not have it. Its inputs are those of `PianoRollModel.step` with their names, its outputs
    `step` and `memory_after`. All values are float32, except the int64 `number`.

    Args:
        bundle: Model of the preset `latent`.
        folder: Folder to write; an existing one is replaced.

    Raises:
        ModelError: The extra `onnx` is missing, a graph's output differs from its network's, or
            writing failed.
    """
    _require_extra()
    settings, codec = bundle.settings, bundle.codec
    multiple = 2 ** (len(settings.generator.channels) - 1)
    latent, style = codec.latent_channels, settings.codec.style_dimensions
    noise_channels, pitches = codec.noise_channels, count_pitches(settings)
    random = random_stream(0, "export")

    def draw(channels: int, frames: int) -> Tensor:
        return torch.randn(1, channels, frames, generator=random)

    def denoiser_inputs(count: int) -> tuple[Tensor, ...]:
        frames = count * multiple
        conditioning = draw(CLOCK_CHANNELS + style + pitches, frames)
        return draw(latent, frames), conditioning, torch.tensor([0.4])

    def decoder_inputs(count: int) -> tuple[Tensor, ...]:
        return draw(latent, count), draw(noise_channels, count)

    units = Dim("units", min=2, max=_LONGEST_LATENTS // multiple)
    frames = Dim("frames", min=2, max=_LONGEST_LATENTS)
    whole = {2: multiple * units if multiple > 1 else units}
    with atomic_path(folder, ModelError) as partial:
        partial.mkdir()
        _write_graph(
            bundle.generator,
            partial / GRAPH_NAMES[0],
            denoiser_inputs(4),
            {"noisy": whole, "conditioning": whole, "time": None},
            ["velocity"],
        )
        _check_graph(bundle.generator, partial / GRAPH_NAMES[0], denoiser_inputs(7))
        decoder = PlainDecoder(codec).eval()
        _write_graph(
            decoder,
            partial / GRAPH_NAMES[1],
            decoder_inputs(40),
            {"latents": {2: frames}, "noise": {2: frames}},
            ["audio"],
        )
        _check_graph(decoder, partial / GRAPH_NAMES[1], decoder_inputs(25))
        if bundle.piano_roll_model is not None:
            _export_piano_roll(bundle.piano_roll_model, partial / PIANO_ROLL_NAME, random)
        text = json.dumps(_player(bundle, multiple), indent=1)
        (partial / PLAYER_NAME).write_text(text, encoding="utf-8")


def _export_piano_roll(model: PianoRollModel, path: Path, random: torch.Generator) -> None:
    step = PianoRollStep(model).eval()
    inputs = (
        torch.rand(1, 1, PITCHES, generator=random).round(),
        torch.tensor([-5]),
        torch.rand(1, PROFILE_VALUES, generator=random),
        torch.randn(1, 1, model.hidden, generator=random).tanh(),
        torch.rand(1 + PITCHES, generator=random),
    )
    names = ["before", "number", "profile", "memory", "uniform"]
    _write_graph(step, path, inputs, dict.fromkeys(names), ["step", "memory_after"])
    _check_graph(step, path, inputs)


def _player(bundle: LatentBundle, multiple: int) -> dict[str, object]:
    """Settings that a player needs besides the graphs."""
    settings, codec, model = bundle.settings, bundle.codec, bundle.piano_roll_model
    found = bundle.modulation_filter
    notes: dict[str, object] = {"pitches": 0}
    if model is not None:
        notes = {
            "pitches": PITCHES,
            "lowest_pitch_midi": LOWEST_MIDI,
            "steps_per_beat": STEPS_PER_BEAT,
            "memory_values": model.hidden,
            "profiles": model.profiles.tolist(),
        }
    return {
        "sample_rate": codec.sample_rate,
        "latent_samples": codec.latent_samples,
        "latent_channels": codec.latent_channels,
        "texture_channels": codec.texture_channels,
        "noise_channels": codec.noise_channels,
        "frames_multiple": multiple,
        "context_latents": codec.context_latents,
        "steps": settings.generator.steps,
        "extrapolation": settings.generator.extrapolation,
        "texture": settings.generator.texture,
        "modulation_filter": None if found is None else found.taps.tolist(),
        "clock_periods_in_beats": list(PERIODS),
        "styles": codec.style_embedding.passages.tolist(),
        "styles_bpm": codec.style_embedding.descriptors[:, -1].tolist(),
        **notes,
        "card": bundle.card.model_dump(mode="json"),
    }


def _write_graph(
    network: nn.Module,
    path: Path,
    inputs: tuple[Tensor, ...],
    axes: dict[str, dict[int, Dim] | None],
    outputs: list[str],
) -> None:
    with _quiet():
        program = torch.onnx.export(
            network,
            inputs,
            input_names=list(axes),
            output_names=outputs,
            dynamic_shapes=tuple(axes.values()),
            dynamo=True,
            verbose=False,
            optimize=False,  # it removes additions of 1e-9, and silence becomes NaN
        )
    if program is None:
        raise ModelError(f"PyTorch gave no graph for {path.name}: use the version of constraints")
    program.save(path)


def _check_graph(network: nn.Module, path: Path, inputs: tuple[Tensor, ...]) -> None:
    session = open_session(path)
    names = [entry.name for entry in session.get_inputs()]
    feed = {name: value.numpy() for name, value in zip(names, inputs, strict=True)}
    found = [np.asarray(value) for value in session.run(None, feed)]
    with torch.inference_mode():
        expected = network(*inputs)
    if isinstance(expected, Tensor):
        expected = (expected,)
    pairs = zip(found, expected, strict=True)
    error = max(float(np.abs(one - other.numpy()).max()) for one, other in pairs)
    if not error <= TOLERANCE:
        raise ModelError(
            f"{path.name} differs from its network by {error:g} (allowed: {TOLERANCE:g}): use the "
            "versions in constraints.txt"
        )


def open_session(path: Path, threads: int = 1) -> "onnxruntime.InferenceSession":
    """Loads a graph to run it on the processor.

    Args:
        path: File of the graph.
        threads: Number of threads for one operation.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _require_extra() -> None:
    try:
        import onnxruntime  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError as cause:
        raise ModelError(
            "ONNX needs the extra riffsmith[onnx]: pip install 'riffsmith[onnx]'"
        ) from cause


@contextmanager
def _quiet() -> Iterator[None]:
    """Hides the exporter's warnings about its own code and about packages that are not needed."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
