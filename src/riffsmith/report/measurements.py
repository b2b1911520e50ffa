"""What is measured for a page: scores, originality, and the judge's own test."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from riffsmith.bundle import Bundle, load_bundle, read_card
from riffsmith.corpus import Corpus
from riffsmith.errors import RiffsmithError, SettingsError
from riffsmith.evaluation import (
    CACHE_FOLDER,
    PASSAGE_SECONDS,
    Evaluation,
    Passage,
    SelfTest,
    evaluate,
    play_passages,
    reconstruct_with,
    run_self_test,
)
from riffsmith.evaluation.copying.originality import OriginalityCheck
from riffsmith.evaluation.passages import read_passages
from riffsmith.evaluation.positions import FEWEST_PAIRS
from riffsmith.report.origins import Origins, find_origins
from riffsmith.report.store import Key, Kind, Store
from riffsmith.training import RunFolder

DEFAULT_SECONDS = 120.0
SELF_TEST_SECONDS = FEWEST_PAIRS * PASSAGE_SECONDS
"""The least that a self-test can do with."""
Result = TypeVar("Result", bound=BaseModel)
OnShare = Callable[[float], None]


@dataclass(frozen=True)
class Gap:
    """In place of a result that is not there."""

    reason: str = ""
    """Why it cannot be measured; empty where it was not asked for."""


@dataclass(frozen=True)
class Measurements:
    """What was measured of one snapshot."""

    seconds: float = DEFAULT_SECONDS
    """How much of it was judged."""
    seed: int = 0
    evaluation: Evaluation | Gap = field(default_factory=Gap)
    originality: Origins | Gap = field(default_factory=Gap)
    self_test: SelfTest | Gap = field(default_factory=Gap)


def collect_measurements(
    run: RunFolder,
    corpus: Corpus,
    epoch: int,
    *,
    seconds: float | None = None,
    seed: int = 0,
    quick: bool = False,
    on_share: OnShare = lambda share: None,
) -> Measurements:
    """Takes what is stored below the run; measures, and stores, what is not.

    A result is stored for a snapshot's weights, a corpus, seconds and a seed, and holds for these
    alone. What cannot be measured, such as copies without held-out music, becomes a `Gap`.

    Args:
        run: Whose snapshot it is.
        corpus: That it was trained on.
        epoch: Of the snapshot.
        seconds: Audio to judge; none: the most that was judged before, else two minutes.
        seed: Of the clips, as for `riffsmith evaluate`.
        quick: Take stored results alone.
        on_share: Told about the progress.

    Raises:
        SettingsError: Fewer seconds than one clip are asked for.
        ModelError: The snapshot is damaged.
    """
    if seconds is not None and not PASSAGE_SECONDS <= seconds < float("inf"):
        raise SettingsError(f"--seconds must be {PASSAGE_SECONDS:g} or more, found {seconds:g}")
    folder, store = run.snapshot(epoch), Store(run.path / "report")
    card = read_card(folder)
    if seconds is None:
        any_length = Key.of_model("evaluation", corpus, card, DEFAULT_SECONDS, seed)
        seconds = store.longest(any_length) or DEFAULT_SECONDS
    judge = _Judge(folder, corpus, f"epoch {epoch}", seconds, seed, on_share)

    def find(key: Key, model: type[Result], measure: Callable[[], Result]) -> Result | Gap:
        stored = store.read(key, model)
        if stored or quick:
            return stored or Gap()
        try:
            found = measure()
        except RiffsmithError as error:
            return Gap(" ".join(str(error).split()))
        store.write(key, found)
        return found

    def of_model(kind: Kind) -> Key:
        return Key.of_model(kind, corpus, card, judge.seconds, seed)

    longer = max(judge.seconds, SELF_TEST_SECONDS)
    return Measurements(
        seconds=judge.seconds,
        seed=seed,
        evaluation=find(of_model("evaluation"), Evaluation, judge.evaluate),
        originality=find(of_model("originality"), Origins, judge.find_origins),
        self_test=find(
            Key.of_corpus("self-test", corpus, longer, seed),
            SelfTest,
            lambda: judge.test_itself(longer),
        ),
    )


@dataclass
class _Judge:
    """Measures; the clips are played when first needed."""

    snapshot: Path
    corpus: Corpus
    name: str
    seconds: float
    seed: int
    on_share: OnShare

    @cached_property
    def bundle(self) -> Bundle:
        return load_bundle(self.snapshot)

    @cached_property
    def passages(self) -> Sequence[Passage]:
        on_share = self.on_share
        return play_passages(
            self.bundle, self.seconds, self.seed, lambda share: on_share(0.2 * share)
        )

    def evaluate(self) -> Evaluation:
        for split in ("train", "held_out"):  # fails before anything slow has begun
            read_passages(self.corpus, split, PASSAGE_SECONDS)
        return evaluate(
            self.name,
            self.passages,
            self.corpus,
            seed=self.seed,
            cache=self.corpus.path / CACHE_FOLDER,
            reconstruct=reconstruct_with(self.bundle),
            on_progress=lambda share, _: self.on_share(0.2 + 0.3 * share),
        )

    def find_origins(self) -> Origins:
        check = OriginalityCheck(self.corpus, lambda share: self.on_share(0.5 + 0.1 * share))
        return find_origins(check, self.passages, lambda share: self.on_share(0.6 + 0.05 * share))

    def test_itself(self, seconds: float) -> SelfTest:
        return run_self_test(
            self.corpus,
            seconds=seconds,
            cache=self.corpus.path / CACHE_FOLDER,
            seed=self.seed,
            on_progress=lambda share, _: self.on_share(0.65 + 0.35 * share),
        )
