"""Where the time of a training step of the preset `latent` goes, for each of its two phases.

Prints the median seconds of CPU time of a step on one thread, its share of the core's peak (of the
floating-point operations of a product of large matrices in the same run), and the shares of kinds
of operations. The first lines are those of a generator without branches for bands.
"""

import statistics
import time
from collections import Counter
from collections.abc import Callable

import torch
from torch.profiler import ProfilerActivity, profile
from torch.utils.flop_counter import FlopCounterMode

from riffsmith.config import LatentSettings, load_preset
from riffsmith.training.device import keep_freed_memory
from riffsmith.training.latent.step import LatentTrainer, build_learning_rates
from riffsmith.training.latent.system import initialise_latent_state
from riffsmith.training.latent.windows import window_channels

CPU = torch.device("cpu")
STEPS = 4
MATRIX = 1_024
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
    peak = measure_peak()
    print(f"peak: {peak / 1e9:.0f} GFLOPS")
    for band_channels in ("0", "16"):
        settings = load_preset("latent", {"generator": {"band_channels": band_channels}})
        assert isinstance(settings, LatentSettings)
        profile_phases(settings, peak, f"band_channels {band_channels}")


def profile_phases(settings: LatentSettings, peak: float, label: str) -> None:
    gain_direction = torch.zeros(window_channels(settings))
    state = initialise_latent_state(settings, 0, CPU)
    learning_rates = build_learning_rates(settings.training, state)
    trainer = LatentTrainer(settings, state, gain_direction, learning_rates, 0, CPU)
    frames = settings.training.window_frames
    windows = torch.randn(settings.training.batch_size, window_channels(settings), frames)

    def step_from(first: int) -> Callable[[], object]:
        def step() -> object:
            trainer._state.step = max(trainer._state.step, first)
            return trainer.step(windows)

        return step

    report(f"{label}, flow matching", step_from(0), peak)
    first = settings.training.flow_matching_steps
    report(f"{label}, adversarial phase", step_from(first), peak)


def measure_peak() -> float:
    """Floating-point operations in a second of CPU time of a product of large matrices."""
    left, right = torch.randn(2, MATRIX, MATRIX)
    times: list[float] = []
    for _ in range(20):
        began = time.process_time()
        torch.mm(left, right)
        times.append(time.process_time() - began)
    return 2 * MATRIX**3 / statistics.median(times)


def report(name: str, step: Callable[[], object], peak: float) -> None:
    counter = FlopCounterMode(display=False)
    with counter:
        step()
    times: list[float] = []
    with profile(activities=[ProfilerActivity.CPU]) as found:
        for _ in range(STEPS):
            began = time.process_time()
            step()
            times.append(time.process_time() - began)
    spent: Counter[str] = Counter()
    for event in found.key_averages():
        spent[kind_of(event.key)] += event.self_cpu_time_total
    total = sum(spent.values())
    shares = ", ".join(f"{kind} {value / total:.0%}" for kind, value in spent.most_common())
    seconds, operations = statistics.median(times), counter.get_total_flops()
    print(
        f"{name}: {seconds:.2f} s a step, {operations / 1e9:.0f} GFLOP, "
        f"{operations / seconds / peak:.0%} of the peak; {shares}",
        flush=True,
    )


def kind_of(operation: str) -> str:
    for kind, parts in KINDS.items():
        if any(part in operation for part in parts):
            return kind
    return "element by element, and the rest"


if __name__ == "__main__":
    main()
