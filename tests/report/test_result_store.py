from pathlib import Path

import pytest
from pydantic import BaseModel

from riffsmith.report.result_store import ResultKey, ResultStore

KEY = ResultKey(
    kind="evaluation",
    corpus_hash="c0ffee",
    snapshot="epoch-0020",
    weights_hash="abba",
    seconds=120.0,
    seed=1,
)


class Score(BaseModel):
    ratio: float


class OlderScore(BaseModel):
    distance: float


def test_a_stored_result_is_read_again(tmp_path: Path):
    store = ResultStore(tmp_path / "report")
    assert store.read(KEY, Score) is None
    store.write(KEY, Score(ratio=0.1 + 0.2))
    assert store.read(KEY, Score) == Score(ratio=0.1 + 0.2)
    names = [path.name for path in (tmp_path / "report").iterdir()]
    assert names == ["evaluation-epoch-0020-120s-seed-1.json"]


@pytest.mark.parametrize(
    "change",
    [
        {"corpus_hash": "other"},
        {"weights_hash": "other"},
        {"riffsmith": "0.0.0"},
        {"snapshot": "epoch-0010"},
        {"seconds": 60.0},
        {"seed": 2},
        {"kind": "originality"},
    ],
)
def test_another_key_has_no_result(tmp_path: Path, change: dict[str, object]):
    store = ResultStore(tmp_path)
    store.write(KEY, Score(ratio=1.0))
    assert store.read(KEY.model_copy(update=change), Score) is None


def test_a_damaged_or_older_file_has_no_result(tmp_path: Path):
    store = ResultStore(tmp_path)
    store.write(KEY, OlderScore(distance=1.0))
    assert store.read(KEY, Score) is None
    (tmp_path / KEY.file_name()).write_text("{")
    assert store.read(KEY, Score) is None
    assert store.longest(KEY) is None


def test_the_longest_duration(tmp_path: Path):
    store = ResultStore(tmp_path)
    for seconds in (60.0, 300.0, 120.0):
        store.write(KEY.model_copy(update={"seconds": seconds}), Score(ratio=1.0))
    other = KEY.model_copy(update={"seconds": 900.0, "weights_hash": "other"})
    store.write(other, Score(ratio=1.0))
    assert store.longest(KEY) == 300.0


def test_a_folder_that_is_read_only_stores_nothing(tmp_path: Path):
    (tmp_path / "file").write_text("")
    store = ResultStore(tmp_path / "file")
    store.write(KEY, Score(ratio=1.0))
    assert store.read(KEY, Score) is None
