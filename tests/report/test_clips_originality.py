import numpy as np
import pytest
from canned import originality, window
from conftest import make_music, tiny_settings, write_music

from riffsmith.corpus import Corpus, prepare_corpus
from riffsmith.evaluation import OriginalityCheck, OriginalityGrade, Passage
from riffsmith.report.media_cards import nearest_passages
from riffsmith.report.originality import CLOSEST_WINDOWS, check_clips, find_closest


@pytest.fixture(scope="module")
def long_corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """A corpus with half a minute of held-out music."""
    folder = tmp_path_factory.mktemp("long")
    for number in range(2):
        write_music(folder / "in" / f"{number}.wav", seconds=36.0, seed=number)
    prepare_corpus(
        folder / "in", folder / "out", tiny_settings().corpus, preset="report", hold_out=["1"]
    )
    return Corpus(folder / "out")


@pytest.mark.slow
def test_a_copy_is_found_and_can_be_heard_beside_its_source(long_corpus: Corpus):
    song = make_music(36.0, 8000, seed=0)
    other = make_music(12.0, 8000, seed=7)
    clips = [Passage("a", other, 8000), Passage("b", song[80_000:176_000], 8000)]
    fractions: list[float] = []
    found = check_clips(OriginalityCheck(long_corpus), clips, fractions.append)
    first = found.closest[0]
    assert (first.clip, first.rank, first.window.recording) == (1, "above_all", "0.wav")
    assert first.window.recording_seconds == pytest.approx(10 + first.window.start_seconds, abs=0.2)
    assert [each.rank for each in found.closest if each.clip == 0] == ["below_99th"] * 2
    assert len(found.sound.windows) == 16
    assert len(found.melody.windows) + found.melody.unjudged_windows == 2 * 3
    assert found.grade is OriginalityGrade.COPIED
    assert fractions == [0.5, 1.0]
    (theirs, *_) = nearest_passages(found.closest, long_corpus)
    assert theirs.startswith("data:audio/flac;base64,")
    assert first.audio.startswith("data:audio/flac;base64,")
    assert len(theirs) == pytest.approx(len(first.audio), rel=0.2)


def test_windows_that_overlap_count_once(corpus: Corpus):
    starts = np.arange(0, 21, 1.0)
    clip = originality(corpus, [window(at, 10 - abs(at - 7), 50.0) for at in starts])
    chosen = [(number, each.start_seconds) for number, each in find_closest([clip])]
    assert chosen == [(0, 7.0), (0, 2.0), (0, 12.0), (0, 17.0)]
    chosen = [(number, each.start_seconds) for number, each in find_closest([clip, clip])]
    assert chosen[:2] == [(0, 7.0), (1, 7.0)]
    assert len(chosen) == CLOSEST_WINDOWS
