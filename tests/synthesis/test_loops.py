"""Loops keep the tempo to the sample, and go on at their beginning."""

from dataclasses import replace
from math import log2
from pathlib import Path

import numpy as np
import pytest
import torch

from riffsmith.bundle import LatentBundle, load_bundle
from riffsmith.codec import build_analysis
from riffsmith.codec.recordings import find_beats
from riffsmith.config import LatentSettings, load_preset
from riffsmith.errors import SettingsError
from riffsmith.synthesis import Controls, make_loop
from riffsmith.synthesis.loop import TRACKED_BEFORE_ATTACK_HOPS

RATE, LATENT_SAMPLES = 8_000, 256


@pytest.fixture
def bundle(latent_bundle: Path) -> LatentBundle:
    found = load_bundle(latent_bundle)
    assert isinstance(found, LatentBundle)
    return found


def goes_on_at_its_beginning(audio: np.ndarray) -> bool:
    """Whether the step over the seam is no larger than steps inside the loop."""
    steps = np.abs(np.diff(np.concatenate([audio[-400:], audio[:400]]), axis=0))
    return bool((steps[399] <= np.percentile(steps, 99.9, axis=0)).all())


@pytest.mark.slow
@pytest.mark.parametrize("bpm", [97.0, 120.0, 131.7, 174.0])
def test_a_loop_has_whole_bars_at_the_tempo_that_is_asked_for(bundle: LatentBundle, bpm: float):
    loop = make_loop(bundle, 3, Controls(tempo=bpm), bars=3)
    samples = 3 * 4 * 60 / bpm * RATE
    assert abs(len(loop.audio) - samples) <= 0.5
    assert (loop.grid.bars, loop.grid.beats, loop.grid.bpm) == (3, 12, bpm)
    frames = round(samples / LATENT_SAMPLES)
    assert loop.tuning_cents == pytest.approx(1200 * log2(frames * LATENT_SAMPLES / samples), abs=1)
    assert abs(loop.tuning_cents) <= 1200 * log2(1 + 0.51 / frames)
    assert goes_on_at_its_beginning(loop.audio)
    assert np.abs(loop.audio).max() <= 10 ** (-1 / 20)


@pytest.mark.slow
def test_the_tempo_changes_the_loop_and_the_seed_decides_it(bundle: LatentBundle):
    first, again, faster = (
        make_loop(bundle, 3, Controls(tempo=bpm), seconds=6.0) for bpm in (120.0, 120.0, 130.0)
    )
    assert np.array_equal(first.audio, again.audio)
    assert (first.grid.bars, faster.grid.bars) == (3, 3)
    assert (len(first.audio), len(faster.audio)) == (48_000, 44_308)


def test_seconds_are_rounded_to_bars(bundle: LatentBundle):
    assert make_loop(bundle, 3, Controls(tempo=240.0), seconds=2.6).grid.bars == 3
    assert make_loop(bundle, 3, Controls(tempo=40.0), seconds=1.0).grid.bars == 1


def test_without_a_tempo_the_model_chooses_a_whole_number(bundle: LatentBundle):
    bundle.codec.style_embedding.descriptors[:, -1] = 131.6
    loop = make_loop(bundle, 3, bars=1)
    assert loop.grid.bpm == 132.0
    assert len(loop.audio) == round(4 * 60 / 132 * RATE)


@pytest.mark.slow
def test_a_loop_with_a_form_repeats_its_riff_and_goes_on_at_its_beginning(bundle: LatentBundle):
    controls = Controls(tempo=117.0, form=1.0)
    loop = make_loop(bundle, 3, controls, bars=4).audio
    assert goes_on_at_its_beginning(loop)
    plain, by_default = (
        make_loop(bundle, 3, replace(controls, form=form), bars=4).audio for form in (0.0, None)
    )
    assert not np.array_equal(loop, plain)
    assert np.array_equal(plain, by_default)


@pytest.mark.slow
def test_pitch_stays_within_the_cents_that_are_told(
    bundle: LatentBundle, monkeypatch: pytest.MonkeyPatch
):
    """A rendered sine comes out higher by just the tuning, and without a seam."""
    frames = round(3 * 4 * 60 / 131.7 * RATE / LATENT_SAMPLES)
    length, cycles = frames * LATENT_SAMPLES, 4_000
    wave = 0.5 * np.sin(2 * np.pi * cycles * np.arange(length) / length).astype(np.float32)
    monkeypatch.setattr(
        "riffsmith.synthesis.loop.render", lambda *_, **__: np.stack([wave, wave], axis=1)
    )
    loop = make_loop(bundle, 3, Controls(tempo=131.7), bars=3)
    count = len(loop.audio)
    spectrum = np.abs(np.fft.rfft(loop.audio[:, 0]))
    assert spectrum.argmax() == cycles
    assert np.delete(spectrum, cycles).max() < 1e-4 * spectrum.max()
    cents = 1200 * log2((cycles / count) / (cycles / length))
    assert loop.tuning_cents == pytest.approx(cents, abs=1e-6)


@pytest.mark.parametrize("seconds", [0.5, 500.0, float("nan")])
def test_loops_of_no_length_are_refused(bundle: LatentBundle, seconds: float):
    with pytest.raises(SettingsError, match="a loop must be from 1 to 120 s long"):
        make_loop(bundle, 3, seconds=seconds)


def test_bars_that_do_not_fit_are_refused(bundle: LatentBundle):
    for bars in (0, 61):
        with pytest.raises(SettingsError, match="at 120 BPM must have from 1 to 60 bars"):
            make_loop(bundle, 3, Controls(tempo=120.0), bars=bars)
    with pytest.raises(SettingsError, match="either a length or bars, found 4 s and 2"):
        make_loop(bundle, 3, seconds=4.0, bars=2)


@pytest.mark.slow
@pytest.mark.parametrize("bpm", [100.0, 140.0])
def test_tracked_beats_lie_before_their_attacks_by_the_known_time(bpm: float):
    """The clock of a loop is shifted by this time, so that attacks lie at its first sample."""
    settings = load_preset("latent")
    assert isinstance(settings, LatentSettings)
    rate, hop = settings.corpus.sample_rate, settings.corpus.hop_samples
    seconds, begin = 24, 0.3
    audio = np.random.default_rng(0).normal(0, 3e-3, seconds * rate // hop * hop)
    decay = np.exp(-20 * np.arange(rate // 5) / rate)
    noise = 0.3 * np.random.default_rng(1).normal(size=len(decay)) * decay
    for time in np.arange(begin, seconds - 1, 60 / bpm):
        audio[round(time * rate) :][: len(noise)] += noise
    stereo = torch.from_numpy(np.stack([audio, audio])).float()
    beats = find_beats(build_analysis(settings)(stereo[None])[0], settings).numpy()
    times = np.arange(len(beats)) * hop / rate
    ahead = (beats - (times - begin) * bpm / 60)[len(beats) // 4 : -len(beats) // 4]
    turned = np.angle(np.exp(2j * np.pi * ahead).mean()) / (2 * np.pi)
    assert turned * 60 / bpm * rate / hop == pytest.approx(TRACKED_BEFORE_ATTACK_HOPS, abs=0.3)
