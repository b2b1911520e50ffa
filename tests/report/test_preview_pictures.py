from pathlib import Path

import pytest

from riffsmith.corpus import Corpus
from riffsmith.report import LANGUAGES, PreviewPainter, write_evolution
from riffsmith.runs import RunFolder, RunRecord
from riffsmith.training import train

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.slow
def test_previews_are_pictures(started: tuple[RunFolder, RunRecord], corpus: Corpus):
    run, record = started
    train(run, record, corpus, [PreviewPainter(run)])
    for epoch in (0, 2, 4):
        assert run.preview(epoch, ".png").read_bytes().startswith(PNG)


@pytest.mark.slow
def test_the_evolution_is_drawn_in_a_language(
    started: tuple[RunFolder, RunRecord], corpus: Corpus, tmp_path: Path
):
    run, record = started
    train(run, record, corpus, [])
    for language in LANGUAGES:
        write_evolution(run, tmp_path / f"{language}.png", language=language)
    english, spanish = ((tmp_path / f"{name}.png").read_bytes() for name in LANGUAGES)
    assert english.startswith(PNG)
    assert english != spanish
