"""The kinds of damage of a self-test, each with the measures that must detect it."""

from collections.abc import Callable
from dataclasses import dataclass

from riffsmith.corpus import Corpus
from riffsmith.evaluation.passages import Passage, reconstruct
from riffsmith.evaluation.remarks import Remark, RemarkCode
from riffsmith.evaluation.self_test import degradations

Damage = Callable[[Passage, int], Passage]
"""Function of a passage and a seed that returns the damaged passage."""

EITHER_DISTANCE = ("kad_musicnn", "kad_aisfx")
BOTH_DISTANCES = (("kad_musicnn",), ("kad_aisfx",))
"""Distances of the built-in embedders, which must both detect another band or genre."""
NOTE_MEASURES = ("notes", "note_onsets", "kad_notes")
"""Measures of which one or more must detect that notes are missing."""
KEY_MEASURES = ("key_drift", "key_clarity", "pitch_class_entropy", "riff_repetition")
"""Measures of which one or more must detect that the key changes all the time."""
_CUTOFF_HZ = 8_000.0
_CUTOFF_FACTOR = 0.36
_FULL_FALLOFF_HZ = 14_000.0
_NOISE_DB = 20.0
_REPEATED_SECONDS = 3.0
_QUIETER_DB = 12.0
_RIFF_BARS = 2


@dataclass(frozen=True)
class Trial:
    """One kind of damage.

    Attributes:
        treatment: Name of the damage for the table.
        must_detect: Groups of measures; one measure or more of each group must detect it.
        damage: Function of a passage and a seed that returns the damaged passage.
        no_distance: Whether no distance of embeddings may detect it.
        remark: How the damage was chosen; `None` where it is always the same.
    """

    treatment: Remark
    must_detect: tuple[tuple[str, ...], ...]
    damage: Damage
    no_distance: bool = False
    remark: Remark | None = None


def choose_trials(corpus: Corpus, falloff_hz: float, example: Passage) -> list[Trial]:
    """The kinds of damage for a corpus.

    Args:
        corpus: Corpus whose transform is one of them.
        example: Passage whose middle two bars are the riff that is repeated.
        falloff_hz: Frequency in Hz at which the corpus's music ends. A low-pass at 8 kHz removes
            little from music that ends below 14 kHz, which gets one at 0.36 of that frequency.
    """
    is_full = falloff_hz >= _FULL_FALLOFF_HZ
    cutoff_hz = _CUTOFF_HZ if is_full else _CUTOFF_FACTOR * falloff_hz
    cutoff_remark = Remark.of(
        RemarkCode.SCALED_CUTOFF, factor=_CUTOFF_FACTOR, falloff_khz=falloff_hz / 1000
    )
    settings = corpus.manifest.settings
    riff = degradations.cut_riff(example.audio, example.sample_rate, _RIFF_BARS)

    def audio_trial(
        treatment: Remark,
        must_detect: tuple[tuple[str, ...], ...],
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
            (("falloff_hz",), ("kad_aisfx",)),
            lambda audio, rate, seed: degradations.low_pass(audio, rate, cutoff_hz),
            remark=None if is_full else cutoff_remark,
        ),
        audio_trial(
            Remark.of(RemarkCode.NOISE, decibels=_NOISE_DB),
            (("kad_aisfx",),),
            lambda audio, rate, seed: degradations.add_noise(audio, _NOISE_DB, seed),
        ),
        Trial(
            Remark.of(RemarkCode.GRIFFIN_LIM, mels=settings.n_mels),
            # with many bands only the phase is damaged, which does not change aisfx; few bands
            # also blur the spectrum, which changes musicnn little
            (EITHER_DISTANCE, NOTE_MEASURES),
            lambda passage, seed: reconstruct(passage, corpus),
        ),
        audio_trial(
            Remark.of(RemarkCode.BACKWARDS),
            (("kad_musicnn",),),
            lambda audio, rate, seed: degradations.backwards(audio),
        ),
        audio_trial(
            Remark.of(RemarkCode.STATIONARY_NOISE),
            (*BOTH_DISTANCES, ("beat_strength",)),
            lambda audio, rate, seed: degradations.stationary_noise(audio, seed),
        ),
        audio_trial(
            Remark.of(RemarkCode.TONAL_PHASES),
            (NOTE_MEASURES,),
            degradations.randomise_tonal_phases,
        ),
        audio_trial(
            Remark.of(RemarkCode.BARS_TRANSPOSED), (KEY_MEASURES,), degradations.transpose_bars
        ),
        audio_trial(
            Remark.of(RemarkCode.RHYTHM_SHUFFLED),
            (("beat_strength",), ("pulse_persistence",)),
            degradations.shuffle_rhythm,
        ),
        audio_trial(
            Remark.of(RemarkCode.REPEATED, seconds=_REPEATED_SECONDS),
            (("variety_musicnn",), ("variety_aisfx",), ("pulse_persistence",)),
            lambda audio, rate, seed: degradations.repeat_clip(audio, rate, _REPEATED_SECONDS),
        ),
        audio_trial(
            Remark.of(RemarkCode.ONE_RIFF, bars=_RIFF_BARS),
            # music that repeats its riffs as strongly has the same riff_repetition
            (("variety_musicnn",), ("variety_aisfx",), ("riff_repetition", "kad_notes")),
            lambda audio, rate, seed: degradations.repeat_riff(riff, rate, len(audio)),
        ),
        audio_trial(
            Remark.of(RemarkCode.SHUFFLED),
            (("continuity",), ("pulse_persistence",)),
            degradations.shuffle_pieces,
        ),
        audio_trial(
            Remark.of(RemarkCode.QUIETER, decibels=_QUIETER_DB),
            (("loudness_lufs",),),
            lambda audio, rate, seed: degradations.quieter(audio, _QUIETER_DB),
            no_distance=True,
        ),
    ]
