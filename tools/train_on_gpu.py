"""Trains the preset `latent` on a rented GPU for minutes, with files small enough to carry there.

    python tools/train_on_gpu.py pack CORPUS MODEL PACK [--base BASE] [--offsets 1] [--semitones 0]
    python tools/train_on_gpu.py train PACK FOLDER [--begin GENERATOR] [--flow-seconds 240] …
    python tools/train_on_gpu.py bundle GENERATOR MODEL FOLDER

`pack` writes what a training needs of a corpus: latents in steps of a tenth or so, compressed, with
beats, style embeddings and piano rolls, about 8 MB for an hour of music. MODEL is a bundle, a run
or a shipped model that has the codec and the piano-roll model; its weights are not used. The files
of a pack are at most `--part-mib` long, so that they can be carried one by one.

`train` needs only that folder. It keeps all windows in the memory of the device, trains on the
fastest device of the machine, prints losses and steps a second, and writes the averaged generator
in half precision after flow matching and during the adversarial phase. How many steps there are
follows from the seconds and the speed of the first steps.

`bundle` puts a generator and the codec of MODEL together to a model that plays.
`tools/fit_modulation_filter.py` then gives it the filter that trainings have.

The windows are those of `riffsmith train`, but for the precision of the latents, and for the fewer
offsets of frames and transpositions that the pack holds.
"""

import argparse
import bz2
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from riffsmith.bundle import (
    LatentBundle,
    build_latent_generator,
    write_bundle,
)
from riffsmith.codec import Codec
from riffsmith.config import LatentSettings, Overrides, build_settings
from riffsmith.corpus import Corpus
from riffsmith.errors import RunError, SettingsError
from riffsmith.files import atomic_path
from riffsmith.networks import clock
from riffsmith.seeds import random_stream
from riffsmith.training.device import choose_device
from riffsmith.training.latent.step import LatentState, LatentTrainer, build_learning_rates
from riffsmith.training.latent.system import initialise_latent_state
from riffsmith.training.latent.windows import (
    CLOCK_BEGINNINGS,
    MeasuredRecording,
    encode_from,
    latents_in_key,
    measure_recordings,
    window_gain_direction,
)
from riffsmith.transcription import PianoRoll

_START_NAME = "start.safetensors"
_TIMED_FROM, _TIMED_TO = 30, 60
"""The speed of these steps decides how many steps there are."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    pack = commands.add_parser("pack")
    for name in ("corpus", "model", "pack"):
        pack.add_argument(name, type=Path)
    pack.add_argument("--base", type=Path)
    pack.add_argument("--offsets", type=int, default=1)
    pack.add_argument("--semitones", type=int, default=0)
    pack.add_argument("--precision", type=float, default=0.2)
    pack.add_argument("--part-mib", type=float, default=56)
    train = commands.add_parser("train")
    for name in ("pack", "folder"):
        train.add_argument(name, type=Path)
    train.add_argument("--begin", type=Path)
    train.add_argument("--flow-seconds", type=float, default=240)
    train.add_argument("--adversarial-seconds", type=float, default=0)
    train.add_argument("--adversarial-parts", type=int, default=2)
    train.add_argument("--set", nargs="*", default=[], metavar="SECTION.KEY=VALUE")
    train.add_argument("--seed", type=int, default=0)
    bundle = commands.add_parser("bundle")
    for name in ("generator", "model", "folder"):
        bundle.add_argument(name, type=Path)
    options = parser.parse_args()
    if options.command == "pack":
        write_pack(
            options.corpus,
            options.model,
            options.pack,
            base=options.base,
            offsets=options.offsets,
            semitones=options.semitones,
            precision=options.precision,
            part_bytes=round(options.part_mib * 2**20),
        )
    elif options.command == "train":
        train_pack(
            options.pack,
            options.folder,
            begin=options.begin,
            flow_seconds=options.flow_seconds,
            adversarial_seconds=options.adversarial_seconds,
            adversarial_parts=options.adversarial_parts,
            overrides=_read_overrides(options.set),
            seed=options.seed,
        )
    else:
        write_model(options.generator, options.model, options.folder)


def write_pack(
    corpus: Path,
    model: Path,
    folder: Path,
    *,
    base: Path | None,
    offsets: int,
    semitones: int,
    precision: float,
    part_bytes: int,
) -> None:
    """Writes the music of a corpus, and what belongs to its codec, in several files.

    Args:
        corpus: Prepared corpus.
        model: Model whose codec encodes the music.
        folder: Folder that is written; its parent must exist.
        base: Model whose generator the training will begin with, if it has another style embedding.
        offsets: Frames of a patch at which windows may begin, spread evenly.
        semitones: Windows may be transposed by up to so many semitones.
        precision: Step in which latents are rounded.
        part_bytes: Length at which a file ends.

    Raises:
        SettingsError: The model generates pictures.
    """
    bundle, source = _open_latent(model), Corpus(corpus)
    settings, codec = bundle.settings, bundle.codec
    start = {"gain_direction": window_gain_direction(codec, settings)}
    for number, basis in enumerate(codec.component_bases()):
        start[f"basis.{number}"] = basis
    if base is not None:
        other = _open_latent(base).codec.style_embedding
        start["style.matrix"], start["style.shift"] = codec.style_embedding.transform_to(other)
    with atomic_path(folder, RunError) as partial:
        partial.mkdir()
        _save(partial / _START_NAME, start, {"settings": settings.model_dump_json()})
        part: dict[str, Tensor] = {}
        size, parts = 0, 0
        recordings = source.manifest.of_split("train")
        for number, item in enumerate(measure_recordings(source, recordings, settings)):
            table = _pack_recording(item, codec, offsets, semitones, precision)
            part |= {f"{number:04d}.{name}": value for name, value in table.items()}
            size += sum(value.nbytes for value in table.values())
            if size > part_bytes:
                _save(partial / f"music-{parts:02d}.safetensors", part, {})
                part, size, parts = {}, 0, parts + 1
        if part:
            _save(partial / f"music-{parts:02d}.safetensors", part, {})
    length = sum(file.stat().st_size for file in folder.iterdir()) / 2**20
    print(f"{len(recordings)} recordings → {folder}, {length:.1f} MiB")


def _pack_recording(
    item: MeasuredRecording, codec: Codec, offsets: int, semitones: int, precision: float
) -> dict[str, Tensor]:
    table: dict[str, Tensor] = {"precision": torch.tensor(precision)}
    if item.roll is not None:
        table["roll"] = _compress(np.packbits(item.roll.steps.numpy(), axis=1))
        table["first_step"] = torch.tensor(item.roll.first)
    for offset in (number * codec.patch_frames // offsets for number in range(offsets)):
        mel, tonal, beats = encode_from(item, codec, offset)
        table[f"mel.{offset}"] = _compress_latents(mel, precision)
        table[f"beats.{offset}"] = beats.float()
        for key in range(-semitones, semitones + 1):
            latents = latents_in_key(codec, mel, tonal, key)
            if codec.tonal is not None:
                in_key = latents[codec.linear.components :]
                table[f"tonal.{offset}.{key}"] = _compress_latents(in_key, precision)
            if offset == 0:
                table[f"style.{key}"] = codec.style_embedding(latents[None])[0].half()
    return table


def _compress_latents(latents: Float[Tensor, "channels frames"], precision: float) -> Tensor:
    return _compress((latents / precision).round().clamp(-127, 127).to(torch.int8).numpy())


def _compress(values: np.ndarray) -> Tensor:
    """Bytes of an array, compressed: a row after the other, because each has its own spread."""
    rows = np.array(values.shape, dtype=np.int64).tobytes()
    return torch.frombuffer(bytearray(rows + bz2.compress(values.tobytes())), dtype=torch.uint8)


def _decompress(content: Tensor, kind: type[np.generic]) -> np.ndarray:
    raw = content.numpy().tobytes()
    shape = np.frombuffer(raw[:16], dtype=np.int64)
    return np.frombuffer(bz2.decompress(raw[16:]), dtype=kind).reshape(shape)


@dataclass(frozen=True)
class Pack:
    """What `train` needs besides music."""

    settings: LatentSettings
    start: dict[str, Tensor]


def read_start(folder: Path) -> Pack:
    """Reads the settings and the codec's part of a pack."""
    with safe_open(folder / _START_NAME, framework="pt") as file:
        settings = LatentSettings.model_validate_json(file.metadata()["settings"])
        return Pack(settings, {name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118


class DeviceWindows:
    """Random windows of a pack, which the device holds and draws, as `LatentWindows` does."""

    def __init__(self, folder: Path, settings: LatentSettings, device: torch.device) -> None:
        """Reads all files of music in the folder."""
        training = settings.training
        self._frames, self._style_noise, self._device = (
            training.window_frames,
            training.style_noise,
            device,
        )
        rows: list[list[Tensor]] = []
        beats: list[Tensor] = []
        rolls: list[list[Tensor]] = []
        starts: list[Tensor] = []
        count = 0
        with ThreadPoolExecutor() as pool:
            for items in pool.map(_read_recording, _recordings(folder)):
                for item in items:
                    length = len(item.beats)
                    if length < self._frames:
                        continue
                    starts.append(torch.arange(count, count + length - self._frames + 1))
                    count += length
                    rows.append(item.rows)
                    beats.append(item.beats)
                    rolls.append(item.rolls)
        self._starts = torch.cat(starts).to(device)
        self._rows = _join(rows).to(device)
        self._rolls = _join(rolls).to(device) if rolls[0] else None
        self._beats = torch.cat(beats).double().to(device)
        self._latent_channels = settings.codec.latent_channels

    @property
    def frames(self) -> int:
        """Frames of latents, all offsets together."""
        return len(self._beats)

    def draw(self, count: int, stream: torch.Generator) -> Float[Tensor, "count both frames"]:
        """Windows at random positions; half of them are transposed by a random interval."""
        device = self._device
        keys = len(self._rows)

        def draw_below(end: int) -> Tensor:
            return torch.randint(end, (count,), generator=stream, device=device)

        chosen = self._starts[draw_below(len(self._starts))]
        begins = draw_below(CLOCK_BEGINNINGS)
        is_transposed = torch.rand(count, generator=stream, device=device) < 0.5
        key = torch.where(is_transposed, draw_below(keys), keys // 2)
        places = chosen[:, None] + torch.arange(self._frames, device=device)
        rows = self._rows[key[:, None], places].float().transpose(1, 2)
        latents, style = rows.tensor_split([self._latent_channels], dim=1)
        noise = torch.randn(*style.shape[:2], 1, generator=stream, device=device)
        parts = [
            latents,
            clock(self._beats[places] + begins[:, None]),
            style + noise * self._style_noise,
        ]
        if self._rolls is not None:
            parts.append(self._rolls[key[:, None], places].float().transpose(1, 2))
        return torch.cat(parts, dim=1)


@dataclass(frozen=True)
class _Offset:
    """A recording from one frame of a patch on."""

    rows: list[Float[Tensor, "frames channels"]]
    """Latents and style embedding for each key."""
    beats: Float[Tensor, " frames"]
    rolls: list[Tensor]


def _recordings(folder: Path) -> Iterator[dict[str, Tensor]]:
    for path in sorted(folder.glob("music-*.safetensors")):
        table: dict[str, dict[str, Tensor]] = {}
        for name, value in load_file(path).items():
            number, _, rest = name.partition(".")
            table.setdefault(number, {})[rest] = value
        yield from table.values()


def _read_recording(table: dict[str, Tensor]) -> list[_Offset]:
    precision = float(table["precision"])
    keys = sorted(int(name.removeprefix("style.")) for name in table if name.startswith("style."))
    roll = None
    if "roll" in table:
        steps = np.unpackbits(_decompress(table["roll"], np.uint8), axis=1).astype(bool)
        roll = PianoRoll(torch.from_numpy(steps), int(table["first_step"]))
    found: list[_Offset] = []
    for name in sorted(name for name in table if name.startswith("mel.")):
        offset = name.removeprefix("mel.")
        mel, beats = _decompress(table[name], np.int8), table[f"beats.{offset}"]
        rows: list[Tensor] = []
        for key in keys:
            latents = [mel]
            if (tonal := table.get(f"tonal.{offset}.{key}")) is not None:
                latents.append(_decompress(tonal, np.int8))
            values = torch.from_numpy(np.concatenate(latents)).float() * precision
            style = table[f"style.{key}"][:, : values.shape[1]].float()
            rows.append(torch.cat([values, style]).T.half())
        rolls = [roll.at(beats, key).T.bool() for key in keys] if roll else []
        found.append(_Offset(rows, beats, rolls))
    return found


def _join(items: list[list[Tensor]]) -> Tensor:
    """Tensors of each key, one recording after the other: (keys, frames, channels)."""
    return torch.stack([torch.cat(of_key) for of_key in zip(*items, strict=True)])


def train_pack(
    folder: Path,
    target: Path,
    *,
    begin: Path | None,
    flow_seconds: float,
    adversarial_seconds: float,
    adversarial_parts: int,
    overrides: Overrides,
    seed: int,
) -> None:
    """Trains for some seconds of flow matching and some of the adversarial phase.

    Args:
        folder: Folder that `write_pack` wrote.
        target: Folder of the generators that are written.
        begin: Generator to begin with. `None`: new weights.
        flow_seconds: Seconds of flow matching. 0: none.
        adversarial_seconds: Seconds of the adversarial phase.
        adversarial_parts: Generators to write in the adversarial phase.
        overrides: Single settings, as `build_settings` takes them.
        seed: Seed of all randomness.
    """
    began = time.perf_counter()
    torch.backends.cudnn.benchmark = True
    pack = read_start(folder)
    settings = build_settings(pack.settings.model_dump(), overrides)
    assert isinstance(settings, LatentSettings)
    device = choose_device(settings.training)
    state = initialise_latent_state(settings, seed, device)
    _begin(state, pack, begin)
    windows = DeviceWindows(folder, settings, device)
    name = torch.cuda.get_device_name() if device.type == "cuda" else "processor"
    batch = settings.training.batch_size
    print(
        f"{name}: {windows.frames} frames, batches of {batch}; read in "
        f"{time.perf_counter() - began:.0f} s",
        flush=True,
    )
    target.mkdir(parents=True, exist_ok=True)
    run = _Training(settings, state, pack, windows, seed, device)
    if flow_seconds:
        run.train("flow", flow_seconds)
        run.write(target / "flow.safetensors")
    for part in range(adversarial_parts if adversarial_seconds else 0):
        run.train("adversarial", adversarial_seconds / adversarial_parts)
        run.write(target / f"adversarial-{part}.safetensors")


class _Training:
    def __init__(
        self,
        settings: LatentSettings,
        state: LatentState,
        pack: Pack,
        windows: DeviceWindows,
        seed: int,
        device: torch.device,
    ) -> None:
        self._settings, self._state, self._pack = settings, state, pack
        self._windows, self._seed, self._device = windows, seed, device

    def train(self, phase: str, seconds: float) -> None:
        """Steps of one phase, for some seconds."""
        state = self._state
        first, began = state.step, time.perf_counter()
        is_flow = phase == "flow"
        # The rates rise over the first steps whatever their number, so it may be found later.
        trainer = self._build_trainer(10**6 if is_flow else first)
        last = None
        timed = logged = began
        losses: list[tuple[float, ...]] = []
        while True:
            done = state.step - first
            if done == _TIMED_FROM:
                timed = time.perf_counter()
            if done == _TIMED_TO:
                now = time.perf_counter()
                rate = (_TIMED_TO - _TIMED_FROM) / (now - timed)
                last = state.step + max(0, round((seconds - (now - began)) * rate))
                print(f"{phase}: {rate:.2f} steps a second, {last - first} steps", flush=True)
                if is_flow:
                    trainer = self._build_trainer(last)
            now = time.perf_counter()
            if state.step == last or now - began > 1.1 * seconds:
                break
            stream = random_stream(self._seed, "windows", state.step, device=self._device)
            metrics = trainer.step(self._windows.draw(self._settings.training.batch_size, stream))
            losses.append(tuple(metrics.known().values()))
            if now - logged > 10:
                mean = [sum(each) / len(losses) for each in zip(*losses, strict=True)]
                text = ", ".join(
                    f"{key} {value:.3f}" for key, value in zip(metrics.known(), mean, strict=True)
                )
                speed = len(losses) / (now - logged)
                print(f"step {state.step}: {text}; {speed:.1f} steps a second", flush=True)
                losses, logged = [], now

    def _build_trainer(self, matching: int) -> LatentTrainer:
        training = self._settings.training.model_copy(
            update={"flow_matching_steps": matching, "steps": max(matching, self._state.step) + 1}
        )
        settings = self._settings.model_copy(update={"training": training})
        rates = build_learning_rates(training, self._state)
        gain = self._pack.start["gain_direction"]
        return LatentTrainer(settings, self._state, gain, rates, self._seed, self._device)

    def write(self, path: Path) -> None:
        """Writes the averaged generator in half precision."""
        table = {
            key: value.detach().half().cpu().contiguous()
            for key, value in self._state.averaged_generator.state_dict().items()
        }
        record = {"settings": self._settings.model_dump_json(), "step": str(self._state.step)}
        _save(path, table, record)
        print(f"step {self._state.step} → {path}", flush=True)


def _begin(state: LatentState, pack: Pack, begin: Path | None) -> None:
    """Gives a new state the codec's components, and the weights of a generator if there is one."""
    networks = (state.generator, state.averaged_generator)
    weights = None if begin is None else load_file(begin)
    bases = [pack.start[key] for key in sorted(pack.start) if key.startswith("basis.")]
    for network in networks:
        if weights is not None:
            network.load_state_dict({name: value.float() for name, value in weights.items()})
            if "style.matrix" in pack.start:
                matrix, shift = (pack.start[f"style.{name}"] for name in ("matrix", "shift"))
                device = network.enter.weight.device
                network.transform_style(matrix.to(device), shift.to(device))
        else:
            network.take_basis(bases)


def write_model(generator: Path, model: Path, folder: Path) -> None:
    """Writes a generator that `train_pack` wrote as a bundle.

    Args:
        generator: File of the generator.
        model: Model with the codec and the piano-roll model that the pack was made with.
        folder: Folder of the bundle.

    Raises:
        SettingsError: The model generates pictures.
    """
    bundle = _open_latent(model)
    with safe_open(generator, framework="pt") as file:
        metadata = file.metadata()
    settings = LatentSettings.model_validate_json(metadata["settings"])
    step = int(metadata["step"])
    network = build_latent_generator(settings)
    network.load_state_dict({name: value.float() for name, value in load_file(generator).items()})
    card = bundle.card.model_copy(update={"settings": settings, "step": step, "snapshot": step})
    write_bundle(
        folder, LatentBundle(card, settings, network, bundle.codec, bundle.piano_roll_model)
    )
    print(f"step {step} → {folder}")


def _open_latent(model: Path) -> LatentBundle:
    # The device of `train` lacks what this needs: it is imported where it is used.
    from riffsmith.pipeline.models import open_model

    bundle = open_model(str(model))
    if not isinstance(bundle, LatentBundle):
        raise SettingsError(f"{model} generates pictures: choose a model of preset latent")
    return bundle


def _save(path: Path, table: dict[str, Tensor], metadata: dict[str, str]) -> None:
    save_file({name: value.contiguous() for name, value in table.items()}, path, metadata)


def _read_overrides(pairs: list[str]) -> dict[str, dict[str, str]]:
    overrides: dict[str, dict[str, str]] = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        section, _, key = name.partition(".")
        overrides.setdefault(section, {})[key] = value
    return overrides


if __name__ == "__main__":
    main()
