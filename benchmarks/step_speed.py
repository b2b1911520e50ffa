"""Training steps of the preset `report` against a plain loop, at equal losses.

python benchmarks/step_speed.py [--steps 300] [--float32]

Both take the same batches of real segments of the demo corpus and start from the same weights.
The plain loop is eager float32 as the report's text has it: default layout, default Adam. Each
runs in a process of its own, and they are timed in turns of 10 steps, so that a machine that slows
down slows both. `--float32` runs ours without bfloat16, to tell what the rest brings.
"""

import argparse
import statistics
import tempfile
import time
from importlib.resources import as_file, files
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import torch
from machine import describe_machine
from torch import nn

from riffsmith.config import PictureSettings, load_preset
from riffsmith.corpus import Corpus, prepare_corpus
from riffsmith.networks import build_loss
from riffsmith.training.device import keep_freed_memory
from riffsmith.training.picture.step import PictureTrainer, build_learning_rates
from riffsmith.training.picture.system import initialise_picture_state

TURN = 10


class PlainLoop:
    """The report's training step, written down as it stands there."""

    def __init__(self, generator: nn.Module, discriminator: nn.Module) -> None:
        self.generator, self.discriminator = generator.train(), discriminator.train()
        self.criterion = nn.BCEWithLogitsLoss()
        options = {"lr": 2e-4, "betas": (0.5, 0.999)}
        self.optimizer_g = torch.optim.Adam(generator.parameters(), **options)
        self.optimizer_d = torch.optim.Adam(discriminator.parameters(), **options)

    def step(self, real: torch.Tensor) -> tuple[float, float]:
        labels_real = torch.full((len(real), 1), 0.9)
        labels_fake = torch.zeros(len(real), 1)
        self.optimizer_d.zero_grad()
        loss_real = self.criterion(self.discriminator(real), labels_real)
        fake = self.generator(torch.randn(len(real), 100))
        loss_fake = self.criterion(self.discriminator(fake.detach()), labels_fake)
        loss_d = loss_real + loss_fake
        loss_d.backward()
        self.optimizer_d.step()
        self.optimizer_g.zero_grad()
        loss_g = self.criterion(self.discriminator(fake), labels_real)
        loss_g.backward()
        self.optimizer_g.step()
        return loss_d.item(), loss_g.item()


def serve(kind: str, corpus_path: Path, precision: str, pipe: Connection) -> None:
    """Runs a turn of steps for each message; answers with its time and losses."""
    settings = load_preset("report", {"training": {"precision": precision}})
    assert isinstance(settings, PictureSettings)
    device = torch.device("cpu")
    state = initialise_picture_state(settings, 0, device)
    if kind == "ours":
        keep_freed_memory()
        loss = build_loss(settings.training)
        learning_rates = build_learning_rates(settings, state, settings.training.batch_size)
        trainer = PictureTrainer(settings, state, loss, learning_rates, 0, device)

        def step(real: torch.Tensor) -> tuple[float, float]:
            discriminator_loss, generator_loss = reversed(trainer.step(real).losses())
            return discriminator_loss, generator_loss
    else:
        torch.manual_seed(0)
        for network in (state.generator, state.discriminator):
            for parameter in network.parameters():
                parameter.data = parameter.data.contiguous()
        step = PlainLoop(state.generator, state.discriminator).step
    segments = Corpus(corpus_path).train
    order = torch.Generator().manual_seed(0)
    while pipe.recv():
        batches = [
            segments.batch(torch.randperm(len(segments), generator=order)[:8].tolist())
            for _ in range(TURN)
        ]
        began = time.perf_counter()
        losses = [step(batch) for batch in batches]
        pipe.send((time.perf_counter() - began, losses))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--float32", action="store_true")
    options = parser.parse_args()
    precision = "float32" if options.float32 else "auto"
    print(describe_machine())
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "corpus"
        with as_file(files("riffsmith") / "demo_corpus" / "metal") as songs:
            prepare_corpus(songs, path, load_preset("report").corpus, preset="report")
        context = get_context("spawn")
        pipes: dict[str, Connection] = {}
        for kind in ("ours", "plain"):
            pipes[kind], theirs = context.Pipe()
            context.Process(target=serve, args=(kind, path, precision, theirs), daemon=True).start()
        ratios: list[float] = []
        losses: dict[str, list[tuple[float, float]]] = {"ours": [], "plain": []}
        for turn in range(options.steps // TURN):
            seconds: dict[str, float] = {}
            for kind, pipe in pipes.items():
                pipe.send(True)
                seconds[kind], figures = pipe.recv()
                losses[kind] += figures
            if turn:  # the first turn warms up
                ratios.append(seconds["plain"] / seconds["ours"])
        for pipe in pipes.values():
            pipe.send(False)
    for name, values in losses.items():
        last = values[-100:]
        means = [statistics.fmean(column) for column in zip(*last, strict=True)]
        spread = [statistics.stdev(column) for column in zip(*last, strict=True)]
        print(
            f"{name}: over the last {len(last)} of {len(values)} steps discriminator "
            f"{means[0]:.4f} ± {spread[0]:.4f}, generator {means[1]:.3f} ± {spread[1]:.3f}"
        )
    print(
        f"plain step / our step: median {statistics.median(ratios):.2f} "
        f"(from {min(ratios):.2f} to {max(ratios):.2f})"
    )


if __name__ == "__main__":
    main()
