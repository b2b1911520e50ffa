from pathlib import Path

import numpy as np
import pytest
import torch

from riffsmith.bundle import Bundle, PictureBundle, load_bundle
from riffsmith.corpus import Corpus
from riffsmith.runs import RunFolder, RunRecord
from riffsmith.synthesis import draw_pictures, generate_clip
from riffsmith.training import train

pytestmark = pytest.mark.slow


@pytest.fixture
def bundle(started: tuple[RunFolder, RunRecord], corpus: Corpus) -> Bundle:
    run, record = started
    train(run, record, corpus, [])
    return load_bundle(run.snapshot(4))


@pytest.mark.parametrize("seconds", [0.1, 0.99, 1.0, 1.01, 2.5, 7.777])
def test_length_is_right_to_the_sample(bundle: Bundle, seconds: float):
    audio = generate_clip(bundle, seconds, seed=1)
    assert audio.shape == (round(seconds * 8_000), 1)
    assert np.isfinite(audio).all()


def test_seeds_decide(bundle: Bundle):
    first, again, other = (generate_clip(bundle, 2.5, seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_workers_play_bit_for_bit_what_one_thread_does(bundle: PictureBundle):
    alone = generate_clip(bundle, 6.0, 5)
    bundle.generator.train()
    torch.set_num_threads(2)
    assert np.array_equal(generate_clip(bundle, 6.0, 5), alone)
    assert torch.get_num_threads() == 2
    assert bundle.generator.training


def test_a_longer_clip_begins_like_a_shorter_one(bundle: Bundle):
    short, long = generate_clip(bundle, 2.0, 5), generate_clip(bundle, 6.0, 5)
    assert np.array_equal(short[:7_000], long[:7_000])


def test_joints_are_no_louder_than_the_segments(bundle: Bundle):
    audio = generate_clip(bundle, 20.0, seed=3)[:, 0]
    jumps = np.abs(np.diff(audio))
    advance = round(0.95 * 8_000)
    at_joints = [jumps[k * advance - 4 : k * advance + 4].max() for k in range(1, 20)]
    assert np.median(at_joints) <= np.quantile(jumps, 0.999)
    energy = np.convolve(audio**2, np.full(400, 1 / 400), "valid")
    faded = [energy[k * advance] for k in range(1, 20)]  # the middle of each fade
    assert 0.3 < np.median(faded) / np.median(energy) < 3


def test_pictures_do_not_depend_on_the_batch(bundle: Bundle):
    assert isinstance(bundle, PictureBundle)
    together = draw_pictures(bundle.generator, 0, 0, 4)
    alone = torch.cat([draw_pictures(bundle.generator, 0, n, 1) for n in range(4)])
    assert torch.allclose(together, alone, atol=1e-5)


def test_progress_ends_at_one(bundle: Bundle, tmp_path: Path):
    progress = []
    generate_clip(bundle, 3.0, 0, progress.append)
    assert progress == sorted(progress)
    assert progress[-1] == 1
