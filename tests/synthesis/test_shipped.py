"""The shipped model: joints are inaudible, memory does not grow, controls have their effect."""

import gc

import numpy as np
import pytest
import torch

from riffsmith.audio import LoudnessMeter
from riffsmith.bundle import LatentBundle
from riffsmith.evaluation.metrics.rhythm import measure_rhythm
from riffsmith.features import measure_descriptors
from riffsmith.pipeline.models import open_model
from riffsmith.synthesis import Controls, Stream, make_loop
from riffsmith.synthesis.stream import CHUNK_LATENTS, WINDOW_LATENTS

pytestmark = pytest.mark.slow

HOP = 512


@pytest.fixture(scope="module")
def metal() -> LatentBundle:
    bundle = open_model("metal")
    assert isinstance(bundle, LatentBundle)
    return bundle


def flux(audio: np.ndarray) -> np.ndarray:
    """Change of the spectrum from frame to frame in nepers."""
    mono = torch.from_numpy(np.ascontiguousarray(audio.mean(axis=1)))
    found = torch.stft(mono, 1024, HOP, window=torch.hann_window(1024), return_complex=True)
    return (found.abs() + 1e-4).log().diff(dim=1).abs().mean(0).numpy()


def test_joints_do_not_show_in_the_spectrum(metal: LatentBundle):
    """The spectrum changes no more where chunks and windows meet than between them."""
    stream = Stream(metal, 1)
    changes = flux(stream.read(0, 100 * stream.sample_rate))
    size = metal.codec.latent_samples
    joints = {
        "chunk": np.arange(CHUNK_LATENTS, len(changes) * HOP // size, CHUNK_LATENTS),
        "window": np.cumsum([*WINDOW_LATENTS, WINDOW_LATENTS[-1]]),
    }
    for name, frames in joints.items():
        at = (frames[:, None] * size // HOP + np.arange(-1, 2)).clip(0, len(changes) - 1)
        ranks = [(changes < value).mean() for value in changes[at].max(axis=1)]
        assert np.mean(ranks) < 0.9, name  # the greatest of three frames lies at .75 by chance
        assert changes[at].max() < changes.max(), name


@pytest.mark.parametrize("tempo", [133.0, 140.0])
def test_a_loop_has_no_seam(metal: LatentBundle, tempo: float):
    """Where it goes on at its beginning it changes no more than at other attacks, and never clicks.

    A click is a jump, which the fourth difference of the samples shows best.
    """
    loop = make_loop(metal, 1, Controls(tempo=tempo), bars=5).audio
    assert len(loop) == round(5 * 4 * 60 / tempo * metal.codec.sample_rate)
    twice = np.concatenate([loop, loop])
    changes, at = flux(twice), len(loop) // HOP
    assert (changes < changes[at - 1 : at + 3].max()).mean() < 0.99
    jumps = np.abs(np.diff(twice.mean(axis=1), n=4))
    nearby = np.lib.stride_tricks.sliding_window_view(jumps, 9).max(axis=1)
    seam = jumps[len(loop) - 6 : len(loop) + 3].max()
    assert (nearby < seam).mean() < 0.995


def loudness(audio: np.ndarray, sample_rate: int) -> float:
    meter = LoudnessMeter(sample_rate)
    meter.add(audio)
    return meter.loudness_lufs() or -70.0


def features(metal: LatentBundle, audio: np.ndarray) -> torch.Tensor:
    """Log-mel features, (features, frames)."""
    whole = len(audio) // HOP * HOP
    return metal.codec.analysis(torch.from_numpy(np.ascontiguousarray(audio[:whole].T))[None])[0]


def octaves(metal: LatentBundle, audio: np.ndarray) -> float:
    """Brightness, as `measure_descriptors` defines it."""
    analysis, found = metal.codec.analysis, features(metal, audio)
    mid, beats = found[: analysis.mid.count], torch.arange(found.shape[1], dtype=torch.float64)
    return float(measure_descriptors(mid, analysis.mid_frequencies, beats, 1.0).brightness.mean())


def play(metal: LatentBundle, controls: Controls) -> np.ndarray:
    """Ten seconds of each of three seeds."""
    rate = metal.settings.corpus.sample_rate
    return np.concatenate([Stream(metal, seed, controls).read(0, 10 * rate) for seed in range(3)])


def test_intensity_and_brightness_have_their_effect(metal: LatentBundle):
    rate = metal.settings.corpus.sample_rate
    calm, wild = (play(metal, Controls(intensity=value)) for value in (0.0, 1.0))
    assert loudness(wild, rate) > loudness(calm, rate) + 3
    dark, bright = (play(metal, Controls(brightness=value)) for value in (0.0, 1.0))
    assert octaves(metal, bright) > octaves(metal, dark) + 0.4


def test_the_tempo_of_the_controls_is_found(metal: LatentBundle):
    for target in (100.0, 130.0):
        audio = play(metal, Controls(tempo=target)).mean(axis=1)
        found = measure_rhythm(audio, metal.settings.corpus.sample_rate).tempo_bpm
        assert found is not None
        octaves_off = np.log2(found / target)
        assert abs(octaves_off - round(octaves_off)) < 0.03, (target, found)


def timbre(metal: LatentBundle, audio: np.ndarray) -> torch.Tensor:
    """Mean log-mel spectrum."""
    return features(metal, audio).mean(1)


def test_a_morph_leads_from_one_piece_to_another(metal: LatentBundle):
    rate = metal.settings.corpus.sample_rate
    moving = Controls(variation=0.0, morph_seed=50, morph_seconds=30.0)
    there, here = Stream(metal, 50, Controls(variation=0.0)), Stream(metal, 0, moving)
    left = Stream(metal, 0, Controls(variation=0.0))
    for start, is_near in ((0, left), (40, there)):
        ours, first, second = (
            timbre(metal, stream.read(start * rate, 5 * rate)) for stream in (here, left, there)
        )
        to_left, to_there = (ours - first).norm(), (ours - second).norm()
        assert (to_left < to_there) == (is_near is left)


def test_memory_does_not_grow(metal: LatentBundle):
    """A piece holds as much memory after 200 s as after 100, with many control changes."""
    stream = Stream(metal, 2)

    def held() -> int:
        gc.collect()
        return sum(item.nbytes for item in gc.get_objects() if type(item) is torch.Tensor)

    sizes = []
    for start in (0, 100, 200):
        for number in range(3):
            at = start * stream.sample_rate + number * stream.chunk_samples
            stream = stream.with_controls(at, Controls(intensity=number / 4))
            stream.read(at, stream.chunk_samples)
            stream.forget(at)
        sizes.append(held())
    assert sizes[2] <= sizes[1] * 1.01
