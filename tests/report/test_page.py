import re
import shutil
from itertools import islice, pairwise
from pathlib import Path

import pytest
from canned import measurements, write_monitor_lines
from conftest import give_codec, tiny_latents, tiny_settings
from outline import Outline

from riffsmith.audio import RecordingCode, RecordingRemark
from riffsmith.corpus import Corpus
from riffsmith.corpus.manifest import Stretch, write_manifest
from riffsmith.errors import CorpusError, RunError
from riffsmith.report import (
    LANGUAGES,
    Language,
    Measurements,
    NotMeasured,
    PreviewPainter,
    write_evolution,
    write_report,
)
from riffsmith.report.curves import draw_curves
from riffsmith.report.history import History
from riffsmith.report.media_cards import evolution_cards
from riffsmith.report.texts import Texts, read_table
from riffsmith.runs import RunFolder, RunRecord, create_run
from riffsmith.training import train

pytestmark = pytest.mark.slow

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def finished_run(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A finished run, with events of a monitor added."""
    run = RunFolder(tmp_path_factory.mktemp("finished") / "a run")
    settings = tiny_settings(monitor="false")
    record = create_run(run, corpus, settings, "report", seed=3, credit="A <band>, CC BY 4.0")
    train(run, record, corpus, [])
    write_monitor_lines(run)
    return run


@pytest.fixture(scope="module")
def pages(finished_run: RunFolder, corpus: Corpus) -> dict[str, str]:
    """Pages with all measurements by language, and `quick` with none."""
    for language in LANGUAGES:
        out = finished_run.path / f"{language}.html"
        write_report(finished_run, out, measurements=measurements(corpus), language=language)
    write_report(finished_run, finished_run.path / "quick.html")
    written = finished_run.path.glob("*.html")
    return {path.stem: path.read_text(encoding="utf-8") for path in written}


@pytest.mark.parametrize("name", ["en", "es", "quick"])
def test_the_page_is_whole_and_stands_alone(pages: dict[str, str], name: str):
    page = pages[name]
    outline = Outline(page)
    assert outline.stack == []
    pairs = 0 if name == "quick" else 2 * 2
    # 4 new clips, 3 recordings, 2 segments, 3 previews: each with picture and player
    assert len(outline.all("audio")) == 12 + pairs
    assert len(outline.all("img")) == 12 + 2 * 7  # 7 charts, each for a light and for a dark page
    targets = [tag.get("src") for tag in outline.all("img", "audio")]
    assert all(target and target.startswith("data:") for target in targets)
    assert not re.search(r"https?://|<script|@import|url\(", page)


@pytest.mark.parametrize("name", ["en", "quick"])
def test_the_page_can_be_used_without_eyes_or_mouse(pages: dict[str, str], name: str):
    outline = Outline(pages[name])
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(tag["alt"] for tag in outline.all("img"))
    assert all(tag["aria-label"] for tag in outline.all("audio"))
    assert all(tag["scope"] in ("col", "row") for tag in outline.all("th"))
    tables = [tag for tag in outline.all("div") if tag.get("class") == "scroll"]
    assert len(tables) == len(outline.all("table")) > 4
    assert all(tag["tabindex"] == "0" and tag["aria-label"] for tag in tables)
    anchors = {tag["id"] for tag in outline.all("h2")}
    assert {tag["href"][1:] for tag in outline.all("a")} == anchors


def test_the_page_says_what_was_done(pages: dict[str, str]):
    text = Outline(pages["en"]).words()
    for words in (
        "4 recordings, 0.3 minutes in all: 0.2 for training, 0.1 held out",
        "Generator: 4,281 parameters",
        "song 2.ogg",
        "The music is by A <band>, CC BY 4.0.",
        "Epoch 0 variety",
        "Epoch 4 variety",
        "training.learning_rate 0.0002",
        "Every file is decoded, mixed to mono and resampled to 8000 Hz",
        "The audio is cut into segments of 1 s",
        "Binary cross entropy The discriminator gives each picture a logit",
        "8 × 8 × 31 Conv2d down_1",
        "Conclusion This went well:",
    ):
        assert words in text, words


def test_the_page_says_what_was_found(pages: dict[str, str]):
    text = Outline(pages["en"]).words()
    for words in (
        "How near to real music is it? trouble It is far away: its distance",
        "Kernel distance (musicnn) 15.5* 12.4 to 18.6 1.4 0.155 0.01",
        "Tempo (bpm) – 120 90 to 12,345",
        "Tag “heavy metal” 0.25 0.5 0.1 to 0.9",
        "2. Clip 2, second 7 nearer than any held-out music · percentile 99.6 · similarity 0.75 · "
        "shifted by +1 semitone, 1.060 times as fast",
        "Nearest passage of the training music song 0.wav, second 0",
        "noise, 20 dB below passed Kernel distance (aisfx) Kernel distance (aisfx), Strength",
        "12 dB quieter passed Loudness (LUFS), and by no distance",
        "another genre not tested Kernel distance (musicnn); Kernel distance (aisfx) not tested: n",
        "Distance to real music. generated: from 3.5 to 7.25, between 3.5 and 7.25.",
        "3 The run went back to epoch 2: the samples became alike, as since epoch 2.7 they",
        "4 The training was stopped: 8 measurements in a row found no snapshot nearer to real",
    ):
        assert words in text, words


def test_missing_measurements_name_the_command(pages: dict[str, str], finished_run: RunFolder):
    text = Outline(pages["quick"]).words()
    command = (
        "The following command, in the folder that the run lies in, measures it and keeps the "
        "result: "
        f"riffsmith report '{finished_run.path.name}'"
    )
    assert str(finished_run.path.parent) not in pages["quick"]  # the page may be passed on
    assert text.count(command) == 1 + 3  # below the verdict, and in the sections
    assert text.count("This has not been measured.") == 6 + 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_of_the_studio_names_its_button(
    finished_run: RunFolder, tmp_path: Path, language: Language
):
    write_report(finished_run, tmp_path / "page.html", language=language, for_studio=True)
    text = Outline((tmp_path / "page.html").read_text(encoding="utf-8")).words()
    button = {"en": "The button “Measure it”", "es": "El botón «Medirlo»"}[language]
    assert text.count(button) == 1 + 3
    assert "riffsmith report" not in text


def test_a_page_says_what_cannot_be_measured(finished_run: RunFolder, tmp_path: Path):
    missing = NotMeasured(CorpusError("<b>: no music"))
    found = Measurements(evaluation=missing, originality=missing, self_test=missing)
    write_report(finished_run, tmp_path / "page.html", measurements=found)
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count("This could not be measured: &lt;b&gt;: no music.") == 6 + 3


def test_the_spanish_page_is_spanish(pages: dict[str, str]):
    outline = Outline(pages["es"])
    text = outline.words()
    assert outline.all("html") == [{"lang": "es"}]
    assert not [tag for tag in outline.all("span") if tag.get("lang")], "all is translated"
    spanish, (shown, _, _) = read_table("es"), text.partition("Todos los ajustes")
    left = [
        piece
        for key, text in read_table("en").items()
        for form, english in text.forms.items()
        for piece in re.split(r"{\w+}", english)
        if len(piece) > 7
        and piece not in spanish[key].forms[form]
        and re.search(rf"\b{re.escape(piece)}\b", shown)
    ]
    assert left == []
    for words in (
        "¿Cuánto se acerca a la música real? problema Está lejos",
        "Distancia de núcleo (musicnn) 15,5* de 12,4 a 18,6",
        "ruido, 20 dB por debajo superado",
        "Distancia a la música real. generado: de 3,5 a 7,25",
        "Época 4 variedad: ",
    ):
        assert words in text, words


def test_charts_are_in_the_language_and_in_both_themes(finished_run: RunFolder):
    settings = tiny_settings().training
    drawn = {
        language: list(islice(draw_curves(History(finished_run), settings, Texts(language)), 2))
        for language in LANGUAGES
    }
    for english, spanish in zip(drawn["en"], drawn["es"], strict=True):
        assert len({english.light, english.dark, spanish.light, spanish.dark}) == 4


def test_a_long_run_shows_twelve_snapshots(
    finished_run: RunFolder, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("riffsmith.report.media_cards.SNAPSHOTS", 3)
    monkeypatch.setattr(RunFolder, "snapshot_numbers", lambda run: [0, 2, 2, 2, 4])
    cards = evolution_cards(finished_run, History(finished_run), 2, Texts("en"))
    assert [card.title for card in cards] == ["Epoch 0", "Epoch 2", "Epoch 4"]


def test_names_of_files_cannot_inject(finished_run: RunFolder, corpus: Corpus, tmp_path: Path):
    name = '<script>"x"'
    recording = corpus.manifest.recordings[0]
    flaws = (RecordingRemark.of(RecordingCode.OTHER, text=name),)
    source = recording.source.model_copy(update={"flaws": flaws})
    changed = recording.model_copy(update={"source": source})
    manifest = corpus.manifest.model_copy(
        update={"genre": name, "recordings": (changed, *corpus.manifest.recordings[1:])}
    )
    folder = tmp_path / "corpus"
    shutil.copytree(corpus.path, folder)
    write_manifest(folder, manifest)
    run = RunFolder(tmp_path / "run")
    shutil.copytree(finished_run.path, run.path)
    run.write_record(run.read_record().model_copy(update={"corpus": str(folder)}))
    write_report(run, tmp_path / "page.html", language="es")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert '<span lang="en">&lt;script&gt;&#34;x&#34;</span>' in page


def test_the_page_says_what_is_cut_what_has_changed_and_leaves_damage_out(
    finished_run: RunFolder, corpus: Corpus, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    folder = tmp_path / "corpus"
    shutil.copytree(corpus.path, folder)
    whole = corpus.manifest.of_split("train")[0]
    ends = Stretch(first_segment=3, start_seconds=3.0, end_seconds=4.5)
    starts = Stretch(first_segment=0, start_seconds=0.0, end_seconds=2.0)
    cut = [
        whole.model_copy(update={"split": split, "stretch": stretch, "segments": segments})
        for split, stretch, segments in (("train", starts, 2), ("held_out", ends, 1))
    ]
    manifest = {"genre": "my AC-DC", "recordings": (*cut, *corpus.manifest.recordings)}
    write_manifest(folder, corpus.manifest.model_copy(update=manifest))
    run = RunFolder(tmp_path / "run")
    shutil.copytree(finished_run.path, run.path)
    run.write_record(run.read_record().model_copy(update={"corpus": str(folder)}))
    shown, damaged = run.preview_numbers()[:2]
    run.preview(damaged, ".flac").write_bytes(b"fLaC")
    write_report(run, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "<h1>My AC-DC: music by a GAN</h1>" in page
    assert "There are 4 recordings" in page
    assert "The corpus has changed since this run was started" in page
    evolution = page.partition('id="evolution"')[2].partition("<h2")[0]
    assert f"Epoch {shown}" in evolution
    assert f"Epoch {damaged}" not in evolution
    assert "damaged and left out" in caplog.text
    assert "it is trained on up to 0:02 and held out from 0:03 on" in page


def test_a_run_without_snapshots_has_no_page(started: tuple[RunFolder, RunRecord], tmp_path: Path):
    with pytest.raises(RunError, match="nothing to show yet"):
        write_report(started[0], tmp_path / "page.html")
    with pytest.raises(RunError, match="is not a run"):
        write_report(RunFolder(tmp_path), tmp_path / "page.html")


@pytest.fixture(scope="module")
def latent_run(latent_corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A finished latent run of 12 steps, with events of a monitor added."""
    folder = tmp_path_factory.mktemp("latent run")
    settings = tiny_latents(monitor="false")
    run = RunFolder(folder / "run")
    give_codec(run, settings)
    record = create_run(run, latent_corpus, settings, "latent", seed=3)
    train(run, record, latent_corpus, [PreviewPainter(run)])
    write_monitor_lines(run, "step")
    return run


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            [
                *("begins from scratch", "12 steps", "6 step that is shown"),
                *("new clips of step 6", "Step 12 variety"),
                *("step event 6 This snapshot is the best so far", "9 The run went back to step 6"),
            ],
        ),
        (
            "es",
            [
                *("parte de cero", "12 pasos", "6 paso que se muestra", "clips nuevos del paso 6"),
                *("Paso 12 variedad", "paso suceso 6 Esta instantánea es"),
                "9 El entrenamiento volvió al paso 6",
            ],
        ),
    ],
)
def test_a_latent_page_counts_steps(
    latent_run: RunFolder,
    latent_corpus: Corpus,
    tmp_path: Path,
    language: Language,
    words: list[str],
):
    measured = Measurements(self_test=measurements(latent_corpus).self_test)
    write_report(latent_run, tmp_path / "page.html", measurements=measured, language=language)
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    outline = Outline(page)
    text = outline.words()
    assert [each for each in words if each not in text] == []
    codec = page.partition('id="codec"')[2].partition("<h2")[0]
    assert codec.count("<audio") == 2  # a real passage, and what the codec keeps of it
    shown = text.partition("All settings")[0].partition("Todos los ajustes")[0]
    assert not re.search(r"\b(epoch|época)s?\b", shown, re.IGNORECASE)
    assert {tag["href"][1:] for tag in outline.all("a")} == {t["id"] for t in outline.all("h2")}
    assert latent_run.preview(12, ".png").read_bytes().startswith(PNG)
    write_evolution(latent_run, tmp_path / "evolution.png", language=language)
