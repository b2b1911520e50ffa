"""The default use of cores against one thread, on an idle machine and beside busy processes.

python benchmarks/thread_policy.py [--turns 3] [--only generate|step|long]

Two processes do the same work in turns: one as the package does it by default, one with
OMP_NUM_THREADS=1. They are timed alone, beside one and beside four busy processes, and beside one
of higher priority, which only an administrator may start. Each busy process lives for one timing,
and ends by itself after a minute. Run it on a machine that does nothing else.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection

BUSY = "import time\nend = time.monotonic() + 60\nwhile time.monotonic() < end: pass"
LOADS = {
    "idle": (0, 0),
    "beside one busy process": (1, 0),
    "beside four": (4, 0),
    "beside one of higher priority": (1, -10),
}
"""The number of busy processes, and what is added to their nice value."""
SECONDS = {"generate": 40.0, "long": 120.0}


def build_work(kind: str) -> Callable[[], object]:
    """What is timed: a clip of the shipped model, or a training step of the preset `latent`."""
    if kind in SECONDS:
        import riffsmith

        model = riffsmith.load("metal")
        return lambda: model.generate(SECONDS[kind], 7)
    return build_step()


def build_step() -> Callable[[], object]:
    import torch

    from riffsmith.config import LatentSettings, load_preset
    from riffsmith.training import choose_device
    from riffsmith.training.device import keep_freed_memory
    from riffsmith.training.latent.step import LatentTrainer, build_learning_rates
    from riffsmith.training.latent.system import initialise_latent_state
    from riffsmith.training.latent.windows import window_channels

    settings = load_preset("latent")
    assert isinstance(settings, LatentSettings)
    keep_freed_memory()
    device = choose_device(settings.training)
    state = initialise_latent_state(settings, 0, device)
    state.step = settings.training.flow_matching_steps
    learning_rates = build_learning_rates(settings.training, state)
    gain_direction = torch.zeros(window_channels(settings))
    trainer = LatentTrainer(settings, state, gain_direction, learning_rates, 0, device)
    shape = (settings.training.batch_size, window_channels(settings))
    real = torch.randn(*shape, settings.training.window_frames)
    return lambda: trainer.step(real)


def serve(kind: str, pipe: Connection) -> None:
    """Does the work once for each message and answers with its time in seconds."""
    from riffsmith.config import load_preset  # before `machine`, which loads torch
    from riffsmith.parallel import count_workers, use_threads
    from riffsmith.training.device import count_threads

    from machine import describe_machine  # isort: skip

    threads = count_threads(load_preset("latent").training) if kind == "step" else count_workers()
    work = build_work(kind)
    with use_threads(threads):
        work()  # warm
        pipe.send(describe_machine())
        while pipe.recv():
            began = time.perf_counter()
            work()
            pipe.send(time.perf_counter() - began)


@contextmanager
def busy(count: int, nice: int) -> Iterator[None]:
    command = [sys.executable, "-c", f"import os\nos.nice({nice})\n{BUSY}"]
    processes = [subprocess.Popen(command) for _ in range(count)]
    time.sleep(0.2 if count else 0.0)
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def may_raise_priority() -> bool:
    command = [sys.executable, "-c", "import os; os.nice(-10)"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def compare(kind: str, turns: int) -> None:
    context = get_context("spawn")
    environments: dict[str, dict[str, str]] = {"default": {}, "one": {"OMP_NUM_THREADS": "1"}}
    pipes: dict[str, Connection] = {}
    for name, environment in environments.items():
        pipes[name], theirs = context.Pipe()
        os.environ.update(environment)  # before the process begins: it loads torch at once
        context.Process(target=serve, args=(kind, theirs), daemon=True).start()
        for key in environment:
            del os.environ[key]
        print(f"{kind}, {name}: {pipes[name].recv()}")
    for load, (count, nice) in LOADS.items():
        if kind == "long" and load != "idle":
            continue
        if nice < 0 and not may_raise_priority():
            print(f"{kind}, {load}: not measured, which needs an administrator")
            continue
        times: dict[str, list[float]] = {name: [] for name in pipes}
        for _ in range(turns):
            for name, pipe in pipes.items():
                with busy(count, nice):
                    pipe.send(True)
                    times[name].append(pipe.recv())
        ours, one = (statistics.median(times[name]) for name in ("default", "one"))
        print(
            f"{kind}, {load}: one thread {one:.2f} s, default {ours:.2f} s, "
            f"{one / ours:.2f} times as fast",
            flush=True,
        )
    for pipe in pipes.values():
        pipe.send(False)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--only", choices=("generate", "step", "long"))
    options = parser.parse_args()
    for kind in ("generate", "step", "long"):
        if options.only in (None, kind):
            compare(kind, options.turns)


if __name__ == "__main__":
    main()
