from pathlib import Path

import numpy as np
import pytest
import soundfile
from conftest import make_music

from riffsmith.audio import RecordingCode, RecordingRemark, read_recording, resample, write_audio

MUSIC = make_music(2.0, 8_000)
NOISE = 0.1 * np.random.default_rng(3).standard_normal(MUSIC.shape)
SILENCE = np.zeros((24_000, 1))


def flaws(folder: Path, audio: np.ndarray, sample_rate: int = 8_000) -> tuple[RecordingRemark, ...]:
    soundfile.write(folder / "a.wav", audio, sample_rate, "FLOAT")
    return read_recording(folder / "a.wav", 8_000, 1).flaws


@pytest.mark.parametrize(
    ("audio", "code", "values"),
    [
        (np.hstack([MUSIC, -0.9 * MUSIC]), RecordingCode.ANTIPHASE, {"fraction": 0.0028}),
        (np.hstack([MUSIC, 1e-4 * NOISE]), RecordingCode.DEAD_CHANNEL, {"channel": 2}),
        (np.hstack([0 * MUSIC + 0.001, MUSIC]), RecordingCode.DEAD_CHANNEL, {"channel": 1}),
        (
            np.vstack([MUSIC, SILENCE]),
            RecordingCode.MOSTLY_SILENT,
            {"fraction": 0.6, "limit_db": -60},
        ),
        (np.hstack([MUSIC, MUSIC + 0.01]), RecordingCode.DC_OFFSET, {"fraction": 0.01}),
        (0.03 * NOISE, RecordingCode.QUIET, {"loudness_lufs": -48.46}),
    ],
)
def test_flaws_are_named(
    tmp_path: Path, audio: np.ndarray, code: RecordingCode, values: dict[str, float]
):
    (flaw,) = flaws(tmp_path, audio)
    assert flaw.code is code
    assert flaw.parameters == pytest.approx(values, abs=1e-3)


@pytest.mark.parametrize(
    "audio",
    [
        np.hstack([MUSIC, NOISE]),  # wide, but not in antiphase
        np.hstack([MUSIC, 0.01 * MUSIC]),
        np.hstack([MUSIC, 0 * MUSIC, 0 * MUSIC]),  # surround may have channels without sound
        np.vstack([MUSIC, SILENCE[:15_000]]),
        MUSIC[:700],  # shorter than a piece
        0.1 * NOISE,
        MUSIC + 0.004,
    ],
)
def test_ordinary_audio_has_no_flaws(tmp_path: Path, audio: np.ndarray):
    assert flaws(tmp_path, audio) == ()


def test_a_recording_without_high_frequencies_is_named(tmp_path: Path):
    dull = resample(MUSIC, 8_000, 22_050)
    (flaw,) = flaws(tmp_path, dull, 22_050)
    assert flaw.code is RecordingCode.BAND_LIMITED
    assert flaw.parameters == {"limit_khz": 8, "sample_rate": 22_050}
    noise = np.random.default_rng(4).standard_normal(dull.shape)
    assert flaws(tmp_path, dull + 0.001 * noise, 22_050) == ()


@pytest.mark.parametrize("ending", ["wav", "flac", "ogg", "mp3"])
def test_a_file_that_was_generated_is_named(tmp_path: Path, ending: str):
    own, foreign = tmp_path / f"own.{ending}", tmp_path / f"foreign.{ending}"
    write_audio(own, MUSIC[:4000], 8_000, tags={"title": "A riff", "software": "Riffsmith 1.0"})
    write_audio(foreign, MUSIC[:4000], 8_000, tags={"title": "A riff", "software": "Audacity"})
    (flaw,) = read_recording(own, 8_000, 1).flaws
    assert flaw == RecordingRemark.of(RecordingCode.GENERATED)
    assert read_recording(foreign, 8_000, 1).flaws == ()
