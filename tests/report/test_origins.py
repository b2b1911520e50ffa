import numpy as np
import pytest
from canned import originality, window
from conftest import make_music, tiny_settings, write_music

from riffsmith.corpus import Corpus, prepare_corpus
from riffsmith.evaluation import Passage
from riffsmith.evaluation.copying.originality import OriginalityCheck
from riffsmith.report.media_cards import nearest_passages
from riffsmith.report.origins import SUSPECTS, choose_suspects, find_origins


@pytest.fixture(scope="module")
def long_corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """With half a minute of held-out music."""
    folder = tmp_path_factory.mktemp("long")
    for number in range(2):
        write_music(folder / "in" / f"{number}.wav", seconds=36.0, seed=number)
    prepare_corpus(
        folder / "in", folder / "out", tiny_settings().corpus, preset="report", hold_out=["1"]
    )
    return Corpus(folder / "out")


def test_a_copy_is_found_and_can_be_heard_beside_its_source(long_corpus: Corpus):
    song = make_music(36.0, 8000, seed=0)
    other = make_music(12.0, 8000, seed=7)
    clips = [Passage("a", other, 8000), Passage("b", song[80_000:176_000], 8000)]
    shares: list[float] = []
    found = find_origins(OriginalityCheck(long_corpus), clips, shares.append)
    first = found.suspects[0]
    assert (first.clip, first.level, first.window.recording) == (1, "beyond", "0.wav")
    assert first.window.recording_seconds == pytest.approx(10 + first.window.start_seconds, abs=0.2)
    assert [suspect.level for suspect in found.suspects if suspect.clip == 0] == ["below"] * 2
    assert found.windows == 16
    assert shares == [0.5, 1.0]
    (theirs, *_) = nearest_passages(found.suspects, long_corpus)
    assert theirs.startswith("data:audio/flac;base64,")
    assert first.audio.startswith("data:audio/flac;base64,")
    assert len(theirs) == pytest.approx(len(first.audio), rel=0.2)


def test_windows_that_overlap_count_once(corpus: Corpus):
    starts = np.arange(0, 21, 1.0)
    clip = originality(corpus, [window(at, 10 - abs(at - 7), 50.0) for at in starts])
    chosen = [(number, each.start_seconds) for number, each in choose_suspects([clip])]
    assert chosen == [(0, 7.0), (0, 2.0), (0, 12.0), (0, 17.0)]
    chosen = [(number, each.start_seconds) for number, each in choose_suspects([clip, clip])]
    assert chosen[:2] == [(0, 7.0), (1, 7.0)]
    assert len(chosen) == SUSPECTS
