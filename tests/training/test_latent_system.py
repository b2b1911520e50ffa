import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import TINY_LATENTS, give_codec, tiny_latents

from riffsmith.bundle import LatentBundle, load_bundle
from riffsmith.codec import Codec, fit_codec
from riffsmith.config import LatentSettings, load_preset
from riffsmith.corpus import Corpus
from riffsmith.errors import CorpusError, ModelError, SettingsError
from riffsmith.networks import CLOCK_CHANNELS, sample
from riffsmith.runs import RunFolder, RunRecord, Stage, create_run
from riffsmith.runs.checkpoint import checkpoint_paths
from riffsmith.synthesis import generate_clip
from riffsmith.training import SilentObserver, measure_training_seconds, train
from riffsmith.training.latent.base import open_base
from riffsmith.training.latent.modulation import fit_modulation_filter
from riffsmith.training.latent.step import LatentTrainer, build_learning_rates
from riffsmith.training.latent.system import initialise_latent_state
from riffsmith.training.latent.windows import (
    LatentWindows,
    latents_in_key,
    measure_recordings,
    split_window,
    window_gain_direction,
)
from riffsmith.transcription import PITCHES

CPU = torch.device("cpu")


@pytest.fixture
def started(tmp_path: Path, latent_corpus: Corpus) -> tuple[RunFolder, RunRecord]:
    run = RunFolder(tmp_path / "run")
    give_codec(run, tiny_latents())
    return run, create_run(run, latent_corpus, tiny_latents(), "latent", seed=3)


def after(steps: int) -> Iterator[bool]:
    yield from [False] * (steps - 1)
    yield True


def test_such_a_corpus_stores_audio_alone(latent_corpus: Corpus):
    recording = latent_corpus.manifest.of_split("train")[0]
    assert latent_corpus.shard(recording).samples == 48_000
    assert recording.segments == 6
    assert not hasattr(latent_corpus.shard(recording), "segments")


@pytest.mark.slow
def test_measuring_says_how_far_it_is_and_can_be_stopped(
    started: tuple[RunFolder, RunRecord], latent_corpus: Corpus
):
    run, record = started
    reached: list[tuple[Stage, float]] = []

    class Observer(SilentObserver):
        def on_stage(self, stage: Stage, progress: float) -> None:
            reached.append((stage, progress))

    result = train(run, record, latent_corpus, [Observer()], should_stop=lambda: len(reached) == 2)
    first = latent_corpus.manifest.of_split("train")[0].seconds
    total = sum(recording.seconds for recording in latent_corpus.manifest.recordings)
    assert reached == [(Stage.FEATURES, 0.0), (Stage.FEATURES, pytest.approx(first / total))]
    assert not result.finished


@pytest.mark.slow
def test_windows_are_parts_of_the_recordings(latent_corpus: Corpus):
    settings = tiny_latents()
    codec = Codec(settings)
    recordings = measure_recordings(
        latent_corpus, latent_corpus.manifest.of_split("train"), settings, offsets=2
    )
    fit_codec([item.features for item in recordings], codec, 0, 4)
    windows = LatentWindows(recordings, codec, settings.training)
    drawn = windows.draw(8, 0, "test")
    latents, conditioning = split_window(drawn, 8)
    assert latents.shape == (8, 8, 16)
    assert conditioning.shape == (8, CLOCK_CHANNELS + 3 + PITCHES, 16)
    assert conditioning[:, -PITCHES:].unique().tolist() == [0, 1]
    assert torch.allclose(
        conditioning[:, 0].square() + conditioning[:, 5].square(), torch.ones(8, 16)
    )
    assert torch.equal(drawn, windows.draw(8, 0, "test"))
    assert not torch.equal(drawn, windows.draw(8, 1, "test"))
    audio = latent_corpus.audio(latent_corpus.manifest.of_split("train")[0], 0, 6).T[None]
    whole = codec.encode(audio.contiguous())[0].bfloat16().float()
    item = windows._recordings[0]
    first = latents_in_key(codec, item.mel, item.tonal, 0)
    assert torch.allclose(first[:, 4:-4], whole[:, 4 : first.shape[1] - 4], atol=0.1)
    higher = latents_in_key(codec, item.mel, item.tonal, 2)
    assert torch.equal(higher[:6], first[:6])  # mel latents stay
    assert not torch.allclose(higher[6:], first[6:], atol=0.1)
    assert item.styles.shape[:2] == (5, 3)


def test_a_corpus_shorter_than_a_window_is_refused(latent_corpus: Corpus):
    settings = tiny_latents()
    recordings = measure_recordings(
        latent_corpus, latent_corpus.manifest.of_split("train"), settings, offsets=2
    )
    training = settings.training.model_copy(update={"window_frames": 4000})
    with pytest.raises(CorpusError, match="no recording is as long as a window of 128.0 s"):
        LatentWindows(recordings, Codec(settings), training)


@pytest.mark.slow
def test_a_run_from_start_to_sound(started: tuple[RunFolder, RunRecord], latent_corpus: Corpus):
    run, record = started
    outcome = train(run, record, latent_corpus, [])
    assert outcome.finished
    bundle = load_bundle(run.snapshot(run.snapshot_numbers()[-1]))
    assert isinstance(bundle, LatentBundle)
    audio = generate_clip(bundle, 2.5, 7)
    assert audio.shape == (20_000, 2)
    assert np.isfinite(audio).all()
    assert np.array_equal(audio, generate_clip(bundle, 2.5, 7))
    assert bundle.modulation_filter is None  # a window of 16 frames is too short for one
    line = run.read_metrics("preview")[-1]
    assert float(str(line["spread_relative"])) > 0


@pytest.mark.slow
def test_a_stopped_run_ends_like_one_that_never_stopped(tmp_path: Path, latent_corpus: Corpus):
    ends: list[bytes] = []
    for name, stops in (("whole", []), ("stopped", [3, 5])):
        run = RunFolder(tmp_path / name)
        give_codec(run, tiny_latents())
        record = create_run(run, latent_corpus, tiny_latents(), "latent", seed=3)
        for steps in stops:
            stop = after(steps).__next__
            assert not train(run, record, latent_corpus, [], should_stop=stop).finished
        assert train(run, record, latent_corpus, []).finished
        ends.append(checkpoint_paths(run.checkpoints)[-1].read_bytes())
    assert ends[0] == ends[1]


@pytest.mark.slow
def test_a_damaged_codec_is_told(started: tuple[RunFolder, RunRecord], latent_corpus: Corpus):
    run, record = started
    snapshot = run.snapshot(0)
    train(run, record, latent_corpus, [], should_stop=snapshot.is_dir)
    path = snapshot / "codec.safetensors"
    path.write_bytes(path.read_bytes()[:-8] + b"damaged!")
    with pytest.raises(ModelError, match="its hash is not the card's"):
        load_bundle(snapshot)


def build_trainer(settings: LatentSettings) -> LatentTrainer:
    codec = Codec(settings)
    fit_codec([torch.randn(codec.analysis.features, 400)], codec, 0, 1)
    state = initialise_latent_state(settings, 0, CPU)
    learning_rates = build_learning_rates(settings.training, state)
    return LatentTrainer(
        settings, state, window_gain_direction(codec, settings), learning_rates, 0, CPU
    )


def test_both_of_a_pair_are_augmented_alike():
    trainer = build_trainer(tiny_latents(cut_fraction="1.0"))
    same = torch.randn(4, 8 + CLOCK_CHANNELS + 3 + PITCHES, 16)
    shown = trainer._augment(torch.cat([same, same]), "test")
    assert torch.equal(shown[:4], shown[4:])
    assert (shown == 0).all(1).any(1).all()  # each lost a stretch
    assert not torch.equal(shown[:4], same)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("matching", "steps"), [("200", 200), ("100", 200)], ids=["flow matching", "adversarial phase"]
)
def test_the_generator_learns_a_constant(matching: str, steps: int):
    """The generator reproduces windows that are all equal."""
    settings = tiny_latents(
        learning_rate="1e-2",
        gain_nepers="0.0",
        cut_fraction="0.0",
        flow_matching_steps=matching,
        guided_from_fraction="1.0",
        batch_size="8",
    )
    trainer = build_trainer(settings)
    music = torch.linspace(-1, 1, 8)[None, :, None].expand(8, 8, 16)
    windows = torch.cat([music, torch.zeros(8, CLOCK_CHANNELS + 3 + PITCHES, 16)], dim=1)

    @torch.no_grad()
    def error() -> float:
        noise = torch.randn(8, 8, 16, generator=torch.Generator().manual_seed(0))
        made = sample(trainer._velocity(windows[:, 8:]), noise, 3, 3)
        return float((made - music).mean((0, 2)).norm())

    before = error()
    metrics = [trainer.step(windows) for _ in range(steps)]
    assert error() < 0.3 * before
    assert metrics[0].discriminator_loss is None
    assert (metrics[-1].discriminator_loss is not None) == (steps > int(matching))


@pytest.mark.slow
def test_guidance_leads_away_from_silence():
    settings = tiny_latents(flow_matching_steps="100", guided_from_fraction="0.05", batch_size="8")
    trainer = build_trainer(settings)
    windows = torch.randn(8, 8 + CLOCK_CHANNELS + 3 + PITCHES, 16)
    windows[:, -PITCHES:] = (windows[:, -PITCHES:] > 1).float()
    stream = torch.Generator().manual_seed(0)
    for _ in range(4):
        trainer.step(windows)
    assert trainer._draw_strength(64, stream).eq(1).all()
    trainer.step(windows)
    strength = trainer._draw_strength(64, stream)
    assert 20 < strength.gt(1).sum() < 44
    assert strength.max() <= 1 + 1.5 * 1.0

    timesteps, strength = torch.full((2,), 0.5), torch.tensor([1.0, 3.0])
    noisy, conditioning = split_window(windows[:2], 8)
    kept = conditioning.clone()
    added = trainer._guide(conditioning, strength)(noisy, timesteps)
    assert torch.equal(conditioning, kept)
    silent = torch.cat([conditioning[:, :-PITCHES], torch.zeros(2, PITCHES, 16)], dim=1)
    network, plain = trainer._state.averaged_generator, torch.ones(2)
    wanted, unwanted = (network(noisy, known, timesteps, plain) for known in (conditioning, silent))
    assert added[0].eq(0).all()
    assert torch.allclose(added[1], 2 * (wanted - unwanted)[1], atol=1e-6)
    assert added[1].abs().max() > 0


@pytest.mark.slow
def test_a_run_whose_generator_sees_bands(tmp_path: Path, latent_corpus: Corpus):
    settings = load_preset(
        "latent",
        {**TINY_LATENTS, "generator": {**TINY_LATENTS["generator"], "band_channels": "4"}},
    )
    assert isinstance(settings, LatentSettings)
    run = RunFolder(tmp_path / "run")
    give_codec(run, settings)
    record = create_run(run, latent_corpus, settings, "latent", seed=3)
    assert not train(run, record, latent_corpus, [], should_stop=after(4).__next__).finished
    assert train(run, record, latent_corpus, []).finished
    bundle = load_bundle(run.snapshot(run.snapshot_numbers()[-1]))
    assert isinstance(bundle, LatentBundle)
    bases = [axis.get_buffer("basis") for axis in bundle.generator.band_axes]
    for basis, components in zip(bases, bundle.codec.component_bases(), strict=True):
        assert torch.equal(basis, components.half().float())
    assert np.isfinite(generate_clip(bundle, 2.5, 7)).all()


def test_the_learning_rate_rises_and_falls_until_the_adversarial_phase():
    settings = tiny_latents(flow_matching_steps="1000", learning_rate="1.0")
    state = initialise_latent_state(settings, 0, CPU)
    generator, discriminator = build_learning_rates(settings.training, state)
    shares = [generator.at(step) for step in (0, 199, 500, 1000, 5000)]
    assert discriminator.at(0) == discriminator.at(5000) == 1e-3
    generator.reduce(2)
    assert generator.at(1000) == pytest.approx(0.1 / 4)
    assert shares[0] <= 0.01 < shares[1]
    assert shares[1] > 0.9
    assert shares[2] == pytest.approx(0.55, abs=0.01)
    assert shares[3] == shares[4] == pytest.approx(0.1)


@pytest.mark.slow
def test_the_metrics_have_checks_of_health(
    started: tuple[RunFolder, RunRecord], latent_corpus: Corpus
):
    run, record = started
    train(run, record, latent_corpus, [])
    lines = [json.loads(line) for line in run.metrics.read_text().splitlines()]
    checks = [line for line in lines if line["event"] == "check"]
    assert checks
    assert checks[-1]["overfitting"] is not None or checks[-1]["diversity_relative"] > 0


@pytest.mark.slow
def test_an_estimate_includes_the_adversarial_phase():
    alone, both = (measure_training_seconds(tiny_latents(), steps) for steps in (3, 3000))
    assert 0 < alone < both


@pytest.mark.slow
def test_a_snapshot_has_a_filter_for_what_its_generator_plays(
    tmp_path: Path, latent_corpus: Corpus
):
    settings = tiny_latents(window_frames="64", steps="1", flow_matching_steps="1")
    run = RunFolder(tmp_path / "run")
    train(run, create_run(run, latent_corpus, settings, "latent", seed=1), latent_corpus, [])
    bundle = load_bundle(run.snapshot(run.snapshot_numbers()[-1]))
    assert isinstance(bundle, LatentBundle)
    assert bundle.modulation_filter is not None
    found = bundle.modulation_filter.taps
    assert found[:, 32].min() < 0.99  # not the filter that changes nothing
    recordings = measure_recordings(
        latent_corpus,
        latent_corpus.manifest.of_split("train"),
        settings,
        settings.training.offsets,
    )
    windows = LatentWindows(recordings, bundle.codec, settings.training)
    again = fit_modulation_filter(bundle.generator, windows, settings, seed=1)
    assert again is not None
    assert torch.allclose(found, again.taps, atol=0.01)  # its weights are in half precision


@pytest.mark.slow
def test_a_run_begins_with_its_base(tmp_path: Path, latent_corpus: Corpus):
    run = RunFolder(tmp_path / "base")
    train(run, create_run(run, latent_corpus, tiny_latents(), "latent", seed=1), latent_corpus, [])
    folder = run.snapshot(run.snapshot_numbers()[-1])
    base = load_bundle(folder)
    assert isinstance(base, LatentBundle)

    settings = tiny_latents(base=str(folder))
    tuned = RunFolder(tmp_path / "tuned")
    record = create_run(tuned, latent_corpus, settings, "latent", seed=2)
    train(tuned, record, latent_corpus, [], should_stop=tuned.snapshot(0).is_dir)
    first = load_bundle(tuned.snapshot(0))
    assert isinstance(first, LatentBundle)
    for name, value in base.generator.state_dict().items():
        if not name.startswith("enter"):
            assert torch.equal(value, first.generator.state_dict()[name])
    assert torch.equal(base.codec.linear.basis, first.codec.linear.basis)
    assert not torch.equal(first.codec.style_embedding.passages, torch.zeros(32, 3))
    assert train(tuned, record, latent_corpus, []).finished
    last = load_bundle(tuned.snapshot(tuned.snapshot_numbers()[-1]))
    assert isinstance(last, LatentBundle)
    assert not torch.equal(base.generator.exit.weight, last.generator.exit.weight)

    wider = settings.model_copy(
        update={"generator": settings.generator.model_copy(update={"embedding": 16})}
    )
    with pytest.raises(SettingsError, match=r"generator\.embedding is 8, and 16 here.*--from-scr"):
        open_base(wider)


def test_the_preset_begins_with_the_base_that_ships():
    settings = load_preset("latent")
    assert isinstance(settings, LatentSettings)
    base = open_base(settings)
    assert base is not None
    assert base.generator.band_axes


def test_with_a_base_all_steps_teach_guidance():
    trainer = build_trainer(tiny_latents(base="base", guided_from_fraction="1.0"))
    assert trainer._draw_strength(64, torch.Generator().manual_seed(0)).gt(1).any()
