import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from riffsmith.bundle import LatentBundle, load_bundle
from riffsmith.errors import ModelError
from riffsmith.export import export_onnx
from riffsmith.export.onnx import TOLERANCE, open_session
from riffsmith.export.plain import PlainDecoder

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def bundle(latent_bundle: Path) -> LatentBundle:
    bundle = load_bundle(latent_bundle)
    assert isinstance(bundle, LatentBundle)
    return bundle


@pytest.fixture(scope="module")
def graphs(bundle: LatentBundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("onnx") / "tiny"
    export_onnx(bundle, folder)
    return folder


def test_the_decoder_in_real_arithmetic_is_the_decoder(bundle: LatentBundle):
    latents, noise = (
        torch.randn(2, 8, 20),
        torch.randn(2, bundle.codec.noise_channels, 20),
    )
    with torch.inference_mode():
        audio = bundle.codec.decode(latents, noise)
        assert torch.allclose(PlainDecoder(bundle.codec)(latents, noise), audio, atol=1e-4)


@pytest.mark.parametrize("frames", [8, 12, 100])
def test_the_denoiser_is_the_same(bundle: LatentBundle, graphs: Path, frames: int):
    noisy, conditioning = torch.randn(1, 8, frames), torch.randn(1, 13 + 88, frames)
    time = torch.tensor([0.7])
    feed = {"noisy": noisy.numpy(), "conditioning": conditioning.numpy(), "time": time.numpy()}
    found = np.asarray(open_session(graphs / "denoiser.onnx").run(["velocity"], feed)[0])
    with torch.inference_mode():
        expected = bundle.generator(noisy, conditioning, time).numpy()
    assert np.abs(found - expected).max() < TOLERANCE


@pytest.mark.parametrize("frames", [2, 17, 64])
def test_the_decoder_is_the_same(bundle: LatentBundle, graphs: Path, frames: int):
    latents = torch.randn(1, 8, frames)
    noise = torch.randn(1, bundle.codec.noise_channels, frames)
    feed = {"latents": latents.numpy(), "noise": noise.numpy()}
    found = np.asarray(open_session(graphs / "decoder.onnx").run(["audio"], feed)[0])
    with torch.inference_mode():
        expected = PlainDecoder(bundle.codec)(latents, noise).numpy()
    assert found.shape == (1, 2, frames * bundle.codec.latent_samples)
    assert np.abs(found - expected).max() < TOLERANCE
    assert np.abs(found).max() > 1e-3


def test_the_piano_roll_is_the_same(bundle: LatentBundle, graphs: Path):
    """The graph writes the notes that the model writes."""
    model = bundle.piano_roll_model
    assert model is not None
    profile = model.profiles[4]
    expected = model.write(profile, range(2), torch.Generator().manual_seed(0)).numpy()
    uniform = torch.rand(64, 89, generator=torch.Generator().manual_seed(0)).numpy()
    session = open_session(graphs / "piano_roll.onnx")
    feed = {
        "before": np.zeros((1, 1, 88), np.float32),
        "profile": profile[None].numpy(),
        "memory": np.zeros((1, 1, model.hidden), np.float32),
    }
    for number in range(64):
        feed |= {"number": np.array([number]), "uniform": uniform[number]}
        step, memory = (np.asarray(value) for value in session.run(None, feed))
        assert np.array_equal(step[0, 0], expected[number])
        feed |= {"before": step, "memory": memory}
    assert 0 < expected.mean() < 1


def test_a_model_without_notes_has_no_graph_for_them(
    bundle_without_notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    bundle = load_bundle(bundle_without_notes)
    assert isinstance(bundle, LatentBundle)
    checked: list[tuple[str, list[int]]] = []

    def check(network: torch.nn.Module, path: Path, inputs: tuple[torch.Tensor, ...]) -> None:
        checked.append((path.name, [len(value[0]) for value in inputs[:2]]))

    monkeypatch.setattr("riffsmith.export.onnx._write_graph", lambda *_: None)  # takes long
    monkeypatch.setattr("riffsmith.export.onnx._check_graph", check)
    export_onnx(bundle, tmp_path / "out")
    noise = bundle.codec.noise_channels
    assert checked == [("denoiser.onnx", [8, 13]), ("decoder.onnx", [8, noise])]
    assert json.loads((tmp_path / "out" / "player.json").read_text())["pitches"] == 0


def test_silence_stays_finite(graphs: Path, bundle: LatentBundle):
    """Bins without power are divided by a very small number, which must stay in the graph."""
    low = np.full((1, 8, 12), -30.0, np.float32)
    noise = np.zeros((1, bundle.codec.noise_channels, 12), np.float32)
    feed = {"latents": low, "noise": noise}
    found = np.asarray(open_session(graphs / "decoder.onnx").run(None, feed)[0])
    assert np.isfinite(found).all()


def test_the_settings_of_a_player_are_complete(graphs: Path, bundle: LatentBundle):
    player = json.loads((graphs / "player.json").read_text())
    assert player["sample_rate"] == 8000
    assert player["latent_samples"] == bundle.codec.latent_samples
    assert player["frames_multiple"] == 4
    assert player["steps"] == 3
    assert len(player["styles"]) == len(player["styles_bpm"]) == 32
    assert player["styles_bpm"][0] == 120.0
    assert (player["pitches"], player["lowest_pitch_midi"]) == (88, 21)
    assert (player["steps_per_beat"], player["memory_values"]) == (8, 8)
    assert np.array(player["profiles"]).shape == (32, 13)
    assert player["card"]["genre"] == "metal"


def test_the_documented_player_plays(
    graphs: Path, bundle: LatentBundle, monkeypatch: pytest.MonkeyPatch
):
    text = (Path(__file__).parents[2] / "docs" / "export.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    graphs.rename(graphs.with_name("exported"))
    monkeypatch.chdir(graphs.parent)
    names: dict[str, np.ndarray] = {}
    exec(block, names)
    graphs.with_name("exported").rename(graphs)
    audio, notes = names["audio"], names["notes"]
    assert notes.shape == (88, 320)
    assert sorted(set(notes.flat)) == [0, 1]
    assert audio.shape == (2, 320 * bundle.codec.latent_samples)
    assert np.isfinite(audio).all()
    assert audio.std() > 1e-4


def test_a_graph_that_differs_is_not_kept(
    bundle: LatentBundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("riffsmith.export.onnx.TOLERANCE", -1.0)
    with pytest.raises(ModelError, match="denoiser.onnx differs from its network by"):
        export_onnx(bundle, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_missing_packages_are_an_error_of_one_sentence(
    bundle: LatentBundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ModelError, match="ONNX needs the extra riffsmith.onnx"):
        export_onnx(bundle, tmp_path / "out")
