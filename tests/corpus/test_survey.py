import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from conftest import as_ordinary_user, make_music, write_music
from pydantic import ValidationError

from riffsmith.audio import AudioSpool, RecordingCode, RecordingRemark
from riffsmith.corpus import MaterialGrade, Survey, SurveyEntry, survey_folder
from riffsmith.corpus.entry import FULL_SCALE, describe
from riffsmith.errors import CorpusError


def reasons(folder: Path, **options) -> dict[str, str]:
    return {entry.path: str(entry.reason) for entry in survey_folder(folder, **options).skipped}


def test_every_file_is_listed(tmp_path: Path):
    write_music(tmp_path / "deep" / "down" / "a.wav", 5, seed=1)
    write_music(tmp_path / "b.flac", 7, 44_100, channels=2, seed=2)
    (tmp_path / "cover.jpg").write_bytes(b"\xff\xd8")
    (tmp_path / "notes").write_text("x")
    (tmp_path / "fake.wav").write_text("not audio")
    found = survey_folder(tmp_path)
    assert [entry.path for entry in found.usable] == ["b.flac", "deep/down/a.wav"]
    assert found.minutes == pytest.approx(12 / 60)
    assert found.sample_rates() == {8_000: 1, 44_100: 1}
    assert found.channel_counts() == {1: 1, 2: 1}
    assert {entry.path: entry.reason for entry in found.skipped} == {
        "cover.jpg": "not an audio file (.jpg)",
        "notes": "not an audio file (no ending)",
        "fake.wav": "not readable as audio (format not recognised)",
    }
    first = found.usable[0]
    assert (first.sample_rate, first.channels, first.seconds) == (44_100, 2, 7.0)
    assert first.encoding == "FLAC PCM_16"
    assert -40 < (first.loudness_lufs or 0) < -5


def test_the_same_audio_is_taken_once(tmp_path: Path):
    write_music(tmp_path / "a.wav", seed=1)
    shutil.copy(tmp_path / "a.wav", tmp_path / "copy.wav")
    audio, sample_rate = soundfile.read(tmp_path / "a.wav", dtype="int16")
    soundfile.write(tmp_path / "same.flac", audio, sample_rate)
    write_music(tmp_path / "other.wav", seed=2)
    assert reasons(tmp_path) == {
        "copy.wav": "same audio as a.wav",
        "same.flac": "same audio as a.wav",
    }


def test_unusual_names_and_nesting(tmp_path: Path):
    names = ["Mötley Crüe – ‘äöü’ 日本語.wav", "a" * 250 + ".wav", "[b]  .wav", ".hidden.wav"]
    deep = tmp_path.joinpath(*["level"] * 20)
    for number, name in enumerate(names):
        write_music(deep / name, seed=number)
    assert len(survey_folder(tmp_path).usable) == 4


def test_links_are_followed_once(tmp_path: Path):
    write_music(tmp_path / "in" / "a.wav")
    write_music(tmp_path / "outside" / "b.wav", seed=5)
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "linked").symlink_to(tmp_path / "outside")
    (tmp_path / "in" / "itself").symlink_to(tmp_path / "in" / "itself")
    (tmp_path / "in" / "broken.wav").symlink_to(tmp_path / "nowhere.wav")
    found = survey_folder(tmp_path / "in")
    assert [entry.path for entry in found.usable] == ["a.wav", "linked/b.wav"]
    assert "cannot be opened" in reasons(tmp_path / "in")["broken.wav"]


def test_unreadable_files_and_folders_are_listed():
    with as_ordinary_user() as folder:
        write_music(folder / "good.wav")
        write_music(folder / "bad.wav").chmod(0)
        (folder / "locked").mkdir()
        (folder / "locked").chmod(0)
        found = reasons(folder)
        assert found["bad.wav"] == "cannot be opened (permission denied)"
        assert found["locked"] == "folder cannot be read"


def test_a_pipe_is_not_waited_for(tmp_path: Path):
    write_music(tmp_path / "good.wav")
    os.mkfifo(tmp_path / "pipe.wav")
    assert reasons(tmp_path) == {"pipe.wav": "not a regular file"}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda folder: None, "no folder"),
        (lambda folder: folder.mkdir(), "is empty"),
        (lambda folder: folder.write_text("x"), "is a file"),
        (
            lambda folder: (folder.mkdir(), (folder / "a.txt").write_text("x")),
            r"no audio in .*, only 1 × \.txt",
        ),
    ],
)
def test_folders_without_audio_are_refused(tmp_path: Path, make, message: str):
    make(tmp_path / "folder")
    with pytest.raises(CorpusError, match=message):
        survey_folder(tmp_path / "folder")


@pytest.mark.parametrize(
    ("minutes", "files", "verdict"),
    [
        (0.5, 5, "not enough"),
        (3, 5, "very little"),
        (10, 5, "little"),
        (20, 2, "few recordings"),
        (30, 10, "enough material"),
    ],
)
def test_the_verdict_is_plain(tmp_path: Path, minutes: float, files: int, verdict: str):
    write_music(tmp_path / "a.wav", 1)
    survey = survey_folder(tmp_path)
    entry = survey.entries[0].model_copy(update={"seconds": minutes * 60 / files})
    assert verdict in survey.model_copy(update={"entries": (entry,) * files}).verdict()


@pytest.mark.parametrize(
    ("minutes", "files", "grade"),
    [
        (0.99, 5, MaterialGrade.TOO_LITTLE),
        (1, 5, MaterialGrade.VERY_LITTLE),
        (5, 2, MaterialGrade.LITTLE),
        (15, 3, MaterialGrade.FEW_RECORDINGS),
        (15, 4, MaterialGrade.ENOUGH),
    ],
)
def test_the_grade_follows_minutes_and_files(minutes: float, files: int, grade: MaterialGrade):
    entry = SurveyEntry(path="a.wav", seconds=minutes * 60 / files)
    skipped = SurveyEntry(path="b.wav", seconds=9_000, refusal=RecordingRemark.from_text("silent"))
    survey = Survey(folder="a", genre=None, entries=(*[entry] * files, skipped))
    assert survey.grade is grade
    assert survey.verdict() == grade.sentence


def test_an_entry_keeps_its_codes_in_a_file(tmp_path: Path):
    write_music(tmp_path / "a.wav", 4)
    shutil.copy(tmp_path / "a.wav", tmp_path / "copy.wav")
    whole = (tmp_path / "a.wav").read_bytes()
    (tmp_path / "cut.wav").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "cover.jpg").write_bytes(b"x")
    survey = survey_folder(tmp_path)
    assert Survey.model_validate_json(survey.model_dump_json()) == survey
    values = {entry["path"]: entry for entry in survey.model_dump(mode="json")["entries"]}
    assert values["cover.jpg"]["refusal"] == {"code": "not_audio", "parameters": {"ending": ".jpg"}}
    assert values["cover.jpg"]["reason"] == "not an audio file (.jpg)"
    assert values["copy.wav"]["refusal"] == {"code": "duplicate", "parameters": {"path": "a.wav"}}
    (flaw,) = values["cut.wav"]["flaws"]
    assert flaw["code"] == "cut_off"
    assert flaw["parameters"]["seconds"] == pytest.approx(2, abs=0.1)
    assert values["cut.wav"]["warnings"][0].startswith("truncated: the file is cut off after")
    assert (values["a.wav"]["usable"], values["a.wav"]["reason"]) == (True, None)


def test_entries_from_before_there_were_codes_keep_their_sentences():
    values = {"path": "a.wav", "usable": True, "reason": "", "warnings": ["clipped: 2.0 % of it"]}
    used = SurveyEntry.model_validate(values)
    assert used.usable
    assert used.reason is None
    assert used.warnings == ("clipped: 2.0 % of it",)
    assert [flaw.code for flaw in used.flaws] == [RecordingCode.OTHER]
    skipped = SurveyEntry.model_validate_json(
        json.dumps({"path": "b.wav", "usable": False, "reason": "silent {so}", "warnings": []})
    )
    assert not skipped.usable
    assert skipped.reason == "silent {so}"
    assert SurveyEntry.model_validate_json(skipped.model_dump_json()) == skipped
    with pytest.raises(ValidationError, match="Extra inputs"):
        SurveyEntry.model_validate({**values, "verdict": "good"})


def test_progress_is_reported(tmp_path: Path):
    for number in range(3):
        write_music(tmp_path / f"{number}.wav", 1, seed=number)
    seen = []
    survey_folder(tmp_path, workers=2, on_progress=lambda *args: seen.append(args))
    assert seen == [(1, 3, "0.wav"), (2, 3, "1.wav"), (3, 3, "2.wav")]


def test_loud_files_have_their_peak(tmp_path: Path):
    soundfile.write(tmp_path / "a.wav", 3 * make_music(2, 8000) / 0.3, 8000, "FLOAT")
    (entry,) = survey_folder(tmp_path).entries
    peak = np.abs(3 * make_music(2, 8000) / 0.3).max()
    assert entry.peak_db == pytest.approx(20 * np.log10(peak), abs=0.01)


@pytest.mark.parametrize("gain", [1.0, 8.0])
def test_a_long_recording_is_stored_as_a_short_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gain: float
):
    audio = make_music(8, 8000) * np.linspace(0.1, gain, 64_000)[:, None]
    soundfile.write(tmp_path / "a.wav", audio, 8000, "FLOAT")

    def store() -> tuple[SurveyEntry, torch.Tensor, np.ndarray]:
        with AudioSpool(tmp_path, 2, np.int16) as spool:
            entry, landmarks = describe(tmp_path / "a.wav", tmp_path, 8000, 2, spool)
            return entry, landmarks, np.concatenate(list(spool.blocks(10_000)))

    expected, known, whole = store()
    assert np.abs(whole).max() == round(min(1.0, np.abs(audio).max()) * FULL_SCALE)
    monkeypatch.setattr("riffsmith.corpus.entry._HELD_SECONDS", 1.0)
    found, landmarks, stored = store()
    assert found == expected
    assert torch.equal(landmarks, known)
    assert np.array_equal(stored, whole)
