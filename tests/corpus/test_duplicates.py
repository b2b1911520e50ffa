from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
import torch
from conftest import make_music, write_music

from riffsmith.config import load_preset
from riffsmith.corpus import prepare_corpus, survey_folder
from riffsmith.corpus.entry import find_stored_landmarks
from riffsmith.corpus.shared_music import find_shared_music

RATE = 22_050
SECONDS = 40


def write(path: Path, audio: np.ndarray, rate: int = RATE) -> None:
    soundfile.write(path, audio, rate)


def codes(folder: Path) -> dict[str, str]:
    return {
        entry.path: str(entry.refusal.code)
        for entry in survey_folder(folder).entries
        if entry.refusal
    }


@pytest.fixture(scope="module")
def song() -> np.ndarray:
    return make_music(SECONDS, RATE, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("speed", [1.0, 0.97, 0.985, 1.012, 1.03])
def test_the_same_music_is_known_at_another_speed_level_and_start(
    song: np.ndarray, tmp_path: Path, speed: float
):
    write(tmp_path / "song.wav", song)
    changed = soxr.resample(0.4 * song[2 * RATE :], RATE, RATE / speed)
    write(tmp_path / "other.mp3", changed)
    write(tmp_path / "unlike.wav", make_music(SECONDS, RATE, seed=2))
    survey = survey_folder(tmp_path)
    refused = {entry.path: entry.refusal for entry in survey.skipped}
    assert len(refused) == 1
    (path, refusal), kept = *refused.items(), [entry.path for entry in survey.usable]
    assert refusal is not None
    assert refusal.code == "same_music"
    # the longer one stays
    assert path == "other.mp3" if speed > 0.96 else "song.wav"
    assert refusal.parameters == {"path": next(one for one in kept if one != "unlike.wav")}


@pytest.mark.slow
def test_an_excerpt_is_left_out_and_named(song: np.ndarray, tmp_path: Path):
    write(tmp_path / "a short one.wav", song[20 * RATE : 32 * RATE])
    write(tmp_path / "whole.wav", song)
    (refused,) = survey_folder(tmp_path).skipped
    assert refused.path == "a short one.wav"
    assert refused.refusal is not None
    assert refused.refusal.code == "excerpt"
    assert refused.refusal.parameters["path"] == "whole.wav"
    assert refused.refusal.parameters["start"] == pytest.approx(20, abs=1)
    assert refused.reason == "an excerpt of whole.wav, from its second 20 on"


@pytest.mark.slow
def test_the_longest_one_stays_then_a_lossless_one_then_the_highest_rate(
    song: np.ndarray, tmp_path: Path
):
    write(tmp_path / "a.ogg", song)
    write(tmp_path / "b.wav", soxr.resample(song, RATE, 16_000), 16_000)
    write(tmp_path / "c.wav", song + 0.01)  # a DC offset is no reason to leave it out
    write(tmp_path / "d.wav", soxr.resample(song[3 * RATE :], RATE, 44_100), 44_100)
    assert codes(tmp_path) == dict.fromkeys(("a.ogg", "b.wav", "d.wav"), "same_music")


@pytest.mark.slow
def test_recordings_that_share_a_part_stay_on_one_side(song: np.ndarray, tmp_path: Path):
    other = make_music(SECONDS, RATE, seed=2)
    folder = tmp_path / "songs"
    folder.mkdir()
    write(folder / "a.wav", np.concatenate([song, other[: 20 * RATE]]))
    write(folder / "b.wav", np.concatenate([other[: 20 * RATE], make_music(30, RATE, seed=3)]))
    for seed in range(4, 7):
        write_music(folder / f"{seed}.wav", 20, RATE, seed=seed)
    settings = load_preset("report").corpus
    for pattern in ("a.wav", "b.wav"):
        manifest = prepare_corpus(
            folder, tmp_path / "corpus", settings, preset="report", hold_out=[pattern]
        )
        held_out = {recording.source.path for recording in manifest.of_split("held_out")}
        assert held_out == {"a.wav", "b.wav"}
        sources = {recording.source.path: recording.source for recording in manifest.recordings}
        assert sources["a.wav"].shares_with == ("b.wav",)
        assert sources["b.wav"].shares_with == ("a.wav",)
        (warning,) = sources["a.wav"].warnings
        assert warning == (
            "20 s of its music are in b.wav too: both stay on the same side of the split"
        )
        assert not sources["4.wav"].shares_with


def test_overlapping_excerpts_of_a_recording_stay_together(song: np.ndarray, tmp_path: Path):
    for number in range(2):  # from 0 to 12 s, and from 6 to 18 s
        start = 6 * number * RATE
        write(tmp_path / f"{number}.wav", song[start : start + 12 * RATE])
    entries = survey_folder(tmp_path).usable
    assert [entry.shares_with for entry in entries] == [("1.wav",), ("0.wav",)]


@pytest.mark.slow
def test_a_prepared_corpus_knows_a_copy_that_is_added_later(song: np.ndarray, tmp_path: Path):
    folder = tmp_path / "songs"
    folder.mkdir()
    write(folder / "song.wav", song)
    write_music(folder / "unlike.wav", 20, RATE, seed=2)
    settings = load_preset("report").corpus
    first = prepare_corpus(folder, tmp_path / "corpus", settings, preset="report")
    write(folder / "copy.mp3", 0.5 * song)
    second = prepare_corpus(folder, tmp_path / "corpus", settings, preset="report")
    assert second.corpus_hash() == first.corpus_hash()
    (skipped,) = second.skipped
    assert skipped.reason == "the same music as song.wav, in another file"


@pytest.mark.slow
def test_different_music_is_not_taken_for_the_same():
    landmarks = []
    for seed in range(12):
        audio = (make_music(20, 8_000, seed=seed) * 32_767).clip(-32_767, 32_767)
        landmarks.append(find_stored_landmarks([audio.astype(np.int16)], 8_000))
    assert not find_shared_music(landmarks)


def test_landmarks_of_parts_are_those_of_the_whole(
    song: np.ndarray, monkeypatch: pytest.MonkeyPatch
):
    audio = (song.reshape(len(song), -1) * 32_767).clip(-32_767, 32_767).astype(np.int16)
    whole = find_stored_landmarks([audio], RATE)
    monkeypatch.setattr("riffsmith.features.landmarks._PART_FRAMES", 40)
    parts = find_stored_landmarks(np.array_split(audio, 9), RATE)
    assert len(whole) > 100
    assert torch.equal(parts, whole)


def test_nothing_and_silence_share_nothing():
    assert find_shared_music([]) == []
    silence = find_stored_landmarks([np.zeros((8_000, 1), np.int16)], 8_000)
    assert silence.shape == (0, 2)
    assert find_shared_music([silence, silence]) == []
