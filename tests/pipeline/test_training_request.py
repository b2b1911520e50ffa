from pathlib import Path

import pytest
from conftest import TINY_LATENTS, tiny_latents, tiny_settings

from riffsmith.cli.training_progress import describe_times
from riffsmith.config import LatentSettings
from riffsmith.corpus import Corpus
from riffsmith.pipeline import training as module
from riffsmith.pipeline.training import TimePlan, TrainingRequest, begin_training
from riffsmith.runs import RunFolder
from riffsmith.training import measure_preparation_seconds


@pytest.mark.parametrize(
    ("minutes", "preparation", "given", "steps"),
    [
        (1.0, 0.0, {}, 34),
        (2.0, 60.0, {}, 34),  # the preparation takes one of the minutes
        (2.0, 6000.0, {}, 34),  # steps have half of the minutes at least
        (1000.0, 0.0, {}, 1200),
        (None, 0.0, {}, 1200),
        (1.0, 0.0, {"flow_matching_steps": "7"}, 7),
    ],
)
def test_a_training_of_some_minutes_has_a_schedule_that_fits(
    minutes: float | None,
    preparation: float,
    given: dict[str, str],
    steps: int,
    latent_corpus: Corpus,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(module, "measure_training_seconds", lambda _, count: 2.0 * count)
    monkeypatch.setattr(module, "measure_preparation_seconds", lambda *_, **__: preparation)
    training = {**TINY_LATENTS["training"], **given}
    if not given:
        del training["flow_matching_steps"]
    request = TrainingRequest(minutes=minutes, overrides={**TINY_LATENTS, "training": training})
    run = RunFolder(tmp_path / "run")
    plans: list[TimePlan] = []
    record, _ = begin_training(latent_corpus.path, run, request, resume=False, on_plan=plans.append)
    assert [plan.preparation_seconds for plan in plans] == [preparation]
    assert isinstance(record.settings, LatentSettings)
    assert record.settings.training.flow_matching_steps == steps
    assert record.minutes == minutes


@pytest.mark.parametrize(
    ("plan", "steps", "total", "words"),
    [
        (
            TimePlan(None, 3.0, 240.0),
            None,
            None,
            "before the first training step, about 4 min of preparation",
        ),
        (TimePlan(None, 3.0, 0.0), None, None, "the training steps begin at once"),
        (
            TimePlan(30.0, 60.0, 240.0),
            1500.0,
            1800.0,
            "about 4 min of preparation, then 25 min of training steps",
        ),
        (
            TimePlan(1.5, 3.0, 330.0),
            45.0,
            378.0,
            "the preparation takes about 6 min, which leaves too little of the 1.5 min: training "
            "steps get 45 s all the same, so the training takes about 6 min",
        ),
    ],
)
def test_the_times_of_a_training_are_announced(
    plan: TimePlan, steps: float | None, total: float | None, words: str
):
    assert (plan.steps_seconds, plan.total_seconds) == (steps, total)
    assert describe_times(plan) == words
    assert plan.is_longer == ("all the same" in words)


@pytest.mark.slow
def test_the_preparation_grows_with_the_music():
    some = measure_preparation_seconds(tiny_latents(), 60.0, 0.0, 1)
    assert 0 < some < measure_preparation_seconds(tiny_latents(), 60_000.0, 0.0, 1)
    assert measure_preparation_seconds(tiny_settings(), 60.0, 0.0, 1) == 0
