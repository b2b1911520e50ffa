"""The whole table on a small corpus: other music is near, and noise is far."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import make_music, tiny_settings, write_music

from riffsmith.corpus import Corpus, prepare_corpus
from riffsmith.errors import CorpusError
from riffsmith.evaluation import (
    AisfxEmbedder,
    Evaluation,
    Measure,
    MusicnnEmbedder,
    Passage,
    evaluate,
    read_folder,
)
from riffsmith.evaluation.passages import read_passages, reconstruct

pytestmark = pytest.mark.slow

RATE = 8_000


@dataclass
class Counting:
    """Levels of four bands; counts the windows that it embeds."""

    name: str = "own"
    version: str = "1"
    sample_rate: int = RATE
    window_seconds: float = 2.0
    hop_seconds: float = 2.0
    dimension: int = 4
    windows: int = 0

    def embed(self, windows: torch.Tensor) -> torch.Tensor:
        self.windows += len(windows)
        power = torch.fft.rfft(windows).abs().square()[:, 1:8_001]
        return power.unflatten(1, (4, -1)).mean(dim=2).log()


@pytest.fixture(scope="module")
def long_corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("long")
    for number in range(4):
        write_music(folder / "songs" / f"{number}.wav", 45.0, seed=number)
    settings = tiny_settings().corpus
    prepare_corpus(
        folder / "songs", folder / "corpus", settings, preset="report", hold_out=["2", "3"]
    )
    return Corpus(folder / "corpus")


EMBEDDERS = (
    replace(MusicnnEmbedder(), hop_seconds=6.0),  # a quarter of the windows is enough here
    replace(AisfxEmbedder(), hop_seconds=5.0),
)


def music(seed: int) -> Passage:
    return Passage(f"clip {seed}", make_music(30.0, RATE, seed=seed), RATE)


def noise(seed: int) -> Passage:
    audio = np.random.default_rng(seed).normal(0, 0.1, (30 * RATE, 1)).astype(np.float32)
    return Passage(f"noise {seed}", audio, RATE)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def tables(long_corpus: Corpus, cache: Path) -> dict[str, Evaluation]:
    return {
        make.__name__: evaluate(
            make.__name__,
            [make(seed) for seed in (10, 11)],
            long_corpus,
            embedders=EMBEDDERS,
            cache=cache,
        )
        for make in (music, noise)
    }


@pytest.mark.parametrize("metric", ["kad_musicnn", "fad_musicnn", "kad_aisfx", "fad_aisfx"])
def test_noise_is_farther_than_music(tables: dict[str, Evaluation], metric: str):
    near, far = (tables[name].distances[metric] for name in ("music", "noise"))
    assert far.generated > 2 * max(near.generated, 0)
    assert far.ratio > near.ratio
    assert far.low <= far.high


def generated_value(measures: dict[str, Measure], name: str) -> float:
    found = measures[name].generated
    assert found is not None
    return found


def test_measures_distinguish_music_from_noise(tables: dict[str, Evaluation]):
    near, far = (tables[name].measures for name in ("music", "noise"))
    assert generated_value(far, "variety_musicnn") < 0.7 * generated_value(near, "variety_musicnn")
    assert generated_value(far, "beat_strength") < generated_value(near, "beat_strength")
    assert generated_value(far, "coverage_musicnn") < generated_value(near, "coverage_musicnn")
    strength = near["beat_strength"]
    assert strength.low is not None
    assert strength.high is not None
    assert strength.real is not None
    assert strength.low <= strength.real <= strength.high
    assert sum(name.startswith("tag_") for name in near) == 3


def test_the_table_survives_json(tables: dict[str, Evaluation]):
    found = tables["music"]
    assert Evaluation.model_validate_json(found.model_dump_json()) == found
    assert (found.name, found.seconds, found.seed) == ("music", 60.0, 0)


def test_the_same_call_gives_the_same_table(long_corpus: Corpus, tables: dict[str, Evaluation]):
    again = evaluate("music", [music(10), music(11)], long_corpus, embedders=EMBEDDERS)
    assert again == tables["music"]


def test_only_the_corpus_is_stored(long_corpus: Corpus, cache: Path, tables: dict[str, Evaluation]):
    # two passages of each split and two networks, whatever was evaluated
    assert len(list(cache.iterdir())) == 2 * 2 * 2
    assert tables["music"].remarks == ()


def test_a_second_evaluation_embeds_only_new_audio(long_corpus: Corpus, tmp_path: Path):
    first, second = Counting(), Counting()
    for own in (first, second):
        evaluate(
            "music",
            [music(10)],
            long_corpus,
            embedders=[own],
            reconstruct=lambda passage: passage,
            cache=tmp_path,
        )
    assert first.windows == 4 * 15  # generated, training, held out, ceiling
    assert second.windows == 2 * 15


def test_a_folder_that_cannot_be_written_is_a_note(long_corpus: Corpus, tmp_path: Path):
    (tmp_path / "file").touch()
    found = evaluate(
        "music", [music(10)], long_corpus, embedders=[Counting()], cache=tmp_path / "file" / "cache"
    )
    (remark,) = found.remarks
    assert "embeddings are not kept" in remark.text


def test_custom_embedders_and_another_ceiling(long_corpus: Corpus):
    found = evaluate(
        "music",
        [music(10)],
        long_corpus,
        embedders=[Counting()],
        reconstruct=lambda passage: passage,
        trained_on="0123",
    )
    assert "is not the one that the model was trained on (0123)" in found.remarks[0].text
    assert set(found.distances) == {"kad_own", "fad_own"}
    assert {"density_own", "coverage_own", "variety_own"} < set(found.measures)
    # the ceiling of music that is not changed is a distance of 0
    assert found.distances["fad_own"].ceiling == pytest.approx(0, abs=1e-6)
    usual = evaluate("music", [music(10)], long_corpus, embedders=[Counting()])
    assert usual.distances["fad_own"].ceiling > 0.01


def test_too_few_windows_are_an_error(long_corpus: Corpus):
    short = replace(music(1), audio=music(1).audio[: 10 * RATE])
    with pytest.raises(CorpusError, match="has 5 windows for own, and 6 or more are needed"):
        evaluate("music", [short], long_corpus, embedders=[Counting()])


def test_passages_are_spread_and_never_cross_the_split(long_corpus: Corpus):
    train = read_passages(long_corpus, "train", 100.0)
    assert [passage.recording for passage in train] == ["0.wav", "1.wav", "0.wav", "1.wav"]
    assert all(passage.audio.shape == (30 * RATE, 1) for passage in train)
    assert not np.array_equal(train[0].audio, train[2].audio)
    held_out = read_passages(long_corpus, "held_out", 30.0)
    assert [passage.recording for passage in held_out] == ["2.wav"]


def test_too_short_recordings_are_an_error(corpus: Corpus):
    with pytest.raises(CorpusError, match="no held-out recording of 30 s or more"):
        read_passages(corpus, "held_out", 30.0)


def test_the_reconstruction_keeps_length_and_level(long_corpus: Corpus):
    (passage,) = read_passages(long_corpus, "held_out", 30.0)
    restored = reconstruct(passage, long_corpus)
    assert restored.audio.shape == passage.audio.shape
    assert np.std(restored.audio) == pytest.approx(np.std(passage.audio), rel=0.15)


def test_files_are_read_in_pieces_of_30_s(long_corpus: Corpus, tmp_path: Path):
    path = write_music(tmp_path / "long.flac", 65.0, 16_000)
    pieces = read_folder([path], long_corpus)
    assert [piece.audio.shape for piece in pieces] == [(30 * RATE, 1)] * 2
    other = write_music(tmp_path / "other.flac", 125.0, 16_000)
    some = read_folder([path, other], long_corpus, seconds=90.0)
    assert [piece.recording for piece in some] == ["long.flac"] * 2 + ["other.flac"] * 2
    assert len(read_folder([path, other], long_corpus, seconds=30.0)) == 1


def test_short_recordings_are_compared_in_short_passages(tmp_path: Path):
    for number in range(4):
        write_music(tmp_path / "songs" / f"{number}.wav", 6.0, seed=number)
    settings = tiny_settings().corpus
    prepare_corpus(tmp_path / "songs", tmp_path / "corpus", settings, preset="report")
    clips = [Passage(f"clip {seed}", make_music(6.0, RATE, seed=seed), RATE) for seed in (5, 6)]
    embedders = [Counting(), Counting(name="wide", window_seconds=8.0)]
    found = evaluate("short", clips, Corpus(tmp_path / "corpus"), embedders=embedders)
    assert found.seconds == 12.0
    assert set(found.distances) == {"kad_own", "fad_own"}
    assert found.measures["beat_strength"].generated is None
    (remark,) = found.remarks
    assert remark.text == "wide is left out: its windows last 8 s, and the passages 6 s"
