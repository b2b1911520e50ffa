"""The measures of an evaluation: of one passage, and of a set of windows beside a reference set."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from riffsmith.evaluation.embedders.embedding import mix_to_mono
from riffsmith.evaluation.embedders.musicnn import TAG_NAMES, MusicnnEmbedder
from riffsmith.evaluation.metrics.coverage import density_coverage
from riffsmith.evaluation.metrics.fad import frechet_distance
from riffsmith.evaluation.metrics.kad import kernel_distance
from riffsmith.evaluation.metrics.key import (
    class_durations,
    class_entropy,
    key_clarity,
    key_drift,
)
from riffsmith.evaluation.metrics.notes import mean_polyphony, onset_rate, persistence
from riffsmith.evaluation.metrics.repetition import riff_repetition
from riffsmith.evaluation.metrics.rhythm import RHYTHM_SECONDS, find_beats, measure_rhythm
from riffsmith.evaluation.metrics.sound import check_sound
from riffsmith.evaluation.metrics.structure import measure_structure
from riffsmith.evaluation.metrics.vendi import relative_variety
from riffsmith.evaluation.passages import Passage
from riffsmith.transcription.transcribe import Transcription, transcribe

DISTANCES = {"kad": kernel_distance, "fad": frechet_distance}
"""Distances of two sets of embeddings by the prefix of their names, as in `kad_musicnn`."""
TAG_MEASURES = tuple(f"tag_{name.replace(' ', '_')}" for name in TAG_NAMES)
"""Names of the tags' measures, in the order of `TAG_NAMES`."""
STRONGEST_TAGS = 3
"""Number of tags that are compared: those with the highest probabilities in real music."""
_LONGEST_LAG_SECONDS = 15.0
_STRUCTURE_SECONDS = _LONGEST_LAG_SECONDS + 1.0
"""Shortest passage that has a structure."""
_PERSISTENCE_SECONDS, _LONG_PERSISTENCE_SECONDS = 0.25, 0.5

Measures = dict[str, float | None]
"""Values by the names of the measures; `None` where a measure is not defined."""


def is_distance(measure: str) -> bool:
    """Whether a measure is a distance of embeddings, of which only a high value is bad."""
    return measure.partition("_")[0] in DISTANCES


def measure_passage(passage: Passage) -> Measures:
    """Rhythm, structure, notes and sound of a passage.

    Passages shorter than 8 s have no rhythm, and passages shorter than 16 s have no structure.
    """
    mono = mix_to_mono(passage.audio)
    seconds = len(mono) / passage.sample_rate
    rhythm = structure = None
    if seconds >= RHYTHM_SECONDS:
        rhythm = measure_rhythm(mono, passage.sample_rate)
    if seconds >= _STRUCTURE_SECONDS:
        structure = measure_structure(mono, passage.sample_rate, _LONGEST_LAG_SECONDS)
    sound = check_sound(passage.audio, passage.sample_rate)
    return {
        "beat_strength": rhythm and rhythm.beat_strength,
        "tempo_bpm": rhythm and rhythm.tempo_bpm,
        "tempo_stability": rhythm and rhythm.tempo_stability,
        "pulse_persistence": rhythm and rhythm.pulse_persistence,
        "continuity": structure and structure.continuity,
        "relief": structure and structure.relief,
        **measure_notes(mono, passage.sample_rate),
        "loudness_lufs": sound.loudness_lufs,
        "peak_db": sound.peak_db,
        "clipped_share": sound.clipped_share,
        "silence_share": sound.silence_share,
        "dc_offset": sound.dc_offset,
        "bandwidth_hz": sound.bandwidth_hz,
        "falloff_hz": sound.falloff_hz,
        "stereo_width": sound.stereo_width,
        "clicks": float(sound.clicks),
    }


def measure_notes(mono: Float[np.ndarray, " time"], sample_rate: int) -> Measures:
    """Notes, keys and riffs of mono audio, from its transcription.

    Args:
        mono: Mono samples (time,).
        sample_rate: Sample rate in Hz.
    """
    found = transcribe(mono, sample_rate)
    roll, rate = found.roll(), found.frames_per_second
    durations = class_durations(roll)
    return {
        "notes": mean_polyphony(roll),
        "note_persistence": persistence(roll, rate, _PERSISTENCE_SECONDS),
        "note_persistence_half_second": persistence(roll, rate, _LONG_PERSISTENCE_SECONDS),
        "note_onsets": onset_rate(roll, rate),
        "pitch_class_entropy": class_entropy(durations),
        "key_clarity": key_clarity(durations),
        "key_drift": key_drift(roll, rate),
        "riff_repetition": riff_repetition(roll, _beats_of(found, mono, sample_rate)),
    }


def _beats_of(
    found: Transcription, mono: Float[np.ndarray, " time"], sample_rate: int
) -> Float[np.ndarray, " frames"]:
    """Position in beats of each frame of a transcription."""
    beats, rate = find_beats(mono, sample_rate)
    seconds = np.arange(len(found.notes)) / found.frames_per_second
    return np.interp(seconds * rate, np.arange(len(beats)), beats)


def measure_spread(
    generated: Float[np.ndarray, "generated dimension"],
    real: Float[np.ndarray, "real dimension"],
    varied: Float[np.ndarray, "varied dimension"],
    seed: int = 0,
) -> dict[str, float]:
    """Density, coverage and variety of a set of windows beside reference sets.

    Args:
        generated: Embeddings (windows, dimension) of the set.
        real: Embeddings (windows, dimension) of the reference set of density and coverage.
        varied: Embeddings (windows, dimension) of the set whose variety counts as 1.
        seed: Seed of the draw that thins the larger set for the variety.
    """
    found = density_coverage(generated, real)
    return {
        "density": found.density,
        "coverage": found.coverage,
        "variety": relative_variety(generated, varied, seed),
    }


def window_tags(
    embedder: MusicnnEmbedder, vectors: Sequence[Float[np.ndarray, "_ 200"]]
) -> Float[np.ndarray, "windows 50"]:
    """Probabilities of `TAG_NAMES` for all windows: the network's last layer on its embeddings.

    The layer is computed in double precision, so that the number of threads does not change the
    result.

    Args:
        embedder: Embedder whose network computed the vectors.
        vectors: Embeddings (windows, 200) of each recording.
    """
    layer = embedder.network.output
    weight, bias = (
        values.detach().numpy().astype(np.float64) for values in (layer.weight, layer.bias)
    )
    logits = np.concatenate(list(vectors)) @ weight.T + bias
    return (1 / (1 + np.exp(-logits))).astype(np.float32)
