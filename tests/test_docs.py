"""What the documents promise exists and runs."""

import re
import runpy
import shlex
from pathlib import Path

import pytest
from conftest import TINY_LATENTS, write_music

import riffsmith.config.presets
import riffsmith.pipeline.training
from riffsmith.cli.app import app, main
from riffsmith.config import Settings

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
GUIDE = ROOT / "docs" / "guide.md"
DOCUMENTS = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "examples").glob("*.md")),
]
COMMANDS = [
    *("survey", "prepare", "train", "generate", "play", "stream"),
    *("evaluate", "reconstruct", "notes", "stems", "originality", "report"),
    *("studio", "models", "runs", "export", "push", "pull", "demo"),
]
SHORT = {"evaluate": ["--seconds", "30"], "report": ["--seconds", "30"]}
"""Options that a command of a document is given here besides its own."""


def blocks(document: Path, language: str) -> list[str]:
    text = document.read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def commands(document: Path) -> list[list[str]]:
    """The lines of blocks marked `sh` that call Riffsmith, without their comments."""
    return [
        shlex.split(line, comments=True)[1:]
        for block in blocks(document, "sh")
        for line in block.splitlines()
        if line.startswith("riffsmith ")
    ]


@pytest.mark.slow
def test_the_commands_of_the_documents_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Line by line, with trainings made small; the guide goes on where the README ends."""
    original = riffsmith.config.load_preset

    def small(name: str, overrides: riffsmith.config.Overrides | None = None) -> Settings:
        merged = {
            key: {**TINY_LATENTS[key], **(overrides or {}).get(key, {})} for key in TINY_LATENTS
        }
        return original(name, merged)

    monkeypatch.setattr(riffsmith.config, "load_preset", small)
    monkeypatch.setattr(riffsmith.config.presets, "load_preset", small)
    monkeypatch.setattr(riffsmith.pipeline.training, "load_preset", small)
    monkeypatch.chdir(tmp_path)
    for number in range(2):  # as long as a passage of an evaluation
        write_music(tmp_path / "songs" / f"{number}.wav", 31.0, seed=number)
    lines = commands(README)
    assert [line[0] for line in lines] == [
        *("generate", "survey", "prepare", "train", "generate"),
        *("evaluate", "originality", "report"),
    ]
    for line in lines + commands(GUIDE):
        main([*line, *SHORT.get(line[0], [])])
    for name in (
        "riff.wav",
        "run/report.html",
        "mine.wav",
        "loop.wav",
        "loop.mid",
        "stems/loop-drums.wav",
    ):
        assert (tmp_path / name).is_file()


@pytest.mark.slow
@pytest.mark.parametrize("document", [README, GUIDE], ids=lambda path: path.name)
def test_the_python_examples_run(document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    examples = blocks(document, "python")
    assert examples
    for example in examples:
        exec(compile(example, document.name, "exec"), {})
    for name in re.findall(r'save\("(.*?)"', "".join(examples)):
        assert (tmp_path / name).is_file()


def test_every_command_is_in_the_readme_and_the_other_way_round():
    known = {name for name in app if not name.startswith("-")}
    assert known == set(COMMANDS)
    text = README.read_text(encoding="utf-8")
    assert re.findall(r"^\| `riffsmith (\w+)", text, re.MULTILINE) == COMMANDS


@pytest.mark.slow
def test_the_reference_of_commands_is_that_of_the_commands():
    tool = runpy.run_path(str(ROOT / "tools" / "write_command_reference.py"))
    written = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert written == tool["command_reference"](), "docs/commands.md is old: run `make docs`"
    assert re.findall(r"^## riffsmith (\w+)$", written, re.MULTILINE) == COMMANDS


@pytest.mark.parametrize("document", [README, GUIDE, ROOT / "docs" / "evaluation.md"])
def test_every_option_that_is_named_exists(document: Path):
    reference = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    known = set(re.findall(r"--[a-z-]+", reference))
    text = document.read_text(encoding="utf-8")
    of_torchrun = {"--nproc-per-node", "--no-python", "--local-addr"}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text)) - of_torchrun <= known


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path):
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text(encoding="utf-8")):
        if not target.startswith("https://"):
            assert (document.parent / target).exists(), target


def test_every_clip_has_its_command_and_its_licence():
    page = (ROOT / "docs" / "listen.html").read_text(encoding="utf-8")
    credit = (ROOT / "docs" / "audio" / "CREDITS.md").read_text(encoding="utf-8")
    clips = sorted((ROOT / "docs" / "audio").glob("*.ogg"))
    assert sorted(re.findall(r'<audio.* src="audio/(.*?)"', page)) == [clip.name for clip in clips]
    assert all(clip.with_suffix(".png").is_file() for clip in clips)
    made = re.findall(r"<code>(riffsmith .*?)</code>", page)
    named = {shlex.split(command)[3] for command in made} | {"original.ogg"}
    assert named == {clip.name for clip in clips}
    assert all(f"`{command}`" in credit for command in made)
    assert "CC BY-SA 4.0" in page
    assert "http" not in re.sub(r'<a href="https://creativecommons.org.*?"', "", page)
    assert sum(clip.stat().st_size for clip in clips) < 2_500_000


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_make_has_what_the_documents_name(document: Path):
    makefile = (ROOT / "Makefile").read_text()
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"(?:`|^)make (\w+)", text, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_versions_are_the_same_everywhere():
    citation = (ROOT / "CITATION.cff").read_text()
    assert f"version: {riffsmith.__version__}\n" in citation
    assert f"version {riffsmith.__version__}," in README.read_text(encoding="utf-8")
    metadata = (ROOT / "pyproject.toml").read_text()
    pythons = re.findall(r'"Programming Language :: Python :: (3\.\d+)"', metadata)
    workflow = (ROOT / ".github" / "workflows" / "checks.yml").read_text()
    assert re.findall(r'"(3\.\d+)"', workflow) == pythons
    assert "run: bash .ci/run\n" in workflow


def test_the_architecture_names_every_layer():
    text = (ROOT / "docs" / "architecture.md").read_text()
    diagram = text.split("```")[1]
    package = ROOT / "src" / "riffsmith"
    packages = {path.parent.name for path in package.glob("*/__init__.py")}
    packages |= {path.stem for path in package.glob("*.py")} - {"__init__", "__main__"}
    named = re.findall(r"^(\w+(?: \| \w+)*)", diagram, re.MULTILINE)
    assert packages == {name for names in named for name in names.split(" | ")}
