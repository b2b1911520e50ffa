"""Shapes are checked while the tests run; small corpora and settings for all of them."""

from jaxtyping import install_import_hook

with install_import_hook("riffsmith", "typechecker.check"):
    import riffsmith.pipeline.subjects
    import riffsmith.pipeline.training  # noqa: F401  (they import every layer below)

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from numpy.typing import NDArray

from riffsmith.bundle import (
    Card,
    LatentBundle,
    RecordingCredit,
    build_latent_generator,
    build_piano_roll_model,
    load_bundle,
    write_bundle,
)
from riffsmith.codec import Codec, fit_codec, save_codec
from riffsmith.config import LatentSettings, PictureSettings, Settings, load_preset
from riffsmith.corpus import Corpus, prepare_corpus
from riffsmith.evaluation import AisfxEmbedder, MusicnnEmbedder, scores
from riffsmith.evaluation.embedders import embedder
from riffsmith.networks import ModulationFilter, PianoRollModel
from riffsmith.runs import RunFolder, RunRecord, create_run

TINY = {
    "corpus": {
        "sample_rate": "8000",
        "segment_seconds": "1.0",
        "n_fft": "256",
        "hop_samples": "128",
        "n_mels": "16",
    },
    "generator": {"noise_channels": "8", "channels": "[16, 8]", "norm_after": "[1]"},
    "discriminator": {"channels": "[8, 8]", "norm_after": "[2]"},
    "training": {
        "batch_size": "4",
        "epochs": "4",
        "checkpoint_every_epochs": "1",
        "preview_every_epochs": "2",
        "threads": "1",
    },
}


def tiny_flags(**training: str) -> list[str]:
    """The same settings for the command line."""
    settings = {**TINY, "training": TINY["training"] | training}
    return ["--preset", "report"] + [
        word
        for section, pairs in settings.items()
        for key, value in pairs.items()
        for word in (f"--config.{section}.{key}", value)
    ]


def make_music(seconds: float, sample_rate: int, channels: int = 1, seed: int = 0) -> NDArray:
    """Notes with overtones and noise: audio that is like nothing else, (time, channels)."""
    random = np.random.default_rng(seed)
    time = np.arange(round(seconds * sample_rate)) / sample_rate
    notes = 110 * 2 ** (random.integers(0, 24, 1 + int(seconds * 4)) / 12)
    pitch = notes[(time * 4).astype(int)]
    tone = sum(np.sin(2 * np.pi * k * pitch * time) / k for k in (1, 2, 3))
    decay = np.exp(-3 * (time * 4 % 1))
    audio = 0.2 * tone * decay + 0.02 * random.standard_normal(len(time))
    return np.repeat(audio[:, None], channels, axis=1).astype(np.float32)


def write_aac(path: Path, audio: NDArray[np.float32], container: str | None = None) -> Path:
    """Writes stereo audio at 44.1 kHz as AAC. `None`: the ending decides the container."""
    av = pytest.importorskip("av")
    with av.open(str(path), "w", format=container) as file:
        stream = file.add_stream("aac", rate=44_100, layout="stereo")
        for start in range(0, len(audio) - 1024, 1024):
            block = np.ascontiguousarray(audio[start : start + 1024].T)
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="stereo")
            frame.sample_rate = 44_100
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path


def write_music(path: Path, seconds: float = 4.0, sample_rate: int = 8000, **options) -> Path:
    """Writes `make_music` to a file; options: channels, seed, subtype."""
    path.parent.mkdir(parents=True, exist_ok=True)
    subtype = options.pop("subtype", None)
    soundfile.write(path, make_music(seconds, sample_rate, **options), sample_rate, subtype)
    return path


def tiny_settings(preset: str = "report", **training: str) -> PictureSettings:
    """A preset made small enough to train in a second."""
    overrides = {section: dict(pairs) for section, pairs in TINY.items()}
    overrides["training"] |= training
    if preset == "report-wgan":
        overrides["corpus"] |= {"grid_mels": "16", "grid_frames": "16"}
        overrides["corpus"] |= {"mask_mels": "4", "mask_frames": "8"}
        overrides["discriminator"] |= {"channels": "[8, 8]", "norm_after": "[2]"}
    settings = load_preset(preset, overrides)
    assert isinstance(settings, PictureSettings)
    return settings


TINY_LATENTS = {
    "corpus": {
        "sample_rate": "8000",
        "segment_seconds": "1.0",
        "n_fft": "256",
        "hop_samples": "64",
        "n_mels": "16",
    },
    "codec": {
        "side_mels": "4",
        "components": "6",
        "texture_hidden": "8",
        "texture_steps": "4",
        "style_dimensions": "3",
        "style_passages": "32",
        "tonal_components": "2",
        "tonal_rounds": "2",
        "corrections": "1",
    },
    "generator": {
        "channels": "[12, 12, 16]",
        "band_channels": "4",
        "embedding": "8",
        "steps": "3",
        "form": "0.0",
    },
    "piano_roll": {"hidden": "8", "mixtures": "2", "steps": "4"},
    "discriminator": {"channels": "[12, 16, 16]"},
    "training": {
        "base": "none",
        "batch_size": "4",
        "steps": "12",
        "log_every_steps": "3",
        "checkpoint_every_steps": "3",
        "preview_every_steps": "6",
        "threads": "1",
        "window_frames": "16",
        "flow_matching_steps": "3",
        "guided_from_fraction": "0.3",
    },
}


def tiny_latents(**training: str) -> LatentSettings:
    """The preset `latent` made small enough to train in a second."""
    overrides = {**TINY_LATENTS, "training": {**TINY_LATENTS["training"], **training}}
    settings = load_preset("latent", overrides)
    assert isinstance(settings, LatentSettings)
    return settings


def make_card(settings: Settings, preset: str, **values: object) -> Card:
    """What a bundle of two steps says about itself; values replace the usual ones."""
    usual: dict[str, object] = {
        "riffsmith": "0",
        "torch": "0",
        "created": "2026-01-01T00:00:00+00:00",
        "genre": "metal",
        "low_db": 0.0,
        "high_db": 0.0,
        "corpus_hash": "abc",
        "recordings": (),
        "seed": 0,
        "snapshot": 1,
        "step": 2,
        "samples_seen": 16,
        "metrics": {},
    }
    return Card.model_validate({"settings": settings, "preset": preset, **usual, **values})


def give_codec(run: RunFolder, settings: LatentSettings) -> Codec:
    """Puts a codec of tiny size, fitted to a little music, where a run looks for its own."""
    torch.manual_seed(0)
    codec = Codec(settings)
    hop, rate = settings.corpus.hop_samples, settings.corpus.sample_rate
    music = make_music(400 * hop / rate, rate, channels=2, seed=5)
    audio = torch.from_numpy(np.ascontiguousarray(music[: 400 * hop].T, np.float32))
    with torch.inference_mode():
        features = codec.analysis(audio[None])[0].clone()
    fit_codec([features], codec, 0, settings.codec.texture_steps)
    run.path.mkdir(parents=True, exist_ok=True)
    run.codec.write_bytes(save_codec(codec))
    return codec


def make_piano_roll_model(settings: LatentSettings) -> PianoRollModel:
    """A model of tiny size that is not trained, and writes many notes."""
    torch.manual_seed(2)
    model = build_piano_roll_model(settings).eval().requires_grad_(False)
    for weight in model.parameters():
        torch.nn.init.normal_(weight, std=0.3)
    model.profiles.uniform_()
    return model


def make_modulation_filter(channels: int) -> ModulationFilter:
    """A filter that weakens fast changes of latents."""
    stream = torch.Generator().manual_seed(5)
    noise = torch.randn(2, channels, 512, generator=stream)
    found = ModulationFilter(channels)
    found.fit(noise, torch.nn.functional.avg_pool1d(noise, 3, 1, padding=1))
    return found.eval()


@pytest.fixture(scope="session")
def latent_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of the preset `latent` of tiny size, all of whose weights do something."""
    folder = tmp_path_factory.mktemp("bundles") / "tiny"
    settings = tiny_latents()
    codec = give_codec(RunFolder(folder.parent / "run"), settings)
    codec.style_embedding.passages.normal_()
    codec.style_embedding.descriptors.uniform_()
    codec.style_embedding.descriptors[:, -1] = 120.0
    for name, weight in codec.named_parameters():
        if name.startswith("texture."):
            torch.nn.init.normal_(weight, std=0.1)
    generator = build_latent_generator(settings)
    for weight in generator.parameters():
        torch.nn.init.normal_(weight, std=0.2)
    card = make_card(
        settings,
        "latent",
        riffsmith="0.1.0",
        torch="2.13.0",
        recordings=(RecordingCredit(path="a.wav", content_hash="1", seconds=90.0),),
        metrics={"kad_musicnn": 2.5},
    )
    notes = make_piano_roll_model(settings)
    found = make_modulation_filter(settings.codec.latent_channels)
    write_bundle(folder, LatentBundle(card, settings, generator, codec, notes, found))
    return folder


@pytest.fixture(scope="session")
def bundle_without_notes(latent_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of tiny size with a generator that is given no notes."""
    bundle = load_bundle(latent_bundle)
    assert isinstance(bundle, LatentBundle)
    none = bundle.settings.piano_roll.model_copy(update={"hidden": 0})
    settings = bundle.settings.model_copy(update={"piano_roll": none})
    torch.manual_seed(3)
    generator = build_latent_generator(settings)
    for weight in generator.parameters():
        torch.nn.init.normal_(weight, std=0.2)
    card = bundle.card.model_copy(update={"settings": settings})
    folder = tmp_path_factory.mktemp("bundles") / "without"
    write_bundle(folder, LatentBundle(card, settings, generator, bundle.codec))
    return folder


@pytest.fixture(scope="session")
def latent_corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Three recordings of 6 s, prepared for tiny latents."""
    folder = tmp_path_factory.mktemp("latents")
    for number in range(3):
        write_music(folder / "songs" / f"{number}.wav", seconds=6.0, channels=2, seed=number)
    prepare_corpus(folder / "songs", folder / "corpus", tiny_latents().corpus, preset="latent")
    return Corpus(folder / "corpus")


def picture_preset(name: str) -> PictureSettings:
    """A preset of the picture GANs as it is."""
    settings = load_preset(name)
    assert isinstance(settings, PictureSettings)
    return settings


@pytest.fixture(scope="session")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four short recordings of different formats."""
    folder = tmp_path_factory.mktemp("songs")
    for number, ending in enumerate(("wav", "flac", "ogg", "wav")):
        write_music(folder / f"song {number}.{ending}", seconds=4.5, seed=number)
    return folder


@pytest.fixture(scope="session")
def corpus(songs: Path, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """The four recordings prepared with the tiny settings."""
    path = tmp_path_factory.mktemp("prepared") / "corpus"
    prepare_corpus(songs, path, tiny_settings().corpus, preset="report")
    return Corpus(path)


@pytest.fixture
def started(tmp_path: Path, corpus: Corpus) -> tuple[RunFolder, RunRecord]:
    """A run that has not taken a step yet."""
    run = RunFolder(tmp_path / "run")
    return run, create_run(run, corpus, tiny_settings(), "report", seed=3)


@contextmanager
def as_ordinary_user() -> Iterator[Path]:
    """File permissions hold inside, also where the tests run as root; yields a folder to use."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        is_root = os.geteuid() == 0
        if is_root:
            os.chown(folder, 65534, 65534)
            os.seteuid(65534)
        try:
            yield folder
        finally:
            if is_root:
                os.seteuid(0)
            for path in folder.rglob("*"):
                path.chmod(0o777)


@pytest.fixture(scope="session", autouse=True)
def coarse_evaluations() -> Iterator[None]:
    """Evaluations see a third of the windows and draw fewer resamples, which is enough here."""
    sparse = {
        "musicnn": partial(MusicnnEmbedder, hop_seconds=4.0),
        "aisfx": partial(AisfxEmbedder, hop_seconds=4.0),
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, build in sparse.items():
            patch.setitem(embedder._EMBEDDERS, name, build)
        patch.setattr(scores, "_RESAMPLES", 40)
        yield


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says how many tests of the page were skipped, and why."""
    reports = terminalreporter.getreports("skipped")
    reasons = [report.longrepr[-1] for report in reports if "browser" in report.keywords]
    if reasons:
        reason = reasons[0].removeprefix("Skipped: ")
        terminalreporter.section("skipped")
        terminalreporter.line(f"{len(reasons)} browser tests were skipped ({reason})", yellow=True)
