from dataclasses import replace

import numpy as np
import pytest
import torch

from riffsmith.evaluation.copying.passage_search import PassageIndex
from riffsmith.evaluation.copying.representation import Alteration
from riffsmith.evaluation.copying.sound import SOUND

FRAMES = 20
SHORT = replace(SOUND, window_frames=FRAMES)
cut_windows = SHORT.cut_windows


def make_prints(*lengths: int) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return [torch.tanh(torch.randn(12, length, generator=generator)) for length in lengths]


def score_of(sections: list[float]) -> float:
    quarter, half, three_quarters = np.quantile(sections, [0.25, 0.5, 0.75])
    return (max(sections) - half) / (three_quarters - quarter)


def test_a_passage_is_found_where_it_is():
    prints = make_prints(700, 60, 1300)
    index = PassageIndex(prints, SHORT)
    positions = [
        (0, 0),
        (0, 479),
        (0, 480),
        (0, 680),
        (1, 40),
        (2, 960),
        (2, 1280),
    ]  # blocks end here
    windows = torch.cat([cut_windows(prints[number], [at]) for number, at in positions])
    found = index.search(windows)
    assert [(match.number, match.frame) for match in found] == positions
    assert [match.similarity for match in found] == pytest.approx([1] * len(positions), abs=1e-4)
    assert {match.alteration.semitones for match in found} == {0}


def test_similarity_and_score_by_hand():
    only = replace(SHORT, alterations=(Alteration(0.0, 1.0),))
    prints = make_prints(540, 30)
    noisy = prints[0][:, 100:140] + 0.3 * torch.randn(
        12, 40, generator=torch.Generator().manual_seed(1)
    )
    match = PassageIndex(prints, only).search(only.cut_windows(noisy, [10]))[0]
    window = noisy[:, 10:30]
    sections: list[float] = []  # the best of each 48 passages
    for recording in prints:
        cosines = [
            float((window * passage).sum() / (window.norm() * passage.norm()))
            for passage in recording.unfold(1, FRAMES, 1).permute(1, 0, 2)
        ]
        sections += [max(cosines[at : at + 48]) for at in range(0, len(cosines), 48)]
    assert (match.number, match.frame) == (0, 110)
    assert match.similarity == pytest.approx(max(sections), abs=1e-4)
    assert match.score == pytest.approx(score_of(sections), rel=1e-3)


def test_a_recording_shorter_than_a_window_is_extended():
    prints = make_prints(300, 15)
    window = torch.nn.functional.pad(prints[1], (0, 5))
    match = PassageIndex(prints, SHORT).search(cut_windows(window, [0]))[0]
    assert (match.number, match.frame) == (1, 0)
    assert match.similarity == pytest.approx(1, abs=1e-4)


def test_silence_matches_nothing():
    music = make_prints(300)[0]
    music[:, 100:200] = 0
    silence, start = PassageIndex([music], SHORT).search(cut_windows(music, [140, 0]))
    assert (silence.similarity, silence.score) == (0, 0)
    assert start.score > 3
    assert PassageIndex([0 * music], SHORT).search(cut_windows(music, [0]))[0].score == 0


def test_a_repeated_passage_does_not_stand_out():
    prints = make_prints(600)
    beat = prints[0][:, :10].repeat(1, 60)  # the same half window repeated
    match_beat = PassageIndex([beat], SHORT).search(cut_windows(beat, [100]))[0]
    match_once = PassageIndex(prints, SHORT).search(cut_windows(prints[0], [100]))[0]
    assert match_beat.similarity == pytest.approx(match_once.similarity, abs=1e-3)
    assert match_beat.score < 0.5 * match_once.score


def test_one_part_that_is_the_same_is_not_enough():
    prints = make_prints(600)
    parts = replace(SHORT, parts=4, alterations=(Alteration(0.0, 1.0),))
    whole = prints[0][:, 100:120]
    other = torch.tanh(torch.randn(12, 20, generator=torch.Generator().manual_seed(5)))
    quarter = torch.cat([whole[:, :5], other[:, 5:]], dim=1)
    window = torch.cat([parts.cut_windows(one, [0]) for one in (whole, quarter)])
    same, one_part = PassageIndex(prints, parts).search(window)
    assert (same.frame, same.similarity) == (100, pytest.approx(1, abs=1e-4))
    # by hand: the power mean of the cosines of the four parts at this place
    passage = prints[0][:, one_part.frame : one_part.frame + 20]
    roots = [
        max(float(torch.cosine_similarity(ours.flatten(), theirs.flatten(), dim=0)), 0) ** 0.5
        for ours, theirs in zip(quarter.split(5, dim=1), passage.split(5, dim=1), strict=True)
    ]
    assert one_part.similarity == pytest.approx((sum(roots) / 4) ** 2, abs=1e-4)
    assert one_part.similarity < 0.25
