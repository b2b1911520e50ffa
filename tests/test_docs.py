"""What the documents promise exists and runs."""

import re
import shlex
from pathlib import Path

import pytest
from conftest import TINY_LATENTS, write_music

import riffsmith.config
import riffsmith.pipeline
from riffsmith.cli.app import app, main
from riffsmith.config import Settings

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
DOCUMENTS += sorted((ROOT / "docs").glob("*.md"))
COMMANDS = [
    *("survey", "prepare", "train", "generate", "play", "stream"),
    *("evaluate", "originality", "report"),
    *("studio", "export", "push", "pull", "demo"),
]


def blocks(document: Path) -> list[str]:
    return re.findall(r"```sh\n(.*?)```", document.read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.mark.usefixtures("tiny_base")
def test_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The usage block, line by line, with the networks made small."""
    original = riffsmith.config.load_preset

    def small(name: str, overrides: riffsmith.config.Overrides | None = None) -> Settings:
        merged = {
            key: {**TINY_LATENTS[key], **(overrides or {}).get(key, {})} for key in TINY_LATENTS
        }
        return original(name, merged)

    monkeypatch.setattr(riffsmith.config, "load_preset", small)
    monkeypatch.setattr(riffsmith.pipeline, "load_preset", small)
    monkeypatch.chdir(tmp_path)
    for number in range(2):  # as long as a passage to judge
        write_music(tmp_path / "songs" / f"{number}.wav", 31.0, seed=number)
    lines = [
        shlex.split(line, comments=True)
        for block in blocks(ROOT / "README.md")
        for line in block.splitlines()
        if line.startswith("riffsmith ")
    ]
    assert [line[1] for line in lines] == [
        *("survey", "prepare", "train", "generate", "evaluate", "originality", "report")
    ]
    for line in lines:
        main([*line[1:], *(["--seconds", "30"] if line[1] in ("evaluate", "report") else [])])
    assert (tmp_path / "riff.wav").is_file()
    assert (tmp_path / "run" / "report.html").is_file()


def test_the_python_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    examples = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    assert examples
    for example in examples:
        exec(compile(example, "README.md", "exec"), {})
    assert (tmp_path / "riff.wav").is_file()
    assert (tmp_path / "loop.wav").is_file()


def test_every_command_is_documented_and_the_other_way_round():
    known = {name for name in app if not name.startswith("-")}
    assert known == set(COMMANDS)
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `riffsmith (\w+)", text, re.MULTILINE)) == set(COMMANDS)


def test_every_option_of_the_readme_exists(capsys: pytest.CaptureFixture[str]):
    rows = re.findall(r"^\| `riffsmith (\w+).*$", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert rows == COMMANDS
    for line in (ROOT / "README.md").read_text().splitlines():
        row = re.match(r"^\| `riffsmith (\w+)", line)
        if row:
            main([row[1], "--help"])
            shown = capsys.readouterr().out
            for option in re.findall(r"--[a-z-]+", line):
                assert option in shown, (row[1], option)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path):
    for target in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), target


def test_make_has_what_the_readme_names():
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"`make (\w+)`", (ROOT / "README.md").read_text()):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_architecture_names_every_layer():
    text = (ROOT / "docs" / "architecture.md").read_text()
    diagram = text.split("```")[1]
    package = ROOT / "src" / "riffsmith"
    rooms = {path.parent.name for path in package.glob("*/__init__.py")}
    rooms |= {path.stem for path in package.glob("*.py")} - {"__init__", "__main__"}
    named = re.findall(r"^(\w+(?: \| \w+)*)", diagram, re.MULTILINE)
    assert rooms == {room for names in named for room in names.split(" | ")}
