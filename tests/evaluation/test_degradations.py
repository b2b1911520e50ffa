import numpy as np
import pytest
from conftest import make_music

from riffsmith.audio import join
from riffsmith.evaluation.metrics.rhythm import measure_rhythm
from riffsmith.evaluation.self_test import degradations

RATE = 8_000
NOTE_RATE = 22_050
MUSIC = make_music(6.5, RATE, channels=2, seed=1)


def sine(hertz: float) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE).astype(np.float32)[:, None]


def test_a_low_pass_removes_what_lies_above_and_nothing_else():
    found = degradations.low_pass(sine(500) + sine(3000), RATE, 1000.0)
    assert np.allclose(found, sine(500), atol=1e-5)


def test_noise_is_20_db_below_and_differs_between_channels():
    noise = degradations.add_noise(MUSIC, 20.0, seed=0) - MUSIC
    ratio = np.square(MUSIC).mean() / np.square(noise).mean()
    assert 10 * np.log10(ratio) == pytest.approx(20.0, abs=0.1)
    assert abs(np.corrcoef(noise.T)[0, 1]) < 0.02


def test_backwards():
    assert degradations.backwards(np.array([[1.0], [2.0], [3.0]]))[:, 0].tolist() == [3, 2, 1]


def test_stationary_noise_keeps_the_spectrum_and_loses_the_order():
    burst = np.concatenate([sine(500), 0 * sine(500)]) * np.float32(0.5)
    burst += degradations.add_noise(burst, 20.0, seed=3) - burst
    found = degradations.stationary_noise(burst, seed=0)
    was, now = (np.abs(np.fft.rfft(audio[:, 0])) for audio in (burst, found))
    assert np.allclose(was[1:-1], now[1:-1], atol=1e-2)
    halves = [np.square(half).sum() for half in np.split(found, 2)]
    assert max(halves) < 4 * min(halves)  # all but a hundredth was in the first half


def test_random_tonal_phases_spread_a_note_and_keep_what_is_outside():
    rate = 22_050
    time = np.arange(4 * rate) / rate
    note, high = np.sin(2 * np.pi * 440 * time), np.sin(2 * np.pi * 8_000 * time)
    audio = (0.4 * (note + high)).astype(np.float32)[:, None]
    found = degradations.randomise_tonal_phases(audio, rate, seed=0)
    assert found.shape == audio.shape
    power = [np.abs(np.fft.rfft(each[:, 0])) ** 2 for each in (audio, found)]
    hertz = np.fft.rfftfreq(len(audio), 1 / rate)
    shares = [each[np.abs(hertz - 440) < 1].sum() / each[hertz < 6_000].sum() for each in power]
    assert shares[0] > 0.99
    assert shares[1] < 0.3
    above = hertz > 7_000
    assert np.allclose(power[0][above].sum(), power[1][above].sum(), rtol=0.01)


def test_a_repeated_clip_is_the_middle_of_the_passage():
    found = degradations.repeat_clip(MUSIC, RATE, seconds=1.0)
    assert found.shape == MUSIC.shape
    fade = round(degradations.FADE_SECONDS * RATE)
    assert np.array_equal(found[fade : 2 * RATE], found[RATE + fade : 3 * RATE])
    start = (len(MUSIC) - RATE - fade) // 2
    assert np.array_equal(found[:RATE], MUSIC[start : start + RATE])


def test_shuffled_seconds_are_the_same_seconds_in_another_order():
    found = degradations.shuffle_pieces(MUSIC, RATE, seed=0)
    assert found.shape == MUSIC.shape
    fade = round(degradations.FADE_SECONDS * RATE)
    cores = [
        [audio[n * RATE + fade : (n + 1) * RATE] for n in range(6)] for audio in (MUSIC, found)
    ]
    order = [next(k for k in range(6) if np.array_equal(cores[0][k], core)) for core in cores[1]]
    assert sorted(order) == list(range(6))
    assert order != list(range(6))
    assert np.array_equal(found[6 * RATE :], MUSIC[6 * RATE :])


def clicks_with_notes(seconds: float = 12.0, bpm: float = 120.0) -> np.ndarray:
    """Sines of 440 Hz that begin on every beat with a click."""
    time = np.arange(round(seconds * NOTE_RATE)) / NOTE_RATE
    since_beat = time % (60 / bpm)
    noise = np.random.default_rng(0).normal(0, 1, len(time))
    audio = 0.3 * np.sin(2 * np.pi * 440 * time) * np.exp(-3 * since_beat)
    return (audio + 0.5 * noise * np.exp(-200 * since_beat)).astype(np.float32)[:, None]


def strongest_semitones(audio: np.ndarray, length: int) -> list[int]:
    """For each piece of the audio, the semitones between 440 Hz and its strongest frequency."""
    found: list[int] = []
    for start in range(0, len(audio) - length + 1, length):
        piece = audio[start : start + length, 0] * np.hanning(length)
        power = np.abs(np.fft.rfft(piece, 8 * length))
        hertz = np.fft.rfftfreq(8 * length, 1 / NOTE_RATE)
        tonal = (hertz > 250) & (hertz < 800)
        strongest = hertz[tonal][power[tonal].argmax()]
        found.append(round(12 * np.log2(strongest / 440)))
    return found


def test_transposed_bars_change_the_pitch_and_keep_the_beat():
    audio = clicks_with_notes()
    found = degradations.transpose_bars(audio, NOTE_RATE, seed=0)
    assert found.shape == audio.shape
    semitones = strongest_semitones(found, NOTE_RATE // 2)
    assert len(set(semitones)) >= 4
    assert all(1 <= abs(number) <= 6 for number in semitones[2:-2])
    beats = [measure_rhythm(each[:, 0], NOTE_RATE).beat_strength for each in (audio, found)]
    assert beats[1] > 0.7 * beats[0]


def test_a_shuffled_rhythm_keeps_the_pitch_and_loses_the_beat():
    audio = clicks_with_notes()
    found = degradations.shuffle_rhythm(audio, NOTE_RATE, seed=0)
    assert found.shape == audio.shape
    assert set(strongest_semitones(found, NOTE_RATE)) == {0}
    beats = [measure_rhythm(each[:, 0], NOTE_RATE).beat_strength for each in (audio, found)]
    assert beats[1] < 0.5 * beats[0]


def test_a_riff_is_whole_bars_and_is_repeated():
    audio = clicks_with_notes()
    riff = degradations.cut_riff(audio, NOTE_RATE, bars=2)
    fade = round(degradations.FADE_SECONDS * NOTE_RATE)
    assert (len(riff) - fade) / NOTE_RATE == pytest.approx(8 * 60 / 120, abs=0.05)
    found = degradations.repeat_riff(riff, NOTE_RATE, 30 * NOTE_RATE)
    assert len(found) == 30 * NOTE_RATE
    advance = len(riff) - fade
    assert np.array_equal(found[fade:advance], found[fade + advance : 2 * advance])


def test_12_db_quieter_is_a_quarter():
    assert degradations.quieter(np.ones((1, 1), np.float32), 12.0)[0, 0] == pytest.approx(
        0.2512, 1e-3
    )


def test_joined_pieces_fade_at_equal_power():
    ones = np.ones((10, 1), np.float32)
    joined = join([ones, 0 * ones, ones], 3, fade=5)[:, 0]
    assert len(joined) == 20
    fall, rise = joined[5:10], joined[10:15]
    assert np.allclose(fall**2 + rise**2, 1)
    assert np.allclose(fall, rise[::-1])


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("add_noise", (20.0,)),
        ("stationary_noise", ()),
        ("shuffle_pieces", (RATE,)),
        ("randomise_tonal_phases", (RATE,)),
        ("transpose_bars", (RATE,)),
        ("shuffle_rhythm", (RATE,)),
    ],
)
def test_the_result_depends_on_the_seed(name: str, arguments: tuple[float, ...]):
    damage = getattr(degradations, name)
    first, again, other = (damage(MUSIC, *arguments, seed) for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
