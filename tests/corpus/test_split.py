import pytest
from hypothesis import given, strategies as st

from riffsmith.corpus import SurveyEntry
from riffsmith.corpus.split import find_held_out, find_named, split_recordings
from riffsmith.errors import CorpusError


def entries(count: int) -> list[SurveyEntry]:
    return [
        SurveyEntry(path=f"album/{n:02d} song.ogg", content_hash=f"{n * 7 % 97:04x}")
        for n in range(count)
    ]


@pytest.mark.slow
@given(count=st.integers(2, 60), fraction=st.floats(0.01, 0.9), seed=st.randoms())
def test_the_fraction_is_held_out_whatever_the_order(count: int, fraction: float, seed):
    recordings = entries(count)
    held_out = split_recordings(recordings, fraction)
    assert len(held_out) == min(max(1, round(fraction * count)), count - 1)
    seed.shuffle(recordings)
    assert split_recordings(recordings, fraction) == held_out


def test_one_recording_or_no_fraction_holds_nothing_out():
    assert split_recordings(entries(1), 0.5) == set()
    assert split_recordings(entries(5), 0.0) == set()


def test_recordings_are_held_out_by_name():
    recordings = entries(4)
    chosen = split_recordings(recordings, 0.1, ["02 SONG"], ["album/03*", "?3*"])
    assert chosen == {recordings[2].content_hash, recordings[3].content_hash}


def test_everything_is_trained_on_where_that_is_asked_for():
    assert split_recordings(entries(4), 0.1, ["none"]) == set()
    with pytest.raises(CorpusError, match="others are named beside it: leave out one of them"):
        split_recordings(entries(4), 0.1, ["none", "02 song"])
    with pytest.raises(CorpusError, match="others are named beside it: leave out one of them"):
        split_recordings(entries(4), 0.1, ["none"], ["*song*"])


def test_a_whole_name_names_one_recording():
    names = ["1.wav", "11.wav", "live [1].wav", "live 1.wav", "album/1.wav"]
    assert find_named(names, "1.wav") == ["1.wav"]
    assert find_named(names, "live [1].wav") == ["live [1].wav"]
    assert find_named(names, "LIVE [1].wav") == ["live [1].wav"]
    assert find_named(names, "[1]") == ["live [1].wav"]
    assert find_named(names, "[12]") == []  # a name is no pattern
    assert find_named(names, "polka") == []


def test_letters_with_accents_are_equal_however_they_are_stored():
    composed, decomposed = "a\u00f1o", "an\u0303o"
    assert find_named([f"{decomposed}.wav"], composed.upper()) == [f"{decomposed}.wav"]
    assert find_named([f"{composed}.wav"], decomposed) == [f"{composed}.wav"]
    both = [f"{composed}.wav", f"{decomposed}.wav"]
    assert find_named(both, both[1]) == [both[1]]


def sharing(count: int, *groups: set[int]) -> list[SurveyEntry]:
    found = entries(count)
    return [
        entry.model_copy(
            update={
                "shares_with": tuple(
                    found[other].path
                    for group in groups
                    if number in group
                    for other in sorted(group - {number})
                )
            }
        )
        for number, entry in enumerate(found)
    ]


@pytest.mark.slow
@given(count=st.integers(2, 40), fraction=st.floats(0.01, 0.9), data=st.data())
def test_recordings_that_share_music_are_never_split(count: int, fraction: float, data):
    pairs = data.draw(st.lists(st.sets(st.integers(0, count - 1), min_size=2, max_size=2)))
    recordings = sharing(count, *pairs)
    held_out = split_recordings(recordings, fraction)
    hashes = [entry.content_hash for entry in recordings]
    for pair in pairs:
        assert len({hashes[number] in held_out for number in pair}) == 1
    assert len(held_out) < count


def test_a_group_is_held_out_together():
    recordings = sharing(10, {0, 3}, {3, 5})
    chosen = split_recordings(recordings, 0.1, ["00 song"])
    assert chosen == {recordings[number].content_hash for number in (0, 3, 5)}
    # a tenth of the recordings is one, and the first by its hash is in a group of three
    assert len(split_recordings(recordings, 0.1)) == 1
    assert split_recordings(recordings, 0.1).isdisjoint(chosen)
    assert split_recordings(sharing(2, {0, 1}), 0.5) == set()


def test_names_that_do_not_fit_are_refused():
    with pytest.raises(CorpusError, match=r"'2 sonn' .* the nearest are album/02 song\.ogg"):
        find_held_out(["album/3 fear.ogg", "album/02 song.ogg"], ["2 sonn"])
    with pytest.raises(CorpusError, match="'x' fits no usable recording: there is none"):
        find_held_out([], ["x"])
    with pytest.raises(CorpusError, match="because it is a pattern: use --hold-out-glob"):
        split_recordings(entries(4), 0.1, ["02*"])
    with pytest.raises(CorpusError, match="--hold-out-glob 'song' matches no usable recording"):
        split_recordings(entries(4), 0.1, hold_out_glob=["song"])
    with pytest.raises(CorpusError, match="leaves nothing to train on"):
        split_recordings(entries(4), 0.1, ["song"])
