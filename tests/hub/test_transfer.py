"""Publishing and fetching with a local hub."""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub.fake_hub import SHA, FakeHub, serve_hub

from riffsmith.bundle import (
    BUNDLE_FILES,
    CARD_NAME,
    ORIGIN_NAME,
    ORIGINALITY_NAME,
    Origin,
    load_bundle,
    read_card,
    read_origin,
)
from riffsmith.cli.app import main
from riffsmith.config import LatentSettings
from riffsmith.errors import ModelError
from riffsmith.hub import pull_bundle, push_bundle


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    with serve_hub() as hub:
        template = f"{hub.address}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", hub.address)
        monkeypatch.setattr("huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setenv("HF_TOKEN", "hf_of_nobody")
        yield hub


@pytest.fixture
def complete(latent_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with each file that a bundle can have."""
    folder = tmp_path_factory.mktemp("bundles") / "complete"
    shutil.copytree(latent_bundle, folder)
    (folder / ORIGINALITY_NAME).write_bytes(b"prints")
    return folder


@pytest.fixture
def published(hub: FakeHub, complete: Path) -> FakeHub:
    hub.models["band/riffs"] = {file: (complete / file).read_bytes() for file in BUNDLE_FILES} | {
        "README.md": b"# Riffs",
        "train.py": b"import os",
        "weights.pkl": b"\x80\x04.",
    }
    return hub


@pytest.mark.slow
def test_what_is_pushed_can_be_pulled(hub: FakeHub, complete: Path, tmp_path: Path):
    credit = "By A Band, [CC BY-SA 4.0](https://example.org)."
    address = push_bundle(
        complete,
        "band/riffs",
        private=True,
        license_name="cc-by-sa-4.0",
        credit_text=credit,
    )
    assert address == f"{hub.address}/band/riffs"
    assert hub.private == {"band/riffs": True}
    assert sorted(hub.models["band/riffs"]) == sorted([*BUNDLE_FILES, "README.md"])
    page = hub.models["band/riffs"]["README.md"].decode()
    assert page.startswith('---\nlicense: "cc-by-sa-4.0"\nlibrary_name: riffsmith\n')
    assert credit in page
    pull_bundle("band/riffs", tmp_path / "here")
    for file in BUNDLE_FILES:
        assert (tmp_path / "here" / file).read_bytes() == (complete / file).read_bytes()


def test_a_published_card_names_no_folder(hub: FakeHub, complete: Path, tmp_path: Path):
    card = read_card(complete)
    assert isinstance(card.settings, LatentSettings)
    training = card.settings.training.model_copy(update={"base": "/home/ann/models/mine"})
    settings = card.settings.model_copy(update={"training": training})
    text = card.model_copy(update={"settings": settings}).model_dump_json()
    (complete / CARD_NAME).write_text(text)
    push_bundle(complete, "band/riffs")
    assert "home" not in hub.models["band/riffs"][CARD_NAME].decode()
    pull_bundle("band/riffs", tmp_path / "here")
    found = read_card(tmp_path / "here").settings
    assert isinstance(found, LatentSettings)
    assert found.training.base == "./mine"


def test_only_the_files_of_a_bundle_are_fetched(published: FakeHub, tmp_path: Path):
    pull_bundle("band/riffs", tmp_path / "here", "main")
    assert published.fetched == list(BUNDLE_FILES)
    names = sorted(path.name for path in (tmp_path / "here").iterdir())
    assert names == sorted([*BUNDLE_FILES, ORIGIN_NAME])
    origin = Origin(hub_name="band/riffs", revision=SHA, licence="mit")
    assert read_origin(tmp_path / "here") == origin
    assert load_bundle(tmp_path / "here").card.genre == "metal"


def test_a_damaged_bundle_is_not_kept(published: FakeHub, tmp_path: Path):
    files = published.models["band/riffs"]
    files["codec.safetensors"] = files["codec.safetensors"][:-1] + b"?"
    with pytest.raises(ModelError, match="not kept: codec.safetensors is damaged"):
        pull_bundle("band/riffs", tmp_path / "here")
    del files["codec.safetensors"]
    with pytest.raises(ModelError, match="not kept: codec.safetensors cannot be used"):
        pull_bundle("band/riffs", tmp_path / "here")
    assert list(tmp_path.iterdir()) == []


def test_sizes_are_shown_and_bounded(published: FakeHub, tmp_path: Path):
    notices: list[str] = []
    published.sizes["card.json"] = 20 * 2**20
    with pytest.raises(ModelError, match=r"card.json has 21 MB, and at most 17 MB are read"):
        pull_bundle("band/riffs", tmp_path / "here")
    published.sizes["card.json"] = 100
    with pytest.raises(ModelError, match="card.json is larger than the 100 bytes"):
        pull_bundle("band/riffs", tmp_path / "here", on_notice=notices.append)
    assert notices[0].startswith("fetching 0.")
    assert notices[0].endswith("MB in 6 files")


def test_a_file_that_comes_byte_by_byte_is_given_up(
    published: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    published.piece_bytes = 8
    monkeypatch.setattr("riffsmith.hub.transfer._START_SECONDS", 0.1)
    monkeypatch.setattr("riffsmith.hub.transfer._SLOWEST_BYTES_PER_SECOND", 10**9)
    with pytest.raises(ModelError, match=r"took longer than .*faster connection"):
        pull_bundle("band/riffs", tmp_path / "here")
    assert list(tmp_path.iterdir()) == []


def test_other_models_are_refused(published: FakeHub, tmp_path: Path):
    published.models["band/other"] = {"config.json": b"{}", "model.bin": b"\x80"}
    with pytest.raises(ModelError, match="band/other is not a model of Riffsmith"):
        pull_bundle("band/other", tmp_path / "here")
    assert published.fetched == []


@pytest.mark.parametrize(
    ("name", "revision"), [("band/nothing", None), ("band/riffs", "v9")], ids=["name", "revision"]
)
@pytest.mark.usefixtures("published")
def test_a_missing_model_is_an_error(tmp_path: Path, name: str, revision: str | None):
    with pytest.raises(ModelError, match="no model has that name or revision"):
        pull_bundle(name, tmp_path / "here", revision)


@pytest.mark.usefixtures("hub")
def test_a_hub_that_refuses_or_is_unreachable_is_an_error(
    latent_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with pytest.raises(ModelError, match="fetching a/b/c failed"):
        pull_bundle("a/b/c", tmp_path / "here")
    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "none"))
    with pytest.raises(ModelError, match="publishing band/riffs failed"):
        push_bundle(latent_bundle, "band/riffs")
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelError, match="fetching band/riffs failed"):
        pull_bundle("band/riffs", tmp_path / "here")


def test_a_damaged_bundle_is_not_published(hub: FakeHub, latent_bundle: Path, tmp_path: Path):
    shutil.copytree(latent_bundle, tmp_path / "broken")
    (tmp_path / "broken" / "generator.safetensors").write_bytes(b"?")
    with pytest.raises(ModelError, match="is damaged"):
        push_bundle(tmp_path / "broken", "band/riffs")
    assert hub.models == {}


def test_a_missing_package_is_an_error_of_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(ModelError, match="the hub needs the extra riffsmith.hub"):
        pull_bundle("band/riffs", tmp_path / "here")


def test_both_commands(
    hub: FakeHub,
    latent_bundle: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.chdir(tmp_path)
    Path("credits.md").write_text("By A Band.")
    main(["push", str(latent_bundle), "band/riffs", "--license", "mit", "--credits", "credits.md"])
    printed = capsys.readouterr()
    assert printed.out.strip() == f"{hub.address}/band/riffs"
    assert "published without an index of its training music" in printed.err
    assert b"By A Band." in hub.models["band/riffs"]["README.md"]
    main(["pull", "band/riffs"])
    assert capsys.readouterr().out.strip() == "riffs"
    assert json.loads(Path("riffs/card.json").read_text())["genre"] == "metal"
    for words, message in (
        (["pull", "band/riffs"], "riffs already exists: name another folder"),
        (["push", str(latent_bundle), "band/x", "--credits", "none.md"], "reading none.md failed"),
    ):
        with pytest.raises(SystemExit, match="1"):
            main(words)
        assert message in capsys.readouterr().err
