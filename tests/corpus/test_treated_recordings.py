from pathlib import Path

import numpy as np
import pytest
import soundfile
from conftest import make_music

from riffsmith.audio import AudioSpool, RecordingCode, measure_loudness
from riffsmith.corpus import SurveyEntry
from riffsmith.corpus.entry import FULL_SCALE, describe

RATE = 8_000
MUSIC = make_music(3.0, RATE)


def store(folder: Path, audio: np.ndarray, channels: int) -> tuple[SurveyEntry, np.ndarray]:
    """Entry and stored samples of a recording."""
    soundfile.write(folder / "a.wav", audio, RATE, "FLOAT")
    with AudioSpool(folder, channels, np.int16) as spool:
        entry, _ = describe(folder / "a.wav", folder, RATE, channels, spool)
        return entry, np.concatenate(list(spool.blocks(RATE))) / FULL_SCALE


def test_long_silence_is_left_out(tmp_path: Path):
    silence = np.zeros((17 * RATE, 1))
    entry, stored = store(tmp_path, np.vstack([MUSIC, silence, MUSIC, silence]), 1)
    assert [flaw.code for flaw in entry.flaws] == [RecordingCode.LONG_SILENCE]
    assert entry.reason is None
    assert entry.seconds == len(stored) / RATE == pytest.approx(8, abs=0.2)
    assert np.allclose(stored[: 3 * RATE], MUSIC, atol=1e-4)
    assert np.allclose(stored[4 * RATE : 7 * RATE], MUSIC, atol=1e-4)


@pytest.mark.parametrize("channels", [1, 2])
def test_channels_in_antiphase_are_not_silence(tmp_path: Path, channels: int):
    entry, stored = store(tmp_path, np.hstack([MUSIC, -MUSIC]), channels)
    assert [flaw.code for flaw in entry.flaws] == [RecordingCode.ANTIPHASE]
    assert np.allclose(stored, MUSIC, atol=1e-4)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("dead", [0, 1])
def test_a_dead_channel_is_filled(tmp_path: Path, channels: int, dead: int):
    audio = np.hstack([MUSIC, MUSIC])
    audio[:, dead] = 0
    entry, stored = store(tmp_path, audio, channels)
    assert entry.flaws[0].parameters == {"channel": dead + 1}
    assert np.allclose(stored, MUSIC, atol=1e-4)


def test_an_offset_is_removed_and_the_music_is_kept(tmp_path: Path):
    entry, stored = store(tmp_path, 0.3 * MUSIC + 0.1, 1)
    assert [flaw.code for flaw in entry.flaws] == [RecordingCode.DC_REMOVED]
    assert abs(stored.mean()) < 1e-3
    power = np.abs(np.fft.rfft(stored[:, 0])) ** 2
    assert power[: 3 * 15].sum() < 1e-3 * power.sum()  # below 15 Hz
    expected = np.abs(np.fft.rfft(0.3 * MUSIC[:, 0]))
    assert np.allclose(np.sqrt(power[3 * 40 :]), expected[3 * 40 :], atol=0.01 * expected.max())


def test_a_very_quiet_recording_is_raised(tmp_path: Path):
    noise = 0.0005 * np.random.default_rng(0).standard_normal((4 * RATE, 1))
    entry, stored = store(tmp_path, noise, 1)
    assert [flaw.code for flaw in entry.flaws] == [RecordingCode.QUIET]
    assert measure_loudness(stored.astype(np.float32), RATE) == pytest.approx(-23, abs=0.2)
