import numpy as np
import pytest
import torch

from riffsmith.evaluation.copying import passage_search
from riffsmith.evaluation.copying.fingerprint import Alteration, cut_windows
from riffsmith.evaluation.copying.passage_search import PassageIndex

FRAMES = 20


def make_prints(*lengths: int) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return [torch.tanh(torch.randn(12, length, generator=generator)) for length in lengths]


def score_of(sections: list[float]) -> float:
    quarter, half, three_quarters = np.quantile(sections, [0.25, 0.5, 0.75])
    return (max(sections) - half) / (three_quarters - quarter)


def test_a_passage_is_found_where_it_is():
    prints = make_prints(700, 60, 1300)
    index = PassageIndex(prints, FRAMES)
    positions = [
        (0, 0),
        (0, 479),
        (0, 480),
        (0, 680),
        (1, 40),
        (2, 960),
        (2, 1280),
    ]  # blocks end here
    windows = torch.cat([cut_windows(prints[number], [at], FRAMES) for number, at in positions])
    found = index.search(windows)
    assert [(match.number, match.frame) for match in found] == positions
    assert [match.similarity for match in found] == pytest.approx([1] * len(positions), abs=1e-4)
    assert {match.alteration.semitones for match in found} == {0}


def test_similarity_and_score_by_hand(monkeypatch: pytest.MonkeyPatch):
    only = [Alteration(0.0, 1.0)]
    monkeypatch.setattr(passage_search, "alterations", lambda: only)
    prints = make_prints(540, 30)
    noisy = prints[0][:, 100:140] + 0.3 * torch.randn(
        12, 40, generator=torch.Generator().manual_seed(1)
    )
    match = PassageIndex(prints, FRAMES).search(cut_windows(noisy, [10], FRAMES))[0]
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
    match = PassageIndex(prints, FRAMES).search(cut_windows(window, [0], FRAMES))[0]
    assert (match.number, match.frame) == (1, 0)
    assert match.similarity == pytest.approx(1, abs=1e-4)


def test_silence_matches_nothing():
    music = make_prints(300)[0]
    music[:, 100:200] = 0
    silence, start = PassageIndex([music], FRAMES).search(cut_windows(music, [140, 0], FRAMES))
    assert (silence.similarity, silence.score) == (0, 0)
    assert start.score > 3
    assert PassageIndex([0 * music], FRAMES).search(cut_windows(music, [0], FRAMES))[0].score == 0


def test_a_repeated_passage_does_not_stand_out():
    prints = make_prints(600)
    beat = prints[0][:, :10].repeat(1, 60)  # the same half window repeated
    match_beat = PassageIndex([beat], FRAMES).search(cut_windows(beat, [100], FRAMES))[0]
    match_once = PassageIndex(prints, FRAMES).search(cut_windows(prints[0], [100], FRAMES))[0]
    assert match_beat.similarity == pytest.approx(match_once.similarity, abs=1e-3)
    assert match_beat.score < 0.5 * match_once.score
