"""The commands as a user types them, in one process where that will do."""

import json
import shutil
import subprocess
import sys
import time
from importlib.resources import as_file
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from conftest import TINY_LATENTS, tiny_flags, tiny_settings, write_music

from riffsmith.cli.app import main
from riffsmith.cli.demo import SONGS
from riffsmith.cli.held_out import describe_plan
from riffsmith.corpus import Corpus, CorpusPlan, PlannedRecording, Split, SurveyEntry

COMMANDS = (
    *("survey", "prepare", "train", "generate", "play", "stream"),
    *("evaluate", "reconstruct", "notes", "originality", "report"),
    *("studio", "models", "runs", "export", "push", "pull", "demo"),
)


class Shell:
    """Runs commands and keeps what they print."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.out = self.err = ""

    def __call__(self, *words: str | Path, code: int = 0) -> str:
        try:
            main([str(word) for word in words])
            found = 0
        except SystemExit as end:
            found = end.code or 0
        self.out, self.err = self._capsys.readouterr()
        assert found == code, self.err
        return self.out


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capsys)


@pytest.fixture(scope="module")
def run(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished tiny run, trained by the command."""
    folder = tmp_path_factory.mktemp("runs") / "run"
    main(["train", str(corpus.path), str(folder), *tiny_flags()])
    return folder


@pytest.mark.slow
def test_the_whole_chain(
    shell: Shell, songs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    run = tmp_path / "run"
    monkeypatch.setattr("riffsmith.training.measure_training_seconds", lambda *_: 60.0)
    assert "joined: 4 clips that are too short for preset latent" in shell("survey", songs)
    out = shell("train", songs, run, "--seed", "7", "--hold-out", "song 1", *tiny_flags())
    assert "trained 4 epochs (12 steps)" in out
    assert "held out: song 1.flac (1 of 4 recordings, 0.1 of 0.3 minutes)" in out
    assert "--hold-out NAME" not in out  # it was used
    assert "epoch 4: discriminator" in shell.err
    assert (run / "previews" / "epoch-0004.png").is_file()
    shell("generate", run, tmp_path / "a.wav", "--seconds", "2.5", "--seed", "1")
    assert soundfile.info(tmp_path / "a.wav").frames == 20_000
    picture = tmp_path / "evolution.png"
    out = shell("report", run, "--evolution", picture)
    assert out.split() == [str(run / "report.html"), str(picture)]
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert (run / "report.html").stat().st_size > 50_000
    record = json.loads((run / "run.json").read_text())
    assert (record["seed"], record["corpus"]) == (7, "corpus")


def test_survey_lists_and_judges(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("riffsmith.training.measure_training_seconds", lambda *_: 60.0)
    write_music(tmp_path / "good.wav", 7)
    write_music(tmp_path / "a shot.wav", 0.6)
    (tmp_path / "fake.wav").write_text("no audio")
    out = " ".join(shell("survey", tmp_path, "--preset", "report").split())
    assert "fake.wav skipped: not readable as audio" in out
    assert "1 usable, 2 skipped, 0.1 minutes in all" in out
    assert "too short: 1 file with 1 s of music together are not used" in out
    assert "because preset report needs 5.7 s, and even joined they are shorter" in out
    assert "rates: 1 × 8000 Hz" in out
    assert "verdict: not enough" in out
    assert "held out: nothing. The training uses every recording" in out
    assert "one recording is too short to be cut" in out


def test_parts_that_stay_together_are_told():
    def plan(*sides: Split) -> str:
        entries = [
            SurveyEntry(path=f"{name}.ogg", content_hash=name, seconds=60.0)
            for name in ("song part 1", "song part 2", "other")
        ]
        planned = [
            PlannedRecording(source=entry, segments=5, split=side)
            for entry, side in zip(entries, sides, strict=True)
        ]
        return describe_plan(CorpusPlan(tuple(planned)), tiny_settings().corpus)

    parts = "2 recordings are parts of 1 longer recording, such as song part 1.ogg and song part 2."
    together = plan("train", "train", "held_out")
    assert f"{parts}ogg, and such parts stay on the same side." in together
    assert f"{parts}ogg; they are divided" in plan("train", "held_out", "train")


def test_joined_clips_are_told(shell: Shell, tmp_path: Path):
    for number in range(3):
        write_music(tmp_path / "in" / f"{number}.wav", 0.6, seed=number)
    one_second = ("--preset", "report", "--config.corpus.segment_seconds", "1")
    out = shell("prepare", tmp_path / "in", tmp_path / "corpus", *one_second)
    assert "1 recording" in out
    assert (
        "joined: 3 clips that are too short for preset report one by one, 0.0 minutes together, in "
        "the order of their paths, into 1 recording\n"
    ) in shell.err


@pytest.mark.slow
def test_survey_for_programs(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_music(tmp_path / "long.wav", 26.0)
    write_music(tmp_path / "short.wav", 1.2, seed=2)
    found = json.loads(shell("survey", tmp_path, "--json"))
    assert (found["usable"], found["skipped"]) == (1, 1)
    assert found["minutes"] == pytest.approx(26 / 60, abs=1e-3)
    assert found["too_short_minutes"] == 0.02
    assert found["sample_rates"] == {"8000": 1}
    assert found["training_seconds"] > 0
    assert [entry["path"] for entry in found["entries"]] == ["long.wav", "short.wav"]
    assert "not enough" in found["verdict"]
    assert (found["held_out"], found["held_out_minutes"]) == ([], 0)
    write_music(tmp_path / "other.wav", 26.0, seed=3)
    monkeypatch.setattr("riffsmith.training.measure_training_seconds", lambda *_: 60.0)
    found = json.loads(shell("survey", tmp_path, "--json"))
    assert found["held_out"] in (["long.wav"], ["other.wav"])
    assert found["held_out_from_seconds"] is None
    assert found["training_seconds"] == 60.0


def test_prepare_tells_what_it_left_out(shell: Shell, tmp_path: Path):
    write_music(tmp_path / "in" / "metal" / "metal.00000.wav", 30.0, 22_050)
    write_music(tmp_path / "in" / "blues" / "blues.00000.wav", 6.0, 22_050, seed=3)
    (tmp_path / "in" / "metal" / "note.txt").write_text("x")
    corpus, tensors = tmp_path / "corpus", tmp_path / "pt"
    out = shell(
        *("prepare", tmp_path / "in", corpus, "--genre", "metal", "--workers", "1"),
        *("--export-pt", tensors),
    )
    assert "1 recording →" in out
    assert "5 tensor files →" in out
    assert "skipped note.txt: not an audio file (.txt)" in shell.err
    names = [f"metal.00000_{index:03d}.pt" for index in range(5)]
    assert sorted(path.name for path in tensors.iterdir()) == names
    assert torch.load(tensors / names[4], weights_only=True).shape == (64, 662)
    manifest = json.loads((corpus / "manifest.json").read_text())
    assert (manifest["genre"], manifest["genres"]) == ("metal", {"blues": 1, "metal": 1})


@pytest.mark.slow
def test_a_dry_run_writes_nothing(shell: Shell, songs: Path, corpus: Corpus, tmp_path: Path):
    for source in (songs, corpus.path):
        out = shell("train", source, tmp_path / "run", "--dry-run", *tiny_flags())
        assert "training.batch_size = 4" in out
        assert "generator: 4,281 parameters" in out
        assert "on this machine" in out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_run_is_not_overwritten_and_keeps_its_settings(shell: Shell, corpus: Corpus, run: Path):
    shell("train", corpus.path, run, code=1)
    assert "already holds a run: add --resume" in shell.err
    shell("train", corpus.path, run, "--resume", "--preset", "report-wgan", "--seed", "9", code=1)
    assert "--preset report-wgan (it has report), --seed 9 (it has 0)" in shell.err
    shell("train", corpus.path, run, "--resume", "--config.training.batch_size", "5", code=1)
    assert "--config.training.batch_size 5 (it has 4)" in shell.err
    out = shell("train", corpus.path, run, "--resume", *tiny_flags())
    assert "trained 4 epochs" in out
    assert "trained 5 epochs" in shell("train", corpus.path, run, "--resume", "--epochs", "5")


@pytest.mark.slow
def test_the_same_seed_gives_the_same_file(shell: Shell, run: Path, tmp_path: Path):
    for name in ("a.wav", "b.wav"):
        shell("generate", run, tmp_path / name, "--seconds", "2", "--seed", "4", "--snapshot", "4")
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()
    shell("generate", run, tmp_path / "c.wav", "--seconds", "2", "--seed", "5", "--snapshot", "4")
    assert (tmp_path / "a.wav").read_bytes() != (tmp_path / "c.wav").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["wav", "flac", "ogg", "mp3"])
def test_generated_files_keep_the_promise(shell: Shell, run: Path, tmp_path: Path, ending: str):
    target = tmp_path / f"out.{ending}"
    shell("generate", run, target, "--seconds", "3.21", "--seed", "0")
    audio, rate = soundfile.read(target)
    assert (rate, len(audio)) == (8_000, 25_680)
    assert 0 < np.abs(audio).max() <= 10 ** (-1 / 20)


@pytest.mark.slow
def test_several_clips_go_into_a_folder(shell: Shell, run: Path, tmp_path: Path):
    out = shell(
        "generate", run, tmp_path / "clips", "--count", "3", "--seconds", "1", "--seed", "8"
    )
    names = [tmp_path / "clips" / f"riff-{seed}.wav" for seed in (8, 9, 10)]
    assert out.split() == [str(name) for name in names]
    assert len({name.read_bytes() for name in names}) == 3
    shell("generate", run / "snapshots" / "epoch-0002", tmp_path / "clips", "--seconds", "1")
    assert shell.err.startswith("seed ")


@pytest.mark.slow
def test_loops_tell_their_bars_and_their_tempo(shell: Shell, latent_bundle: Path, tmp_path: Path):
    words = ("generate", latent_bundle, tmp_path / "loops", "--loop", "--bars", "2", "--seed", "5")
    out = shell(*words, "--tempo", "150", "--count", "2")
    names = [tmp_path / "loops" / f"riff-{seed}-150bpm-2bars.wav" for seed in (5, 6)]
    assert [line.split(": ")[0] for line in out.splitlines()] == [str(name) for name in names]
    assert out.count(": 150 BPM, 2 bars, 8 beats, tuning ") == 2
    assert [soundfile.info(name).frames for name in names] == [25_600, 25_600]
    (found,) = json.loads(shell(*words, "--json"))
    assert (found["seed"], found["bars"], found["beats"], found["bpm"]) == (5, 2, 8, 120.0)
    assert found["seconds"] == 4.0
    assert abs(found["tuning_cents"]) < 10
    assert Path(found["file"]).name == "riff-5-120bpm-2bars.wav"
    target = tmp_path / "loop.flac"
    words = ("--loop", "--seconds", "3", "--tempo", "240", "--seed", "9")
    shell("generate", latent_bundle, target, *words)
    with soundfile.SoundFile(target) as file:
        assert (file.frames, file.title) == (24_000, "Tiny, seed 9")
        how = json.loads(file.comment)
    assert (how["loop"], how["seed"]) == ("240 BPM, 3 bars, 12 beats", 9)


@pytest.mark.slow
def test_the_demo(shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    from riffsmith.pipeline.training import TrainingRequest

    monkeypatch.setattr(TrainingRequest, "__init__", _tiny(TrainingRequest.__init__))
    monkeypatch.setattr("riffsmith.cli.demo.CLIP_SECONDS", 2.0)
    monkeypatch.setattr("riffsmith.cli.demo.SONGS", _beginnings(tmp_path / "metal", 65.0))
    for _ in range(2):  # the second time there is nothing left to train
        out = shell("demo", "--out", tmp_path / "demo", "--minutes", "0.02")
        assert out.count("audio: ") == 4
        assert "s by the shipped model, computed in" in out
        assert f"page:  {tmp_path / 'demo' / 'report.html'}" in out
    manifest = json.loads((tmp_path / "demo" / "run" / "corpus" / "manifest.json").read_text())
    assert manifest["genre"] == "metal"
    held_out = [r["source"]["path"] for r in manifest["recordings"] if r["split"] == "held_out"]
    assert held_out == ["mutilated_mime.flac"]


def _beginnings(folder: Path, seconds: float) -> Path:
    """The first seconds of two of the demo's songs."""
    folder.mkdir()
    for name in ("chaos_god.ogg", "mutilated_mime.ogg"):
        with as_file(SONGS / name) as path, soundfile.SoundFile(path) as song:
            target = folder / Path(name).with_suffix(".flac")
            soundfile.write(target, song.read(round(seconds * song.samplerate)), song.samplerate)
    return folder


def _tiny(original):
    def build(self, **options):
        original(self, **{**options, "overrides": TINY_LATENTS})

    return build


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["survey", "nowhere"], "no folder 'nowhere'"),
        (["prepare", "nowhere", "corpus"], "no folder 'nowhere'"),
        (["train", "nowhere", "run"], "no folder 'nowhere'"),
        (["train", "in", "run", "--preset", "polka"], "no preset named 'polka'"),
        (["train", "in", "run", "--epochs", "1", "--minutes", "1"], "exclude each other"),
        (["train", "in", "run", "--preset", "report", "--from-scratch"], "has no base"),
        (
            ["train", "in", "run", "--from-scratch", "--config.training.base", "metal"],
            "--from-scratch and --config.training.base exclude each other",
        ),
        (["train", "in", "run", "--config.training.base", "nobody"], "shipped model 'nobody'"),
        (["train", "in", "run", "--epochs", "1"], "preset latent counts steps: use --steps"),
        (
            ["train", "in", "run", "--preset", "report", "--steps", "1"],
            "preset report counts epochs: use --epochs",
        ),
        (["train", "in", "run", "--minutes", "-1"], "--minutes must be above 0"),
        (["train", "in", "run", "--config.training.speed", "1"], "no setting named training.speed"),
        (
            ["train", "in"],
            "RUN is missing. Usage: riffsmith train [OPTIONS] SOURCE RUN (`riffsmith",
        ),
        (["export", "in", "out"], "--format is missing. Usage: riffsmith export --format CHOICE"),
        (["generate", "in", "a.wav", "--seed"], "--seed needs a value. Usage: riffsmith generate"),
        (["generate", "in", "a.wav", "b.wav"], "There is one word too many: 'b.wav'. Usage:"),
        (["train", "in", "run", "--fast"], "Unknown option: --fast"),
        (["train", "in", "run", "--minutes", "nan"], "--minutes must be above 0"),
        (["train", "in", "run", "--workers", "0"], "--workers must be 1 or more"),
        (["train", "in", "run", "--config.training", "5"], "riffsmith"),
        (
            ["generate", "nowhere", "a.wav"],
            "no run folder, bundle or shipped model 'nowhere'",
        ),
        (["generate", "in", "a.wav"], "neither a run folder nor a bundle"),
        (["generate", "in", "a.aiff"], "'a.aiff' has no ending that can be written"),
        (["generate", "in", "a.wav", "--count", "2"], "2 clips do not fit 'a.wav'"),
        (["generate", "in", "a.wav", "--seconds", "0"], "seconds must be from 0.1"),
        (["generate", "in", "a.wav", "--bars", "4"], "--bars 4 needs --loop"),
        (
            ["generate", "metal", "a.wav", "--audio-prompt-from", "30"],
            "--audio-prompt-from 30 needs --audio-prompt",
        ),
        (
            ["generate", "in", "a.wav", "--loop", "--bars", "4", "--seconds", "8"],
            "--bars and --seconds exclude each other",
        ),
        (["generate", "in", "a.wav", "--snapshot", "3"], "--snapshot needs a run folder"),
        (["generate", "in/a.wav", "b.wav"], "is a file, expected the folder of a run"),
        (["originality", "no.wav", "--corpus", "in"], "no file and no folder 'no.wav'"),
        (["evaluate", "in", "--corpus", "no"], "no is missing: check the path, or make the corpus"),
        (["evaluate", "in", "--corpus", "in"], "with `riffsmith prepare FOLDER in`"),
        (["report", "nowhere"], "is not a run"),
        (["generate", "in", "a.wav", "--noise-level", "0"], "has no effect without --audio-prompt"),
        (["generate", "in", "a.wav", "--morph-seconds", "5"], "has no effect without morph_seed"),
        (["play", "--tempo", "5"], "tempo must be from 40 to 320 BPM, found 5"),
        (["play", "--morph-seconds", "5"], "has no effect without morph_seed"),
        (["generate", "metal", "a.wav", "--loop", "--variation", "1"], "has no effect on a loop"),
        (["generate", "metal", "a.wav", "--loop", "--morph-seed", "1"], "has no effect on a loop"),
        (
            ["prepare", "in", "corpus", "--config.training.batch_size", "8"],
            "training.batch_size has no effect on a corpus",
        ),
        (["polka"], 'Unknown command "polka"'),
    ],
)
def test_errors_are_one_line(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], message: str
):
    (tmp_path / "in").mkdir()
    write_music(tmp_path / "in" / "a.wav", 7.0)
    monkeypatch.chdir(tmp_path)
    shell(*words, code=1)
    assert shell.err.startswith("riffsmith: ")
    assert shell.err.count("\n") == 1
    assert message in shell.err


@pytest.mark.slow
def test_a_missing_snapshot_is_named(shell: Shell, run: Path, tmp_path: Path):
    shell("generate", run, tmp_path / "a.wav", "--snapshot", "3", code=1)
    assert "has no snapshot of epoch 3: it has 0, 2, 4" in shell.err
    (tmp_path / "run.json").write_text("{}")
    shell("generate", tmp_path, tmp_path / "a.wav", code=1)
    assert "has no snapshot yet" in shell.err


@pytest.mark.slow
def test_bad_files_are_told_before_training(shell: Shell, tmp_path: Path):
    write_music(tmp_path / "in" / "[a].wav", 3.0)
    (tmp_path / "in" / "[red]fake.wav").write_text("no audio")
    run = tmp_path / "run[y]"
    out = shell("train", tmp_path / "in", run, *tiny_flags(epochs="1"))
    assert "skipped [red]fake.wav: not readable as audio" in shell.err
    assert str(run) in out


def test_resuming_looks_where_it_is_told(shell: Shell, corpus: Corpus, run: Path, tmp_path: Path):
    shell("train", tmp_path / "nowhere", run, "--resume", code=1)
    assert "no folder" in shell.err
    shell("train", corpus.path, tmp_path / "new", "--hold-out", "x", code=1)
    assert "--hold-out choose how `prepare` works, and this corpus is prepared" in shell.err
    for option in (["--workers", "1"], ["--genre", "x"]):
        shell("train", corpus.path, tmp_path / "new", *option, code=1)
        assert f"{option[0]} choose how" in shell.err
        shell("train", corpus.path, tmp_path / "new", "--dry-run", *option, code=1)


@pytest.mark.slow
def test_a_resumed_run_keeps_its_recordings(shell: Shell, songs: Path, tmp_path: Path):
    words = ("train", songs, tmp_path / "run", *tiny_flags(epochs="1"), "--hold-out")
    shell(*words, "song 1")
    shell(*words, "song 2", "--resume", code=1)
    assert "it trains on song 2.ogg, which is to be held out: leave that out" in shell.err
    shell(*words, "none", "--resume", code=1)
    assert "it holds out song 1.flac: leave out --hold-out none" in shell.err
    assert "has changed" not in shell.err
    shutil.copytree(songs, tmp_path / "songs")
    write_music(tmp_path / "songs" / "new.wav", seed=9)
    words = ("train", tmp_path / "songs", *words[2:])
    shell(*words, "song 1", "--resume")
    assert "1 recording was added (new.wav). The run goes on with the recordings" in shell.err
    assert f"start a new run: riffsmith train {tmp_path / 'songs'} NEW_RUN" in shell.err


@pytest.mark.slow
def test_everything_can_be_trained_on_and_is_then_not_scored(
    shell: Shell, songs: Path, tmp_path: Path
):
    run, flags = tmp_path / "run", tiny_flags(epochs="1")
    out = shell("train", songs, run, *flags, "--hold-out=none")
    assert "held out: nothing. The training uses every recording" in out
    shell("train", songs, run, *flags, "--hold-out=none", "--resume")
    shell("evaluate", run, "--corpus", run / "corpus", code=1)
    assert "holds out nothing" in shell.err
    corpus = tmp_path / "corpus"
    out = shell("prepare", songs, corpus, *tiny_corpus_flags())
    assert "--hold-out NAME chooses others; --hold-out none trains on all" in out


@pytest.mark.parametrize(
    ("interrupted", "words", "message"),
    [
        ("corpus.survey_folder", ["survey", "in"], "no result was written, and the same command"),
        ("corpus.prepare_corpus", ["prepare", "in", "out"], "and the same command goes on"),
        ("pipeline.training.begin_training", ["train", "in", "out"], "with --resume goes on"),
        ("api.load", ["generate", "metal", "a.wav"], "finished clips are kept, and the same"),
        ("corpus.Corpus", ["evaluate", "in", "--corpus", "c"], "no result was written"),
        ("runs.open_run", ["report", "run"], "measurements that were finished are kept"),
    ],
)
def test_ctrl_c_says_what_is_kept(
    shell: Shell,
    monkeypatch: pytest.MonkeyPatch,
    interrupted: str,
    words: list[str],
    message: str,
):
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(f"riffsmith.{interrupted}", interrupt)
    shell(*words, code=130)
    assert shell.err.startswith("riffsmith: interrupted: ")
    assert message in shell.err
    assert shell.err.count("\n") == 1


@pytest.mark.slow
@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_imports_nothing_slow(command: str):
    """Not a timing: what makes the start slow must not be loaded at all."""
    words = [command, "--help"] if command else ["--help"]
    code = (
        "import sys\nfrom riffsmith.cli.app import main\n"
        f"try: main({words!r})\nexcept SystemExit: pass\n"
        "print([m for m in ('torch', 'numpy', 'matplotlib', 'soundfile', 'pydantic') "
        "if m in sys.modules], file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stderr.strip() == "[]"
    assert "Usage: riffsmith" in ended.stdout


@pytest.mark.slow
def test_loading_a_model_leaves_out_the_compiler_of_torch(latent_bundle: Path):
    """It takes half as long to import as torch itself, and playing never needs it."""
    code = (
        f"import sys, riffsmith\nriffsmith.load({str(latent_bundle)!r}).generate(seconds=0.1)\n"
        "print([m for m in ('torch._dynamo', 'sympy') if m in sys.modules], file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stderr.strip() == "[]"


@pytest.mark.slow
def test_the_module_is_the_command():
    began = time.perf_counter()
    ended = subprocess.run(
        [sys.executable, "-m", "riffsmith", "--version"], capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == "0.1.0"
    assert time.perf_counter() - began < 30


def tiny_corpus_flags() -> list[str]:
    """The flags of a tiny run that a corpus depends on."""
    flags = tiny_flags()
    pairs = zip(flags[::2], flags[1::2], strict=True)
    return [word for pair in pairs if ".training." not in pair[0] for word in pair]


@pytest.mark.slow
def test_a_model_and_a_folder_are_judged_alike(shell: Shell, tmp_path: Path):
    songs, corpus, run = (tmp_path / name for name in ("songs", "corpus", "run"))
    for number in range(2):
        write_music(songs / f"{number}.wav", 32.0, seed=number)
    shell("prepare", songs, corpus, *tiny_corpus_flags())
    shell("train", corpus, run, *tiny_flags(epochs="1"))
    found = json.loads(shell("evaluate", run, "--corpus", corpus, "--seconds", "30", "--json"))
    assert found["seconds"] == 30
    assert set(found["distances"]) == {
        f"{metric}_{embedder}"
        for metric in ("kad", "fad")
        for embedder in ("musicnn", "aisfx", "notes")
    }
    shell("evaluate", songs, "--corpus", corpus, "--seconds", "30", code=1)
    assert "--seconds belongs to a model" in shell.err
    out = shell("evaluate", songs, "--corpus", corpus)
    assert "60 s of" in out
    assert "beat_strength" in out
    shell("evaluate", run, "--corpus", corpus, "--seconds", "10", code=1)
    assert "--seconds must be 30 or more" in shell.err
    shell("prepare", songs, tmp_path / "other")
    shell("evaluate", run, "--corpus", tmp_path / "other", code=1)
    assert "plays 8000 Hz (mix)" in shell.err
