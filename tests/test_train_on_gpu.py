"""The tool that trains on a GPU, run on the processor."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from conftest import tiny_latents

from riffsmith.bundle import LatentBundle, load_bundle
from riffsmith.corpus import Corpus
from riffsmith.networks import CLOCK_CHANNELS
from riffsmith.seeds import random_stream
from riffsmith.synthesis import Stream
from riffsmith.training.latent.windows import LatentWindows, latents_in_key, measure_recordings
from riffsmith.transcription import PITCHES

CPU = torch.device("cpu")


ROOT = Path(__file__).parents[1]
TOOL = SimpleNamespace(**runpy.run_path(str(ROOT / "tools" / "train_on_gpu.py")))


def write_pack(corpus: Corpus, model: Path, folder: Path) -> None:
    TOOL.write_pack(
        corpus.path,
        model,
        folder,
        base=model,
        offsets=2,
        semitones=1,
        precision=0.1,
        part_bytes=1,
    )


@pytest.mark.slow
def test_a_pack_holds_the_windows_of_a_training(
    tmp_path: Path, latent_corpus: Corpus, latent_bundle: Path
):
    write_pack(latent_corpus, latent_bundle, tmp_path / "pack")
    bundle = load_bundle(latent_bundle)
    assert isinstance(bundle, LatentBundle)
    settings = tiny_latents(transpose_semitones="1")
    recordings = latent_corpus.manifest.of_split("train")
    names = {path.name for path in (tmp_path / "pack").iterdir()}
    assert names == {"start.safetensors", *(f"music-{n:02d}.safetensors" for n in range(2))}

    measured = measure_recordings(latent_corpus, recordings, settings)
    windows = LatentWindows(measured, bundle.codec, settings.training)
    size = bundle.codec.patch_frames
    items = [TOOL._read_recording(table) for table in TOOL._recordings(tmp_path / "pack")]
    for number, offsets in enumerate(items):
        for offset, item in zip((0, size // 2), offsets, strict=True):
            real = windows._recordings[number * size + offset]
            assert real.roll is not None
            for key, rows in enumerate(item.rows):
                latents = latents_in_key(bundle.codec, real.mel, real.tonal, key - 1)
                packed, style = rows.float().T.tensor_split([len(latents)])
                assert (packed - latents).abs().max() < 0.1
                assert torch.allclose(style, real.styles[key], atol=0.02, rtol=0.01)
                assert torch.equal(item.rolls[key].T.float(), real.roll.at(real.beats, key - 1))

    device_windows = TOOL.DeviceWindows(tmp_path / "pack", settings, CPU)
    drawn = device_windows.draw(8, random_stream(0, "test"))
    assert drawn.shape == (8, 8 + CLOCK_CHANNELS + 3 + PITCHES, 16)
    assert torch.equal(drawn, device_windows.draw(8, random_stream(0, "test")))


@pytest.mark.slow
def test_a_trained_generator_plays(tmp_path: Path, latent_corpus: Corpus, latent_bundle: Path):
    pack, base, fine = tmp_path / "pack", tmp_path / "base", tmp_path / "fine"
    write_pack(latent_corpus, latent_bundle, pack)
    options = {"adversarial_parts": 1, "overrides": {}, "seed": 0}
    TOOL.train_pack(pack, base, begin=None, flow_seconds=0.3, adversarial_seconds=0, **options)
    assert {path.name for path in base.iterdir()} == {"flow.safetensors"}
    begin = base / "flow.safetensors"
    TOOL.train_pack(pack, fine, begin=begin, flow_seconds=0, adversarial_seconds=0.3, **options)
    TOOL.write_model(fine / "adversarial-0.safetensors", latent_bundle, tmp_path / "model")
    model, untrained = load_bundle(tmp_path / "model"), load_bundle(latent_bundle)
    assert isinstance(model, LatentBundle)
    assert isinstance(untrained, LatentBundle)
    assert model.card.step > 0
    assert not torch.equal(model.generator.exit.weight, untrained.generator.exit.weight)
    assert Stream(model, 0).read(0, 1000).shape == (1000, 2)
