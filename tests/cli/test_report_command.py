import json
import shutil
from pathlib import Path

import pytest

from riffsmith.cli.app import main
from riffsmith.corpus import Corpus
from riffsmith.corpus.manifest import write_manifest
from riffsmith.report.measurements import Measurer
from riffsmith.runs import RunFolder, RunRecord
from riffsmith.training import train

pytestmark = pytest.mark.slow


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
    assert "Esto no se ha medido" in page
    assert not (run / "report").exists()


def test_the_corpus_may_have_been_moved(
    run: Path, corpus: Corpus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    folder, moved = RunFolder(run), tmp_path / "moved"
    shutil.copytree(corpus.path, moved)
    folder.write_record(folder.read_record().model_copy(update={"corpus": str(tmp_path / "gone")}))
    with pytest.raises(SystemExit, match="1"):
        main(["report", str(run), "--quick"])
    said = capsys.readouterr().err
    assert f"{tmp_path / 'gone'}, is not there: if it has been moved, name its new path" in said
    assert f"`riffsmith report {run} --corpus CORPUS`" in said
    main(["report", str(run), "--quick", "--corpus", str(moved)])
    assert (run / "report.html").is_file()
    assert folder.read_record().corpus == str(moved)  # the next command needs no option
    assert "has changed" not in capsys.readouterr().err
    fewer = corpus.manifest.model_copy(update={"recordings": corpus.manifest.recordings[1:]})
    write_manifest(moved, fewer)
    main(["report", str(run), "--quick"])
    assert f"{moved} has changed since this run was started" in capsys.readouterr().err


def test_a_missing_measurement_is_no_error(run: Path):
    main(["report", str(run)])
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "has no training recording of 5 s or more" in page
    verdict = page.partition("<main>")[2].partition("Has it overfitted")[0]
    assert "has not been measured" not in verdict


def test_results_are_measured_once(run: Path, monkeypatch: pytest.MonkeyPatch):
    """The self-test is replaced; it is asked for once."""
    from riffsmith.evaluation import SelfTest

    calls: list[tuple[float, int]] = []

    def run_self_test(measurer: Measurer, seconds: float) -> SelfTest:
        calls.append((seconds, measurer.seed))
        measurer.on_progress(1.0)
        return SelfTest(
            corpus_hash="c", seconds=seconds, recordings=4, seed=measurer.seed, limit=7.5, rows=()
        )

    monkeypatch.setattr(Measurer, "run_self_test", run_self_test)
    for words in ([], ["--quick"], ["--language", "es"]):
        main(["report", str(run), "--seconds", "240", "--seed", "3", *words])
        assert "7,5" in (text := (run / "report.html").read_text("utf-8")) or "7.5" in text
    assert calls == [(240.0, 3)]
    (stored,) = (run / "report").iterdir()
    assert stored.name == "self-test-240s-seed-3.json"
    assert json.loads(stored.read_text())["result"]["limit"] == 7.5


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
