"""The list of models at hand."""

import json
import shutil
from pathlib import Path

import pytest
from report.canned import measurements

from riffsmith.bundle import ORIGIN_NAME, Origin, read_card
from riffsmith.cli.app import main
from riffsmith.corpus import Corpus
from riffsmith.errors import ModelError
from riffsmith.evaluation import Evaluation
from riffsmith.pipeline.model_list import ModelKind, list_models
from riffsmith.report.result_store import ResultKey, ResultStore
from riffsmith.runs import RunFolder, RunRecord


@pytest.fixture
def folder(tmp_path: Path, latent_bundle: Path) -> Path:
    """A folder with a bundle, a pulled one, and a damaged one."""
    for name in ("plain", "deep/down/pulled", "broken", ".hidden"):
        shutil.copytree(latent_bundle, tmp_path / name)
    origin = Origin(hub_name="band/riffs", revision="1" * 40, licence="mit")
    (tmp_path / "deep/down/pulled" / ORIGIN_NAME).write_text(origin.model_dump_json())
    (tmp_path / "broken" / "card.json").write_text("{}")
    return tmp_path


def test_shipped_models_and_bundles_are_listed(folder: Path, latent_bundle: Path):
    shipped, base, broken, pulled, plain = list_models(folder)
    assert (base.name, base.kind) == ("base", ModelKind.SHIPPED)
    assert (shipped.name, shipped.kind, shipped.preset) == ("metal", ModelKind.SHIPPED, "latent")
    assert shipped.licence == "cc-by-sa-4.0"
    assert shipped.megabytes is not None
    assert shipped.megabytes > 10
    assert shipped.grade is not None
    assert shipped.figures.keys() >= {"kad_musicnn", "kad_aisfx", "kad_notes", "notes"}
    assert broken.problem is not None
    assert (pulled.name, pulled.kind) == (str(folder / "deep/down/pulled"), ModelKind.PULLED)
    assert (pulled.licence, pulled.problem) == ("mit", None)
    assert (plain.kind, plain.licence) == (ModelKind.BUNDLE, None)
    assert plain.snapshot == read_card(latent_bundle).snapshot
    assert (plain.grade, plain.figures) == (None, {})


def test_a_run_has_the_figures_that_are_stored_with_it(
    started: tuple[RunFolder, RunRecord], corpus: Corpus, latent_bundle: Path
):
    run, _ = started
    (empty,) = list(list_models(run.path))[2:]
    assert (empty.kind, empty.problem) == (
        ModelKind.TRAINED,
        "it has no snapshot yet: train it first",
    )
    for number in (2, 4):
        shutil.copytree(latent_bundle, run.snapshot(number))
    run.append_metrics({"event": "best", "step": 6, "snapshot": 2})
    run.append_metrics({"event": "check", "step": 6, "snapshot": 2, "distance": 1.5})
    (listed,) = list(list_models(run.path.parent))[2:]
    assert (listed.name, listed.kind) == (str(run.path), ModelKind.TRAINED)
    assert listed.figures == {"distance": 1.5}
    evaluation = measurements(corpus).evaluation
    assert isinstance(evaluation, Evaluation)
    key = ResultKey.of_snapshot("evaluation", corpus, run.snapshot(2), 60.0, 0)
    ResultStore(run.path / "report").write(key, evaluation)
    (listed,) = list(list_models(run.path.parent))[2:]
    assert listed.grade == evaluation.summary.grade
    assert listed.figures.keys() >= evaluation.distances.keys()
    for name, score in evaluation.distances.items():
        assert listed.figures[name] == score.ratio


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path):
    with pytest.raises(ModelError, match="no folder .*nowhere': check the path"):
        list(list_models(tmp_path / "nowhere"))


def test_the_command_prints_a_table_or_json(folder: Path, capsys: pytest.CaptureFixture[str]):
    main(["models", str(folder), "--json"])
    found = json.loads(capsys.readouterr().out)
    assert [model["kind"] for model in found] == [
        "shipped",
        "shipped",
        "bundle",
        "pulled",
        "bundle",
    ]
    main(["models", str(folder)])
    printed = capsys.readouterr()
    assert "metal" in printed.out
    assert "cc-by-sa-4.0" in printed.out
    assert "has bundle format None" in printed.err  # what is wrong with the damaged one
    paths = [line.split()[-1] for line in printed.out.splitlines()]
    assert paths == ["model", *(model["name"] for model in found)]  # none is folded
