"""What `riffsmith evaluate` takes and prints, with the judging itself replaced."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import write_music

import riffsmith.cli.console
import riffsmith.evaluation
from riffsmith.cli.app import main
from riffsmith.corpus import Corpus
from riffsmith.evaluation import Remark, RemarkCode, SelfTest, SelfTestRow

ROWS = (
    SelfTestRow(
        treatment=Remark.of(RemarkCode.UNTOUCHED),
        must_detect=(),
        must_not_detect=("kad_musicnn",),
        passed=True,
    ),
    SelfTestRow(
        treatment=Remark.of(RemarkCode.SHUFFLED),
        must_detect=(("pulse_persistence",),),
        detected=("tempo_stability", "beat_strength", "pulse_persistence", *"abcd"),
        passed=True,
    ),
    SelfTestRow(
        treatment=Remark.of(RemarkCode.OTHER_BAND),
        must_detect=(("kad_aisfx",),),
        remark=Remark.of(RemarkCode.NO_SUB_FOLDERS),
    ),
)
FAILED = SelfTestRow(
    treatment=Remark.of(RemarkCode.GRIFFIN_LIM, mels=16),
    must_detect=(("kad_musicnn", "kad_aisfx"),),
    passed=False,
)


class Discriminate:
    """Gives the same verdict whatever it is asked, and keeps what it was asked."""

    def __init__(self) -> None:
        self.rows: tuple[SelfTestRow, ...] = ROWS
        self.asked: dict[str, Any] = {}

    def __call__(self, corpus: Corpus, **asked: Any) -> SelfTest:
        self.asked = asked
        return SelfTest(
            corpus_hash="0", seconds=300, recordings=16, seed=0, limit=3.2, rows=self.rows
        )


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Discriminate:
    judge = Discriminate()
    monkeypatch.setattr(riffsmith.evaluation, "run_self_test", judge)
    monkeypatch.setattr(riffsmith.evaluation, "find_pairs", lambda *_: [])
    monkeypatch.setattr(riffsmith.cli.console.stdout, "_width", 100)
    return judge


def test_the_self_test_is_a_table(
    corpus: Corpus, judge: Discriminate, capsys: pytest.CaptureFixture[str]
):
    main(["evaluate", "--self-test", "--corpus", str(corpus.path)])
    out = capsys.readouterr().out
    assert "300 s of 16 recordings" in out
    assert "pulse_persistence, tempo_stability" in out  # the expected one first
    assert "and 2 more" in out
    assert "not testable: needs" in out
    assert "FAILED" not in out
    assert max(map(len, out.splitlines())) <= 100
    assert judge.asked["cache"] == corpus.path / "cache" / "embeddings"


def test_a_failed_row_is_the_exit_code(
    corpus: Corpus, judge: Discriminate, capsys: pytest.CaptureFixture[str]
):
    judge.rows = (*ROWS, FAILED)
    with pytest.raises(SystemExit) as end:
        main(["evaluate", "--self-test", "--corpus", str(corpus.path)])
    assert end.value.code == 1
    out = " ".join(capsys.readouterr().out.split())
    assert "FAILED kad_musicnn or kad_aisfx nothing" in out
    with pytest.raises(SystemExit):
        main(["evaluate", "--self-test", "--json", "--corpus", str(corpus.path)])
    assert json.loads(capsys.readouterr().out)["rows"][-1]["passed"] is False


@pytest.mark.slow
def test_the_contrast_is_read_at_the_rate_of_the_corpus(
    corpus: Corpus, judge: Discriminate, tmp_path: Path
):
    write_music(tmp_path / "other.wav", 65.0, 16_000)
    (tmp_path / "notes.txt").write_text("no music")
    words = ["--self-test", "--contrast", str(tmp_path), "--corpus", str(corpus.path)]
    main(["evaluate", *words])
    assert [len(passage.audio) for passage in judge.asked["contrast"]] == [240_000] * 2


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "evaluate needs a model: name one, or test the evaluation itself with --self-test"),
        (["run", "--self-test"], "--self-test takes no model, found 'run': leave out one"),
        (["run", "--contrast", "x"], "--contrast belongs to --self-test"),
        (["--self-test", "--snapshot", "3"], "--snapshot belongs to a model"),
        (["--self-test", "--contrast", "x"], "only recordings of a minute or more hold any"),
        (["run", "--embedder", "ears"], "must be package.module:name, found 'ears'"),
    ],
)
def test_what_does_not_go_together_is_told(
    corpus: Corpus, capsys: pytest.CaptureFixture[str], words: list[str], message: str
):
    with pytest.raises(SystemExit) as end:
        main(["evaluate", *words, "--corpus", str(corpus.path)])
    assert end.value.code == 1
    assert message in capsys.readouterr().err
