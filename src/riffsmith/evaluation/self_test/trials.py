"""What is done to real music in a self-test, and who has to notice."""

from collections.abc import Callable
from dataclasses import dataclass

from riffsmith.corpus import Corpus
from riffsmith.evaluation.passages import Passage, reconstruct
from riffsmith.evaluation.self_test import degradations

Damage = Callable[[Passage, int], Passage]
"""Takes the passage and a seed."""

_CUTOFF_HZ = 8_000.0
_CUTOFF_SHARE = 0.36
_FULL_FALLOFF_HZ = 14_000.0
BOTH_DISTANCES = ("kad_musicnn", "kad_aisfx")
"""Of the built-in judges; also who has to notice another band or genre."""


@dataclass(frozen=True)
class Trial:
    """One kind of damage.

    Attributes:
        name: For the table.
        must_notice: The measures that have to notice it, all of them.
        one_is_enough: One of them has to.
        damage: The passage and a seed → the damaged passage.
        no_distance: No distance of embeddings may notice it.
        note: How it was chosen.
    """

    name: str
    must_notice: tuple[str, ...]
    damage: Damage
    one_is_enough: bool = False
    no_distance: bool = False
    note: str = ""


def choose_trials(corpus: Corpus, falloff_hz: float) -> list[Trial]:
    """The kinds of damage to a corpus's passages.

    Args:
        corpus: Tells the transform to invert.
        falloff_hz: How far up its music reaches. A low-pass at 8 kHz takes little from music that
            ends below 14 kHz, which gets one at 0.36 of where it ends.
    """
    is_full = falloff_hz >= _FULL_FALLOFF_HZ
    cutoff_hz = _CUTOFF_HZ if is_full else _CUTOFF_SHARE * falloff_hz
    settings = corpus.manifest.settings

    def audio_trial(
        name: str,
        must_notice: tuple[str, ...],
        change: Callable[[degradations.Audio, int, int], degradations.Audio],
        *,
        no_distance: bool = False,
        note: str = "",
    ) -> Trial:
        def damage(passage: Passage, seed: int) -> Passage:
            audio = change(passage.audio, passage.sample_rate, seed)
            return Passage(passage.recording, audio, passage.sample_rate)

        return Trial(name, must_notice, damage, no_distance=no_distance, note=note)

    return [
        audio_trial(
            f"low-pass {cutoff_hz / 1000:.3g} kHz",
            ("falloff_hz", "kad_aisfx"),
            lambda audio, rate, seed: degradations.low_pass(audio, rate, cutoff_hz),
            note="" if is_full else f"0.36 of {falloff_hz / 1000:.3g} kHz, where this music ends",
        ),
        audio_trial(
            "noise, 20 dB below",
            ("kad_aisfx",),
            lambda audio, rate, seed: degradations.add_noise(audio, 20.0, seed),
        ),
        Trial(
            f"Griffin-Lim, {settings.n_mels} mels",
            # many bands leave the damage to the phase, which aisfx does not hear; few bands also
            # dull the sound, which musicnn hears little of
            BOTH_DISTANCES,
            lambda passage, seed: reconstruct(passage, corpus),
            one_is_enough=True,
        ),
        audio_trial(
            "backwards",
            ("kad_musicnn",),
            lambda audio, rate, seed: degradations.backwards(audio),
        ),
        audio_trial(
            "noise of its spectrum",
            (*BOTH_DISTANCES, "beat_strength"),
            lambda audio, rate, seed: degradations.stationary_noise(audio, seed),
        ),
        audio_trial(
            "3 s repeated",
            ("variety_musicnn", "variety_aisfx", "pulse_persistence"),
            lambda audio, rate, seed: degradations.repeat_clip(audio, rate),
        ),
        audio_trial(
            "seconds shuffled",
            ("continuity", "pulse_persistence"),
            degradations.shuffle_pieces,
        ),
        audio_trial(
            "12 dB quieter",
            ("loudness_lufs",),
            lambda audio, rate, seed: degradations.quieter(audio, 12.0),
            no_distance=True,
        ),
    ]
