from pathlib import Path

import pytest
from pydantic import BaseModel

from riffsmith.report.store import Key, Store

KEY = Key(
    kind="evaluation", corpus_hash="c0ffee", epoch=20, weights_hash="abba", seconds=120.0, seed=1
)


class Found(BaseModel):
    ratio: float


class OlderFound(BaseModel):
    distance: float


def test_what_is_kept_is_found_again(tmp_path: Path):
    store = Store(tmp_path / "report")
    assert store.read(KEY, Found) is None
    store.write(KEY, Found(ratio=0.1 + 0.2))
    assert store.read(KEY, Found) == Found(ratio=0.1 + 0.2)
    names = [path.name for path in (tmp_path / "report").iterdir()]
    assert names == ["evaluation-epoch-0020-120s-seed-1.json"]


@pytest.mark.parametrize(
    "change",
    [
        {"corpus_hash": "other"},
        {"weights_hash": "other"},
        {"riffsmith": "0.0.0"},
        {"epoch": 10},
        {"seconds": 60.0},
        {"seed": 2},
        {"kind": "originality"},
    ],
)
def test_it_holds_for_nothing_else(tmp_path: Path, change: dict[str, object]):
    store = Store(tmp_path)
    store.write(KEY, Found(ratio=1.0))
    assert store.read(KEY.model_copy(update=change), Found) is None


def test_damaged_or_of_another_form_is_measured_again(tmp_path: Path):
    store = Store(tmp_path)
    store.write(KEY, OlderFound(distance=1.0))
    assert store.read(KEY, Found) is None
    (tmp_path / KEY.file_name()).write_text("{")
    assert store.read(KEY, Found) is None
    assert store.longest(KEY) is None


def test_the_longest_is_known(tmp_path: Path):
    store = Store(tmp_path)
    for seconds in (60.0, 300.0, 120.0):
        store.write(KEY.model_copy(update={"seconds": seconds}), Found(ratio=1.0))
    other = KEY.model_copy(update={"seconds": 900.0, "weights_hash": "other"})
    store.write(other, Found(ratio=1.0))
    assert store.longest(KEY) == 300.0


def test_a_folder_that_cannot_be_written_to_keeps_nothing(tmp_path: Path):
    (tmp_path / "file").write_text("")
    store = Store(tmp_path / "file")
    store.write(KEY, Found(ratio=1.0))
    assert store.read(KEY, Found) is None
