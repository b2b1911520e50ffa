"""How exactly loops keep the tempo that is asked for: `loop_grid.py [MODEL]`.

For ten tempi it prints the error of the length in samples, the tuning, and the mean distance in
milliseconds from what is heard to the grid that was asked for: of the beats that the beat tracker
finds to the nearest beat, and of all attacks to the nearest semiquaver. What lies anywhere would be
a quarter of the spacing away on average, which is printed in brackets. Each loop is heard twice in
a row, so its seam is part of it. The detectors are calibrated with clicks.
"""

import sys

import numpy as np
import torch
from numpy.typing import NDArray

from riffsmith.bundle import LatentBundle
from riffsmith.features import MelTransform, track_beats
from riffsmith.pipeline.models import open_model
from riffsmith.synthesis import Controls, make_loop

TEMPI = (85, 95, 105, 115, 125, 140, 150, 165, 180, 200)
SEEDS = range(4)
BARS = 4
_N_FFT, _HOP, _MELS = 512, 64, 24
_SMOOTHING_SECONDS, _SURROUNDING_SECONDS, _CLOSEST_SECONDS = 0.004, 0.5, 0.05
_DECIMATION = 6
_CLICKS = 40


def rises(audio: NDArray[np.float32], sample_rate: int) -> NDArray[np.float64]:
    """Mean rise of the mel bands in decibels, once every `_HOP` samples, less its local mean."""
    mel = MelTransform(sample_rate, _N_FFT, _HOP, _MELS).to_db(torch.from_numpy(audio)).numpy()
    mel = np.maximum(mel, mel.max() - 60)
    rise = np.maximum(np.diff(mel, axis=1), 0).mean(axis=0)
    width = _SMOOTHING_SECONDS * sample_rate / _HOP
    kernel = np.exp(-0.5 * (np.arange(-30, 31) / width) ** 2)
    smooth = np.convolve(rise, kernel / kernel.sum(), "same")
    span = round(_SURROUNDING_SECONDS * sample_rate / _HOP)
    return smooth - np.convolve(smooth, np.ones(span) / span, "same")


def attacks(strength: NDArray[np.float64], sample_rate: int) -> NDArray[np.float64]:
    """Times in seconds of the local maxima that are higher than one standard deviation."""
    reach = round(_CLOSEST_SECONDS * sample_rate / _HOP)
    padded = np.pad(strength, reach)
    highest = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).max(axis=1)
    is_attack = (strength == highest) & (strength > strength.std())
    return np.flatnonzero(is_attack) * _HOP / sample_rate


def tracked(strength: NDArray[np.float64], sample_rate: int, bpm: float) -> NDArray[np.float64]:
    """Times in seconds of the beats that the tracker finds within half an octave of a tempo."""
    frame_rate = sample_rate / _HOP / _DECIMATION
    whole = strength[: len(strength) // _DECIMATION * _DECIMATION]
    flux = whole.reshape(-1, _DECIMATION).mean(axis=1)
    beats = track_beats(flux, frame_rate, bpm / 2**0.5, bpm * 2**0.5)
    numbers = np.arange(np.ceil(beats[0]), np.ceil(beats[-1]))
    middles = (np.arange(len(beats)) + 0.5 - 0.5 / _DECIMATION) / frame_rate
    return np.interp(numbers, beats, middles)


def distances(times: NDArray[np.float64], spacing: float) -> NDArray[np.float64]:
    """Signed distances in seconds from the nearest multiple of a spacing."""
    return (times + spacing / 2) % spacing - spacing / 2


def clicks(sample_rate: int) -> NDArray[np.float64]:
    """Strength of the rises of clicks in each half second, from the first one on."""
    audio = np.random.default_rng(0).normal(0, 1e-3, _CLICKS * sample_rate // 2)
    audio[:: sample_rate // 2] += 1
    return rises(audio.astype(np.float32), sample_rate)


def main(name: str = "metal") -> None:
    torch.set_num_threads(1)
    bundle = open_model(name)
    assert isinstance(bundle, LatentBundle)
    rate = bundle.codec.sample_rate
    known = clicks(rate)
    attack_delay = np.median(distances(attacks(known, rate), 0.5))
    beat_delay = np.median(distances(tracked(known, rate, 120.0), 0.5))
    print(f"{name}: {len(SEEDS)} loops of {BARS} bars at each tempo; distances in ms")
    print("  bpm  length  cents    beats (chance)   median    semiquavers (chance)  attacks")
    everything: list[NDArray[np.float64]] = []
    for bpm in TEMPI:
        errors, cents, beats, others = [], [], [], []
        for seed in SEEDS:
            loop = make_loop(bundle, seed, Controls(tempo=bpm), bars=BARS)
            errors.append(len(loop.audio) - BARS * 4 * 60 / bpm * rate)
            cents.append(loop.tuning_cents)
            twice = np.concatenate([loop.audio, loop.audio]).mean(axis=1)
            strength = rises(twice, rate)
            beats.append(distances(tracked(strength, rate, bpm) - beat_delay, 60 / bpm))
            others.append(distances(attacks(strength, rate) - attack_delay, 15 / bpm))
        on_beats, on_others = (1000 * np.concatenate(found) for found in (beats, others))
        everything.append(np.stack([np.abs(on_beats).mean() * bpm, np.abs(on_others).mean() * bpm]))
        print(
            f"{bpm:5} {max(errors, key=abs):+7.2f} {max(cents, key=abs):+6.1f}"
            f"   {np.abs(on_beats).mean():6.1f} ({15_000 / bpm:5.1f})  {np.median(on_beats):+7.1f}"
            f"    {np.abs(on_others).mean():11.1f} ({3_750 / bpm:4.1f})  {len(on_others):11}"
        )
    shares = np.mean(everything, axis=0) / (15_000, 3_750)
    print(f"of chance: beats {shares[0]:.2f}, semiquavers {shares[1]:.2f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
