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
from riffsmith.networks import clock, sample
from riffsmith.synthesis.style_neighbours import rank_passages

SIZE = 256


@pytest.fixture(scope="module")
def bundle(latent_bundle: Path) -> LatentBundle:
    bundle = load_bundle(latent_bundle)
    assert isinstance(bundle, LatentBundle)
    assert bundle.codec.latent_samples == SIZE
    return bundle


@pytest.fixture(scope="module")
def without_notes(bundle_without_notes: Path) -> LatentBundle:
    bundle = load_bundle(bundle_without_notes)
    assert isinstance(bundle, LatentBundle)
    return bundle


@pytest.fixture(autouse=True)
def full_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("riffsmith.hardware.has_bfloat16", lambda device: False)


@torch.inference_mode()
def play(instrument: Instrument, *blocks: int) -> torch.Tensor:
    return torch.cat([instrument(torch.zeros(1, 1, count)) for count in blocks], dim=2)


@pytest.mark.slow
def test_blocks_of_any_size_are_the_same_piece(bundle: LatentBundle):
    whole = play(build_instrument(bundle), 500)
    assert whole.shape == (1, 2, 500 * SIZE)
    assert torch.isfinite(whole).all()
    assert whole.square().mean() > 1e-6
    small = play(build_instrument(bundle), *[1] * 40, *[7] * 40, 180)
    assert torch.allclose(small, whole, atol=1e-4)


@pytest.mark.slow
def test_chunks_have_no_seam(bundle: LatentBundle):
    other = build_instrument(bundle)
    other.chunk_latents = 48
    assert torch.allclose(play(other, 300), play(build_instrument(bundle), 300), atol=1e-4)


@pytest.mark.slow
def test_the_next_window_is_ready_before_it_is_needed(bundle: LatentBundle):
    instrument = build_instrument(bundle)
    play(instrument, 1)
    steps: list[int] = []
    notes: list[int] = []
    assert instrument.notes is not None
    for network, counts in ((instrument.velocity, steps), (instrument.notes.network, notes)):
        network.register_forward_hook(lambda *_, counts=counts: counts.append(counts.pop() + 1))
    for _ in range(400):
        steps.append(0)
        notes.append(0)
        play(instrument, 1)
    assert max(steps) == 1  # never more than one step in a block
    assert sum(steps) >= 2 * instrument.steps
    assert max(notes) <= 2
    assert sum(notes) > 100


@pytest.mark.slow
@torch.inference_mode()
def test_its_steps_are_those_of_the_sampler(bundle: LatentBundle):
    instrument = build_instrument(bundle)
    instrument._apply_controls(0)
    noise, conditioning = instrument.noisy, instrument.conditioning
    for _ in range(instrument.steps):
        instrument._take_step()
    expected = sample(
        lambda state, timesteps: instrument.velocity(state, conditioning, timesteps),
        noise,
        instrument.steps,
        instrument.steps,
        extrapolation=instrument.extrapolation,
    )
    assert torch.allclose(instrument.noisy, expected, atol=1e-4)


@pytest.mark.slow
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
    assert first < 32 + 2 * instrument.context_latents + 2 * instrument.steps
    assert instrument.beats_per_frame == pytest.approx(200 / 60 * instrument.latent_seconds)


@pytest.mark.slow
def test_changes_at_any_moment_leave_no_gap(bundle: LatentBundle):
    """The audio stays finite and has the requested length."""
    instrument = build_instrument(bundle)
    for number in range(30):
        instrument.set_seed(number)
        instrument.set_variation(number % 3 / 2)
        found = play(instrument, number % 11 + 1)
        assert found.shape == (1, 2, (number % 11 + 1) * SIZE)
        assert torch.isfinite(found).all()
        assert instrument.latents.shape[2] < 2 * instrument.window_latents


@pytest.mark.slow
def test_the_clock_continues_when_the_tempo_changes(bundle: LatentBundle):
    instrument = build_instrument(bundle)
    play(instrument, 20)
    slow, frame = instrument.beats_per_frame, instrument.beat_frame
    instrument.set_tempo(240.0)
    play(instrument, 1)
    changed_at = instrument.beat_frame
    assert instrument.beat == pytest.approx((changed_at - frame) * slow)
    frames = (
        torch.arange(320, dtype=torch.float64) + instrument.window_start - instrument.margin_latents
    )
    beats = instrument.beat + (frames - changed_at) * instrument.beats_per_frame
    assert torch.allclose(instrument.conditioning[:, :10], clock(beats[None]), atol=1e-5)


def test_its_notes_go_on_until_the_seed_changes(bundle: LatentBundle):
    instrument = build_instrument(bundle)
    instrument.set_seed(3)
    instrument.margin_latents, instrument.window_latents = 16, 48
    instrument._apply_controls(-4)
    first = instrument.conditioning[0, 13:]
    assert first.shape == (88, 80)
    assert first.unique().tolist() == [0, 1]
    instrument._begin_window(20)
    assert torch.equal(instrument.conditioning[0, 13:, :56], first[:, 24:])
    instrument.set_tempo(120.0)  # the tempo of all passages
    instrument._apply_controls(12)
    assert torch.equal(instrument.conditioning[0, 13:, :64], first[:, 16:])
    instrument.set_seed(4)
    instrument._apply_controls(12)
    changed = instrument.conditioning[0, 13:, :64] != first[:, 16:]
    assert not changed[:, :14].any()  # a step is two frames
    assert changed[:, 16:].any()


def test_a_model_without_notes_is_given_none(without_notes: LatentBundle):
    instrument = build_instrument(without_notes)
    assert instrument.notes is None
    play(instrument, 1)
    assert instrument.conditioning.shape[1] == 13


def test_the_attributes_choose_the_passages(bundle: LatentBundle):
    intensity, brightness = rank_passages(bundle.codec.style_embedding)
    instrument = build_instrument(bundle)
    instrument.set_variation(1.0)
    for value, ranks, set_value in (
        (1.0, intensity, instrument.set_intensity),
        (0.0, brightness, instrument.set_brightness),
    ):
        instrument.set_intensity(-1.0)
        set_value(value)
        instrument._choose_neighbours()
        assert (ranks[instrument.neighbours] - value).abs().max() < 0.1
    instrument.set_brightness(-1.0)
    instrument._choose_neighbours()
    assert len(instrument.neighbours) == 32


def test_values_out_of_range_are_refused(bundle: LatentBundle):
    instrument = build_instrument(bundle)
    assert instrument.set_intensity(1.5) == instrument.set_brightness(2.0) == -1
    assert instrument.set_tempo(10.0) == instrument.set_variation(-0.1) == -1
    assert instrument.get_intensity() == instrument.get_brightness() == -1.0
    assert (instrument.get_tempo(), instrument.get_variation()) == (0.0, 0.5)
    assert instrument.set_seed(7) == instrument.set_tempo(0.0) == 0
    assert instrument.get_seed() == 7


@pytest.mark.slow
@torch.inference_mode()
def test_coding_in_blocks_equals_coding_as_a_whole_with_a_delay(bundle: LatentBundle):
    instrument, codec = build_instrument(bundle), bundle.codec
    audio = 0.1 * torch.randn(3, 2, 60 * SIZE)
    blocks = audio.split([SIZE, 4 * SIZE, 15 * SIZE, 40 * SIZE], dim=2)
    latents = torch.cat([instrument.encode(block) for block in blocks], dim=2)
    late = instrument.encoder_lead
    expected = codec.encode(audio)
    assert torch.allclose(latents[..., late:], expected[..., :-late], atol=1e-4)
    parts = expected.split([1, 4, 15, 40], dim=2)
    found = torch.cat([instrument.decode(part) for part in parts], dim=2)
    noise = instrument._draw_noise(0, 60, 1.0).expand(3, -1, -1)
    whole = codec.decode(expected, noise)
    edge, late = instrument.context_latents * SIZE, instrument.context_latents * SIZE
    assert found.shape == whole.shape
    assert torch.allclose(
        found[..., late + edge :], whole[..., edge : whole.shape[2] - late], atol=1e-4
    )


IN_ANOTHER_PROCESS = """
import json, sys, torch
model = torch.jit.load(sys.argv[1]).eval()
assert "riffsmith" not in sys.modules
assert model.get_methods() == ["forward", "encode", "decode"]
with torch.inference_mode():
    for name in model.get_methods():
        inputs, every, outputs, each = getattr(model, name + "_params").tolist()
        assert len(getattr(model, name + "_input_labels")) == inputs
        assert len(getattr(model, name + "_output_labels")) == outputs
        for batch, frames in ((1, 1), (1, 2), (1, 70), (3, 8)):
            size = 256 * frames
            for _ in range(3):
                signal = 0.1 * torch.randn(batch, inputs, size // every)
                found = getattr(model, name)(signal)
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
    samples = model(torch.zeros(1, 1, 40))[0, 0, ::997].tolist()
print(json.dumps(samples))
"""


@pytest.mark.slow
@pytest.mark.parametrize("model", ["latent_bundle", "bundle_without_notes"])
def test_the_file_plays_in_a_process_without_the_package(
    model: str, tmp_path: Path, request: pytest.FixtureRequest
):
    path, folder = tmp_path / "tiny.ts", request.getfixturevalue(model)
    command = ["-m", "riffsmith", "export", str(folder), str(path)]
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
    bundle = load_bundle(folder)
    assert isinstance(bundle, LatentBundle)
    instrument = build_instrument(bundle)
    instrument.set_seed(5)
    expected = play(instrument, 40)[0, 0, ::997]
    assert torch.allclose(torch.tensor(json.loads(ended.stdout)), expected, atol=1e-4)


def test_targets_that_cannot_be_written_are_an_error(
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
