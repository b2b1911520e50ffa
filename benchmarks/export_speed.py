"""Speed of the exported graphs relative to PyTorch, on one thread: `export_speed.py [MODEL]`."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import torch
from machine import describe_machine

from riffsmith.bundle import LatentBundle, count_pitches
from riffsmith.export import export_onnx, export_torchscript
from riffsmith.export.onnx import GRAPH_NAMES, PIANO_ROLL_NAME, open_session
from riffsmith.export.torchscript import build_instrument
from riffsmith.hardware import playing_precision
from riffsmith.networks import CLOCK_CHANNELS, PROFILE_VALUES, PianoRollModel
from riffsmith.pipeline.models import open_model
from riffsmith.transcription import PITCHES

ROUNDS = 15
"""Repetitions of each measurement."""
BLOCKS = 400
"""Blocks that the instrument plays."""
WINDOW, CHUNK, BLOCK = 1024, 82, 4
"""Latent frames that the player denoises and decodes at once, and those of 8192 samples."""


def compare(functions: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Median seconds of each function; they alternate, so that other work affects all alike."""
    seconds: dict[str, list[float]] = {name: [] for name in functions}
    for number in range(ROUNDS + 2):
        for name, run in functions.items():
            start = time.perf_counter()
            run()
            if number >= 2:
                seconds[name].append(time.perf_counter() - start)
    return {name: median(values) for name, values in seconds.items()}


def show(graph: str, seconds: dict[str, float]) -> None:
    for name, value in seconds.items():
        if name != "player":
            print(f"{graph}: {name} takes {value / seconds['player']:.2f} × the player's time")


@torch.inference_mode()
def main(model: str) -> None:
    torch.set_num_threads(1)
    print(describe_machine())
    bundle = open_model(model)
    assert isinstance(bundle, LatentBundle)
    settings, codec = bundle.settings, bundle.codec
    instrument = build_instrument(bundle)
    conditioning_channels = (
        CLOCK_CHANNELS + settings.codec.style_dimensions + count_pitches(settings)
    )
    noisy = torch.randn(1, codec.latent_channels, WINDOW)
    conditioning = torch.randn(1, conditioning_channels, WINDOW)
    timesteps = torch.ones(1)
    latents = torch.randn(1, codec.latent_channels, CHUNK)
    noise = torch.randn(1, codec.noise_channels, CHUNK)

    def denoise() -> None:
        with playing_precision(noisy.device):
            bundle.generator(noisy, conditioning, timesteps)

    with TemporaryDirectory() as name:
        folder = Path(name) / "graphs"
        export_onnx(bundle, folder)
        denoiser, decoder = (open_session(folder / graph) for graph in GRAPH_NAMES)
        feed = {
            "noisy": noisy.numpy(),
            "conditioning": conditioning.numpy(),
            "time": timesteps.numpy(),
        }
        seconds = compare(
            {
                "player": denoise,
                "float32 PyTorch": lambda: bundle.generator(noisy, conditioning, timesteps),
                "onnxruntime": lambda: denoiser.run(None, feed),
            }
        )
        show("denoiser", seconds)
        decoder_feed = {"latents": latents.numpy(), "noise": noise.numpy()}
        seconds = compare(
            {
                "player": lambda: codec.decode(latents, noise),
                "float32 PyTorch": lambda: instrument.decoder(latents, noise),
                "onnxruntime": lambda: decoder.run(None, decoder_feed),
            }
        )
        show("decoder", seconds)
        if bundle.piano_roll_model is not None:
            compare_steps(bundle.piano_roll_model, folder / PIANO_ROLL_NAME)
    with TemporaryDirectory() as name:
        path = Path(name) / "instrument.ts"
        export_torchscript(bundle, path)
        play_blocks(torch.jit.load(path), BLOCK * codec.latent_samples / codec.sample_rate)


def compare_steps(model: PianoRollModel, graph: Path) -> None:
    """Compares a step of the piano roll, and prints its time."""
    session = open_session(graph)
    inputs = (
        torch.zeros(1, 1, PITCHES),
        torch.zeros(1, dtype=torch.int64),
        torch.rand(1, PROFILE_VALUES),
        torch.zeros(1, 1, model.hidden),
        torch.rand(1 + PITCHES),
    )
    names = [entry.name for entry in session.get_inputs()]
    feed = {name: value.numpy() for name, value in zip(names, inputs, strict=True)}
    seconds = compare(
        {"player": lambda: model.step(*inputs), "onnxruntime": lambda: session.run(None, feed)}
    )
    print(f"piano roll: a step takes the player {1000 * seconds['player']:.2f} ms")
    show("piano roll", seconds)


def play_blocks(instrument: Callable[[torch.Tensor], torch.Tensor], seconds: float) -> None:
    """Plays blocks as nn~ does, and prints their speed."""
    block, spent = torch.zeros(1, 1, BLOCK), list[float]()
    for number in range(BLOCKS):
        start = time.perf_counter()
        instrument(block)
        if number >= 20:  # TorchScript compiles during the first ones
            spent.append(time.perf_counter() - start)
    speed = seconds * len(spent) / sum(spent)
    print(f"instrument in blocks of {seconds:.3f} s: {speed:.1f} × real time")
    slow = sorted(spent)[int(0.99 * len(spent))]
    print(f"99 of 100 blocks take at most {slow / seconds:.2f} of their length")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "metal")
