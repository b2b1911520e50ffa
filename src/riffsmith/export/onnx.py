"""Export of a latent model as two ONNX graphs: noise to latents, and latents to audio."""

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

from riffsmith.bundle import LatentBundle
from riffsmith.errors import ModelError
from riffsmith.export.plain import PlainDecoder
from riffsmith.files import atomic_path
from riffsmith.networks import CLOCK_CHANNELS, PERIODS
from riffsmith.seeds import random_stream

if TYPE_CHECKING:
    import onnxruntime

GRAPH_NAMES = ("denoiser.onnx", "decoder.onnx")
PLAYER_NAME = "player.json"
"""File of the settings that a player needs."""
TOLERANCE = 1e-3
"""Largest difference of a graph's output from its network's; full scale is 1."""
_LONGEST_LATENTS = 1 << 16


def export_onnx(bundle: LatentBundle, folder: Path) -> None:
    """Writes `denoiser.onnx`, `decoder.onnx` and `player.json`, all or none, and checks the graphs.

    The denoiser has the inputs `noisy` (1, channels, frames), `conditioning` (1, clock and style,
    frames) and `time` (1), and the output `velocity`. The decoder has the inputs `latents` and
    `noise` and the output `audio`. All are float32. The number of frames is free; for the denoiser
    it must be a multiple of `frames_multiple` in `player.json`, which also holds all other
    settings that a player needs.

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
    noise_channels = codec.noise_channels
    random = random_stream(0, "export")

    def draw(channels: int, frames: int) -> Tensor:
        return torch.randn(1, channels, frames, generator=random)

    def denoiser_inputs(count: int) -> tuple[Tensor, ...]:
        frames = count * multiple
        return draw(latent, frames), draw(CLOCK_CHANNELS + style, frames), torch.tensor([0.4])

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
            "velocity",
        )
        _check_graph(bundle.generator, partial / GRAPH_NAMES[0], denoiser_inputs(7))
        decoder = PlainDecoder(codec).eval()
        _write_graph(
            decoder,
            partial / GRAPH_NAMES[1],
            decoder_inputs(40),
            {"latents": {2: frames}, "noise": {2: frames}},
            "audio",
        )
        _check_graph(decoder, partial / GRAPH_NAMES[1], decoder_inputs(25))
        text = json.dumps(_player(bundle, multiple), indent=1)
        (partial / PLAYER_NAME).write_text(text, encoding="utf-8")


def _player(bundle: LatentBundle, multiple: int) -> dict[str, object]:
    """Settings that a player needs besides the graphs."""
    settings, codec = bundle.settings, bundle.codec
    return {
        "sample_rate": codec.sample_rate,
        "latent_samples": codec.latent_samples,
        "latent_channels": codec.latent_channels,
        "texture_channels": codec.texture_channels,
        "noise_channels": codec.noise_channels,
        "frames_multiple": multiple,
        "context_latents": codec.context_latents,
        "steps": settings.generator.steps,
        "texture": settings.generator.texture,
        "clock_periods_in_beats": list(PERIODS),
        "styles": codec.style_embedding.passages.tolist(),
        "styles_bpm": codec.style_embedding.descriptors[:, -1].tolist(),
        "card": bundle.card.model_dump(mode="json"),
    }


def _write_graph(
    network: nn.Module,
    path: Path,
    inputs: tuple[Tensor, ...],
    axes: dict[str, dict[int, Dim] | None],
    output: str,
) -> None:
    with _quiet():
        program = torch.onnx.export(
            network,
            inputs,
            input_names=list(axes),
            output_names=[output],
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
    found = np.asarray(session.run(None, feed)[0])
    with torch.inference_mode():
        expected = network(*inputs).numpy()
    error = float(np.abs(found - expected).max())
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
