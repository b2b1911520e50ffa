"""Trains the preset `latent` on a rented GPU for minutes, with files small enough to carry there.

    python tools/train_on_gpu.py pack CORPUS MODEL PACK [--hours 1.5] [--skip-hours 0]
    python tools/train_on_gpu.py train PACK STATE [--minutes 11] [--steps 4000] [--set …]
    python tools/train_on_gpu.py bundle STATE FOLDER

`pack` writes the latents of a corpus in half precision, about 35 MB for an hour of music, and its
piano rolls, with the weights, the codec and the piano-roll model of MODEL, which is a bundle, a run
or the name of a shipped model. `train` needs only that file: it trains on the fastest device of the
machine, prints losses and steps a second, and writes its state in parts of at most 15 MB. Where
STATE exists, it goes on from there with new moments of the optimisers. `bundle` writes the averaged
generator as a model that plays.

The latents leave the texture out, so a window of features is what the codec makes of latents
without a texture; everything else is as in `riffsmith train`.
"""

import argparse
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Float
from safetensors import safe_open
from safetensors.torch import load_file, save, save_file
from torch import Tensor

from riffsmith.bundle import (
    Card,
    LatentBundle,
    build_latent_generator,
    save_piano_roll_model,
    write_bundle,
)
from riffsmith.codec import Codec, load_codec, save_codec
from riffsmith.config import LatentSettings, Overrides, build_settings
from riffsmith.corpus import Corpus
from riffsmith.errors import CorpusError, ModelError, RunError, SettingsError
from riffsmith.files import atomic_path
from riffsmith.pipeline.models import open_model
from riffsmith.training import choose_device
from riffsmith.training.latent.step import LatentState, LatentTrainer, build_learning_rates
from riffsmith.training.latent.system import initialise_latent_state
from riffsmith.training.latent.windows import LatentWindows, MeasuredRecording, measure_recordings
from riffsmith.transcription import PianoRoll

_PART_BYTES = 15 * 2**20
_AHEAD = 16
"""Batches that are drawn before they are needed."""
_NOTES_NAME = "piano_roll.safetensors"
_SAVED = ("generator", "averaged_generator")


@dataclass(frozen=True)
class Pack:
    """What `train` needs: the model to begin with, and music."""

    card: Card
    settings: LatentSettings
    codec: bytes
    piano_roll_model: bytes | None
    weights: dict[str, Tensor]
    recordings: list[MeasuredRecording]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    pack = commands.add_parser("pack")
    for name in ("corpus", "model", "pack"):
        pack.add_argument(name, type=Path)
    pack.add_argument("--hours", type=float, default=1.5)
    pack.add_argument("--skip-hours", type=float, default=0.0)
    train = commands.add_parser("train")
    for name in ("pack", "state"):
        train.add_argument(name, type=Path)
    train.add_argument("--minutes", type=float, default=11.0)
    train.add_argument("--steps", type=int, default=4_000)
    train.add_argument("--set", nargs="*", default=[], metavar="SECTION.KEY=VALUE")
    train.add_argument("--seed", type=int, default=0)
    bundle = commands.add_parser("bundle")
    for name in ("state", "folder"):
        bundle.add_argument(name, type=Path)
    options = parser.parse_args()
    if options.command == "pack":
        write_pack(options.corpus, options.model, options.pack, options.hours, options.skip_hours)
    elif options.command == "train":
        train_pack(
            options.pack,
            options.state,
            minutes=options.minutes,
            steps=options.steps,
            overrides=_read_overrides(options.set),
            seed=options.seed,
        )
    else:
        write_model(options.state, options.folder)


def write_pack(corpus: Path, model: Path, target: Path, hours: float, skip_hours: float) -> None:
    """Writes latents, beats, notes, codec and weights in one file.

    Raises:
        CorpusError: No training recording begins within the chosen hours.
        SettingsError: The model generates pictures.
    """
    bundle = open_model(str(model))
    if not isinstance(bundle, LatentBundle):
        raise SettingsError(f"{model} generates pictures: choose a model of preset latent")
    source, kept, position = Corpus(corpus), [], 0.0
    for recording in source.manifest.of_split("train"):
        if skip_hours <= position / 3_600 < skip_hours + hours:
            kept.append(recording)
        position += recording.source.seconds
    if not kept:
        raise CorpusError(
            f"no training recording of {corpus} begins between hours {skip_hours:g} and "
            f"{skip_hours + hours:g}: choose others with --hours and --skip-hours"
        )
    table = {f"weights.{k}": v.half() for k, v in bundle.generator.state_dict().items()}
    table["codec"] = torch.frombuffer(bytearray(save_codec(bundle.codec)), dtype=torch.uint8)
    if bundle.piano_roll_model is not None:
        content = bytearray(save_piano_roll_model(bundle.piano_roll_model))
        table["piano_roll_model"] = torch.frombuffer(content, dtype=torch.uint8)
    for number, item in enumerate(measure_recordings(source, kept, bundle.settings)):
        latents = bundle.codec.encode_features(item.features[None].float())[0]
        frames = latents.shape[1] * bundle.codec.patch_frames
        table[f"{number:04d}.latents"] = latents.half()
        table[f"{number:04d}.beats"] = item.beats[:frames].float()
        if item.roll is not None:
            table[f"{number:04d}.roll"] = item.roll.steps
            table[f"{number:04d}.first_step"] = torch.tensor(item.roll.first)
    metadata = {"card": bundle.card.model_dump_json()}
    with atomic_path(target, RunError) as partial:
        save_file({name: value.contiguous() for name, value in table.items()}, partial, metadata)
    size = target.stat().st_size / 2**20
    print(f"{len(kept)} recordings → {target}, {size:.1f} MiB")


def read_pack(path: Path) -> Pack:
    """Reads what `write_pack` wrote. Features are decoded from the latents without a texture."""
    with safe_open(path, framework="pt") as file:
        card = Card.model_validate_json(file.metadata()["card"])
        table = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    settings = card.settings
    if not isinstance(settings, LatentSettings):
        raise SettingsError(f"{path} holds a model of pictures: pack one of preset latent")
    content = bytes(table["codec"].numpy())
    codec = load_codec(settings, content)
    notes = table.get("piano_roll_model")
    numbers = sorted(name.partition(".")[0] for name in table if name.endswith(".latents"))
    recordings = [_read_recording(codec, table, number) for number in numbers]
    return Pack(
        card,
        settings,
        content,
        None if notes is None else bytes(notes.numpy()),
        _with_prefix(table, "weights."),
        recordings,
    )


def _read_recording(codec: Codec, table: dict[str, Tensor], number: str) -> MeasuredRecording:
    roll = None
    if f"{number}.roll" in table:
        roll = PianoRoll(table[f"{number}.roll"], int(table[f"{number}.first_step"]))
    features = _to_features(codec, table[f"{number}.latents"].float())
    return MeasuredRecording(features, table[f"{number}.beats"], roll)


def _to_features(
    codec: Codec, latents: Float[Tensor, "channels latents"]
) -> Float[Tensor, "features frames"]:
    silence = torch.zeros(1, codec.texture_channels, latents.shape[1])
    strength, codec.texture_strength = codec.texture_strength, 0.0
    features = codec.decode_features(latents[None], silence)[0].half()
    codec.texture_strength = strength
    return features


def train_pack(
    path: Path,
    folder: Path,
    *,
    minutes: float,
    steps: int,
    overrides: Overrides,
    seed: int,
) -> None:
    """Trains until the time or the steps are over, and writes the state.

    Args:
        path: File that `write_pack` wrote.
        folder: Folder of the state. A state that is there is where the training goes on.
        minutes: Time to train, from the first step on.
        steps: Step to end with.
        overrides: Single settings, as `build_settings` takes them.
        seed: Seed of all randomness.
    """
    pack = read_pack(path)
    settings = build_settings(pack.settings.model_dump(), overrides)
    assert isinstance(settings, LatentSettings)
    device = choose_device(settings.training)
    name = torch.cuda.get_device_name() if device.type == "cuda" else "processor"
    codec = load_codec(settings, pack.codec)
    state = initialise_latent_state(settings, seed, device)
    if folder.is_dir():
        state.step, weights = read_state(folder)
    else:
        weights = {f"generator.{name}": value for name, value in pack.weights.items()}
    _begin(state, weights)
    rates = build_learning_rates(settings.training, state)
    trainer = LatentTrainer(settings, state, codec, rates, seed, device)
    windows = LatentWindows(pack.recordings, codec, settings.training)
    print(f"{name}: begins at step {state.step}, batches of {settings.training.batch_size}")
    began = logged = time.perf_counter()
    losses: list[float] = []
    for batch in _batches(windows, settings.training.batch_size, seed, range(state.step, steps)):
        losses.append(trainer.step(batch).generator_loss)
        now = time.perf_counter()
        if len(losses) == settings.training.log_every_steps:
            rate, loss = len(losses) / (now - logged), sum(losses) / len(losses)
            print(f"step {state.step}: loss {loss:.4f}, {rate:.2f} steps a second", flush=True)
            losses, logged = [], now
        if now - began > 60 * minutes:
            break
    write_state(folder, state, pack, settings)
    done = time.perf_counter() - began
    print(f"{name}: ended at step {state.step} after {done:.0f} s → {folder}")


def _begin(state: LatentState, weights: dict[str, Tensor]) -> None:
    generator = _with_prefix(weights, "generator.")
    averaged = _with_prefix(weights, "averaged_generator.") or generator
    state.generator.load_state_dict(generator)
    state.averaged_generator.load_state_dict(averaged)


def _batches(
    windows: LatentWindows, count: int, seed: int, steps: range
) -> Iterator[Float[Tensor, "windows both frames"]]:
    """Batches of windows in the order of the steps, drawn by threads before they are needed."""
    with ThreadPoolExecutor() as pool:
        waiting = [
            pool.submit(windows.draw, count, seed, "windows", step) for step in steps[:_AHEAD]
        ]
        for step in steps:
            batch = waiting.pop(0).result()
            if step + _AHEAD < steps.stop:
                waiting.append(pool.submit(windows.draw, count, seed, "windows", step + _AHEAD))
            yield batch


def write_state(folder: Path, state: LatentState, pack: Pack, settings: LatentSettings) -> None:
    """Writes the generators of a state in half precision, in numbered parts."""
    table = {
        f"{name}.{key}": value.detach().half().cpu().contiguous()
        for name in _SAVED
        for key, value in getattr(state, name).state_dict().items()
    }
    parts: list[dict[str, Tensor]] = [{}]
    size = 0
    for key, value in table.items():
        size += value.nbytes
        if size > _PART_BYTES:
            parts.append({})
            size = value.nbytes
        parts[-1][key] = value
    card = pack.card.model_copy(
        update={"settings": settings, "step": state.step, "snapshot": state.step}
    )
    record = {"step": state.step, "card": card.model_dump(mode="json")}
    with atomic_path(folder, RunError) as partial:
        partial.mkdir()
        for number, part in enumerate(parts):
            (partial / f"part-{number:02d}.safetensors").write_bytes(save(part))
        (partial / "codec.safetensors").write_bytes(pack.codec)
        if pack.piano_roll_model is not None:
            (partial / _NOTES_NAME).write_bytes(pack.piano_roll_model)
        (partial / "state.json").write_text(json.dumps(record), encoding="utf-8")


def read_state(folder: Path) -> tuple[int, dict[str, Tensor]]:
    """The step and the tensors of a state."""
    record = json.loads((folder / "state.json").read_text(encoding="utf-8"))
    weights: dict[str, Tensor] = {}
    for part in sorted(folder.glob("part-*.safetensors")):
        weights |= {name: value.float() for name, value in load_file(part).items()}
    return record["step"], weights


def write_model(state: Path, folder: Path) -> None:
    """Writes the averaged generator of a state as a bundle.

    Raises:
        ModelError: The bundle cannot be written.
    """
    record = json.loads((state / "state.json").read_text(encoding="utf-8"))
    card = Card.model_validate_json(json.dumps(record["card"]))
    settings = card.settings
    if not isinstance(settings, LatentSettings):
        raise ModelError(f"{state} holds a model of pictures")
    generator = build_latent_generator(settings)
    generator.load_state_dict(_with_prefix(read_state(state)[1], "averaged_generator."))
    notes = state / _NOTES_NAME
    write_bundle(
        folder,
        card,
        generator,
        (state / "codec.safetensors").read_bytes(),
        notes.read_bytes() if notes.is_file() else None,
    )
    print(f"step {record['step']} → {folder}")


def _with_prefix(table: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v.float() for k, v in table.items() if k.startswith(prefix)}


def _read_overrides(pairs: list[str]) -> dict[str, dict[str, str]]:
    overrides: dict[str, dict[str, str]] = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        section, _, key = name.partition(".")
        overrides.setdefault(section, {})[key] = value
    return overrides


if __name__ == "__main__":
    main()
