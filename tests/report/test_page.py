import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
import torch
from conftest import tiny_settings

from riffsmith.config import load_preset
from riffsmith.corpus import Corpus
from riffsmith.errors import RunError
from riffsmith.report import PreviewPainter, write_report
from riffsmith.report.architecture import describe_networks
from riffsmith.report.figures import draw_spectrogram
from riffsmith.training import RunFolder, RunRecord, train

PNG = b"\x89PNG\r\n\x1a\n"


class Outline(HTMLParser):
    """Tags that open and close, and what they point to."""

    VOID = frozenset({"meta", "img", "br", "input", "link"})

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.sources: list[tuple[str, str]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.stack.append(tag)
        self.sources += [(tag, value or "") for key, value in attrs if key in ("src", "href")]

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += f" {data}"


@pytest.fixture
def page(started: tuple[RunFolder, RunRecord], corpus: Corpus, tmp_path: Path) -> str:
    run, record = started
    train(run, record, corpus, [PreviewPainter(run)])
    write_report(run, tmp_path / "page.html")
    return (tmp_path / "page.html").read_text(encoding="utf-8")


def test_the_page_is_whole_and_stands_alone(page: str):
    outline = Outline()
    outline.feed(page)
    assert outline.stack == []
    kinds = [tag for tag, source in outline.sources]
    # 4 new samples, 3 recordings, 2 segments, 3 previews: each with picture and player
    assert kinds.count("audio") == 12
    assert kinds.count("img") == 12 + 3
    assert all(source.startswith("data:") for _, source in outline.sources)
    assert not re.search(r"https?://", page)


def test_the_page_says_what_was_done(page: str):
    outline = Outline()
    outline.feed(page)
    text = " ".join(outline.text.split())
    for words in (
        "4 recordings, 0.3 minutes: 0.2 for training, 0.1 held out",
        "Generator: 4,281 parameters",
        "song 2.ogg",
        "Epoch 0 variety",
        "Epoch 4 variety",
        "training.learning_rate 0.0002",
        "resampled to 8000 Hz and cut into segments of 1 s",
    ):
        assert words in text, words


def test_names_of_files_cannot_inject(corpus: Corpus, page: str):
    assert "<script" not in page


def test_nothing_to_show_is_said(started: tuple[RunFolder, RunRecord], tmp_path: Path):
    with pytest.raises(RunError, match="nothing to show yet"):
        write_report(started[0], tmp_path / "page.html")
    with pytest.raises(RunError, match="is not a run"):
        write_report(RunFolder(tmp_path), tmp_path / "page.html")


def test_previews_are_pictures(started: tuple[RunFolder, RunRecord], corpus: Corpus):
    run, record = started
    train(run, record, corpus, [PreviewPainter(run)])
    for epoch in (0, 2, 4):
        assert run.preview(epoch, ".png").read_bytes().startswith(PNG)


def test_pictures_are_reproducible():
    mel_db = torch.rand(16, 63, generator=torch.Generator().manual_seed(0))
    first, second = (draw_spectrogram(mel_db, "Epoch 1", 6.0) for _ in range(2))
    assert first == second
    assert first.startswith(PNG)


@pytest.mark.parametrize("preset", ["report", "report-wgan"])
def test_tables_of_layers_add_up(preset: str):
    networks = describe_networks(load_preset(preset))
    totals = {name: sum(row.parameters for row in rows) for name, rows in networks.items()}
    if preset == "report":
        assert totals == {"generator": 3_445_121, "discriminator": 661_697}
        assert networks["generator"][-1].shape == "1 × 32 × 32"
        assert networks["discriminator"][0].shape == "64 × 32 × 331"
    assert networks["discriminator"][-1].shape == "1"


def test_equal_sizes_are_shown():
    settings = tiny_settings()
    discriminator = settings.discriminator.model_copy(update={"real_size": "generator_grid"})
    networks = describe_networks(settings.model_copy(update={"discriminator": discriminator}))
    assert networks["discriminator"][0].shape == "8 × 8 × 8"
