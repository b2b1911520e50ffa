"""Clips that are too short for a segment are joined into recordings that are long enough."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import make_music, tiny_settings, write_music

from riffsmith.corpus import Corpus, SurveyEntry, compare_folder, prepare_corpus, survey_folder
from riffsmith.corpus.clips import join_audio, join_short_clips
from riffsmith.corpus.entry import describe
from riffsmith.corpus.split import split_recordings

SETTINGS = tiny_settings().corpus
OF_12_SECONDS = SETTINGS.model_copy(update={"segment_seconds": 12.0})
CLIPS = 12


def prepare(folder: Path, corpus: Path):
    return prepare_corpus(folder, corpus, SETTINGS, preset="report")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A song of 3 s, and clips of .4 to .6 s."""
    folder = tmp_path_factory.mktemp("clips")
    write_music(folder / "song.wav", 3.0, seed=99)
    for number in range(CLIPS):
        write_music(folder / f"{number:02d}.wav", 0.4 + 0.1 * (number % 3), seed=number)
    return folder


@pytest.fixture(scope="module")
def prepared(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """The corpus of that folder."""
    path = tmp_path_factory.mktemp("joined") / "corpus"
    prepare(folder, path)
    return Corpus(path)


def clip(number: int, seconds: float = 0.5, path: str | None = None) -> SurveyEntry:
    path = path or f"{number}.wav"
    return SurveyEntry(path=path, content_hash=f"{number:04x}", seconds=seconds)


def test_a_survey_and_a_preparation_join_the_same_clips(folder: Path, prepared: Corpus):
    found, manifest = survey_folder(folder, settings=SETTINGS), prepared.manifest
    assert (len(found.usable), found.skipped, len(found.recordings)) == (CLIPS + 1, [], 3)
    assert [(one.source.path, one.split, one.segments) for one in manifest.recordings] == [
        (one.source.path, one.split, one.segments) for one in found.plan(SETTINGS).recordings
    ]
    joined = [one.source for one in manifest.recordings if one.source.clips]
    assert [one.path for one in joined] == ["00.wav +4", "05.wav +6"]
    names = [path for one in joined for path in one.files]
    assert names == [f"{number:02d}.wav" for number in range(CLIPS)]
    assert {one.split for one in manifest.recordings} == {"train", "held_out"}


def test_a_joined_recording_holds_its_clips_where_the_manifest_says(prepared: Corpus):
    recording = next(one for one in prepared.manifest.recordings if one.source.clips)
    for number, one in enumerate(recording.source.clips):
        stored = prepared.audio(recording, one.start_seconds + 0.01, one.seconds - 0.02).numpy()
        expected = make_music(one.seconds, 8000, seed=number)[80:-80]
        assert np.abs(stored - expected).max() < 1e-4
    assert recording.seconds == pytest.approx(prepared.shard(recording).samples / 8000)


def test_a_grown_folder_decodes_the_new_clips_alone(
    folder: Path, prepared: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    shutil.copytree(folder, tmp_path / "in")
    shutil.copytree(prepared.path / "shards", tmp_path / "corpus" / "shards")
    assert not compare_folder(tmp_path / "in", prepared.manifest)
    write_music(tmp_path / "in" / "00 new.wav", 0.6, seed=200)
    changes = compare_folder(tmp_path / "in", prepared.manifest)
    assert (changes.added, changes.removed, changes.replaced) == (("00 new.wav",), (), ())
    decoded: list[str] = []

    def note(path: Path, *others):
        decoded.append(path.name)
        return describe(path, *others)

    monkeypatch.setattr("riffsmith.corpus.prepare.describe", note)
    grown = prepare(tmp_path / "in", tmp_path / "corpus")
    assert decoded == ["00 new.wav"]
    assert "00 new.wav" in grown.recordings[1].source.files


def test_clips_that_are_too_short_together_are_refused():
    entries = [clip(0), clip(1, 0.3), clip(2, 5.0)]
    files, joined = join_short_clips(entries, [torch.zeros(0, 2)] * 3, SETTINGS)
    assert joined == []
    assert [entry.reason for entry in files] == [
        "too short: 0.5 s, a segment needs at least 0.9 s",
        "too short: 0.3 s, a segment needs at least 0.9 s",
        None,
    ]


def test_what_a_clip_shares_ties_its_recording_and_copies_are_left_out():
    random = torch.Generator().manual_seed(0)

    def draw(seconds: float) -> torch.Tensor:
        count = round(40 * seconds)
        times = torch.rand(count, generator=random).sort().values * seconds
        return torch.stack([times, torch.rand(count, generator=random) * 60], dim=1)

    entries = [*(clip(number, 10.0) for number in range(6)), clip(6, 20.0)]
    landmarks = [draw(entry.seconds) for entry in entries]
    landmarks[1] = landmarks[0] + torch.tensor([0.01, 0.0])
    song = landmarks[6]
    of_song = song[(song[:, 0] > 10.2) & (song[:, 0] < 14.8)] - torch.tensor([10.2, 0.0])
    landmarks[5] = torch.cat([of_song, draw(5.4) + torch.tensor([4.6, 0.0])])
    files, joined = join_short_clips(entries, landmarks, OF_12_SECONDS)
    assert {entry.path: entry.reason for entry in files if not entry.usable} == {
        "1.wav": "the same music as 0.wav, in another file"
    }
    assert [list(one.files) for one in joined] == [["0.wav", "2.wav", "3.wav", "4.wav", "5.wav"]]
    assert joined[0].shares_with == ("6.wav",)


def test_crossfades_do_not_exceed_full_scale():
    _, joined = join_short_clips(
        [clip(number, 0.3) for number in range(4)], [torch.zeros(0, 2)] * 4, SETTINGS
    )
    audio = join_audio(joined[0], [np.ones((2400, 1), np.float32)] * 4, 1, 8000)
    assert len(audio) == 4 * 2400 - 3 * 80
    assert audio == pytest.approx(1.0)


def test_the_split_knows_joined_recordings_by_their_clips():
    names = [*(f"a part {number}.wav" for number in range(6)), *map(str, range(14))]
    entries = [clip(number, 8.0, path=path) for number, path in enumerate(names)]
    _, joined = join_short_clips(entries, [torch.zeros(0, 2)] * 20, OF_12_SECONDS)
    assert [len(one.clips) for one in joined] == [4] * 5
    joined = [
        one.model_copy(update={"content_hash": str(number)}) for number, one in enumerate(joined)
    ]
    assert split_recordings(joined, OF_12_SECONDS, ["a part 5"]).held_out == {"1"}
    chosen = split_recordings(joined, OF_12_SECONDS)  # parts of `a` are in the first two
    assert (chosen.held_out, chosen.cut) == ({"2"}, None)
    alone = split_recordings(joined[:1], OF_12_SECONDS)
    assert (alone.held_out, alone.cut) == (frozenset(), None)
