"""Speed of `prepare` against decoding alone, and against a plain loop.

python benchmarks/prepare_speed.py [--clips 100] [--rounds 3] [--kind mixed|gtzan]

Clips of 30 s are cut from the demo corpus. `mixed` writes them in the formats of most users (44.1
kHz stereo; Vorbis, MP3, FLAC and WAV in turn). `gtzan` writes them in GTZAN's format (22,050 Hz,
mono, WAV of 16 bit). Each round times three tasks: `prepare` with one worker per core; decoding and
resampling alone with as many workers; and the course report's listing, corrected, as a plain loop
on one core.
"""

import argparse
import os
import shutil
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import soundfile
import soxr
import torch
from machine import describe_machine

from riffsmith.config import load_preset
from riffsmith.corpus import prepare_corpus

SAMPLE_RATE = 22_050
SECONDS = 30


def make_clips(folder: Path, count: int, kind: str) -> list[Path]:
    with as_file(files("riffsmith") / "demo_corpus" / "metal") as songs:
        audio = np.concatenate(
            [soundfile.read(p, dtype="float32")[0] for p in sorted(songs.glob("*.ogg"))]
        )
    starts = np.linspace(0, len(audio) - SECONDS * 44_100, count).astype(int)
    endings = ["ogg", "mp3", "flac", "wav"] if kind == "mixed" else ["wav"]
    paths: list[Path] = []
    for number, start in enumerate(starts):
        clip, sample_rate = audio[start : start + SECONDS * 44_100], 44_100
        if kind == "gtzan":
            clip, sample_rate = soxr.resample(clip.mean(axis=1), 44_100, SAMPLE_RATE), SAMPLE_RATE
        path = folder / f"metal.{number:05d}.{endings[number % len(endings)]}"
        with soundfile.SoundFile(path, "w", sample_rate, 1 if clip.ndim == 1 else 2) as file:
            for block in range(0, len(clip), 1 << 16):
                file.write(clip[block : block + (1 << 16)])
        paths.append(path)
    return paths


def decode(path: Path) -> np.ndarray:
    audio, sample_rate = soundfile.read(path, dtype="float32", always_2d=True)
    return soxr.resample(audio.mean(axis=1), sample_rate, SAMPLE_RATE)


def decode_all(paths: list[Path], workers: int) -> None:
    with ThreadPoolExecutor(workers) as pool:
        for _ in pool.map(decode, paths):
            pass


def plain_loop(paths: list[Path], out: Path) -> None:
    """The course report's listing with its errors corrected and resampling added."""
    window = torch.hann_window(400)
    points = 700 * (
        10 ** (torch.linspace(0, 2595 * np.log10(1 + SAMPLE_RATE / 1400), 66) / 2595) - 1
    )
    bins = torch.linspace(0, SAMPLE_RATE / 2, 201)
    slopes = points[None, :] - bins[:, None]
    steps = points[1:] - points[:-1]
    filters = torch.minimum(-slopes[:, :-2] / steps[:-1], slopes[:, 2:] / steps[1:]).clamp_min(0)
    samples = 6 * SAMPLE_RATE
    for path in paths:
        audio = torch.from_numpy(decode(path))
        for index in range(5):
            start = index * samples
            segment = audio[start : start + samples]
            spectrum = torch.stft(segment, 400, 200, window=window, return_complex=True)
            power = spectrum.abs().pow(2.0)
            mel = torch.matmul(power.transpose(-1, -2), filters).transpose(-1, -2)
            decibels = 10.0 * torch.log10(torch.clamp(mel, min=1e-10))
            torch.save(decibels.clone(), out / f"{path.stem}_{index:03d}.pt")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--clips", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kind", choices=["mixed", "gtzan"], default="mixed")
    options = parser.parse_args()
    cores = os.cpu_count() or 1
    settings = load_preset("report").corpus
    print(describe_machine())
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "clips").mkdir()
        paths = make_clips(root / "clips", options.clips, options.kind)
        decode_all(paths[:cores], cores)  # The first run fills the caches of files and libraries.
        times: dict[str, list[float]] = {"prepare": [], "decode": [], "plain": []}
        for _ in range(options.rounds):
            shutil.rmtree(root / "corpus", ignore_errors=True)
            started = time.perf_counter()
            prepare_corpus(
                root / "clips", root / "corpus", settings, preset="report", workers=cores
            )
            times["prepare"].append(time.perf_counter() - started)
            started = time.perf_counter()
            decode_all(paths, cores)
            times["decode"].append(time.perf_counter() - started)
            torch.set_num_threads(1)
            (root / "plain").mkdir(exist_ok=True)
            started = time.perf_counter()
            plain_loop(paths, root / "plain")
            times["plain"].append(time.perf_counter() - started)
    middle = {key: statistics.median(values) for key, values in times.items()}
    print(
        f"{options.clips} clips of {SECONDS} s ({options.kind}), {cores} workers, medians of "
        f"{options.rounds}: " + ", ".join(f"{k} {v:.2f} s" for k, v in middle.items())
    )
    print(f"prepare / decoding and resampling: {middle['prepare'] / middle['decode']:.2f}")
    per_core = middle["plain"] / (middle["prepare"] * cores)
    print(f"plain loop / prepare, per core used: {per_core:.2f}")


if __name__ == "__main__":
    main()
