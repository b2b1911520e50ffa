"""Measurements as they could be, and the metrics of a run with a monitor."""

from collections.abc import Sequence

from riffsmith.corpus import Corpus
from riffsmith.evaluation import (
    Comparison,
    CopyKind,
    DistanceScore,
    Evaluation,
    Measure,
    Originality,
    Remark,
    RemarkCode,
    SelfTest,
    SelfTestRow,
    WindowOrigin,
)
from riffsmith.report import Measurements
from riffsmith.report.originality import ClipsOriginality, ClosestWindow, HeldOutRank
from riffsmith.runs import RunFolder


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
    musicnn, aisfx = ratios
    return Evaluation(
        name="epoch 2",
        corpus_hash=corpus.manifest.corpus_hash(),
        seconds=120.0,
        seed=0,
        distances={"kad_musicnn": score(musicnn, is_floored=True), "kad_aisfx": score(aisfx)},
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


def comparison(kind: CopyKind, windows: Sequence[WindowOrigin], unjudged: int = 0) -> Comparison:
    """The highest score of a held-out window is 4."""
    return Comparison(
        kind=kind,
        windows=tuple(windows),
        unjudged_windows=unjudged,
        held_out_windows=300,
        held_out_highest=4.0,
    )


def originality(
    corpus: Corpus, windows: Sequence[WindowOrigin], melody: Comparison | None = None
) -> Originality:
    """By default the melody of one window is like no other."""
    return Originality(
        seconds=30.0,
        corpus_hash=corpus.manifest.corpus_hash(),
        sound=comparison(CopyKind.SOUND, windows),
        melody=melody or comparison(CopyKind.MELODY, [window(0.0, 1.0, 40.0)]),
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
                treatment=Remark.of(RemarkCode.NOISE, decibels=20.0),
                must_detect=(("kad_aisfx",),),
                detected=("beat_strength", "kad_aisfx") if works else (),
                passed=works,
            ),
            SelfTestRow(
                treatment=Remark.of(RemarkCode.QUIETER, decibels=12.0),
                must_detect=(("loudness_lufs",),),
                must_not_detect=("kad_musicnn",),
                detected=("loudness_lufs",),
                passed=True,
            ),
            SelfTestRow(
                treatment=Remark.of(RemarkCode.OTHER_GENRE),
                must_detect=(("kad_musicnn",), ("kad_aisfx",)),
                remark=Remark.of(RemarkCode.NO_CONTRAST),
            ),
        ),
    )


def clips_originality(*clips: Originality) -> ClipsOriginality:
    """The first window of each clip is among the closest ones."""
    ranks = (HeldOutRank.BELOW_99TH, HeldOutRank.ABOVE_ALL)
    closest = [
        ClosestWindow(
            clip=number,
            window=clip.sound.windows[0],
            rank=rank,
            audio="data:audio/flac;base64,ZkxhQw==",
        )
        for number, (clip, rank) in enumerate(zip(clips, ranks, strict=False))
    ]
    return ClipsOriginality(clips=clips, closest=tuple(closest))


def measurements(corpus: Corpus) -> Measurements:
    """All that can be measured; two windows of one clip are copies."""
    altered = window(7.0, 9.0, 99.6, semitones=1.0, speed=1.0595)
    return Measurements(
        seconds=60.0,
        evaluation=evaluation(corpus),
        originality=clips_originality(
            originality(corpus, [window(0.0, 1.0, 40.0), window(1.0, 2.0, 50.0)]),
            originality(corpus, [altered, window(20.0, 3.0, 99.1)]),
        ),
        self_test=self_test(corpus),
    )


def check(step: int, snapshot: int | None = None, **values: float | None) -> dict[str, object]:
    """A line about a health check."""
    return {
        **{"event": "check", "step": step, "rollbacks": 0, "snapshot": snapshot},
        **{"diversity_relative": 0.7, "overfitting": 0.1, "distance": None},
        **{"generator_gradient": 10.0, "discriminator_gradient": 0.1},
        **{"output_deviation_relative": 1.5},
        **values,
    }


def event(
    kind: str, step: int, code: str, parameters: dict[str, object], **values: object
) -> dict[str, object]:
    """A line about an event."""
    line = {"event": kind, "step": step, "code": code, "parameters": parameters}
    return {**line, "text": "in English", **values}


def best(step: int, snapshot: int, unit: str, distance: float | None = None) -> dict[str, object]:
    """A line that marks a snapshot as the best one."""
    named: dict[str, object] = {"snapshot": snapshot, "unit": unit}
    if distance is None:
        return event("best", step, "healthy", named, snapshot=snapshot)
    return event("best", step, "nearest", {**named, "distance": distance}, snapshot=snapshot)


def write_monitor_lines(run: RunFolder, unit: str = "epoch") -> None:
    """Adds what the monitor could have written by step 12.

    An epoch has 3 steps. The snapshot of epoch 2 or step 6 is the best one; the run is stopped
    after epoch 4 or step 12.
    """
    first, last = (2, 4) if unit == "epoch" else (6, 12)
    for line in (
        check(3, distance=None),
        check(6, first, distance=3.5, diversity_relative=0.5, overfitting=0.2),
        best(6, first, unit, 3.5),
        event(
            *("rollback", 9, "collapse", {"since_step": 8, "limit": 0.2, "diversity": 0.1}),
            **{"to_step": 6, "rollbacks": 1, "learning_rate": 1e-4, "penalty_weight": 2.0},
        ),
        event("overfitting", 10, "overfitting", {"gap": 0.7}),
        check(12, last, distance=7.25, diversity_relative=0.1, overfitting=0.7),
        event(
            *("stop", 12, "plateau"),
            {"snapshot": first, "unit": unit, "distance": 3.5, "measurements": 8},
        ),
    ):
        run.append_metrics(line)
