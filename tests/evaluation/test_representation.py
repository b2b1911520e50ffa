from dataclasses import replace

import numpy as np
import pytest
import torch

from riffsmith.evaluation.copying.melody import MELODY
from riffsmith.evaluation.copying.representation import Alteration, Representation
from riffsmith.evaluation.copying.sound import SOUND


def test_an_alteration_is_undone():
    prints = torch.rand(20, 100)
    short = replace(SOUND, window_frames=40)
    windows = short.cut_windows(prints, [30, 0])
    same = Alteration(0.0, 1.0).undo_speed(windows, 40)
    assert torch.equal(same, torch.stack([prints[:, 30:70], prints[:, :40]]))
    # a copy whose bands lie two higher has no match of the lowest bands of the copy
    assert Alteration(1.0, 1.0).match_bands(20, 2) == (slice(2, 20), slice(0, 18))
    assert Alteration(-0.5, 1.0).match_bands(20, 2) == (slice(0, 19), slice(1, 20))
    assert Alteration(0.0, 1.0).match_bands(20, 2) == (slice(0, 20), slice(0, 20))
    # a ramp in time, played twice as slowly by undoing, keeps its middle and half its slope
    ramp = torch.arange(100.0).expand(20, 100)
    slower = Alteration(0.0, 1.1).undo_speed(short.cut_windows(ramp, [30]), 40)[0, 0]
    assert slower.numpy() == pytest.approx(49.5 + (np.arange(40) - 19.5) / 1.1, abs=1e-4)


def test_windows_with_too_little_are_not_judged():
    prints = torch.zeros(88, 300)
    prints[40, 100:200:5] = 1.0  # 20 values: a root mean square of √(20 / 8800) = 0.048
    assert MELODY.find_judged(prints, [0, 20, 100, 150, 200]) == [100, 150]
    assert MELODY.find_judged(prints, [20]) == []  # √(4 / 8800) = 0.021
    assert SOUND.find_judged(prints, [200]) == [200]
    assert MELODY.find_judged(prints[:, :150], [100]) == [100]  # the piece ends within the window


@pytest.mark.parametrize("representation", [SOUND, MELODY], ids=["sound", "melody"])
def test_window_lengths_agree(representation: Representation):
    frames = representation.window_seconds / representation.hop_seconds(44_100)
    assert representation.window_frames == pytest.approx(frames, rel=1e-3)
