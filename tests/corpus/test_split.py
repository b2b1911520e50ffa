import pytest
from hypothesis import given, strategies as st

from riffsmith.config import CorpusSettings, load_preset
from riffsmith.corpus import SurveyEntry
from riffsmith.corpus.split import (
    divide_recordings,
    find_held_out,
    find_named,
    split_recordings,
)
from riffsmith.errors import CorpusError


def entries(count: int, seconds: float = 200.0) -> list[SurveyEntry]:
    return [
        SurveyEntry(
            path=f"album/{n:02d} song.ogg", content_hash=f"{n * 7 % 97:04x}", seconds=seconds
        )
        for n in range(count)
    ]


def lasting(*seconds: float) -> list[SurveyEntry]:
    """Recordings of these lengths; the first ones in the list are the first by their hash."""
    return [
        SurveyEntry(path=f"{number}.ogg", content_hash=f"{number:04x}", seconds=length)
        for number, length in enumerate(seconds)
    ]


def settings(fraction: float = 0.1, preset: str = "latent") -> CorpusSettings:
    return load_preset(preset, {"corpus": {"held_out_fraction": str(fraction)}}).corpus


def held_out_of(recordings: list[SurveyEntry], *named: list[str], fraction=0.1) -> set[str]:
    """Content hashes of the recordings that are held out as a whole."""
    choice = split_recordings(recordings, settings(fraction), *named)
    assert choice.cut is None
    return set(choice.held_out)


@pytest.mark.slow
@given(count=st.integers(3, 60), fraction=st.floats(0.01, 0.9), seed=st.randoms())
def test_the_fraction_is_held_out_whatever_the_order(count: int, fraction: float, seed):
    recordings = entries(count)
    held_out = held_out_of(recordings, fraction=fraction)
    assert len(held_out) == min(max(1, round(fraction * count)), count - 1)
    seed.shuffle(recordings)
    assert held_out_of(recordings, fraction=fraction) == held_out


def test_recordings_are_held_out_by_minutes():
    # two of them would be the first two, which last a minute
    short_first = lasting(20, 40, *[300] * 18)
    assert held_out_of(short_first) == {"0000", "0001", "0002", "0003"}
    long_first = lasting(2000, *[300] * 18)
    assert held_out_of(long_first) == {"0001", "0002", "0003"}
    assert held_out_of(lasting(500, 240, 180, 200)) == {"0002"}  # the nearest to a tenth
    clips = lasting(*[29.9] * 20)
    assert held_out_of(clips) == {"0000", "0001"}


@pytest.mark.parametrize(
    ("seconds", "longest", "held_out_seconds"),
    [
        ([198, 20], 0, 29.5),
        ([20, 198], 1, 29.5),
        ([2400, *[15, 60, 30] * 3], 0, 272),
        ([2700], 0, 270),
        ([198], 0, 29.5),
        ([200, 201], 1, 40),
    ],
)
def test_the_longest_recording_is_cut_where_there_are_too_few(
    seconds: list[float], longest: int, held_out_seconds: float
):
    recordings = lasting(*seconds)
    choice = split_recordings(recordings, settings())
    assert not choice.held_out
    assert choice.cut is not None
    assert choice.cut.content_hash == recordings[longest].content_hash
    counts = {one.content_hash: int(one.seconds / 11.888) for one in recordings}
    parts = divide_recordings(recordings, counts, choice, settings())
    training, held_out = (
        next(one for one in parts if one.stretch and one.split == side)
        for side in ("train", "held_out")
    )
    assert training.stretch is not None
    assert held_out.stretch is not None
    assert training.stretch.start_seconds == 0
    assert held_out.stretch.end_seconds == seconds[longest]
    assert held_out.stretch.start_seconds - training.stretch.end_seconds >= 10
    assert held_out_seconds <= held_out.seconds < held_out_seconds + 12
    assert training.seconds > held_out.seconds
    assert len(parts) == len(seconds) + 1


def test_what_cannot_be_divided_holds_out_nothing():
    assert held_out_of(lasting(40)) == set()
    assert held_out_of(entries(5), fraction=0.0) == set()
    assert held_out_of([]) == set()


def test_recordings_are_held_out_by_name():
    recordings = entries(4)
    chosen = held_out_of(recordings, ["02 SONG"], ["album/03*", "?3*"])
    assert chosen == {recordings[2].content_hash, recordings[3].content_hash}


def test_everything_is_trained_on_where_that_is_asked_for():
    assert held_out_of(entries(4), ["none"]) == set()
    with pytest.raises(CorpusError, match="others are named beside it: leave out one of them"):
        split_recordings(entries(4), settings(), ["none", "02 song"])
    with pytest.raises(CorpusError, match="others are named beside it: leave out one of them"):
        split_recordings(entries(4), settings(), ["none"], ["*song*"])


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
@given(count=st.integers(3, 40), fraction=st.floats(0.01, 0.9), data=st.data())
def test_recordings_that_share_music_are_never_split(count: int, fraction: float, data):
    pairs = data.draw(st.lists(st.sets(st.integers(0, count - 1), min_size=2, max_size=2)))
    recordings = sharing(count, *pairs)
    choice = split_recordings(recordings, settings(fraction))
    held_out, cut = choice.held_out, choice.cut
    assert cut is None or not any(
        one.shares_with for one in recordings if one.content_hash == cut.content_hash
    )
    hashes = [entry.content_hash for entry in recordings]
    for pair in pairs:
        assert len({hashes[number] in held_out for number in pair}) == 1
    assert len(held_out) < count


def test_a_group_is_held_out_together():
    recordings = sharing(10, {0, 3}, {3, 5})
    chosen = held_out_of(recordings, ["00 song"])
    assert chosen == {recordings[number].content_hash for number in (0, 3, 5)}
    # a tenth of the recordings is one, and the first by its hash is in a group of three
    assert len(held_out_of(recordings)) == 1
    assert held_out_of(recordings).isdisjoint(chosen)
    assert held_out_of(sharing(2, {0, 1}), fraction=0.5) == set()


def test_parts_of_a_recording_stay_together_by_their_names():
    names = [
        f"{folder}/Song{part}.ogg"
        for folder in "abcdef"
        for part in (" (Part 1)", "_pt2", " - part 03")
    ]
    parts = [
        SurveyEntry(path=path, content_hash=f"{n * 7 % 97:04x}", seconds=100)
        for n, path in enumerate(names)
    ]
    held_out = held_out_of(parts)
    folders = {part.path[0] for part in parts if part.content_hash in held_out}
    assert len(held_out) == 3
    assert len(folders) == 1
    # Songs with numbers are no parts, and parts of a single recording have to be divided.
    songs = [part.model_copy(update={"path": f"Song {n}.ogg"}) for n, part in enumerate(parts)]
    assert len(held_out_of(songs)) == 2
    assert 0 < len(held_out_of([part for part in parts if part.path[0] == "a"])) < 3
    # Whoever names a part means that part.
    assert held_out_of(parts, ["a/Song_pt2"]) == {parts[1].content_hash}


def test_names_that_do_not_fit_are_refused():
    with pytest.raises(CorpusError, match=r"'2 sonn' .* the nearest are album/02 song\.ogg"):
        find_held_out(["album/3 fear.ogg", "album/02 song.ogg"], ["2 sonn"])
    with pytest.raises(CorpusError, match="'x' fits no usable recording: there is none"):
        find_held_out([], ["x"])
    with pytest.raises(CorpusError, match="because it is a pattern: use --hold-out-glob"):
        split_recordings(entries(4), settings(), ["02*"])
    with pytest.raises(CorpusError, match="--hold-out-glob 'song' matches no usable recording"):
        split_recordings(entries(4), settings(), hold_out_glob=["song"])
    with pytest.raises(CorpusError, match="leaves nothing to train on"):
        split_recordings(entries(4), settings(), ["song"])
