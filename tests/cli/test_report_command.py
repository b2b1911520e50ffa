import json
from pathlib import Path

import pytest

from riffsmith.cli.app import main
from riffsmith.corpus import Corpus
from riffsmith.report import measurements
from riffsmith.training import RunFolder, RunRecord, train


@pytest.fixture
def run(started: tuple[RunFolder, RunRecord], corpus: Corpus) -> Path:
    run, record = started
    train(run, record, corpus, [])
    return run.path


def test_the_page_in_spanish(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    out = tmp_path / "page.html"
    main(["report", str(run), "--quick", "--language", "es", "--out", str(out)])
    assert capsys.readouterr().out.split() == [str(out)]
    page = out.read_text(encoding="utf-8")
    assert '<html lang="es">' in page
    assert "No se ha medido" in page
    assert not (run / "report").exists()


def test_what_cannot_be_measured_is_no_error(run: Path):
    main(["report", str(run)])
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "has no training recording of 30 s or more" in page
    assert "Not measured" not in page.partition("<main>")[2].partition("Has it overfitted")[0]


def test_what_was_measured_is_shown_again(run: Path, monkeypatch: pytest.MonkeyPatch):
    """The judges stand still: each is asked once."""
    from riffsmith.evaluation import SelfTest

    asked: list[tuple[float, int]] = []

    def test_itself(judge: measurements._Judge, seconds: float) -> SelfTest:
        asked.append((seconds, judge.seed))
        judge.on_share(1.0)
        return SelfTest(
            corpus_hash="c", seconds=seconds, recordings=4, seed=judge.seed, limit=7.5, rows=()
        )

    monkeypatch.setattr(measurements._Judge, "test_itself", test_itself)
    for words in ([], ["--quick"], ["--language", "es"]):
        main(["report", str(run), "--seconds", "240", "--seed", "3", *words])
        assert "7,5" in (text := (run / "report.html").read_text("utf-8")) or "7.5" in text
    assert asked == [(240.0, 3)]
    (stored,) = (run / "report").iterdir()
    assert stored.name == "self-test-240s-seed-3.json"
    assert json.loads(stored.read_text())["found"]["limit"] == 7.5


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--seconds", "12"], "--seconds must be 30 or more, found 12"),
        (["--language", "fr"], "fr"),
    ],
)
def test_errors(run: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str):
    with pytest.raises(SystemExit) as caught:
        main(["report", str(run), *words])
    assert caught.value.code == 1
    assert message in capsys.readouterr().err
