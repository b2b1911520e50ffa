"""Disk space of Riffsmith and its packages, and peak memory of `generate` and `train`.

Prints the size of the files of Riffsmith and of all packages it needs (without extras), the size
of this whole environment, and the largest resident memory of the commands. The training is short
but goes through all its phases: `footprint.py [MODEL] [CORPUS]`. Without a corpus it is one on the
embedded songs, 12 minutes of music.
"""

import subprocess
import sys
import tempfile
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import psutil
from machine import describe_machine
from packaging.requirements import Requirement

import riffsmith

SECONDS = (30, 600)
SHORT_TRAINING = (
    "--minutes=1",
    "--config.codec.texture_steps=20",
    "--config.training.flow_matching_steps=4",
)
MEBIBYTE = 2**20


def main(model: str = "metal", corpus: str = "") -> None:
    print(describe_machine())
    packages = needed_packages("riffsmith")
    source = folder_bytes(Path(riffsmith.__file__).parent)
    needed = source + sum(map(package_bytes, packages))
    print(f"riffsmith itself: {source / MEBIBYTE:.0f} MiB")
    print(f"with the {len(packages)} packages that it needs: {needed / MEBIBYTE:.0f} MiB")
    print(f"this whole environment: {folder_bytes(Path(sys.prefix)) / MEBIBYTE:.0f} MiB")
    with tempfile.TemporaryDirectory() as folder:
        for seconds in SECONDS:
            out = Path(folder) / "clip.wav"
            peak = peak_bytes("generate", model, str(out), f"--seconds={seconds}", "--seed=7")
            print(f"generate {seconds} s: at most {peak / MEBIBYTE:.0f} MiB of memory")
        songs = Path(riffsmith.__file__).parent / "demo_corpus" / "metal"
        music, run = corpus or str(songs), str(Path(folder) / "run")
        peak = peak_bytes("train", music, run, *SHORT_TRAINING)
        print(f"train: at most {peak / MEBIBYTE:.0f} MiB of memory")


def needed_packages(name: str) -> list[Distribution]:
    """Everything that an installation of `name` without extras brings along, itself left out."""
    found: dict[str, Distribution] = {}
    waiting = [name]
    while waiting:
        for text in distribution(waiting.pop()).requires or ():
            requirement = Requirement(text)
            if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
                continue
            if requirement.name not in found:
                try:
                    found[requirement.name] = distribution(requirement.name)
                except PackageNotFoundError:  # another system's part
                    continue
                waiting.append(requirement.name)
    return list(found.values())


def package_bytes(package: Distribution) -> int:
    paths = (Path(str(file.locate())) for file in package.files or ())
    return sum(path.stat().st_size for path in paths if path.is_file())


def folder_bytes(folder: Path) -> int:
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return sum(path.stat().st_size for path in files)


def peak_bytes(*arguments: str) -> int:
    """Resident memory of a command and its child processes, looked at every 20 ms."""
    command = [sys.executable, "-m", "riffsmith", *arguments]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        measured, peak = psutil.Process(process.pid), 0
        while process.poll() is None:
            total = 0
            for one in [measured, *measured.children(recursive=True)]:
                try:
                    total += one.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            peak = max(peak, total)
            try:
                process.wait(0.02)
            except subprocess.TimeoutExpired:
                continue
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed")
    return peak


if __name__ == "__main__":
    main(*sys.argv[1:])
