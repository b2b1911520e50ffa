"""Trainings as processes that outlive the server."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
import pytest
from conftest import tiny_settings, write_music
from lock_owners import write_owner
from studios import detail, opened, problem

from riffsmith.config import PictureTrainingSettings
from riffsmith.corpus import Corpus
from riffsmith.errors import RunError
from riffsmith.files import hold
from riffsmith.runs import Outcome, OutcomeState, RunFolder, create_run, write_outcome
from riffsmith.studio import command
from riffsmith.studio.errors import ConflictError
from riffsmith.studio.home import Home
from riffsmith.studio.jobs import report as job_report
from riffsmith.studio.jobs.folder import JobFolder, JobRecord, ProcessRecord
from riffsmith.studio.jobs.jobs import Jobs
from riffsmith.studio.recordings.sources import Sources
from riffsmith.studio.routes import jobs as job_routes
from riffsmith.training import plan_milestones

WAITS = "import signal; signal.pause()"


def starting(code: str) -> Callable[[Home, Sources], Jobs]:
    """Jobs whose processes run this instead."""

    def start(words: Sequence[str], log: Path) -> "subprocess.Popen[str]":
        assert words[1:5] == ["-P", "-m", "riffsmith", "train"]
        run = words[6]
        with log.open("a") as file:
            return subprocess.Popen(
                [sys.executable, "-S", "-c", f"RUN = {run!r}; {code}"],
                stdout=file,
                stderr=file,
                text=True,
                start_new_session=True,
            )

    return lambda home, sources: Jobs(home, sources, start=start)


def end(home: Path, name: str) -> None:
    """Waits until the process of a job has ended."""
    process = JobFolder(home / "runs" / name).process()
    if process is not None:
        process.wait(120)


def ask(name: str, source: str = "demo", **more: object) -> dict[str, object]:
    return {"source": source, "name": name, **more}


def ending(**outcome: object) -> str:
    """Code of a training that writes an outcome and ends."""
    return f"open(RUN + '/outcome.json', 'w').write({json.dumps(outcome)!r})"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "state", "message"),
    [
        (ending(state="finished", step=8), "finished", None),
        (ending(state="stopped", step=4), "stopped", None),
        (
            ending(state="failed", code="CorpusError", message="/home/nobody/songs: too little"),
            "failed",
            ("failed", {"reason": "songs: too little"}),
        ),
        (
            ending(state="preparing", stage="recordings", progress=1.0, seconds_left=0.0),
            "stopped",
            ("interrupted", {}),
        ),
        ("open(RUN + '/outcome.json', 'w').write('{')", "stopped", ("outcome_damaged", {})),
        ("import os; os.kill(os.getpid(), 9)", "stopped", ("interrupted", {})),
        (
            ending(state="training", step=4) + "; import os; os.kill(os.getpid(), 9)",
            "stopped",
            ("interrupted", {}),
        ),
        ("print('trained; riffsmith: stopped')", "stopped", ("interrupted", {})),
    ],
)
def test_how_a_job_ended_is_read_from_disk(
    tmp_path: Path, code: str, state: str, message: tuple[str, dict[str, object]] | None
):
    home = tmp_path / "home"
    with opened(home, jobs=starting(code)) as (_, client):
        assert client.post("/api/jobs", json=ask("mine")).status_code == 201
        end(home, "mine")
    with opened(home) as (_, client):  # another server
        job = client.get("/api/jobs/mine").json()
        assert job["state"] == state
        found = job["message"]
        assert (found and (found["code"], found["parameters"])) == message
        assert (job["progress"] == 1.0) == (state == "finished")


@pytest.mark.slow
def test_a_training_is_renamed_and_deleted(tmp_path: Path):
    home = tmp_path / "home"
    runs = home / "runs"
    with opened(home, jobs=starting(WAITS)) as (_, client):
        client.post("/api/jobs", json=ask("one"))
        for answer in (
            client.patch("/api/jobs/one", json={"name": "two"}),
            client.delete("/api/jobs/one"),
        ):
            assert "training 'one' is running or being measured" in detail(answer, 409)
        client.post("/api/jobs/one/stop")
        end(home, "one")
        (runs / "taken").mkdir()
        assert "already: choose another" in detail(
            client.patch("/api/jobs/one", json={"name": "taken"}), 409
        )
        assert client.patch("/api/jobs/one", json={"name": "../two"}).status_code == 422
        assert client.patch("/api/jobs/one", json={"name": "two"}).json()["name"] == "two"
        assert [job["name"] for job in client.get("/api/jobs").json()] == ["two"]
        with hold(JobFolder(runs / "two").measurements, ConflictError):
            assert client.delete("/api/jobs/two").status_code == 409
        assert client.delete("/api/jobs/two").status_code == 204
        assert client.delete("/api/jobs/two").status_code == 404
        assert [path.name for path in runs.iterdir()] == ["taken"]


@pytest.mark.slow
def test_one_at_a_time(tmp_path: Path):
    home = tmp_path / "home"
    with opened(home, jobs=starting(WAITS)) as (_, client):
        job = client.post("/api/jobs", json=ask("one", minutes=5)).json()
        assert (job["state"], job["stage"], job["preset"]) == ("running", "recordings", "latent")
        assert (job["unit"], job["epoch"], job["progress"]) == ("step", None, None)
        answer = client.post("/api/jobs", json=ask("two"))
        assert "training one is running" in detail(answer, 409)
        assert "already: choose another name" in detail(
            client.post("/api/jobs", json=ask("one")), 409
        )
        assert "is running: only a stopped" in detail(client.post("/api/jobs/one/resume"), 409)
        assert not (home / "runs" / "two").exists()
    with opened(home, jobs=starting(WAITS)) as (_, client):  # it is found again
        assert client.get("/api/jobs").json()[0]["state"] == "running"
        assert client.post("/api/jobs", json=ask("two")).status_code == 409
        assert client.post("/api/jobs/one/stop").status_code == 202
        end(home, "one")
        job = client.get("/api/jobs/one").json()
        assert (job["state"], job["message"]) == ("stopped", None)
        assert "nothing to stop" in detail(client.post("/api/jobs/one/stop"), 409)
        assert client.post("/api/jobs/one/resume").json()["state"] == "running"
        client.post("/api/jobs/one/stop")
        end(home, "one")
        assert client.post("/api/jobs", json=ask("two")).status_code == 201
        assert [job["name"] for job in client.get("/api/jobs").json()] == ["two", "one"]
        client.post("/api/jobs/two/stop")
        end(home, "two")


@pytest.mark.slow
def test_name_held_out_recordings_and_credit_are_those_of_the_request(tmp_path: Path):
    """The folder of an upload has a key for a name, which says nothing to people."""
    home = tmp_path / "home"
    write_music(home / "uploads" / "0123456789abcdef" / "a.wav")
    asked: list[list[str]] = []

    def start(words: Sequence[str], log: Path) -> "subprocess.Popen[str]":
        asked.append(list(words))
        return subprocess.Popen([sys.executable, "-S", "-c", "pass"], text=True)

    jobs = lambda home, sources: Jobs(home, sources, start=start)  # noqa: E731
    with opened(home, jobs=jobs) as (_, client):
        for name, hold_out in (("my-band", ["-a b.wav", "c.wav"]), ("all", []), ("tenth", None)):
            credit = "-Uno, CC0" if name == "my-band" else None
            body = ask(name, "upload:0123456789abcdef", hold_out=hold_out, credit=credit)
            assert client.post("/api/jobs", json=body).json()["held_out"] is None
            end(home, name)
        assert client.post("/api/jobs/my-band/resume").status_code == 202
        end(home, "my-band")
    assert ["--credit=-Uno, CC0" in words for words in asked] == [True, False, False, True]
    assert asked.pop() == asked[0]
    assert [words[words.index("--name") + 1] for words in asked] == ["my-band", "all", "tenth"]
    named = [[word for word in words if word.startswith("--hold-out")] for words in asked]
    assert named == [["--hold-out=-a b.wav", "--hold-out=c.wav"], ["--hold-out=none"], []]


def test_a_start_that_fails_leaves_the_name_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    begun: list[subprocess.Popen[str]] = []

    def start(words: Sequence[str], log: Path) -> "subprocess.Popen[str]":
        if not begun:
            begun.append(command.start([sys.executable, "-S", "-c", WAITS], log))
            return begun[0]
        raise OSError(errno.ENOSPC, "No space left on device")

    def fail(_folder: JobFolder, _pid: int) -> None:
        raise RunError("the disk is full")

    monkeypatch.setattr(JobFolder, "note_process", fail)
    with opened(tmp_path, jobs=lambda *parts: Jobs(*parts, start=start)) as (_, client):
        assert detail(client.post("/api/jobs", json=ask("mine")), 400) == "the disk is full"
        assert begun[0].wait(10) != 0  # nobody would know that it runs
        answer = client.post("/api/jobs", json=ask("mine"))
        assert "the disk is full: free some space and try again" in detail(answer, 400)
    assert list((tmp_path / "runs").iterdir()) == []


def test_another_process_of_that_number_is_not_ours(tmp_path: Path):
    folder = JobFolder(tmp_path)
    ours = psutil.Process()
    record = ProcessRecord(pid=ours.pid, started=ours.create_time() - 60)
    (tmp_path / "process.json").write_text(record.model_dump_json())
    assert folder.process() is None
    folder.note_process(ours.pid)
    assert folder.process() == ours
    (tmp_path / "process.json").write_text("{")
    assert folder.process() is None


def test_the_lock_of_its_folder_tells_whether_a_training_runs(tmp_path: Path):
    home = tmp_path / "home"
    with opened(home) as (_, client):
        folder = JobFolder(home / "runs" / "one")
        record = JobRecord(source="demo", minutes=1, preset="report", created="2026")
        folder.write_record(record)
        write_owner(folder.path, pid=os.getppid())  # and no process.json
        assert client.get("/api/jobs/one").json()["state"] == "running"
        assert folder.process() == psutil.Process(os.getppid())
        assert problem(client.post("/api/jobs/one/resume"), 409)["code"] == "job_runs"
        assert problem(client.post("/api/jobs", json=ask("two")), 409)["code"] == "other_job_runs"
        write_owner(folder.path, host="elsewhere")  # a process that cannot be stopped from here
        assert problem(client.post("/api/jobs/one/stop"), 409)["code"] == "job_in_use"
        assert not (home / "runs" / "two").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "../x"}, "name: not of the right form"),
        ({"name": "a/b"}, "name: not of the right form"),
        ({"name": ""}, "name: not of the right form"),
        ({"minutes": 0}, "minutes: Input should be greater than 0"),
        ({"credit": " \t"}, "credit: not of the right form"),
        ({"hold_out": ["a\0.wav"]}, "hold_out.0: not of the right form"),
        ({"hold_out": ["a" * 4000] * 200}, "hold out fewer recordings"),
        ({"preset": "polka"}, "preset: Value error, choose one of latent"),
    ],
)
def test_wrong_jobs_are_refused(tmp_path: Path, change: dict[str, object], words: str):
    with opened(tmp_path / "home") as (_, client):
        answer = client.post("/api/jobs", json={**ask("mine"), **change})
        assert words in detail(answer, 422)
        assert "no training 'none'" in detail(client.get("/api/jobs/none"), 404)
        assert "nothing to show yet" in detail(_report_of_nothing(tmp_path, client), 404)
        assert "nothing to show yet" in detail(client.post("/api/jobs/new/measurement"), 404)


def _measured(folder: JobFolder, client):
    """A measurement is the command itself, here without its minutes; the page follows it."""
    asked: list[tuple[object, ...]] = []

    def run(*words: object, limit_seconds: float) -> str:
        asked.append(words)
        if "--quick" not in words:
            (folder.path / "report" / "evaluation.json").write_text("{}")
        return ""

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job_routes, "run_command", run)
        patch.setattr(job_report, "run_command", run)
        client.get("/api/jobs/real/report?language=es")
        assert asked == []  # nothing new
        os.utime(folder.path / "report.es.html", (2e10, 2e10))  # as written with a wrong clock
        assert client.post("/api/jobs/real/measurement").status_code == 204
        assert asked == [("report", folder.path)]
        assert client.get("/api/jobs/real").json()["is_measured"]
        client.get("/api/jobs/real/report?language=es")
        assert "--quick" in asked[-1]
        client.get("/api/jobs/real/report?language=es")
        assert len(asked) == 2  # once
        with hold(folder.path / "report", ConflictError):
            again = client.post("/api/jobs/real/measurement")
        assert "in use by another Riffsmith process" in detail(again, 409)


def _report_of_nothing(tmp_path: Path, client):
    folder = tmp_path / "home" / "runs" / "new"
    folder.mkdir()
    (folder / "job.json").write_text(
        '{"source": "demo", "minutes": null, "preset": "latent", "created": ""}'
    )
    assert "no preview 3" in detail(client.get("/api/jobs/new/previews/3.png"), 404)
    (folder.parent / "damaged").mkdir()
    (folder.parent / "damaged" / "job.json").write_text("{")
    assert [job["name"] for job in client.get("/api/jobs").json()] == ["new"]
    return client.get("/api/jobs/new/report")


@pytest.mark.slow
def test_a_run_of_the_first_version_cannot_go_on(tmp_path: Path):
    home = tmp_path / "home"
    with opened(home, jobs=starting("raise SystemExit('started')")) as (_, client):
        client.post("/api/jobs", json=ask("old"))
        end(home, "old")
        run = home / "runs" / "old"
        (run / "run.json").write_text('{"version": 1}')
        (run / "snapshots" / "epoch-0010").mkdir(parents=True)
        (run / "snapshots" / "epoch-0010" / "card.json").write_text("{}")
        found = problem(client.post("/api/jobs/old/resume"), 400)
        assert found["code"] == "run_unusable"
        assert "start a new run" in found["detail"]
        assert (run / "train.log").read_text().count("started") == 1
        assert client.get("/api/jobs").json() == []
        assert all(model["kind"] == "shipped" for model in client.get("/api/models").json())


@pytest.mark.slow
def test_a_finished_training_goes_on_for_some_minutes(tmp_path: Path, corpus: Corpus):
    home = tmp_path / "home"

    with opened(home, jobs=starting("pass")) as (_, client):

        def resume(name: str, **body: object):
            return client.post(f"/api/jobs/{name}/resume", json=body)

        for name, code in (("done", None), ("flat", "plateau")):
            folder = JobFolder(home / "runs" / name)
            folder.path.mkdir()
            folder.write_record(
                JobRecord(source="demo", minutes=1.0, preset="report", created=name)
            )
            record = create_run(folder.run, corpus, tiny_settings(), "report", seed=0, minutes=1.0)
            write_outcome(folder.run, Outcome(state=OutcomeState.FINISHED, step=4, code=code))
        epoch = plan_milestones(record.settings, len(corpus.train)).steps_per_epoch
        assert epoch is not None
        done = JobFolder(home / "runs" / "done")
        assert problem(resume("done"), 409)["code"] == "job_finished"
        assert problem(resume("done", minutes=1), 409)["code"] == "no_step_times"
        assert resume("done", minutes=0).status_code == 422
        done.run.append_metrics({"event": "log", "step": 4, "seconds": 8.0})
        assert problem(resume("flat", minutes=1), 409)["code"] == "job_ended_by_monitor"
        assert resume("done", minutes=1).status_code == 202  # 30 steps of 2 s
        end(home, "done")
        assert problem(resume("done", minutes=1), 409)["code"] == "job_not_finished"
    record = done.run.read_record()
    assert isinstance(record.settings.training, PictureTrainingSettings)
    assert record.settings.training.epochs == -(-34 // epoch)
    assert (record.minutes, done.read_record().minutes) == (None, None)


@pytest.mark.slow
def test_curves_and_events_come_from_the_metrics(tmp_path: Path, corpus: Corpus):
    home = tmp_path / "home"
    with opened(home, jobs=starting(ending(state="finished", code="plateau"))) as (_, client):
        client.post("/api/jobs", json=ask("mine", preset="report"))
        end(home, "mine")
        run = RunFolder(home / "runs" / "mine")
        create_run(run, corpus, tiny_settings(), "report", seed=0)
        for epoch in range(1, 1201):
            line = {"event": "log", "epoch": epoch, "step": 3 * epoch, "seconds": 1.0}
            run.append_metrics({**line, "discriminator_loss": 0.5, "generator_loss": float("nan")})
        run.append_metrics({"event": "check", "step": 3, "distance": 4.5})
        run.append_metrics({"event": "check", "step": 6, "distance": None})
        nearest = {"snapshot": 1, "unit": "epoch", "distance": 4.5}
        best = {"event": "best", "step": 3, "code": "nearest", "parameters": nearest}
        run.append_metrics({**best, "text": "nearest so far"})
        runaway = {"names": ["generator_loss", "output_mean"], "step": 6, "gap": None}
        fault = {"event": "rollback", "step": 6, "code": "not_finite", "parameters": runaway}
        run.append_metrics({**fault, "to_step": 3, "text": "going back"})
        run.append_metrics({"event": "best", "step": 3, "text": "written before there were codes"})
        run.append_metrics({**best, "event": "stop", "code": "plateau", "text": "no nearer"})
        run.append_metrics({"event": "preview", "snapshot": 1, "step": 3})
        assert client.get("/api/jobs/mine").json()["losses"] == []
        run.append_metrics({"event": "log", "epoch": 1, "step": 3, "generator_loss": 1.5})
        first = {"step": 3, "discriminator": None, "generator": 1.5}
        assert client.get("/api/jobs/mine").json()["losses"] == [first]
        for epoch in range(1, 1201):
            line = {"event": "log", "epoch": epoch, "step": 3 * epoch, "seconds": 1.0}
            run.append_metrics({**line, "discriminator_loss": 0.5, "generator_loss": 0.25})
        job = client.get("/api/jobs/mine").json()
        assert len(job["losses"]) <= 500
        assert job["losses"][-1] == {"step": 3600, "discriminator": 0.5, "generator": 0.25}
        assert job["distances"] == [{"step": 3, "distance": 4.5}]
        message = {"code": "nearest", "parameters": nearest, "detail": "nearest so far"}
        first, second, third = job["events"]
        assert first == {"step": 3, "kind": "best", "message": message, "to_step": None}
        assert (second["kind"], second["message"]["code"]) == ("rollback", "not_finite")
        assert second["message"]["parameters"]["names"] == "generator loss, output mean"
        assert (second["message"]["parameters"]["gap"], second["to_step"]) == (None, 3)
        assert job["stopped_by"] == third["message"]
        assert job["stopped_by"]["code"] == "plateau"
        assert job["previews"] == []
        assert (job["unit"], job["epoch"], job["step"]) == ("epoch", 1200, 3600)
        assert job["steps"] == 4 * 3


def test_the_position_is_that_of_the_newest_line(tmp_path: Path, corpus: Corpus):
    """A snapshot and its verdict are written after the last line of the log."""
    home = tmp_path / "home"
    with opened(home, jobs=starting(ending(state="stopped"))) as (_, client):
        client.post("/api/jobs", json=ask("mine", preset="report"))
        end(home, "mine")
        run = RunFolder(home / "runs" / "mine")
        create_run(run, corpus, tiny_settings(), "report", seed=0)
        run.append_metrics({"event": "log", "epoch": 9, "step": 27, "seconds": 1.0})
        run.append_metrics({"event": "preview", "snapshot": 10, "step": 30, "epoch": 10})
        nearest = {"snapshot": 10, "unit": "epoch", "distance": 4.5}
        best = {"event": "best", "step": 30, "code": "nearest", "parameters": nearest}
        run.append_metrics({**best, "text": "nearest so far"})
        job = client.get("/api/jobs/mine").json()
        assert (job["epoch"], job["step"]) == (10, 30)
        held_out = [one.source.path for one in corpus.manifest.of_split("held_out")]
        assert job["held_out"] == held_out
        assert job["held_out_minutes"] == pytest.approx(4.5 / 60, abs=1e-3)
        assert job["held_out_from_seconds"] is None


@pytest.mark.slow
def test_a_real_training_is_stopped_found_and_gone_on_with(tmp_path: Path):
    """By the command itself, with another server after each step."""
    home = tmp_path / "home"
    for number in range(2):
        write_music(tmp_path / "songs" / f"{number}.wav", 14.0, 22_050, seed=number)
    body = ask("real", str(tmp_path / "songs"), preset="report", minutes=30)
    with opened(home) as (_, client):
        assert client.post("/api/jobs", json=body).json()["state"] == "running"
    folder = JobFolder(home / "runs" / "real")
    process = folder.process()
    assert process is not None
    assert process.nice() == command._NICE or sys.platform == "win32"
    try:
        while not folder.run.read_metrics("log"):
            with pytest.raises(psutil.TimeoutExpired):
                process.wait(0.2)
        process.suspend()  # so that it makes no further preview while it is looked at
        os.utime(folder.run.metrics, (1e9, 1e9))  # as if another session had written it long ago
        with opened(home) as (_, client):
            job = client.get("/api/jobs/real").json()
            assert (job["state"], job["stage"]) == ("running", "training")
            assert 0 < job["progress"] < 0.5
            assert 0 < job["seconds_left"] < 1800
            assert [preview["snapshot"] for preview in job["previews"]] == [0]
            assert client.get("/api/jobs/real/previews/0.flac").content[:4] == b"fLaC"
            assert client.get("/api/jobs/real/previews/0.png").content[1:4] == b"PNG"
            process.resume()
            client.post("/api/jobs/real/stop")
            process.wait(60)
            job = client.get("/api/jobs/real").json()
            assert (job["state"], job["message"]) == ("stopped", None)
            assert list(folder.run.checkpoints.iterdir())
            answer = client.get("/api/jobs/real/report?language=es")
            assert answer.status_code == 200
            assert 'lang="es"' in answer.text
            assert answer.headers["content-security-policy"].startswith("default-src 'none'")
            assert not job["is_measured"]
            _measured(folder, client)
            assert client.post("/api/jobs/real/resume").json()["state"] == "running"
            process = folder.process()
            assert process is not None
            process.kill()
            process.wait(60)
            assert "it can go on" in client.get("/api/jobs/real").json()["message"]["detail"]
            assert client.get("/api/models").json()[0]["id"] == "run:real"
            record = json.loads((folder.path / "run.json").read_text())
            assert (record["preset"], record["minutes"]) == ("report", 30.0)
    finally:
        if (left := folder.process()) is not None:
            left.kill()
