import numpy as np
import pytest
import torch
from conftest import make_music

from riffsmith.evaluation.copying.representation import Alteration
from riffsmith.evaluation.copying.sound import SOUND
from riffsmith.features.fingerprint import fingerprint

RATE = 8_000


def tone(frequency: float, seconds: float = 4.0) -> np.ndarray:
    """A tone that is on and off twice a second, with soft noise."""
    time = np.arange(round(seconds * RATE)) / RATE
    noise = 0.001 * np.random.default_rng(0).standard_normal(len(time))
    return (np.sin(2 * np.pi * frequency * time) * (time * 2 % 1 < 0.5) + noise).astype(np.float32)


def cosine(one: torch.Tensor, other: torch.Tensor) -> float:
    return float((one * other).sum() / (one.norm() * other.norm()))


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100])
def test_there_are_16_frames_a_second_and_24_bands_an_octave(rate: int):
    found = fingerprint(make_music(3.0, rate)[:, 0], rate)
    octaves = np.log2(min(8000, 0.45 * rate) / 120)
    assert found.shape == (int(24 * octaves), 3 * 16 + 1)
    assert float(found.abs().max()) <= 1


def test_an_octave_is_24_bands_higher():
    low, high = fingerprint(tone(440), RATE), fingerprint(tone(880), RATE)
    strongest = [int(prints.clamp_min(0).mean(dim=1).argmax()) for prints in (low, high)]
    assert strongest[0] == round(24 * np.log2(440 / 120))
    assert strongest[1] - strongest[0] == 24


def test_loudness_does_not_matter_and_silence_is_zero():
    music = make_music(4.0, RATE)[:, 0]
    assert torch.allclose(fingerprint(music, RATE), fingerprint(music / 8, RATE), atol=1e-3)
    assert not fingerprint(np.zeros(RATE, np.float32), RATE).any()


def test_alterations_reach_two_semitones_either_way():
    found = SOUND.alterations
    assert len(found) == len(set(found)) == 17
    assert {a.semitones for a in found} == {-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2}
    assert Alteration(-2.0, 1.0) in found
    assert {round(a.speed, 4) for a in found if a.semitones == 2} == {1, 1.1225}


def test_a_faster_copy_is_undone():
    music = make_music(8.0, RATE)[:, 0]
    positions = np.arange(0, len(music) - 1, 2 ** (1 / 12))
    faster = np.interp(positions, np.arange(len(music)), music).astype(np.float32)
    original = fingerprint(music, RATE)
    copy = fingerprint(faster, RATE)
    start = round(2 * 16 / 2 ** (1 / 12) + 40 / 2 ** (1 / 12)) - 40
    windows = SOUND.cut_windows(copy, [start])
    altered = Alteration(1.0, 2 ** (1 / 12))
    copied, bands = altered.match_bands(len(original), SOUND.bands_per_semitone)
    undone = altered.undo_speed(windows, 80)[0]
    assert cosine(undone[copied], original[bands, 32:112]) > 0.8
    assert abs(cosine(windows[0, :, 4:84], original[:, 32:112])) < 0.5
