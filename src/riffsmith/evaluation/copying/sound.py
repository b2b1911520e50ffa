"""A search for passages that sound the same, by their fingerprints."""

from collections.abc import Iterator

from riffsmith.evaluation.copying.representation import Alteration, CopyKind, Representation
from riffsmith.features.fingerprint import (
    BANDS_PER_SEMITONE,
    FRAMES_PER_SECOND,
    fingerprint,
    fingerprint_hop,
)

_LARGEST_SEMITONES = 2


def _alterations() -> Iterator[Alteration]:
    """Up to two semitones up and down in steps of a half.

    Each shift comes at the same speed and, as by resampling, with the speed changed along. A copy
    between two of these is found by both with a slightly lower similarity.
    """
    steps = _LARGEST_SEMITONES * BANDS_PER_SEMITONE
    for step in range(-steps, steps + 1):
        semitones = step / BANDS_PER_SEMITONE
        yield Alteration(semitones, 1.0)
        if step:
            yield Alteration(semitones, 2 ** (semitones / 12))


SOUND = Representation(
    kind=CopyKind.SOUND,
    version="1",
    describe=fingerprint,
    hop_seconds=lambda sample_rate: fingerprint_hop(sample_rate) / sample_rate,
    is_stored=False,
    window_seconds=5.0,
    window_frames=5 * FRAMES_PER_SECOND,
    step_frames=FRAMES_PER_SECOND,
    held_out_step_frames=4,
    section_frames=3 * FRAMES_PER_SECOND,
    parts=1,
    flat_rms=0.05,
    judged_rms=0.0,
    bands_per_semitone=BANDS_PER_SEMITONE,
    alterations=tuple(sorted(_alterations(), key=lambda alteration: alteration.speed)),
    index_edges=(-0.42, 0.42),
)
"""Fingerprints of windows of 5 s; a window of silence is like nothing."""
