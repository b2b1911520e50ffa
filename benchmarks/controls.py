"""The effect of each control on the audio of a shipped model: `controls.py [MODEL]`.

Each line has means over a few seeds:

- loudness for values of intensity, and brightness for values of brightness;
- the measured tempo for values of tempo (octave errors are corrected);
- the distance of short pieces from the mean of 60 s for values of variation;
- the distance of a morph from the piece that it leaves and from the one that it leads to;
- the distance of the beginning from an audio prompt for values of its noise level;
- the time from a change of brightness until half of it can be measured.
"""

import sys
from collections.abc import Callable, Sequence
from math import log2

import numpy as np
import torch
from numpy.typing import NDArray

from riffsmith.audio import LoudnessMeter
from riffsmith.bundle import LatentBundle, load_shipped
from riffsmith.codec import Codec
from riffsmith.evaluation.metrics.rhythm import measure_rhythm
from riffsmith.features import measure_descriptors
from riffsmith.synthesis import Controls, Stream, encode_audio_prompt

SEEDS = range(4)
SECONDS = 20
PIECE_SECONDS = 5
CLIP_SECONDS = 10
MORPH_SECONDS = 60.0
CHANGE_SECOND = 9.3
SMOOTHED_SECONDS = 0.2

Audio = NDArray[np.float32]


def main(name: str = "metal") -> None:
    torch.set_num_threads(1)
    bundle = load_shipped(name)
    assert isinstance(bundle, LatentBundle)
    print_row("intensity", "LUFS", (0.0, 0.5, 1.0), lambda value: loudness(bundle, value))
    print_row("brightness", "octaves", (0.0, 0.5, 1.0), lambda value: brightness(bundle, value))
    print_row("tempo", "bpm measured", (90, 105, 120, 135, 150), lambda value: tempo(bundle, value))
    print_row("variation", "nepers", (0.0, 0.5, 1.0), lambda value: variation(bundle, value))
    for title, start in (("first 20 s of 60", 0), ("after it", round(MORPH_SECONDS) + 10)):
        near, far = morph(bundle, start)
        print(f"morph, {title}: {near:.2f} nepers from the first piece, {far:.2f} from the second")
    print_row(
        "noise level",
        "nepers from the prompt",
        (0.0, 0.5, 1.0),
        lambda value: prompt_distance(bundle, value),
    )
    seconds = half_changed(bundle)
    print(f"half of a change of brightness is measured {seconds:+.2f} s from its sample")


def print_row(
    title: str, unit: str, values: Sequence[float], measure: Callable[[float], float]
) -> None:
    results = ", ".join(f"{value:g} → {measure(value):.3g}" for value in values)
    print(f"{title}: {results} {unit}", flush=True)


def play(bundle: LatentBundle, seed: int, controls: Controls, start: int = 0) -> Audio:
    sample_rate = bundle.settings.corpus.sample_rate
    return Stream(bundle, seed, controls).read(start * sample_rate, SECONDS * sample_rate)


def loudness(bundle: LatentBundle, intensity: float) -> float:
    meter = LoudnessMeter(bundle.settings.corpus.sample_rate)
    for seed in SEEDS:
        meter.add(play(bundle, seed, Controls(intensity=intensity)))
    return meter.loudness_lufs() or -70.0


def brightness(bundle: LatentBundle, value: float) -> float:
    """Brightness in octaves above 1 Hz, as in the training."""
    pieces = [play(bundle, seed, Controls(brightness=value)) for seed in SEEDS]
    analysis = bundle.codec.analysis
    mid = features(bundle.codec, np.concatenate(pieces))[: analysis.mid.count]
    beats = torch.arange(mid.shape[1], dtype=torch.float64)
    return float(measure_descriptors(mid, analysis.mid_frequencies, beats, 1.0).brightness.mean())


def tempo(bundle: LatentBundle, bpm: float) -> float:
    sample_rate = bundle.settings.corpus.sample_rate
    tempi: list[float] = []
    for seed in SEEDS:
        audio = play(bundle, seed, Controls(tempo=bpm)).mean(axis=1)
        measured = measure_rhythm(audio, sample_rate).tempo_bpm or bpm / 2**0.5
        tempi.append(measured * 2 ** round(log2(bpm / measured)))
    return float(np.mean(tempi))


def variation(bundle: LatentBundle, value: float) -> float:
    """Mean distance of pieces of 5 s from the mean of 60 s of the same piece."""
    spreads: list[float] = []
    for seed in SEEDS:
        controls = Controls(variation=value)
        minute = [play(bundle, seed, controls, start) for start in (0, 35, 70)]
        pieces = np.split(np.concatenate(minute), 3 * SECONDS // PIECE_SECONDS)
        means = torch.stack([features(bundle.codec, piece).mean(1) for piece in pieces])
        spreads.append(float((means - means.mean(0)).square().mean().sqrt()))
    return float(np.mean(spreads))


def morph(bundle: LatentBundle, start: int) -> tuple[float, float]:
    """Distance of a morph from the piece that it leaves and from the one that it leads to."""
    distances: list[tuple[float, float]] = []
    for seed in SEEDS:
        moving = Controls(variation=0.0, morph_seed=seed + 50, morph_seconds=MORPH_SECONDS)
        held = Controls(variation=0.0)
        morphing, first, second = (
            features(bundle.codec, play(bundle, piece, controls, start)).mean(1)
            for piece, controls in ((seed, moving), (seed, held), (seed + 50, held))
        )
        distances.append((distance(morphing, first), distance(morphing, second)))
    near, far = np.mean(distances, axis=0)
    return float(near), float(far)


def prompt_distance(bundle: LatentBundle, noise_level: float) -> float:
    """Distance of the beginning of a piece from its audio prompt, frame by frame."""
    sample_rate = bundle.settings.corpus.sample_rate
    distances: list[float] = []
    for seed in SEEDS:
        clip = Stream(bundle, seed + 90).read(0, CLIP_SECONDS * sample_rate)
        prompt = encode_audio_prompt(bundle, clip, noise_level)
        played = Stream(bundle, seed, audio_prompt=prompt).read(0, len(clip))
        distances.append(distance(features(bundle.codec, clip), features(bundle.codec, played)))
    return float(np.mean(distances))


def half_changed(bundle: LatentBundle) -> float:
    """Seconds from a control change until half of the change of the mean brightness is reached."""
    sample_rate = bundle.settings.corpus.sample_rate
    at = round(CHANGE_SECOND * sample_rate)
    curves: list[NDArray[np.float64]] = []
    for seed in SEEDS:
        stream = Stream(bundle, seed, Controls(brightness=0.1))
        piece = stream.with_controls(at, Controls(brightness=0.9)).read(0, SECONDS * sample_rate)
        mid = features(bundle.codec, piece)[: bundle.codec.analysis.mid.count]
        low, high = mid[: len(mid) // 2], mid[len(mid) // 2 :]
        curves.append((high.exp().mean(0).log() - low.exp().mean(0).log()).double().numpy())
    frames = bundle.codec.analysis.spectrum.hop_samples / sample_rate
    seconds = np.arange(len(curves[0])) * frames - CHANGE_SECOND
    width = round(SMOOTHED_SECONDS / frames)
    curve = np.convolve(np.mean(curves, axis=0), np.full(width, 1 / width), "same")
    before = curve[(seconds > -5) & (seconds < -1)].mean()
    after = curve[(seconds > 3) & (seconds < 8)].mean()
    has_changed = (curve - before) / (after - before) > 0.5
    return float(seconds[(seconds > -0.5) & has_changed][0])


def features(codec: Codec, audio: Audio) -> torch.Tensor:
    """Log-mel features of mid and side in nepers, (features, frames)."""
    hop = codec.analysis.spectrum.hop_samples
    whole = len(audio) // hop * hop
    return codec.analysis(torch.from_numpy(np.ascontiguousarray(audio[:whole].T))[None])[0]


def distance(one: torch.Tensor, other: torch.Tensor) -> float:
    return float((one - other).square().mean().sqrt())


if __name__ == "__main__":
    main(*sys.argv[1:])
