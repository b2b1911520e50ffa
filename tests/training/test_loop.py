import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from conftest import tiny_settings, write_music

from riffsmith.bundle import load_bundle
from riffsmith.corpus import Corpus, prepare_corpus
from riffsmith.errors import CorpusError, RunError, SettingsError
from riffsmith.files import hold, parse_checked
from riffsmith.runs import RunFolder, RunRecord, create_run, open_run, select_snapshot, step_of
from riffsmith.runs.checkpoint import checkpoint_paths, read_checkpoint, read_latest
from riffsmith.runs.record import RUN_VERSION
from riffsmith.training import Milestones, Preview, SilentObserver, StepMetrics, train
from riffsmith.training.picture.system import Batches

Started = tuple[RunFolder, RunRecord]


class Recorder(SilentObserver):
    """Keeps what a run tells."""

    def __init__(self) -> None:
        self.steps: list[StepMetrics] = []
        self.notices: list[str] = []
        self.previews: list[Preview] = []
        self.starts: list[tuple[int, int, int | None]] = []

    def on_start(self, step: int, milestones: Milestones) -> None:
        self.starts.append((step, milestones.last_step, milestones.steps_per_epoch))

    def on_step(self, step: int, metrics: StepMetrics) -> None:
        self.steps.append(metrics)

    def on_preview(self, preview: Preview) -> None:
        self.previews.append(preview)

    def on_notice(self, text: str) -> None:
        self.notices.append(text)


def after(steps: int) -> Callable[[], bool]:
    """Says stop after so many questions."""
    asked = 0

    def stop() -> bool:
        nonlocal asked
        asked += 1
        return asked >= steps

    return stop


def last_bytes(run: RunFolder) -> bytes:
    return checkpoint_paths(run.checkpoints)[-1].read_bytes()


def start(folder: Path, corpus: Corpus, seed: int = 3, **training: str) -> Started:
    run = RunFolder(folder)
    return run, create_run(run, corpus, tiny_settings(**training), "report", seed)


@pytest.mark.slow
def test_a_run_leaves_what_it_promises(
    started: Started, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
):
    run, record = started
    recorder = Recorder()
    stored: list[str] = []
    monkeypatch.setattr(
        os, "fsync", lambda file: stored.append(Path(f"/dev/fd/{file}").readlink().name)
    )
    outcome = train(run, record, corpus, [recorder])
    assert (outcome.finished, outcome.step, outcome.epoch) == (True, 12, 4)
    assert recorder.starts == [(0, 12, 3)]
    assert [preview.number for preview in recorder.previews] == [0, 2, 4]
    assert recorder.previews[0].mel_db.shape == (16, 63)
    assert len(recorder.previews[0].audio) == 8_000
    assert run.snapshot_numbers() == [0, 2, 4]
    assert run.preview_numbers() == [0, 2, 4]
    assert len(checkpoint_paths(run.checkpoints)) == 1
    of_checkpoints = [n for n, name in enumerate(stored) if name.startswith(".step-")]
    assert len(of_checkpoints) == 4
    for number in of_checkpoints:  # the lines are on the disk before what counts on them
        assert stored[number - 2 : number] == ["metrics.jsonl", "run"]
    epochs = run.read_metrics("log")
    assert [line["epoch"] for line in epochs] == [1, 2, 3, 4]
    mean = sum(step.discriminator_loss or 0 for step in recorder.steps[:3]) / 3
    assert epochs[0]["discriminator_loss"] == pytest.approx(mean)
    card = load_bundle(run.snapshot(4)).card
    assert (card.snapshot, card.step, card.samples_seen) == (4, 12, 48)
    assert card.corpus_hash == corpus.manifest.corpus_hash()
    assert len(card.recordings) == 3
    assert card.metrics["spread_relative"] > 0


@pytest.mark.slow
def test_a_run_has_the_threads_that_are_set_and_the_caller_its_own(corpus: Corpus, tmp_path: Path):
    class Counter(SilentObserver):
        def on_step(self, step: int, metrics: StepMetrics) -> None:
            counts.add(torch.get_num_threads())

    counts: set[int] = set()
    run = RunFolder(tmp_path / "run")
    settings = tiny_settings(threads="3", epochs="1")
    record = create_run(run, corpus, settings, "report", seed=3)
    assert record.machine.endswith(", 3 threads")
    train(run, record, corpus, [Counter()])
    assert counts == {3}
    assert torch.get_num_threads() == 1


@pytest.mark.slow
def test_a_preview_is_told_of_when_it_is_there_whole(started: Started, corpus: Corpus):
    run, record = started
    told: list[tuple[int, list[object]]] = []

    class Painter(Recorder):
        def on_preview(self, preview: Preview) -> None:
            told.append(
                (preview.number, [line["snapshot"] for line in run.read_metrics("preview")])
            )

    train(run, record, corpus, [Painter()])
    assert told == [(0, []), (2, [0]), (4, [0, 2])]


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["report", "report-wgan"])
def test_the_same_seed_gives_the_same_run(songs: Path, tmp_path: Path, preset: str):
    settings = tiny_settings(preset)
    prepare_corpus(songs, tmp_path / "corpus", settings.corpus, preset=preset)
    corpus = Corpus(tmp_path / "corpus")
    runs = [RunFolder(tmp_path / name) for name in ("one", "two", "other")]
    for run, seed in zip(runs, (5, 5, 6), strict=True):
        train(run, create_run(run, corpus, settings, preset, seed), corpus, [])
    assert last_bytes(runs[0]) == last_bytes(runs[1])
    assert last_bytes(runs[0]) != last_bytes(runs[2])
    one, two = (run.preview(4, ".flac").read_bytes() for run in runs[:2])
    assert one == two


@pytest.mark.slow
@pytest.mark.parametrize("stop", [1, 2, 3, 5, 11])
def test_stopping_anywhere_changes_nothing(
    started: Started, corpus: Corpus, tmp_path: Path, stop: int
):
    whole, record = start(tmp_path / "whole", corpus)
    train(whole, record, corpus, [])
    run, record = started
    outcome = train(run, record, corpus, [], should_stop=after(stop))
    assert (outcome.finished, outcome.step) == (False, stop)
    recorder = Recorder()
    record, corpus = open_run(run)
    assert train(run, record, corpus, [recorder]).finished
    assert recorder.notices == [f"resumed at step {stop}, epoch {stop // 3}"]
    assert last_bytes(run) == last_bytes(whole)
    assert load_bundle(run.snapshot(4)).card.weights_hash == (
        load_bundle(whole.snapshot(4)).card.weights_hash
    )
    names = (
        "event",
        "epoch",
        "snapshot",
        "step",
        "discriminator_loss",
        "spread_relative",
        "overfitting",
    )
    lines = [
        [[line.get(name) for name in names] for line in r.read_metrics()] for r in (run, whole)
    ]
    assert lines[0] == lines[1]


@pytest.mark.slow
def test_a_finished_run_is_left_alone_and_can_be_prolonged(started: Started, corpus: Corpus):
    run, record = started
    train(run, record, corpus, [])
    before = last_bytes(run)
    old = run.checkpoints / "step-000000009.safetensors"
    old.touch()  # as if the run had been killed before it removed this one
    assert train(run, record, corpus, []).finished
    assert not old.exists()
    assert last_bytes(run) == before
    record, _ = open_run(run, training={"epochs": 5}, credit="A band, CC BY 4.0")
    assert train(run, record, corpus, []).epoch == 5
    assert run.snapshot_numbers() == [0, 2, 4, 5]
    steps = [step_of(line) for line in run.read_metrics("log")]
    assert steps == sorted(set(steps))
    cards = [load_bundle(run.snapshot(number)).card for number in (4, 5)]
    assert [card.credit for card in cards] == [None, "A band, CC BY 4.0"]


@pytest.mark.slow
def test_a_damaged_checkpoint_is_named_and_the_snapshots_stay(started: Started, corpus: Corpus):
    run, record = started
    train(run, record, corpus, [])
    whole = last_bytes(run)
    newest = checkpoint_paths(run.checkpoints)[-1]
    for harm in (whole[:-100], whole[:50], b"", whole[:-5] + b"\x07" + whole[-4:]):
        newest.write_bytes(harm)
        with pytest.raises(RunError, match=r"cannot be used .* is damaged .*start a new run"):
            train(run, record, corpus, [])
    assert run.snapshot_numbers() == [0, 2, 4]


@pytest.mark.slow
def test_a_stopped_run_keeps_exact_moments_and_a_finished_one_rounded_ones(
    started: Started, corpus: Corpus
):
    run, record = started

    def are_rounded() -> bool:
        tensors = read_checkpoint(checkpoint_paths(run.checkpoints)[-1]).tensors
        moments = [tensor for key, tensor in tensors.items() if "optimizer" in key]
        return all(torch.equal(one, one.bfloat16().float()) for one in moments)

    train(run, record, corpus, [], should_stop=after(5))
    assert not are_rounded()
    train(run, record, corpus, [])
    assert are_rounded()


@pytest.mark.slow
def test_a_run_is_thinned_to_the_size_that_is_set(corpus: Corpus, tmp_path: Path):
    run, record = start(
        tmp_path / "run", corpus, epochs="40", preview_every_epochs="1", run_megabytes="1"
    )
    train(run, record, corpus, [])
    assert run.snapshot_numbers()[-1] == 40
    assert len(run.snapshot_numbers()) < 40
    assert select_snapshot(run).number in run.snapshot_numbers()
    assert run.preview_numbers()[0] == 0


def test_a_pickle_is_no_checkpoint(started: Started, corpus: Corpus):
    run, record = started
    run.checkpoints.mkdir()
    torch.save({"step": 1}, run.checkpoints / "step-000000001.safetensors")
    with pytest.raises(RunError, match="is damaged"):
        train(run, record, corpus, [])


@pytest.mark.slow
def test_checkpoints_of_other_versions_or_networks_are_refused(
    started: Started, corpus: Corpus, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    run, record = started
    train(run, record, corpus, [])
    monkeypatch.setattr("riffsmith.runs.checkpoint.CHECKPOINT_VERSION", 3)
    with pytest.raises(RunError, match="checkpoint format 2, this Riffsmith reads 1 and 3"):
        train(run, record, corpus, [])
    monkeypatch.undo()
    generator = record.settings.generator.model_copy(update={"channels": (12, 8)})
    settings = record.settings.model_copy(update={"generator": generator})
    with pytest.raises(RunError, match="belongs to other networks"):
        train(run, record.model_copy(update={"settings": settings}), corpus, [])


def test_a_changed_corpus_is_refused(started: Started, songs: Path, tmp_path: Path):
    run, record = started
    prepare_corpus(
        songs,
        tmp_path / "c",
        record.settings.corpus,
        preset="report",
        hold_out=["song 1", "song 2"],
    )
    with pytest.raises(RunError, match="has changed since"):
        train(run, record, Corpus(tmp_path / "c"), [])


def test_starting_is_refused_where_it_would_harm(started: Started, corpus: Corpus, tmp_path: Path):
    run, record = started
    with pytest.raises(RunError, match="already holds a run"):
        create_run(run, corpus, record.settings, "report", 0)
    with pytest.raises(RunError, match="was prepared for other settings"):
        create_run(
            RunFolder(tmp_path / "x"), corpus, tiny_settings("report-wgan"), "report-wgan", 0
        )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace(f'"version": {RUN_VERSION}', '"version": 8'), "run format 8"),
        (lambda text: text[:100], "is damaged"),
        (lambda text: text.replace('"seed"', '"sead"'), "is damaged"),
    ],
)
def test_damaged_records_are_named(started: Started, change, message: str):
    run, _ = started
    path = run.path / "run.json"
    path.write_text(change(json.dumps(parse_checked(path.read_bytes()))))
    with pytest.raises(RunError, match=message):
        open_run(run)


def test_no_run_is_named(tmp_path: Path):
    with pytest.raises(RunError, match="is not a run"):
        open_run(RunFolder(tmp_path))


def test_losses_that_are_not_finite_stop_the_run(corpus: Corpus, tmp_path: Path):
    run, record = start(tmp_path / "run", corpus, learning_rate="1e30", monitor="false")
    with pytest.raises(RunError, match=r"no longer finite at step \d+: checkpoints and snapshots"):
        train(run, record, corpus, [])
    assert not run.read_metrics("rollback")


@pytest.mark.slow
def test_minutes_count_over_all_sittings(corpus: Corpus, tmp_path: Path):
    run = RunFolder(tmp_path / "run")
    record = create_run(run, corpus, tiny_settings(epochs="1"), "report", 3, minutes=0.06)
    first = train(run, record, corpus, []).step
    assert first > 3  # minutes go before epochs
    assert train(run, record, corpus, []).step == first
    record, _ = open_run(run, minutes=0.12)
    assert train(run, record, corpus, []).step > first
    assert open_run(run)[0].minutes == 0.12


@pytest.mark.slow
def test_minutes_include_the_preparation_and_leave_half_for_steps(corpus: Corpus, tmp_path: Path):
    run = RunFolder(tmp_path / "run")
    record = create_run(run, corpus, tiny_settings(), "report", 3, minutes=0.02)
    train(run, record, corpus, [], seconds_before=600.0)
    lines, (session,) = run.read_metrics("log"), run.read_metrics("session")
    other = sum(float(str(line["other_seconds"])) for line in [*lines, session])
    assert other > 600
    checkpoint = read_latest(run.checkpoints)
    assert checkpoint is not None
    stepped = sum(float(str(line["seconds"])) for line in lines)
    stepped += checkpoint.sums.get("seconds", 0.0)
    assert stepped >= 0.6  # half of the time, although the preparation took ten minutes


@pytest.mark.slow
def test_an_end_within_an_epoch_keeps_the_snapshots_before(corpus: Corpus, tmp_path: Path):
    run = RunFolder(tmp_path / "run")
    record = create_run(run, corpus, tiny_settings(), "report", 3, minutes=1e-9)
    assert train(run, record, corpus, []).step == 1  # of three in an epoch
    assert run.snapshot_numbers() == [0, 1]
    assert [load_bundle(run.snapshot(epoch)).card.step for epoch in (0, 1)] == [0, 1]


@pytest.mark.slow
@pytest.mark.parametrize("epochs", ["3", "5"])
def test_a_kill_between_the_last_checkpoint_and_its_preview_loses_nothing(
    corpus: Corpus, tmp_path: Path, epochs: str, monkeypatch: pytest.MonkeyPatch
):
    run, record = start(tmp_path / "run", corpus, epochs=epochs, preview_every_epochs="10")

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("riffsmith.training.loop.write_checkpoint", die)
        with pytest.raises(KeyboardInterrupt):
            train(run, record, corpus, [])
    train(run, record, corpus, [])
    assert run.snapshot_numbers() == [0, int(epochs)]
    (run.metrics).write_text("")  # as if the preview had never been made
    shutil.rmtree(run.snapshots)
    train(run, record, corpus, [])
    assert run.snapshot_numbers() == [int(epochs)]


@pytest.mark.slow
def test_a_single_segment_gives_a_model_that_can_be_used(tmp_path: Path):
    write_music(tmp_path / "in" / "a.wav", 1.2)
    prepare_corpus(tmp_path / "in", tmp_path / "c", tiny_settings().corpus, preset="report")
    corpus = Corpus(tmp_path / "c")
    run, record = start(tmp_path / "run", corpus)
    train(run, record, corpus, [])
    card = load_bundle(run.snapshot(4)).card
    assert card.metrics["spread_relative"] == 0
    assert card.samples_seen == 4


def test_a_moved_corpus_is_found_again(started: Started, corpus: Corpus, tmp_path: Path):
    run, _ = started
    shutil.copytree(corpus.path, tmp_path / "moved")
    record, opened = open_run(run, corpus=Corpus(tmp_path / "moved"))
    assert opened.path == tmp_path / "moved"
    assert open_run(run)[0] == record


def test_another_corpus_is_refused_by_name(started: Started, songs: Path, tmp_path: Path):
    run, record = started
    write_music(tmp_path / "in" / "new.wav", 4.0, seed=7)
    shutil.copytree(songs, tmp_path / "in", dirs_exist_ok=True)
    (tmp_path / "in" / "song 3.wav").unlink()
    settings = record.settings.corpus
    prepare_corpus(tmp_path / "in", tmp_path / "grown", settings, preset="report")
    with pytest.raises(
        RunError,
        match=r"started with \(1 recording was added \(new.wav\), 1 recording was removed"
        r" \(song 3.wav\)\): name .* to go on with the run, or start a new run with it: riffsmith",
    ):
        open_run(run, corpus=Corpus(tmp_path / "grown"))
    run.write_record(record.model_copy(update={"corpus": str(tmp_path / "gone")}))
    with pytest.raises(RunError, match="has changed since .*, or is another corpus: prepare it"):
        open_run(run, corpus=Corpus(tmp_path / "grown"))


def test_a_run_in_use_is_refused(started: Started, corpus: Corpus):
    run, record = started
    with hold(run.path, RunError), pytest.raises(RunError, match="in use by another"):
        train(run, record, corpus, [])
    assert not checkpoint_paths(run.checkpoints)


@pytest.mark.slow
def test_strange_entries_are_passed_over(started: Started, corpus: Corpus):
    run, record = started
    train(run, record, corpus, [])
    (run.snapshots / "epoch-0001 copy").mkdir()
    with run.metrics.open("a") as file:
        file.write("null\n[1]\n")
    assert run.snapshot_numbers() == [0, 2, 4]
    assert len(run.read_metrics("log")) == 4
    assert len(run.read_metrics()) == 9  # and three previews, two checks


def test_too_small_a_corpus_is_refused(corpus: Corpus):
    settings = tiny_settings("report-wgan", batch_size="20")
    with pytest.raises(CorpusError, match="has 12 training segments, a batch needs 20"):
        Batches(12, settings, 0)


def test_batches_cover_an_epoch_and_change_with_it():
    settings = tiny_settings(batch_size="4")
    batches = Batches(10, settings, 0)
    assert batches.steps_per_epoch == 3
    first = [batches.indices(step) for step in range(3)]
    assert sorted(index for indices in first for index in indices) == list(range(10))
    second = [batches.indices(step) for step in range(3, 6)]
    assert first != second
    assert Batches(10, settings, 0).indices(4) == second[1]
    assert Batches(10, settings, 1).indices(0) != first[0]
    dropping = Batches(10, tiny_settings("report-wgan", batch_size="4"), 0)
    assert dropping.steps_per_epoch == 2
    assert all(len(dropping.indices(step)) == 4 for step in range(6))


@pytest.mark.slow
def test_the_learning_rate_is_halved(songs: Path, tmp_path: Path):
    settings = tiny_settings("report-wgan", halve_learning_rate_every_epochs="2")
    prepare_corpus(songs, tmp_path / "c", settings.corpus, preset="report-wgan")
    corpus, run = Corpus(tmp_path / "c"), RunFolder(tmp_path / "run")
    train(run, create_run(run, corpus, settings, "report-wgan", 0), corpus, [])
    rates = [line["learning_rate"] for line in run.read_metrics("log")]
    assert rates == [2e-4, 2e-4, 1e-4, 1e-4]


def test_a_run_moves_with_its_own_corpus(songs: Path, tmp_path: Path):
    inside = tmp_path / "run" / "corpus"
    prepare_corpus(songs, inside, tiny_settings().corpus, preset="report")
    run, record = start(tmp_path / "run", Corpus(inside))
    assert record.corpus == "corpus"
    shutil.move(run.path, tmp_path / "moved")
    _, corpus = open_run(RunFolder(tmp_path / "moved"))
    assert len(corpus.train) == 12


def test_a_line_cut_off_by_a_crash_is_left_out(started: Started):
    run, _ = started
    run.append_metrics({"event": "log", "step": 1})
    with run.metrics.open("a") as file:
        file.write('{"event": "lo')
    assert run.read_metrics() == [{"event": "log", "step": 1}]


def test_a_gpu_that_is_not_there_is_named(corpus: Corpus, tmp_path: Path):
    if torch.cuda.is_available():
        pytest.skip("there is one")
    run, record = start(tmp_path / "run", corpus, device="cuda")
    with pytest.raises(SettingsError, match="no CUDA device found"):
        train(run, record, corpus, [])


@pytest.mark.slow
def test_metrics_are_json(started: Started, corpus: Corpus):
    run, record = started
    train(run, record, corpus, [])
    for line in run.metrics.read_text().splitlines():
        assert json.loads(line)["event"] in ("log", "preview", "check")
