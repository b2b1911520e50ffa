"""The instrument in plain PyTorch; as TorchScript in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from riffsmith.bundle import LatentBundle, load_bundle
from riffsmith.cli.app import main
from riffsmith.export.instrument import Instrument
from riffsmith.export.torchscript import build_instrument
from riffsmith.networks import clock
from riffsmith.synthesis.style_neighbours import rank_passages

SIZE = 256


@pytest.fixture(scope="module")
def bundle(latent_bundle: Path) -> LatentBundle:
    bundle = load_bundle(latent_bundle)
    assert isinstance(bundle, LatentBundle)
    assert bundle.codec.latent_samples == SIZE
    return bundle


@pytest.fixture(autouse=True)
def full_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("riffsmith.hardware.has_bfloat16", lambda device: False)


@torch.inference_mode()
def play(instrument: Instrument, *blocks: int) -> torch.Tensor:
    return torch.cat([instrument(torch.zeros(1, 1, count)) for count in blocks], dim=2)


def test_blocks_of_any_size_are_the_same_piece(bundle: LatentBundle):
    whole = play(build_instrument(bundle), 500)
    assert whole.shape == (1, 2, 500 * SIZE)
    assert torch.isfinite(whole).all()
    assert whole.square().mean() > 1e-6
    small = play(build_instrument(bundle), *[1] * 40, *[7] * 40, 180)
    assert torch.allclose(small, whole, atol=1e-4)


def test_chunks_have_no_seam(bundle: LatentBundle):
    other = build_instrument(bundle)
    other.chunk = 48
    assert torch.allclose(play(other, 300), play(build_instrument(bundle), 300), atol=1e-4)


def test_the_next_stretch_is_ready_before_it_is_needed(bundle: LatentBundle):
    instrument = build_instrument(bundle)
    play(instrument, 1)
    steps: list[int] = []
    network = instrument.velocity
    network.register_forward_hook(lambda *_: steps[-1:] and steps.append(steps.pop() + 1))
    for _ in range(400):
        steps.append(0)
        play(instrument, 1)
    assert max(steps) == 1  # never more than one step in a block
    assert sum(steps) >= 2 * instrument.steps


def test_a_change_is_heard_soon_and_changes_nothing_before(bundle: LatentBundle):
    instrument, untouched = build_instrument(bundle), build_instrument(bundle)
    before = play(instrument, *[4] * 10)
    assert instrument.set_tempo(200.0) == 0
    assert instrument.set_intensity(0.9) == 0
    after = play(instrument, *[4] * 30)
    expected = play(untouched, *[4] * 40)
    assert torch.equal(before, expected[..., : 40 * SIZE])
    differs = (after - expected[..., 40 * SIZE :]).abs().amax((0, 1)) > 1e-3
    first = int(differs.nonzero()[0]) // SIZE
    assert first < 16 + 2 * instrument.context + 2 * instrument.steps
    assert instrument.pace == pytest.approx(200 / 60 * instrument.latent_seconds)


def test_a_change_waits_for_what_has_to_be_settled(bundle: LatentBundle):
    """Changes at any moment, many of them: always finite, always as long as asked."""
    instrument = build_instrument(bundle)
    for number in range(60):
        instrument.set_seed(number)
        instrument.set_variation(number % 3 / 2)
        found = play(instrument, number % 11 + 1)
        assert found.shape == (1, 2, (number % 11 + 1) * SIZE)
        assert torch.isfinite(found).all()
        assert instrument.latents.shape[2] < 2 * instrument.stretch


def test_the_clock_goes_on_when_the_tempo_turns(bundle: LatentBundle):
    instrument = build_instrument(bundle)
    play(instrument, 20)
    slow, frame = instrument.pace, instrument.beat_frame
    instrument.set_tempo(240.0)
    play(instrument, 1)
    turn = instrument.beat_frame
    assert instrument.beat == pytest.approx((turn - frame) * slow)
    places = torch.arange(320, dtype=torch.float64) + instrument.origin - instrument.margin
    beats = instrument.beat + (places - turn) * instrument.pace
    assert torch.allclose(instrument.conditioning[:, :10], clock(beats[None]), atol=1e-5)


def test_what_is_asked_chooses_the_passages(bundle: LatentBundle):
    intensity, brightness = rank_passages(bundle.codec.style_embedding)
    instrument = build_instrument(bundle)
    instrument.set_variation(1.0)
    for wanted, ranks, ask in (
        (1.0, intensity, instrument.set_intensity),
        (0.0, brightness, instrument.set_brightness),
    ):
        instrument.set_intensity(-1.0)
        ask(wanted)
        instrument._choose_passages()
        assert (ranks[instrument.near] - wanted).abs().max() < 0.1
    instrument.set_brightness(-1.0)
    instrument._choose_passages()
    assert len(instrument.near) == 32


def test_values_out_of_range_are_refused(bundle: LatentBundle):
    instrument = build_instrument(bundle)
    assert instrument.set_intensity(1.5) == instrument.set_brightness(2.0) == -1
    assert instrument.set_tempo(10.0) == instrument.set_variation(-0.1) == -1
    assert instrument.get_intensity() == instrument.get_brightness() == -1.0
    assert (instrument.get_tempo(), instrument.get_variation()) == (0.0, 0.5)
    assert instrument.set_seed(7) == instrument.set_tempo(0.0) == 0
    assert instrument.get_seed() == 7


@torch.inference_mode()
def test_coding_in_blocks_is_coding_as_a_whole_and_late(bundle: LatentBundle):
    instrument, codec = build_instrument(bundle), bundle.codec
    audio = 0.1 * torch.randn(3, 2, 60 * SIZE)
    blocks = audio.split([SIZE, 4 * SIZE, 15 * SIZE, 40 * SIZE], dim=2)
    latents = torch.cat([instrument.encode(block) for block in blocks], dim=2)
    late = instrument.lead
    expected = codec.encode(audio)
    assert torch.allclose(latents[..., late:], expected[..., :-late], atol=1e-4)
    parts = expected.split([1, 4, 15, 40], dim=2)
    found = torch.cat([instrument.decode(part) for part in parts], dim=2)
    noise = instrument._texture(0, 60).expand(3, -1, -1)
    whole = codec.decode(expected, noise)
    edge, late = instrument.context * SIZE, instrument.context * SIZE
    assert found.shape == whole.shape
    assert torch.allclose(
        found[..., late + edge :], whole[..., edge : whole.shape[2] - late], atol=1e-4
    )


IN_ANOTHER_PROCESS = """
import json, sys, torch
model = torch.jit.load(sys.argv[1]).eval()
assert "riffsmith" not in sys.modules
assert model.get_methods() == ["forward", "encode", "decode"]
told = {}
with torch.inference_mode():
    for name in model.get_methods():
        inputs, every, outputs, each = getattr(model, name + "_params").tolist()
        assert len(getattr(model, name + "_input_labels")) == inputs
        assert len(getattr(model, name + "_output_labels")) == outputs
        for batch, frames in ((1, 1), (1, 2), (1, 70), (3, 8)):
            size = 256 * frames
            for _ in range(3):
                given = 0.1 * torch.randn(batch, inputs, size // every)
                found = getattr(model, name)(given)
            assert found.shape == (batch, outputs, size // each), (name, found.shape)
            assert found.dtype == torch.float32 and torch.isfinite(found).all()
            assert found.square().mean() > 1e-8
    for name in model.get_attributes():
        kind = int(getattr(model, name + "_params")[0])
        value = {1: int, 2: float}[kind](getattr(model, "get_" + name)())
        assert getattr(model, "set_" + name)(value) == 0
    assert model.set_tempo(1.0) == -1
    model = torch.jit.load(sys.argv[1]).eval()
    model.set_seed(5)
    told = model(torch.zeros(1, 1, 40))[0, 0, ::997].tolist()
print(json.dumps(told))
"""


def test_the_file_plays_in_a_process_that_knows_nothing_of_us(
    bundle: LatentBundle, latent_bundle: Path, tmp_path: Path
):
    path = tmp_path / "tiny.ts"
    command = ["-m", "riffsmith", "export", str(latent_bundle), str(path)]
    subprocess.run(  # where shapes are not checked, which TorchScript could not read
        [sys.executable, *command, "--format", "torchscript"], check=True
    )
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", IN_ANOTHER_PROCESS, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    instrument = build_instrument(bundle)
    instrument.set_seed(5)
    expected = play(instrument, 40)[0, 0, ::997]
    assert torch.allclose(torch.tensor(json.loads(ended.stdout)), expected, atol=1e-4)


def test_what_cannot_be_exported_is_said(
    latent_bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "song.wav").touch()
    for target, form, message in (
        ("taken", "onnx", "is a folder of something else: name another place"),
        ("taken", "torchscript", "is a folder of something else: name another place"),
        (".", "flac", "--format"),
    ):
        with pytest.raises(SystemExit, match="1"):
            main(["export", str(latent_bundle), str(tmp_path / target), "--format", form])
        assert message in " ".join(capsys.readouterr().err.split())
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
