"""The self-test on a small corpus, with embedders that are cheap to compute."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from conftest import tiny_settings, write_music
from torch import Tensor

from riffsmith.corpus import Corpus, prepare_corpus
from riffsmith.errors import CorpusError
from riffsmith.evaluation import Passage, RemarkCode, SelfTest, run_self_test

pytestmark = pytest.mark.slow

RATE = 8_000


@dataclass(frozen=True)
class Bands:
    """Levels of eight bands, which depend on timbre and neither on phase nor on order."""

    name: str = "musicnn"
    version: str = "1"
    sample_rate: int = RATE
    window_seconds: float = 2.0
    hop_seconds: float = 2.0
    dimension: int = 8

    def embed(self, windows: Tensor) -> Tensor:
        power = torch.fft.rfft(windows).abs().square()[:, 1:8_001]
        return power.unflatten(1, (8, -1)).mean(dim=2).log()


@dataclass(frozen=True)
class Loudness(Bands):
    """The level of a window after normalisation, which must not change with the passage's level."""

    name: str = "loudness"

    def embed(self, windows: Tensor) -> Tensor:
        return windows.square().mean(dim=1, keepdim=True).log().expand(-1, 8)


EMBEDDERS = (Bands(), Bands(name="aisfx"), Loudness())


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("bands")
    for number in range(6):
        band = "first" if number < 5 else "second"
        write_music(folder / "songs" / band / f"{number}.wav", 62.0, seed=number)
    settings = tiny_settings().corpus
    prepare_corpus(folder / "songs", folder / "corpus", settings, preset="report")
    return Corpus(folder / "corpus")


@pytest.fixture(scope="module")
def found(corpus: Corpus) -> SelfTest:
    noise = np.random.default_rng(0).normal(0, 0.1, (6, 30 * RATE, 1)).astype(np.float32)
    contrast = [Passage(f"noise {n}", audio, RATE) for n, audio in enumerate(noise)]
    return run_self_test(corpus, seconds=180.0, contrast=contrast, embedders=EMBEDDERS)


def test_every_kind_of_damage_is_a_row(found: SelfTest):
    assert [row.name for row in found.rows] == [
        "same songs, untouched",
        "low-pass 1.44 kHz",  # 0.36 of the Nyquist frequency
        "noise, 20 dB below",
        "Griffin-Lim, 16 mels",
        "backwards",
        "noise of its spectrum",
        "random phases from 55 Hz to 5 kHz",
        "every bar transposed at random",
        "beats of random length",
        "3 s repeated",
        "one riff of 2 bars throughout",
        "seconds shuffled",
        "12 dB quieter",
        "another band",
        "another genre",
    ]
    assert (found.seconds, found.recordings, found.remarks) == (180.0, 6, ())


@pytest.mark.parametrize(
    ("name", "measure"),
    [
        ("low-pass 1.44 kHz", "falloff_hz"),
        ("low-pass 1.44 kHz", "kad_aisfx"),
        ("noise of its spectrum", "beat_strength"),
        ("random phases from 55 Hz to 5 kHz", "notes"),
        ("beats of random length", "beat_strength"),
        ("3 s repeated", "pulse_persistence"),
        ("12 dB quieter", "loudness_lufs"),
        ("another genre", "kad_musicnn"),
    ],
)
def test_damage_is_detected(found: SelfTest, name: str, measure: str):
    row = next(row for row in found.rows if row.name == name)
    assert measure in row.detected
    found_value = row.measures[measure]
    assert found_value.value is not None
    is_low = found_value.low is not None and found_value.value < found_value.low
    assert found_value.value > found_value.high or is_low


def test_loudness_changes_no_distance(found: SelfTest):
    row = next(row for row in found.rows if row.name == "12 dB quieter")
    assert "kad_loudness" in row.must_not_detect
    assert row.passed


def test_untouched_music_passes(found: SelfTest):
    assert found.rows[0].passed


def test_bands_that_are_alike_are_not_distinguished(found: SelfTest):
    row = next(row for row in found.rows if row.name == "another band")
    assert row.remark is not None
    assert row.remark.text == "second against first"
    assert row.remark.code is RemarkCode.BANDS
    assert row.passed is False
    assert not found.passed


def test_the_result_survives_json(found: SelfTest):
    assert SelfTest.model_validate_json(found.model_dump_json()) == found


def test_too_little_music_is_an_error(corpus: Corpus):
    with pytest.raises(CorpusError, match=r"room for 6 pairs of passages of 30 s, .* 2 are asked"):
        run_self_test(corpus, seconds=60.0, embedders=EMBEDDERS)
