from collections.abc import Iterator

import numpy as np
import pytest
import soundfile
import torch
from conftest import tiny_settings
from jaxtyping import Float

from riffsmith.corpus import Corpus, prepare_corpus
from riffsmith.evaluation import Comparison, OriginalityCheck, OriginalityGrade, RemarkCode
from riffsmith.evaluation.copying import held_out_scores
from riffsmith.evaluation.copying.comparison import join_comparisons
from riffsmith.evaluation.copying.held_out_scores import PRINT_FOLDER
from riffsmith.evaluation.copying.melody import melody_print

RATE = 8_000
NOTE_SECONDS = 0.25
SONG_NOTES = 160
Notes = np.ndarray


def compose(seed: int, count: int = SONG_NOTES) -> Notes:
    """A melody of this many notes, in semitones above A2."""
    return np.random.default_rng(seed).integers(0, 24, count)


def play(
    notes: Notes, overtones: tuple[float, ...] = (1, 0.5, 0.3), speed: float = 1.0
) -> Float[np.ndarray, " time"]:
    """Plays a melody with four notes a second, for overtones of these levels."""
    length = round(NOTE_SECONDS / speed * RATE)
    time = np.arange(length) / RATE
    envelope = np.exp(-4 * time) * np.minimum(1, 100 * time)
    played = [
        envelope
        * sum(
            level * np.sin(2 * np.pi * number * 110 * 2 ** (note / 12) * time)
            for number, level in enumerate(overtones, start=1)
        )
        for note in notes
    ]
    noise = 0.002 * np.random.default_rng(0).standard_normal(length * len(notes))
    return (0.2 * np.concatenate(played) + noise).astype(np.float32)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    """Four songs of 40 s to train on and one held out."""
    folder = tmp_path_factory.mktemp("songs")
    (folder / "in").mkdir()
    for seed in range(5):
        soundfile.write(folder / "in" / f"song {seed}.wav", play(compose(seed)), RATE)
    path = folder / "corpus"
    settings = tiny_settings().corpus
    prepare_corpus(folder / "in", path, settings, preset="report", hold_out=["song 4"])
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(held_out_scores, "_WINDOWS", 120)
        yield Corpus(path)


@pytest.fixture(scope="module")
def check(corpus: Corpus) -> OriginalityCheck:
    return OriginalityCheck(corpus)


def compare(check: OriginalityCheck, audio: Float[np.ndarray, " time"]) -> Comparison:
    return check.check(audio[:, None], RATE).melody


def test_there_are_ten_frames_a_second_and_a_semitone_is_a_row():
    low, high = (melody_print(play(compose(9, 40) + shift), RATE) for shift in (0, 5))
    assert low.shape == high.shape == (88, 100)
    assert low.dtype == torch.float32
    moved = torch.roll(low, 5, dims=0)
    assert torch.corrcoef(torch.stack([moved.flatten(), high.flatten()]))[0, 1] > 0.8
    assert torch.corrcoef(torch.stack([low.flatten(), high.flatten()]))[0, 1] < 0.3


def test_silence_and_a_note_that_goes_on_are_no_melody():
    assert melody_print(np.zeros(5 * RATE, np.float32), RATE).abs().max() < 1e-6
    assert melody_print(np.zeros(0, np.float32), RATE).shape == (88, 0)
    time = np.arange(20 * RATE) / RATE
    drone = melody_print((0.2 * np.sin(2 * np.pi * 220 * time)).astype(np.float32), RATE)
    melody = melody_print(play(compose(9, 80)), RATE)
    assert drone.square().mean() < 0.05 * melody.square().mean()


@pytest.mark.parametrize(
    ("semitones", "overtones", "speed"),
    [(0, (1, 0.5, 0.3), 1.0), (3, (1, 0, 0.6, 0, 0.3), 1.0), (-5, (1,), 1.08)],
    ids=["same", "higher on another instrument", "lower and faster"],
)
def test_a_copied_melody_is_found(
    check: OriginalityCheck, semitones: int, overtones: tuple[float, ...], speed: float
):
    first = 48  # 12 s
    found = compare(check, play(compose(2)[first : first + 56] + semitones, overtones, speed))
    assert found.share_above_99th == 1
    assert found.grade is OriginalityGrade.COPIED
    assert found.verdict.startswith("Melody copied: ")
    for window in found.windows:
        assert window.recording == "song 2.wav"
        middle = 12 + (window.start_seconds + 5) * speed
        assert window.recording_seconds + 5 == pytest.approx(middle, abs=0.3)
        assert (window.semitones, window.speed) == (semitones, speed)


def test_the_sound_of_a_melody_on_another_instrument_is_no_copy(check: OriginalityCheck):
    found = check.check(play(compose(2)[48:104] + 5, (1, 0, 0.6))[:, None], RATE)
    assert found.sound.grade is not OriginalityGrade.COPIED
    assert found.melody.grade is found.grade is OriginalityGrade.COPIED


def shuffle(notes: Notes, length: int) -> Notes:
    """Puts bars of this many notes into random order."""
    return np.random.default_rng(1).permutation(notes.reshape(-1, length)).flatten()


def test_the_same_notes_in_another_order_are_new(check: OriginalityCheck):
    found = compare(check, play(shuffle(compose(2), 1)))
    assert len(found.windows) == 31
    assert len(found.suspicious_windows()) <= 3
    assert found.grade is not OriginalityGrade.COPIED


def test_the_same_bars_in_another_order_are_far_from_a_copy(check: OriginalityCheck):
    """A window of ten bars can hold two that lie as far apart as in the song."""
    found = compare(check, play(shuffle(compose(2), 4)))
    copied = compare(check, play(compose(2)[48:104]))
    assert len(found.suspicious_windows()) <= 8
    highest = max(window.score for window in found.windows)
    assert highest < 0.5 * min(window.score for window in copied.windows)


@pytest.mark.slow
def test_new_melodies_are_new(check: OriginalityCheck):
    found = join_comparisons([compare(check, play(compose(seed))) for seed in range(10, 14)])
    assert len(found.windows) == 4 * 31
    assert len(found.suspicious_windows()) <= 5  # one in 100 is 1.2
    assert found.grade is not OriginalityGrade.COPIED
    assert 25 < np.median([window.percentile for window in found.windows]) < 75


def test_windows_without_notes_are_counted(check: OriginalityCheck):
    clip = np.concatenate([np.zeros(20 * RATE, np.float32), play(compose(20, 60))])
    found = compare(check, clip)
    assert len(found.windows) + found.unjudged_windows == 26
    assert 8 <= found.unjudged_windows <= 12
    assert found.windows[0].start_seconds == found.unjudged_windows
    words = f"Windows with too few notes to be judged: {found.unjudged_windows}."
    assert found.verdict.endswith(words)


def test_what_is_not_compared_has_a_reason(
    check: OriginalityCheck, monkeypatch: pytest.MonkeyPatch
):
    short = compare(check, play(compose(2, 30)))
    assert short.obstacle is not None
    assert short.obstacle.code is RemarkCode.SHORT_CLIP
    assert (short.grade, short.share_above_99th) == (None, None)
    silent = compare(check, np.zeros(12 * RATE, np.float32))
    assert silent.obstacle is not None
    assert silent.obstacle.code is RemarkCode.TOO_FEW_NOTES
    assert (silent.unjudged_windows, silent.windows) == (3, ())
    monkeypatch.setattr(check._melody, "_held_out", np.ones(98))
    few = compare(check, play(compose(2)))
    assert few.verdict == (
        "Melodies are not compared: the held-out music has enough notes in 98 of the 99 windows of "
        "10 s that are needed: prepare the corpus again and hold out more."
    )
    joined = join_comparisons([short, silent])
    assert (joined.obstacle, joined.unjudged_windows) == (short.obstacle, 3)


def test_melodies_of_recordings_are_kept(
    corpus: Corpus, check: OriginalityCheck, monkeypatch: pytest.MonkeyPatch
):
    stored = sorted((corpus.path / PRINT_FOLDER).iterdir())
    assert len(stored) == 5
    monkeypatch.setattr("riffsmith.evaluation.copying.melody.transcribe", None)
    again = OriginalityCheck(corpus)  # nothing is transcribed again
    monkeypatch.undo()
    clip = play(compose(2)[48:96])
    assert compare(again, clip) == compare(check, clip)
    stored[0].write_bytes(stored[0].read_bytes()[:-5])  # damaged
    assert compare(OriginalityCheck(corpus), clip) == compare(check, clip)
