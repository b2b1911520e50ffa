"""Findings as they could have been measured, and the metrics of a run that was watched."""

from collections.abc import Sequence

from riffsmith.corpus import Corpus
from riffsmith.evaluation import (
    DistanceScore,
    Evaluation,
    Measure,
    Note,
    NoteCode,
    SelfTest,
    SelfTestRow,
)
from riffsmith.evaluation.copying.originality import Originality, WindowOrigin
from riffsmith.report import Measurements
from riffsmith.report.origins import Origins, Suspect
from riffsmith.training import RunFolder


def score(ratio: float, *, is_floored: bool = False) -> DistanceScore:
    return DistanceScore(
        ratio=ratio,
        low=0.8 * ratio,
        high=1.2 * ratio,
        generated=0.01 * ratio,
        training=0.01,
        is_floored=is_floored,
        ceiling=1.4,
    )


def evaluation(
    corpus: Corpus, ratios: Sequence[float] = (15.5, 3.25), variety: float = 0.6
) -> Evaluation:
    heard, other = ratios
    return Evaluation(
        name="epoch 2",
        corpus_hash=corpus.manifest.corpus_hash(),
        seconds=120.0,
        seed=0,
        distances={"kad_musicnn": score(heard, is_floored=True), "kad_aisfx": score(other)},
        measures={
            "variety_musicnn": Measure(generated=variety, real=1.0),
            "variety_aisfx": Measure(generated=0.9, real=1.0),
            "tag_heavy_metal": Measure(generated=0.25, real=0.5, low=0.1, high=0.9),
            "tempo_bpm": Measure(generated=None, real=120.0, low=90.0, high=12345.0),
        },
    )


def window(start: float, score: float, percentile: float, **changes: float) -> WindowOrigin:
    return WindowOrigin(
        start_seconds=start,
        recording="song 0.wav",
        recording_seconds=0.5,
        semitones=changes.get("semitones", 0.0),
        speed=changes.get("speed", 1.0),
        similarity=0.75,
        score=score,
        percentile=percentile,
    )


def originality(corpus: Corpus, windows: Sequence[WindowOrigin]) -> Originality:
    return Originality(
        seconds=30.0,
        corpus_hash=corpus.manifest.corpus_hash(),
        windows=tuple(windows),
        share_above_99th=0.0,
        held_out_windows=300,
        held_out_highest=4.0,
    )


def self_test(corpus: Corpus, *, works: bool = True) -> SelfTest:
    return SelfTest(
        corpus_hash=corpus.manifest.corpus_hash(),
        seconds=180.0,
        recordings=4,
        seed=0,
        limit=5.25,
        rows=(
            SelfTestRow(
                treatment=Note.of(NoteCode.NOISE, decibels=20.0),
                must_detect=("kad_aisfx",),
                detected=("beat_strength", "kad_aisfx") if works else (),
                passed=works,
            ),
            SelfTestRow(
                treatment=Note.of(NoteCode.QUIETER, decibels=12.0),
                must_detect=("loudness_lufs",),
                must_not_detect=("kad_musicnn",),
                detected=("loudness_lufs",),
                passed=True,
            ),
            SelfTestRow(
                treatment=Note.of(NoteCode.OTHER_GENRE),
                must_detect=("kad_musicnn", "kad_aisfx"),
                note=Note.of(NoteCode.NO_CONTRAST),
            ),
        ),
    )


def origins(*clips: Originality) -> Origins:
    """Each clip's first window is a suspect."""
    suspects = [
        Suspect(
            clip=number,
            window=clip.windows[0],
            level=level,
            audio="data:audio/flac;base64,ZkxhQw==",
        )
        for number, (clip, level) in enumerate(zip(clips, ("below", "beyond"), strict=False))
    ]
    return Origins(clips=clips, suspects=tuple(suspects))


def findings(corpus: Corpus) -> Measurements:
    """All that can be measured, with two suspect windows."""
    altered = window(7.0, 9.0, 99.6, semitones=1.0, speed=1.0595)
    return Measurements(
        seconds=60.0,
        evaluation=evaluation(corpus),
        originality=origins(
            originality(corpus, [window(0.0, 1.0, 40.0), window(1.0, 2.0, 50.0)]),
            originality(corpus, [altered, window(20.0, 3.0, 99.1)]),
        ),
        self_test=self_test(corpus),
    )


def check(step: int, epoch: int | None = None, **figures: float | None) -> dict[str, object]:
    """A line of the metrics."""
    return {
        **{"event": "check", "step": step, "rollbacks": 0, "epoch": epoch},
        **{"diversity_relative": 0.7, "verdict_gap": 0.1, "distance": None},
        **{"generator_gradient": 10.0, "discriminator_gradient": 0.1},
        **{"output_deviation_relative": 1.5},
        **figures,
    }


def watch_over(run: RunFolder) -> None:
    """Adds what the watch could have written: 3 steps an epoch, 2 the best, stopped after 4."""
    for line in (
        check(3, distance=None),
        check(6, epoch=2, distance=3.5, diversity_relative=0.5, verdict_gap=0.2),
        {"event": "best", "epoch": 2, "step": 6, "text": "epoch 2 is the nearest to real so far"},
        {
            **{"event": "rollback", "epoch": 3, "step": 9, "to_step": 6, "rollbacks": 1},
            "reason": "samples have grown alike: since step 8 they differ by less than 0.2",
        },
        {"event": "overfitting", "epoch": 4, "step": 10, "text": "by heart"},
        check(12, epoch=4, distance=7.25, diversity_relative=0.1, verdict_gap=0.7),
        {
            **{"event": "stop", "epoch": 4, "step": 12},
            "reason": "nothing has come nearer to real than epoch 2 (distance 3.50)",
        },
    ):
        run.append_metrics(line)
