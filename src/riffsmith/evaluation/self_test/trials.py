"""The kinds of damage of a self-test, each with the measures that must detect it."""

from collections.abc import Callable
from dataclasses import dataclass

from riffsmith.corpus import Corpus
from riffsmith.evaluation.passages import Passage, reconstruct
from riffsmith.evaluation.remarks import Remark, RemarkCode
from riffsmith.evaluation.self_test import degradations

Damage = Callable[[Passage, int], Passage]
"""Function of a passage and a seed that returns the damaged passage."""

BOTH_DISTANCES = ("kad_musicnn", "kad_aisfx")
"""Distances of the built-in embedders, which must also detect another band or genre."""
NOTE_MEASURES = ("notes", "note_onsets", "kad_notes")
"""Measures of which one or more must detect that notes are missing."""
_CUTOFF_HZ = 8_000.0
_CUTOFF_FACTOR = 0.36
_FULL_FALLOFF_HZ = 14_000.0
_NOISE_DB = 20.0
_REPEATED_SECONDS = 3.0
_QUIETER_DB = 12.0


@dataclass(frozen=True)
class Trial:
    """One kind of damage.

    Attributes:
        treatment: Name of the damage for the table.
        must_detect: Names of the measures that must detect it.
        damage: Function of a passage and a seed that returns the damaged passage.
        any_suffices: Whether one of these measures is enough.
        no_distance: Whether no distance of embeddings may detect it.
        remark: How the damage was chosen; `None` where it is always the same.
    """

    treatment: Remark
    must_detect: tuple[str, ...]
    damage: Damage
    any_suffices: bool = False
    no_distance: bool = False
    remark: Remark | None = None


def choose_trials(corpus: Corpus, falloff_hz: float) -> list[Trial]:
    """The kinds of damage for a corpus.

    Args:
        corpus: Corpus whose transform is one of them.
        falloff_hz: Frequency in Hz at which the corpus's music ends. A low-pass at 8 kHz removes
            little from music that ends below 14 kHz, which gets one at 0.36 of that frequency.
    """
    is_full = falloff_hz >= _FULL_FALLOFF_HZ
    cutoff_hz = _CUTOFF_HZ if is_full else _CUTOFF_FACTOR * falloff_hz
    cutoff_remark = Remark.of(
        RemarkCode.SCALED_CUTOFF, factor=_CUTOFF_FACTOR, falloff_khz=falloff_hz / 1000
    )
    settings = corpus.manifest.settings

    def audio_trial(
        treatment: Remark,
        must_detect: tuple[str, ...],
        change: Callable[[degradations.Audio, int, int], degradations.Audio],
        *,
        no_distance: bool = False,
        remark: Remark | None = None,
    ) -> Trial:
        def damage(passage: Passage, seed: int) -> Passage:
            audio = change(passage.audio, passage.sample_rate, seed)
            return Passage(passage.recording, audio, passage.sample_rate)

        return Trial(treatment, must_detect, damage, no_distance=no_distance, remark=remark)

    return [
        audio_trial(
            Remark.of(RemarkCode.LOW_PASS, cutoff_khz=cutoff_hz / 1000),
            ("falloff_hz", "kad_aisfx"),
            lambda audio, rate, seed: degradations.low_pass(audio, rate, cutoff_hz),
            remark=None if is_full else cutoff_remark,
        ),
        audio_trial(
            Remark.of(RemarkCode.NOISE, decibels=_NOISE_DB),
            ("kad_aisfx",),
            lambda audio, rate, seed: degradations.add_noise(audio, _NOISE_DB, seed),
        ),
        Trial(
            Remark.of(RemarkCode.GRIFFIN_LIM, mels=settings.n_mels),
            # with many bands only the phase is damaged, which does not change aisfx; few bands
            # also blur the spectrum, which changes musicnn little
            BOTH_DISTANCES,
            lambda passage, seed: reconstruct(passage, corpus),
            any_suffices=True,
        ),
        audio_trial(
            Remark.of(RemarkCode.BACKWARDS),
            ("kad_musicnn",),
            lambda audio, rate, seed: degradations.backwards(audio),
        ),
        audio_trial(
            Remark.of(RemarkCode.STATIONARY_NOISE),
            (*BOTH_DISTANCES, "beat_strength"),
            lambda audio, rate, seed: degradations.stationary_noise(audio, seed),
        ),
        Trial(
            Remark.of(RemarkCode.TONAL_PHASES),
            NOTE_MEASURES,
            lambda passage, seed: Passage(
                passage.recording,
                degradations.randomise_tonal_phases(passage.audio, passage.sample_rate, seed),
                passage.sample_rate,
            ),
            any_suffices=True,
        ),
        audio_trial(
            Remark.of(RemarkCode.REPEATED, seconds=_REPEATED_SECONDS),
            ("variety_musicnn", "variety_aisfx", "pulse_persistence"),
            lambda audio, rate, seed: degradations.repeat_clip(audio, rate, _REPEATED_SECONDS),
        ),
        audio_trial(
            Remark.of(RemarkCode.SHUFFLED),
            ("continuity", "pulse_persistence"),
            degradations.shuffle_pieces,
        ),
        audio_trial(
            Remark.of(RemarkCode.QUIETER, decibels=_QUIETER_DB),
            ("loudness_lufs",),
            lambda audio, rate, seed: degradations.quieter(audio, _QUIETER_DB),
            no_distance=True,
        ),
    ]
