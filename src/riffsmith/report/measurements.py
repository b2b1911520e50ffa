"""Measurements for a page: scores, originality, and the self-test of the measures."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from riffsmith.bundle import Bundle, load_bundle
from riffsmith.corpus import Corpus
from riffsmith.errors import RiffsmithError, SettingsError
from riffsmith.evaluation import (
    CACHE_FOLDER,
    PASSAGE_SECONDS,
    Evaluation,
    OriginalityCheck,
    Passage,
    SelfTest,
    evaluate,
    passage_seconds,
    play_passages,
    reconstruct_with,
    run_self_test,
)
from riffsmith.evaluation.positions import FEWEST_PAIRS
from riffsmith.report.originality import ClipsOriginality, check_clips
from riffsmith.report.result_store import ALL_KINDS, ResultKey, ResultKind, ResultStore
from riffsmith.runs import RunFolder

DEFAULT_SECONDS = 120.0
SELF_TEST_SECONDS = FEWEST_PAIRS * PASSAGE_SECONDS
"""Shortest duration of a self-test."""
Result = TypeVar("Result", bound=BaseModel)
OnProgress = Callable[[float], None]
"""Called with the finished fraction, from 0 to 1."""


@dataclass(frozen=True)
class NotMeasured:
    """Stands in the place of a result that is missing."""

    error: RiffsmithError | None = None
    """Why it cannot be measured. `None`: nobody has asked for it yet."""


@dataclass(frozen=True)
class Measurements:
    """The measurements of one snapshot."""

    seconds: float = DEFAULT_SECONDS
    """Duration of the evaluated audio."""
    seed: int = 0
    evaluation: Evaluation | NotMeasured = field(default_factory=NotMeasured)
    originality: ClipsOriginality | NotMeasured = field(default_factory=NotMeasured)
    self_test: SelfTest | NotMeasured = field(default_factory=NotMeasured)


def collect_measurements(
    run: RunFolder,
    corpus: Corpus,
    snapshot: int,
    *,
    seconds: float | None = None,
    seed: int = 0,
    kinds: Collection[ResultKind] = ALL_KINDS,
    on_progress: OnProgress = lambda fraction: None,
) -> Measurements:
    """Reads the results that are stored below the run; measures and stores the others.

    A result is stored for the weights of a snapshot, a corpus, a duration and a seed, and is valid
    for these alone. What cannot be measured, such as copies without held-out music, becomes
    `NotMeasured`.

    Args:
        run: Folder of the run.
        corpus: Corpus that the run was trained on.
        snapshot: Number of the snapshot.
        seconds: Duration of the evaluated audio. `None`: the longest that was evaluated before, or
            else two minutes.
        seed: Seed of the clips, as for `riffsmith evaluate`.
        kinds: Kinds of results that are measured where none is stored; others are only read.
        on_progress: Called with the finished fraction, from 0 to 1.

    Raises:
        SettingsError: The duration is shorter than one clip.
        ModelError: The snapshot is damaged.
    """
    if seconds is not None and not PASSAGE_SECONDS <= seconds < float("inf"):
        raise SettingsError(f"--seconds must be {PASSAGE_SECONDS:g} or more, found {seconds:g}")
    folder, store = run.snapshot(snapshot), ResultStore(run.path / "report")
    if seconds is None:
        key = ResultKey.of_snapshot("evaluation", corpus, folder, DEFAULT_SECONDS, seed)
        seconds = store.longest(key) or DEFAULT_SECONDS
    measurer = Measurer(folder, corpus, f"{run.unit} {snapshot}", seconds, seed, on_progress)

    def read_or_measure(
        key: ResultKey, model: type[Result], measure: Callable[[], Result]
    ) -> Result | NotMeasured:
        stored = store.read(key, model)
        if stored or key.kind not in kinds:
            return stored or NotMeasured()
        try:
            result = measure()
        except RiffsmithError as error:
            return NotMeasured(error)
        store.write(key, result)
        return result

    def key_of(kind: ResultKind) -> ResultKey:
        return ResultKey.of_snapshot(kind, corpus, folder, measurer.seconds, seed)

    longer = max(measurer.seconds, SELF_TEST_SECONDS)
    return Measurements(
        seconds=measurer.seconds,
        seed=seed,
        evaluation=read_or_measure(key_of("evaluation"), Evaluation, measurer.evaluate),
        originality=read_or_measure(
            key_of("originality"), ClipsOriginality, measurer.check_originality
        ),
        self_test=read_or_measure(
            ResultKey.of_corpus("self-test", corpus, longer, seed),
            SelfTest,
            lambda: measurer.run_self_test(longer),
        ),
    )


@dataclass
class Measurer:
    """Measures one snapshot. The clips are generated when they are first needed."""

    folder: Path
    """Folder of the snapshot."""
    corpus: Corpus
    name: str
    """Name of the snapshot in the results."""
    seconds: float
    """Duration of the evaluated audio."""
    seed: int
    on_progress: OnProgress

    @cached_property
    def bundle(self) -> Bundle:
        """The model."""
        return load_bundle(self.folder)

    @cached_property
    def passages(self) -> Sequence[Passage]:
        """Generated clips."""
        report, length = self._progress(0.0, 0.2), passage_seconds(self.corpus)
        return play_passages(self.bundle, self.seconds, self.seed, report, length)

    def evaluate(self) -> Evaluation:
        """Scores of the clips."""
        report = self._progress(0.2, 0.5)
        return evaluate(
            self.name,
            self.passages,
            self.corpus,
            seed=self.seed,
            cache=self.corpus.path / CACHE_FOLDER,
            trained_on=self.bundle.card.corpus_hash,
            reconstruct=reconstruct_with(self.bundle),
            on_progress=lambda fraction, _: report(fraction),
        )

    def check_originality(self) -> ClipsOriginality:
        """Comparison of the clips with the training music."""
        check = OriginalityCheck(self.corpus, self._progress(0.5, 0.6))
        return check_clips(check, self.passages, self._progress(0.6, 0.65))

    def run_self_test(self, seconds: float) -> SelfTest:
        """Self-test of the measures on the corpus.

        Args:
            seconds: Duration of each set of music that is compared.
        """
        report = self._progress(0.65, 1.0)
        return run_self_test(
            self.corpus,
            seconds=seconds,
            cache=self.corpus.path / CACHE_FOLDER,
            seed=self.seed,
            on_progress=lambda fraction, _: report(fraction),
        )

    def _progress(self, start: float, end: float) -> OnProgress:
        """Progress within a part of the work, from one fraction of the whole to another."""
        return lambda fraction: self.on_progress(start + (end - start) * fraction)
