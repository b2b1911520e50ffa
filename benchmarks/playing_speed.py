"""Speed and latency of a model on one core: `playing_speed.py [MODEL]`.

It prints seconds of audio for each second of computing, the fraction of the time that each part
takes, and the time from the start of a process until its first second of audio is ready.
"""

import subprocess
import sys
import time
from pathlib import Path

import torch

from riffsmith.bundle import LatentBundle
from riffsmith.pipeline.models import open_model
from riffsmith.synthesis import Stream

SECONDS = 120.0
FIRST_BYTES = 4 * 44_100
"""A second of 16-bit stereo."""


def main(name: str = "metal") -> None:
    torch.set_num_threads(1)
    bundle = open_model(name)
    assert isinstance(bundle, LatentBundle)
    stream = Stream(bundle, 0)
    stream.read(0, stream.chunk_samples)  # the first chunk initialises caches
    began, latents_seconds, samples = time.perf_counter(), 0.0, 0
    original = stream._denoise

    def timed(start: int, frames: int) -> torch.Tensor:
        nonlocal latents_seconds
        at = time.perf_counter()
        latents = original(start, frames)
        latents_seconds += time.perf_counter() - at
        return latents

    stream._denoise = timed
    for chunk in stream.chunks(1):
        samples += len(chunk)
        if samples >= SECONDS * stream.sample_rate:
            break
    spent = time.perf_counter() - began
    print(f"{samples / stream.sample_rate / spent:.1f} × real time on one core")
    print(f"{latents_seconds / spent:.0%} in the generator, the remainder in the decoder")
    parts = (bundle.generator, bundle.codec)
    generator, codec = (sum(p.numel() for p in part.parameters()) for part in parts)
    print(f"parameters: generator {generator:,}, codec {codec:,}")
    command = [str(Path(sys.executable).parent / "riffsmith"), "stream", name, "--stdout"]
    command += ["--format", "raw", "--seed", "0"]
    starts: list[float] = []
    for _ in range(3):
        at = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout
            assert len(process.stdout.read(FIRST_BYTES)) == FIRST_BYTES
            starts.append(time.perf_counter() - at)
            process.kill()
    median = sorted(starts)[1]
    print(f"first second of audio {median:.2f} s after `riffsmith stream` was called (median of 3)")


if __name__ == "__main__":
    main(*sys.argv[1:])
