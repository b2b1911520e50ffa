from copy import copy

import pytest
from canned import check, evaluation, findings, originality, origins, self_test, watch_over, window

from riffsmith.corpus import Corpus
from riffsmith.report import Gap, Measurements
from riffsmith.report.findings_text import Finding, Subject
from riffsmith.report.history import History
from riffsmith.report.texts import Texts
from riffsmith.report.verdict import draw_verdict
from riffsmith.training import RunFolder, RunRecord


@pytest.fixture
def run(started: tuple[RunFolder, RunRecord]) -> RunFolder:
    """A run with snapshots and metrics, though none was trained."""
    run, _ = started
    for epoch in (0, 2, 4):
        run.snapshot(epoch).mkdir(parents=True)
        (run.snapshot(epoch) / "card.json").write_text("")
        run.append_metrics({"event": "preview", "epoch": epoch, "step": 3 * epoch})
        run.append_metrics({"event": "epoch", "epoch": epoch, "step": 3 * epoch})
    return run


def answers(
    run: RunFolder, corpus: Corpus, found: Measurements | None = None
) -> dict[str, Finding]:
    history = History(run)
    record, choice = run.read_record(), history.choose()
    subject = Subject(record, corpus, history, choice, found or Measurements(), Texts("en"))
    return {answer.key: answer for answer in draw_verdict(subject)}


def test_a_watched_run(run: RunFolder, corpus: Corpus):
    watch_over(run)
    found = answers(run, corpus, findings(corpus))
    said = {key: (answer.grade, str(answer.text)) for key, answer in found.items()}
    assert said["snapshot"] == (
        "good",
        "Epoch 2, the nearest to real of 2 that were measured: a distance of 3.50. Training was "
        "stopped at epoch 4: nothing had come nearer to real for long.",
    )
    assert said["near"][0] == "bad"
    assert "15.5 times that of the training recordings (12.4 to 18.6)" in said["near"][1]
    assert "understate" in said["near"][1]
    assert said["variety"][0] == "caution"
    assert said["copies"] == (
        "bad",
        "Copied: 2 of 4 windows of 5 s are nearer to the training music than held-out music is. "
        "The nearest is song 0.wav at second 0.",
    )
    assert said["collapse"][0] == "good"
    assert "by epoch 4 samples differed by 0.10" in said["collapse"][1]
    assert "went on more gently: 1." in said["collapse"][1]
    assert said["overfitting"][0] == "good"
    assert "From epoch 3 on it did" in said["overfitting"][1]
    assert said["data"][0] == "bad"
    assert said["judge"] == (
        "good",
        "The judge noticed all that it has to notice in this corpus&#39;s own music, 2 cases, and "
        "raised no false alarm.",
    )


def test_an_unwatched_run(run: RunFolder, corpus: Corpus):
    found = answers(run, corpus)
    assert found["snapshot"].text.startswith("Epoch 4, the newest")
    assert found["collapse"].grade == found["overfitting"].grade == "unknown"
    assert "the watch was off" in found["overfitting"].text
    awaited = {key for key, answer in found.items() if answer.is_awaited}
    assert awaited == {"near", "variety", "copies", "judge"}


def test_a_failure_is_said(run: RunFolder, corpus: Corpus):
    gap = Gap("<b> is missing")
    found = answers(run, corpus, Measurements(evaluation=gap, originality=gap, self_test=gap))
    for key in ("near", "variety", "copies", "judge"):
        assert found[key].text == "This could not be measured: &lt;b&gt; is missing."
        assert not found[key].is_awaited


@pytest.mark.parametrize(
    ("ratios", "grade"),
    [((1.0, 2.0), "good"), ((2.1, 1.0), "caution"), ((1.0, 10.1), "bad")],
)
def test_near_is_judged_by_the_worse_judge(
    run: RunFolder, corpus: Corpus, ratios: tuple[float, float], grade: str
):
    found = answers(run, corpus, Measurements(evaluation=evaluation(corpus, ratios)))
    assert found["near"].grade == grade


@pytest.mark.parametrize(("variety", "grade"), [(0.8, "good"), (0.5, "caution"), (0.49, "bad")])
def test_variety(run: RunFolder, corpus: Corpus, variety: float, grade: str):
    found = answers(run, corpus, Measurements(evaluation=evaluation(corpus, variety=variety)))
    assert found["variety"].grade == grade


@pytest.mark.parametrize(("diversity", "grade"), [(0.19, "bad"), (0.39, "caution"), (0.4, "good")])
def test_collapse(run: RunFolder, corpus: Corpus, diversity: float, grade: str):
    run.append_metrics(check(12, epoch=4, diversity_relative=diversity))
    assert answers(run, corpus)["collapse"].grade == grade


@pytest.mark.parametrize(("gap", "grade"), [(0.6, "good"), (0.61, "caution"), (None, "unknown")])
def test_overfitting(run: RunFolder, corpus: Corpus, gap: float | None, grade: str):
    run.append_metrics(check(12, epoch=4, verdict_gap=gap))
    assert answers(run, corpus)["overfitting"].grade == grade
    run.append_metrics({"event": "overfitting", "epoch": 3, "step": 9})
    found = answers(run, corpus)["overfitting"]
    assert (found.grade, found.text[:18]) == ("bad", "Yes, since epoch 3")


def test_the_worst_clip_counts(run: RunFolder, corpus: Corpus):
    fine = originality(corpus, [window(0.0, 1.0, 40.0)])
    odd = originality(corpus, [window(0.0, 5.0, 99.5)])
    found = answers(run, corpus, Measurements(originality=origins(fine, fine)))
    assert found["copies"].grade == "good"
    assert "all 2 windows" in found["copies"].text
    found = answers(run, corpus, Measurements(originality=origins(odd, fine)))
    assert found["copies"].grade == "caution"


def test_every_grade_of_originality_has_a_grade_of_the_page(corpus: Corpus):
    from riffsmith.report.verdict_scores import _GRADES

    for score, percentile, grade in ((9, 99.5, "bad"), (4.1, 99.5, "caution"), (1, 50, "good")):
        found = originality(corpus, [window(0.0, score, percentile)])
        assert _GRADES[found.grade] == grade


def test_a_judge_that_fails_is_named(run: RunFolder, corpus: Corpus):
    found = answers(run, corpus, Measurements(self_test=self_test(corpus, works=False)))
    assert found["judge"].grade == "caution"
    assert "failed at noise, 20 dB below." in found["judge"].text


@pytest.mark.parametrize(
    ("train", "held_out", "grade", "words"),
    [
        (600.0, 600.0, "good", "enough material."),
        (120.0, 600.0, "caution", "little: it will train"),
        (20.0, 600.0, "bad", "very little"),
        (600.0, 30.0, "caution", "Only 1.0 minutes are held out"),
        (600.0, None, "caution", "Nothing is held out"),
    ],
)
def test_data(
    run: RunFolder, corpus: Corpus, train: float, held_out: float | None, grade: str, words: str
):
    recordings = [
        each.model_copy(update={"source": each.source.model_copy(update={"seconds": seconds})})
        for each in corpus.manifest.recordings * 2
        for seconds in [train if each.split == "train" else held_out]
        if seconds
    ]
    other = copy(corpus)
    other.manifest = corpus.manifest.model_copy(update={"recordings": tuple(recordings)})
    found = answers(run, other)["data"]
    assert found.grade == grade
    assert words in found.text
