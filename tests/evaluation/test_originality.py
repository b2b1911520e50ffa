import io
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import soxr
import torch
from conftest import as_ordinary_user, make_card, make_music, tiny_settings, write_music
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from riffsmith.bundle import ORIGINALITY_NAME
from riffsmith.corpus import Corpus, prepare_corpus
from riffsmith.errors import AudioError, CorpusError, ModelError
from riffsmith.evaluation import (
    Comparison,
    CopyKind,
    OriginalityCheck,
    OriginalityGrade,
    read_index,
    write_index,
)
from riffsmith.evaluation.copying import held_out_scores, search_index
from riffsmith.evaluation.copying.representation import Representation
from riffsmith.features import shift_pitch

RATE = 8_000
SONG, AT_SECONDS = 2, 11.3
FILE_NAME = held_out_scores.FILE_NAMES[CopyKind.SOUND]


@pytest.fixture(scope="module", autouse=True)
def fewer_windows() -> Iterator[None]:
    """Uses half of the held-out windows, which is quicker and enough for the 99th percentile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(held_out_scores, "_WINDOWS", 120)
        yield


@pytest.fixture(scope="module")
def band(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Three songs to train on and two held out."""
    folder = tmp_path_factory.mktemp("band")
    for seed in range(5):
        write_music(folder / "in" / f"song {seed}.wav", 30.0, RATE, seed=seed)
    path = folder / "corpus"
    held_out = ["song 3", "song 4"]
    prepare_corpus(folder / "in", path, tiny_settings().corpus, preset="report", hold_out=held_out)
    return Corpus(path)


@pytest.fixture(scope="module")
def check(band: Corpus) -> OriginalityCheck:
    torch.set_num_threads(1)
    return OriginalityCheck(band)


def passage(seconds: float = 8.0) -> np.ndarray:
    """Part of a training song, mono."""
    start = round(AT_SECONDS * RATE)
    return make_music(30.0, RATE, seed=SONG)[start : start + round(seconds * RATE), 0]


def encoded(audio: np.ndarray) -> np.ndarray:
    file = io.BytesIO()
    soundfile.write(file, audio, RATE, format="OGG", subtype="VORBIS", compression_level=0.9)
    file.seek(0)
    return soundfile.read(file, dtype="float32")[0]


def resampled(audio: np.ndarray, speed: float) -> np.ndarray:
    return soxr.resample(audio, RATE, RATE / speed)


def higher(audio: np.ndarray, semitones: float) -> np.ndarray:
    return shift_pitch(torch.from_numpy(audio.copy())[None], semitones)[0].numpy()


def below_other_music(audio: np.ndarray, louder_db: float) -> np.ndarray:
    other = make_music(len(audio) / RATE, RATE, seed=77)[: len(audio), 0]
    gain = 10 ** (louder_db / 20) * audio.std() / other.std()
    return (audio + gain * other).astype(np.float32)


@pytest.mark.parametrize(
    ("alter", "semitones", "speed"),
    [
        (lambda audio: audio, 0.0, 1.0),
        (encoded, 0.0, 1.0),
        (lambda audio: resampled(audio, 1.03), 0.5, 1.0293),
        (lambda audio: resampled(audio, 2 ** (-1 / 12)), -1.0, 0.9439),
        (lambda audio: higher(audio, 1.0), 1.0, 1.0),
        (lambda audio: higher(audio, -2.0), -2.0, 1.0),
        (lambda audio: below_other_music(audio, -10), 0.0, 1.0),
        (lambda audio: below_other_music(audio, 0), 0.0, 1.0),
        (lambda audio: below_other_music(audio, 10), 0.0, 1.0),
    ],
    ids="same vorbis faster slower higher lower -10dB 0dB +10dB".split(),
)
def test_a_planted_copy_is_found(
    check: OriginalityCheck,
    alter: Callable[[np.ndarray], np.ndarray],
    semitones: float,
    speed: float,
):
    found = check.check(alter(passage())[:, None], RATE).sound
    assert found.share_above_99th == 1
    assert found.grade is OriginalityGrade.COPIED
    assert found.verdict.startswith("Copied: ")
    for window in found.windows:
        assert window.recording == f"song {SONG}.wav"
        middle = (window.start_seconds + 2.5) * speed
        assert window.recording_seconds + 2.5 == pytest.approx(AT_SECONDS + middle, abs=0.2)
        assert (window.semitones, window.speed) == (semitones, speed)


@pytest.mark.slow
def test_only_the_copied_part_is_suspicious(check: OriginalityCheck):
    own = make_music(20.0, RATE, seed=50)[:, 0]
    clip = np.concatenate([own[: 10 * RATE], passage(6.0), own[10 * RATE :]])
    found = check.check(clip[:, None], RATE).sound
    suspicious = found.suspicious_windows()
    sure = {w.start_seconds for w in suspicious if w.score > 1.75 * found.held_out_highest}
    assert {10, 11} <= sure <= set(range(6, 15))
    assert suspicious[0].score == max(w.score for w in found.windows)
    assert found.share_above_99th == len(suspicious) / len(found.windows)
    assert f"Copied: {len(suspicious)} of 22 windows" in found.verdict


@pytest.mark.slow
def test_new_songs_of_the_band_are_not_suspicious(check: OriginalityCheck):
    found = [check.check(make_music(30.0, RATE, seed=seed), RATE).sound for seed in range(100, 106)]
    windows = [window for one in found for window in one.windows]
    assert len(windows) == 6 * 26
    suspicious = sum(window.percentile >= 99 for window in windows)
    assert suspicious <= 5  # one in 100 is 1.6, and 6 or more of 156 come about once in 200 times
    assert not any(one.verdict.startswith("Copied") for one in found)
    # their percentiles are spread as those of held-out music, so that a percentile has a meaning
    assert 25 < np.median([window.percentile for window in windows]) < 75


def test_another_rate_and_two_channels_give_the_same_result(check: OriginalityCheck):
    clip = soxr.resample(passage(), RATE, 22_050)
    found = check.check(np.stack([clip, clip], axis=1), 22_050)
    assert found.sound.share_above_99th == 1
    assert found.seconds == pytest.approx(8)
    assert [w.start_seconds for w in found.sound.windows] == [0, 1, 2, 3]


def test_silence_is_no_copy(check: OriginalityCheck):
    found = check.check(np.zeros((10 * RATE, 1), np.float32), RATE)
    assert {window.score for window in found.sound.windows} == {0}
    assert found.melody.windows == ()
    assert found.grade is OriginalityGrade.ORIGINAL
    assert found.verdict == (
        "No copy found: all 6 windows are as far from the training music as held-out music is. "
        "Melodies are not compared: none of its windows of 10 s has enough notes."
    )


def with_scores(band: Corpus, folder: Path, scores: list[float]) -> OriginalityCheck:
    """A check with a copy of the corpus that stores these held-out scores."""
    shutil.copytree(band.path, folder)
    numbers = ", ".join(map(str, scores))
    key = band.manifest.corpus_hash()
    text = f'{{"method": 1, "version": "1", "corpus_hash": "{key}", "scores": [{numbers}]}}'
    (folder / FILE_NAME).write_text(text)
    return OriginalityCheck(Corpus(folder))


def check_part(check: OriginalityCheck) -> Comparison:
    return check.check(passage(5.5)[:, None], RATE).sound


@pytest.mark.slow
def test_percentile_and_verdict_by_hand(band: Corpus, check: OriginalityCheck, tmp_path: Path):
    score = check_part(check).windows[0].score
    half = with_scores(band, tmp_path / "half", [score - 1] * 60 + [score + 1] * 39)
    assert check_part(half).windows[0].percentile == 60  # (1 + 39 as high) / (1 + 99) = 40 %
    assert check_part(half).share_above_99th == 0
    assert check_part(half).held_out_highest == score + 1
    near = check_part(with_scores(band, tmp_path / "near", [0.9 * score] * 99))
    assert near.windows[0].percentile == 99
    assert near.grade is OriginalityGrade.SUSPICIOUS
    assert near.verdict == (
        "Listen to it: 1 of 1 window is nearer to the training music than 99 % of held-out "
        f"music, though none by far; second 0 is most like second "
        f"{near.windows[0].recording_seconds:g} of song {SONG}.wav."
    )


@pytest.mark.slow
def test_held_out_scores_are_stored_and_measured_again_when_stale(
    band: Corpus, check: OriginalityCheck, tmp_path: Path
):
    stored = (band.path / FILE_NAME).read_bytes()
    other = with_scores(band, tmp_path / "corpus", [1000.0] * 99)
    assert check_part(other).windows[0].percentile == 0  # the stored scores are used
    path = other_path = tmp_path / "corpus" / FILE_NAME
    for text in (
        b"{",
        path.read_bytes().replace(b'"method": 1', b'"method": 0'),
        path.read_bytes().replace(b'"version": "1"', b'"version": "0"'),
        path.read_bytes().replace(b'"version": "1", ', b""),  # as it was stored before
    ):
        other_path.write_bytes(text)
        assert check_part(OriginalityCheck(Corpus(tmp_path / "corpus"))) == check_part(check)
        assert path.read_bytes() == stored


@pytest.mark.slow
def test_a_corpus_that_cannot_be_written_to_works(band: Corpus, check: OriginalityCheck):
    def ignored(_: str, names: list[str]) -> list[str]:
        return [name for name in names if name == FILE_NAME or name == "cache"]

    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "corpus"
        shutil.copytree(band.path, path, ignore=ignored)
        for entry in (Path(name), path, *path.rglob("*")):
            entry.chmod(0o555)
        with as_ordinary_user():
            found = check_part(OriginalityCheck(Corpus(path)))
        assert not (path / FILE_NAME).exists()
        assert not (path / "cache").exists()
        for entry in (Path(name), path, path / "shards"):
            entry.chmod(0o755)
    assert found == check_part(check)


def test_both_sides_of_a_corpus_are_needed(band: Corpus):
    recordings = band.manifest.recordings
    for chosen, message in [
        (
            recordings[:3],
            "holds out nothing, and music is compared with recordings that were not trained on",
        ),
        (recordings[3:], "has no training recording to compare with"),
    ]:
        corpus = Corpus(band.path)
        corpus.manifest = corpus.manifest.model_copy(update={"recordings": chosen})
        with pytest.raises(CorpusError, match=message):
            OriginalityCheck(corpus)


def test_too_little_held_out_music_is_refused(tmp_path: Path):
    for seed in range(3):
        write_music(tmp_path / "in" / f"song {seed}.wav", 20.0, RATE, seed=seed)
    prepare_corpus(
        *(tmp_path / "in", tmp_path / "corpus", tiny_settings().corpus),
        preset="report",
        hold_out=["song 2"],
    )
    with pytest.raises(CorpusError, match=r"holds out 1 recording \(20 s\).*half a minute"):
        OriginalityCheck(Corpus(tmp_path / "corpus"))


def test_audio_that_cannot_be_checked_is_refused(check: OriginalityCheck):
    with pytest.raises(AudioError, match=r"4.50 s is shorter than one window of 5 s"):
        check.check(make_music(4.5, RATE), RATE)
    broken = make_music(6.0, RATE)
    broken[123] = np.nan
    with pytest.raises(AudioError, match="not numbers .* first at 123"):
        check.check(broken, RATE)


@pytest.fixture(scope="module")
def indexed(band: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The card of a model that was trained on the band, and the index of its music."""
    folder = tmp_path_factory.mktemp("model")
    write_card(folder, band.manifest.corpus_hash())
    fractions: list[float] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(held_out_scores, "_WINDOWS", 100)
        patch.setattr(search_index, "measure_held_out_scores", measure_sound_alone)
        write_index(folder, band, fractions.append)
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    return folder


def measure_sound_alone(
    corpus: Corpus, representation: Representation, *others: Any
) -> tuple[float, ...]:
    if representation.kind is CopyKind.MELODY:  # it takes longer, and the same lines do it
        others[-1](1.0)
        return (1.0,) * 99
    return held_out_scores.measure_held_out_scores(corpus, representation, *others)


def write_card(folder: Path, corpus_hash: str) -> None:
    card = make_card(tiny_settings(), "report", riffsmith="0.1.0", torch="2.13.0")
    card = card.model_copy(update={"corpus_hash": corpus_hash})
    (folder / "card.json").write_text(card.model_dump_json())


def test_an_index_finds_what_its_corpus_finds(band: Corpus, check: OriginalityCheck, indexed: Path):
    by_index = OriginalityCheck(read_index(indexed))
    copy = passage(5.5)[:, None]
    theirs, ours = (one.check(copy, RATE) for one in (check, by_index))
    assert ours.corpus_hash == band.manifest.corpus_hash()
    assert ours.sound.grade is OriginalityGrade.COPIED
    (found,), (expected,) = ours.sound.windows, theirs.sound.windows
    assert found.recording == expected.recording == f"song {SONG}.wav"
    assert found.recording_seconds == pytest.approx(AT_SECONDS, abs=0.1)
    assert min(found.percentile, expected.percentile) >= 99
    new = by_index.check(make_music(6.0, RATE, seed=SONG + 40), RATE).sound
    assert new.grade is not OriginalityGrade.COPIED
    assert 0 < new.held_out_highest < found.score


def test_an_index_is_small_and_rough(indexed: Path):
    prints = read_index(indexed).kinds
    rounded = torch.cat(prints[CopyKind.SOUND].prints, dim=1)
    assert len(rounded.unique()) == 3
    assert len(torch.cat(prints[CopyKind.MELODY].prints, dim=1).unique()) <= 16
    seconds = 3 * 30
    assert (indexed / ORIGINALITY_NAME).stat().st_size < 800 * seconds


def rewrite(folder: Path, old: str, new: str) -> None:
    """Changes the header of an index, and leaves its arrays as they are."""
    path = folder / ORIGINALITY_NAME
    with safe_open(path, framework="numpy") as file:
        text = file.metadata()["riffsmith"]
    assert old in text
    save_file(load_file(path), path, metadata={"riffsmith": text.replace(old, new)})


def change_a_score(folder: Path) -> None:
    path = folder / ORIGINALITY_NAME
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda folder: (folder / ORIGINALITY_NAME).unlink(), "has no search index .*prepared"),
        (lambda folder: (folder / ORIGINALITY_NAME).write_bytes(b"{}"), "is damaged .*fetch the"),
        (change_a_score, "damaged .its content does not match its hash"),
        (lambda folder: rewrite(folder, '"frames": [4', '"frames": [5'), "have the length of"),
        (lambda folder: rewrite(folder, '"frames": [', '"frames": [9000000, '), "impossible"),
        (lambda folder: rewrite(folder, '"format": 1', '"format": 2'), "searches in another way"),
        (lambda folder: rewrite(folder, '"method": 1', '"method": 0'), "searches in another way"),
        (lambda folder: write_card(folder, "other"), "belongs to a model of another corpus"),
    ],
)
def test_an_index_that_cannot_be_used_is_named(
    indexed: Path, tmp_path: Path, change: Callable[[Path], object], message: str
):
    folder = tmp_path / "model"
    shutil.copytree(indexed, folder)
    change(folder)
    with pytest.raises(ModelError, match=message):
        read_index(folder)


def test_an_index_is_written_for_the_corpus_of_the_model_alone(band: Corpus, tmp_path: Path):
    write_card(tmp_path, "other")
    with pytest.raises(ModelError, match="a corpus with hash other, and .*: name the corpus of"):
        write_index(tmp_path, band)
