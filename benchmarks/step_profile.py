"""Where the time of a training step of the preset `latent` goes, for each of its two phases.

Prints the median seconds of a step on one thread and the shares of kinds of operations.
"""

import statistics
import time
from collections import Counter
from collections.abc import Callable

import torch
from torch.profiler import ProfilerActivity, profile

from riffsmith.codec import Codec
from riffsmith.config import LatentSettings, load_preset
from riffsmith.training.device import keep_freed_memory
from riffsmith.training.latent.step import LatentTrainer, build_learning_rates
from riffsmith.training.latent.system import initialise_latent_state
from riffsmith.training.latent.windows import window_channels

CPU = torch.device("cpu")
STEPS = 4
KINDS = {
    "convolution, backward": ("convolution_backward",),
    "convolution, forward": ("mkldnn_convolution", "slow_conv", "thnn_conv"),
    "products of matrices": ("aten::mm", "aten::bmm", "aten::addmm", "aten::matmul"),
    "Fourier transforms": ("fft",),
    "optimiser": ("adam", "Optimizer", "clip_grad", "lerp_"),
    "copies and casts": ("copy_", "cat", "contiguous", "clone", "stack", "pad", "unfold"),
}


def main() -> None:
    torch.set_num_threads(1)
    keep_freed_memory()
    settings = load_preset("latent", {})
    assert isinstance(settings, LatentSettings)
    codec = Codec(settings)
    state = initialise_latent_state(settings, 0, CPU)
    learning_rates = build_learning_rates(settings.training, state)
    trainer = LatentTrainer(settings, state, codec, learning_rates, 0, CPU)
    frames = settings.training.window_frames
    windows = torch.randn(settings.training.batch_size, window_channels(settings), frames)

    def step_from(first: int) -> Callable[[], object]:
        def step() -> object:
            trainer._state.step = max(trainer._state.step, first)
            return trainer.step(windows)

        return step

    report("flow matching", step_from(0))
    report("adversarial phase", step_from(settings.training.flow_matching_steps))


def report(name: str, step: Callable[[], object]) -> None:
    step()
    times: list[float] = []
    with profile(activities=[ProfilerActivity.CPU]) as found:
        for _ in range(STEPS):
            began = time.perf_counter()
            step()
            times.append(time.perf_counter() - began)
    spent: Counter[str] = Counter()
    for event in found.key_averages():
        spent[kind_of(event.key)] += event.self_cpu_time_total
    total = sum(spent.values())
    shares = ", ".join(f"{kind} {value / total:.0%}" for kind, value in spent.most_common())
    print(f"{name}: {statistics.median(times):.2f} s a step; {shares}", flush=True)


def kind_of(operation: str) -> str:
    for kind, parts in KINDS.items():
        if any(part in operation for part in parts):
            return kind
    return "element by element, and the rest"


if __name__ == "__main__":
    main()
