"""What single settings of the preset `latent` do: short trainings that differ in one thing.

    python benchmarks/ablations.py CORPUS OUT

Trains each variant for the same few steps, plays two minutes, and prints a line of a table: raw
distances (KAD), variety, the median time of a step of flow matching and of the adversarial phase
(as ratios to the first line), and how often the monitor rolled back or stopped the run. Lines that
OUT already holds are not measured again.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median

FLOW_MATCHING_STEPS, STEPS, LOG_STEPS = 300, 432, 18
SECONDS = 120
DISTANCES = ("kad_musicnn", "kad_aisfx")
VARIETIES = ("variety_musicnn", "variety_aisfx")
VARIANTS: dict[str, dict[str, str]] = {
    "as it is": {},
    "seed 1": {"seed": "1"},
    "seed 2": {"seed": "2"},
    "seed 3": {"seed": "3"},
    "seed 4": {"seed": "4"},
    "latents at twice the rate (2 frames, 64 components)": {
        "codec.patch_frames": "2",
        "codec.components": "64",
        "training.window_frames": "512",
    },
    "64 components": {"codec.components": "64"},
    "windows of 6 s": {"training.window_frames": "128"},
    "penalty 1": {"training.penalty_weight": "1.0"},
    "penalty .01": {"training.penalty_weight": "0.01"},
    "no augmentation": {"training.gain_nepers": "0.0", "training.cut_fraction": "0.0"},
    "no noise on the style": {"training.style_noise": "0.0"},
    "discriminator: slowest three scales": {"discriminator.head_from": "3"},
    "8 windows a step": {"training.batch_size": "8"},
    "float32": {"training.precision": "float32"},
}


def main(corpus: str, out: str) -> None:
    folder = Path(out)
    print(
        "| variant | musicnn | aisfx | variety | flow-matching step | adversarial step | undone |"
    )
    print("|---|---|---|---|---|---|---|")
    base: tuple[float, float] | None = None
    for name, changes in VARIANTS.items():
        path = folder / f"{name.replace(' ', '-')}.json"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(measure(corpus, folder / "run", changes)))
        found = json.loads(path.read_text())
        base = base or (found["matching"], found["adversarial"])
        print(
            f"| {name} | {found['kad_musicnn']:.3f} | {found['kad_aisfx']:.3f} "
            f"| {found['variety_musicnn']:.2f} / {found['variety_aisfx']:.2f} "
            f"| {found['matching'] / base[0]:.2f} | {found['adversarial'] / base[1]:.2f} "
            f"| {found['undone']:.0f} |",
            flush=True,
        )


def measure(corpus: str, run: Path, changes: dict[str, str]) -> dict[str, float]:
    shutil.rmtree(run, ignore_errors=True)
    settings = {
        "training.flow_matching_steps": str(FLOW_MATCHING_STEPS),
        "training.log_every_steps": str(LOG_STEPS),
        "training.threads": "1",
        **changes,
    }
    seed = settings.pop("seed", "0")
    flags = [text for key, value in settings.items() for text in (f"--config.{key}", value)]
    train = ["train", corpus, str(run), "--steps", str(STEPS), "--seed", seed]
    call(*train, *flags, "--config.training.preview_every_steps", str(STEPS))
    output = call("evaluate", str(run), "--corpus", corpus, "--seconds", str(SECONDS), "--json")
    evaluation = json.loads(output)
    scores = {name: evaluation["distances"][name]["generated"] for name in DISTANCES}
    scores |= {name: evaluation["measures"][name]["generated"] for name in VARIETIES}
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    log = [line for line in lines if line["event"] == "log"]
    warm = [line["seconds"] for line in log if line["step"] <= FLOW_MATCHING_STEPS]
    adversarial = [line["seconds"] for line in log if line["step"] > FLOW_MATCHING_STEPS]
    undone = sum(line["event"] in ("rollback", "stop") for line in lines)
    return {
        **scores,
        "undone": undone,
        "matching": median(warm),
        "adversarial": median(adversarial[1:]),
    }


def call(*arguments: str) -> str:
    command = [sys.executable, "-m", "riffsmith", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    main(*sys.argv[1:])
