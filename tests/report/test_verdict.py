import re
from copy import copy
from pathlib import Path

import pytest
from canned import (
    check,
    clips_originality,
    comparison,
    evaluation,
    event,
    measurements,
    originality,
    self_test,
    window,
    write_monitor_lines,
)
from conftest import tiny_latents

from riffsmith.corpus import Corpus
from riffsmith.errors import CorpusError
from riffsmith.evaluation import CopyKind, Measure, Remark, RemarkCode
from riffsmith.report import Language, Measurements, NotMeasured
from riffsmith.report.findings_text import Finding, Subject
from riffsmith.report.history import History
from riffsmith.report.texts import Texts
from riffsmith.report.verdict import draw_verdict
from riffsmith.runs import RunFolder, RunRecord, create_run


@pytest.fixture
def run(started: tuple[RunFolder, RunRecord]) -> RunFolder:
    """A run with snapshots and metrics, though none was trained."""
    run, _ = started
    for epoch in (0, 2, 4):
        run.snapshot(epoch).mkdir(parents=True)
        (run.snapshot(epoch) / "card.json").write_text("")
        run.append_metrics({"event": "preview", "snapshot": epoch, "step": 3 * epoch})
        run.append_metrics({"event": "log", "epoch": epoch, "step": 3 * epoch})
    return run


def findings(
    run: RunFolder,
    corpus: Corpus,
    measured: Measurements | None = None,
    language: Language = "en",
) -> dict[str, Finding]:
    history = History(run)
    record, selection = run.read_record(), history.select()
    measured = measured or Measurements()
    subject = Subject(record, corpus, history, selection, measured, Texts(language))
    return {finding.key: finding for finding in draw_verdict(subject)}


def test_a_run_with_a_monitor(run: RunFolder, corpus: Corpus):
    write_monitor_lines(run)
    found = findings(run, corpus, measurements(corpus))
    said = {key: (finding.grade, str(finding.text)) for key, finding in found.items()}
    assert said["snapshot"] == (
        "good",
        "This is epoch 2, the nearest to real music of the 2 snapshots that were measured: its "
        "distance is 3.50. The monitor stopped the training at epoch 4: 8 measurements in a row "
        "found no snapshot nearer to real music than epoch 2, whose distance is 3.50.",
    )
    assert said["near"][0] == "bad"
    assert "15.5 times that of the training recordings (12.4 to 18.6)" in said["near"][1]
    assert "too low" in said["near"][1]
    assert said["variety"][0] == "caution"
    assert said["copies"] == (
        "bad",
        "It copies: 2 of 4 windows of 5 s are nearer to the training music than held-out music "
        "is. The nearest passage is in song 0.wav at second 0. No copied melody was found: all 2 "
        "windows of 10 s are as far from the melodies of the training music as held-out music is.",
    )
    assert said["collapse"][0] == "good"
    assert "at epoch 4, the samples differed by 0.10" in said["collapse"][1]
    assert "rolled the run back once after a collapse" in said["collapse"][1]
    assert said["overfitting"][0] == "good"
    assert "from epoch 3.3 on" in said["overfitting"][1]
    assert said["data"][0] == "bad"
    assert said["trust"] == (
        "good",
        "Yes: the self-test passed in each of the 2 cases that this corpus&#39;s own music "
        "allows. The measures detected what they must detect, and raised no false alarm.",
    )


def test_a_run_without_a_monitor(run: RunFolder, corpus: Corpus):
    found = findings(run, corpus)
    assert found["snapshot"].text.startswith("This is epoch 4, the newest")
    assert found["collapse"].grade == found["overfitting"].grade == "unknown"
    assert "the monitor was off" in found["overfitting"].text
    requestable = {key for key, finding in found.items() if finding.is_requestable}
    assert requestable == {"summary", "notes", "near", "variety", "copies", "trust"}


def test_a_failure_is_said(run: RunFolder, corpus: Corpus):
    missing = NotMeasured(CorpusError("<b> is missing"))
    measured = Measurements(evaluation=missing, originality=missing, self_test=missing)
    found = findings(run, corpus, measured)
    for key in ("summary", "notes", "near", "variety", "copies", "trust"):
        assert found[key].text == "This could not be measured: &lt;b&gt; is missing."
        assert not found[key].is_requestable


@pytest.mark.parametrize(
    ("ratios", "grade"),
    [((1.0, 2.0), "good"), ((2.1, 1.0), "caution"), ((1.0, 10.1), "bad")],
)
def test_the_larger_distance_counts(
    run: RunFolder, corpus: Corpus, ratios: tuple[float, float], grade: str
):
    found = findings(run, corpus, Measurements(evaluation=evaluation(corpus, ratios)))
    assert found["near"].grade == grade


@pytest.mark.parametrize(("variety", "grade"), [(0.8, "good"), (0.5, "caution"), (0.49, "bad")])
def test_variety(run: RunFolder, corpus: Corpus, variety: float, grade: str):
    found = findings(run, corpus, Measurements(evaluation=evaluation(corpus, variety=variety)))
    assert found["variety"].grade == grade


@pytest.mark.parametrize(("diversity", "grade"), [(0.19, "bad"), (0.39, "caution"), (0.4, "good")])
def test_collapse(run: RunFolder, corpus: Corpus, diversity: float, grade: str):
    run.append_metrics(check(12, 4, diversity_relative=diversity))
    assert findings(run, corpus)["collapse"].grade == grade


@pytest.mark.parametrize(("gap", "grade"), [(0.6, "good"), (0.61, "caution"), (None, "unknown")])
def test_overfitting(run: RunFolder, corpus: Corpus, gap: float | None, grade: str):
    run.append_metrics(check(12, 4, overfitting=gap))
    assert findings(run, corpus)["overfitting"].grade == grade
    run.append_metrics(event("overfitting", 9, "overfitting", {"gap": 0.7}))
    found = findings(run, corpus)["overfitting"]
    assert (found.grade, found.text[:18]) == ("bad", "Yes, since epoch 3")


def test_the_worst_clip_counts(run: RunFolder, corpus: Corpus):
    fine = originality(corpus, [window(0.0, 1.0, 40.0)])
    odd = originality(corpus, [window(0.0, 5.0, 99.5)])
    found = findings(run, corpus, Measurements(originality=clips_originality(fine, fine)))
    assert found["copies"].grade == "good"
    assert "all 2 windows" in found["copies"].text
    found = findings(run, corpus, Measurements(originality=clips_originality(odd, fine)))
    assert found["copies"].grade == "caution"


@pytest.mark.parametrize(
    ("score", "percentile", "grade", "words"),
    [
        (9.0, 99.5, "bad", "1 of 1 window of 5 s is nearer"),
        (4.1, 99.5, "caution", "though not by far"),
        (1.0, 50.0, "good", "the only window of 5 s is"),
    ],
)
def test_copies_are_graded_by_code(
    run: RunFolder, corpus: Corpus, score: float, percentile: float, grade: str, words: str
):
    checked = clips_originality(originality(corpus, [window(0.0, score, percentile)]))
    found = findings(run, corpus, Measurements(originality=checked))["copies"]
    assert found.grade == grade
    assert words in found.text


def test_a_copied_melody_decides_the_grade(run: RunFolder, corpus: Corpus):
    sound = [window(0.0, 1.0, 40.0)]
    copied = comparison(CopyKind.MELODY, [window(0.0, 9.0, 99.5)], unjudged=3)
    checked = clips_originality(originality(corpus, sound, copied))
    found = findings(run, corpus, Measurements(originality=checked))["copies"]
    assert found.grade == "bad"
    assert "No copy was found: the only window of 5 s" in found.text
    assert "It copies a melody: 1 of 1 window of 10 s is nearer" in found.text
    assert found.text.endswith("3 other windows have too few notes to be judged.")


def test_melodies_that_are_not_compared_are_explained(run: RunFolder, corpus: Corpus):
    reason = Remark.of(RemarkCode.TOO_FEW_NOTES, seconds=10.0)
    silent = comparison(CopyKind.MELODY, [], unjudged=21).model_copy(update={"obstacle": reason})
    checked = clips_originality(originality(corpus, [window(0.0, 1.0, 40.0)], silent))
    found = findings(run, corpus, Measurements(originality=checked))["copies"]
    assert found.grade == "good"
    words = "Melodies were not compared: none of its windows of 10 s has enough notes."
    assert found.text.endswith(words)


def test_a_failed_self_test_is_named(run: RunFolder, corpus: Corpus):
    found = findings(run, corpus, Measurements(self_test=self_test(corpus, works=False)))
    assert found["trust"].grade == "caution"
    assert "failed for noise, 20 dB below." in found["trust"].text


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
    found = findings(run, other)["data"]
    assert found.grade == grade
    assert words in found.text


@pytest.fixture
def latent_run(tmp_path: Path, latent_corpus: Corpus) -> RunFolder:
    """A latent run with snapshots and metrics, though none was trained."""
    run = RunFolder(tmp_path / "latent")
    create_run(run, latent_corpus, tiny_latents(), "latent", seed=3)
    for step in (0, 6, 12):
        run.snapshot(step).mkdir(parents=True)
        (run.snapshot(step) / "card.json").write_text("")
        run.append_metrics({"event": "preview", "snapshot": step, "step": step})
        run.append_metrics({"event": "log", "step": step})
    write_monitor_lines(run, "step")
    return run


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["This is step 6,", "at step 12: 8", "than step 6,", "samples of step 6 differ"]),
        ("es", ["Es el paso 6,", "en el paso 12: 8", "que el paso 6,", "muestras del paso 6 es"]),
    ],
)
def test_a_latent_run_counts_steps(
    latent_run: RunFolder, latent_corpus: Corpus, language: Language, words: list[str]
):
    found = findings(latent_run, latent_corpus, language=language)
    text = " ".join(finding.text for finding in found.values())
    assert [each for each in words if each not in text] == []
    assert not re.search("epoch|época", text)


@pytest.mark.parametrize(
    ("notes", "grade", "begin"),
    [(1.4, "good", "Yes: 1.40"), (0.6, "caution", "Fewer: 0.60"), (0.3, "bad", "Hardly any: 0.30")],
)
def test_notes_are_compared_with_those_of_its_songs(
    run: RunFolder, corpus: Corpus, notes: float, grade: str, begin: str
):
    near = evaluation(corpus, (1.1, 1.2), 0.95)
    values = {**near.measures, "notes": Measure(generated=notes, real=1.5)}
    measured = near.model_copy(update={"measures": values, "codec_note_f1": 0.65})
    found = findings(run, corpus, Measurements(evaluation=measured))
    assert found["notes"].grade == found["summary"].grade == grade
    assert found["notes"].text.startswith(begin)
    assert "F1 score of 0.65" in found["notes"].text
    assert found["near"].grade == "good"  # the right colour does not hide it
    without = findings(run, corpus, Measurements(evaluation=near))
    assert without["notes"].grade == "unknown"
