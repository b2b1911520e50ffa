from pathlib import Path

import pytest
from conftest import TINY_LATENTS

from riffsmith.config import LatentSettings
from riffsmith.corpus import Corpus
from riffsmith.pipeline import training as module
from riffsmith.pipeline.training import TrainingRequest, begin_training
from riffsmith.runs import RunFolder


@pytest.mark.parametrize(
    ("minutes", "given", "steps"),
    [(1.0, {}, 34), (1000.0, {}, 2000), (None, {}, 2000), (1.0, {"flow_matching_steps": "7"}, 7)],
)
def test_a_training_of_some_minutes_has_a_schedule_that_fits(
    minutes: float | None,
    given: dict[str, str],
    steps: int,
    latent_corpus: Corpus,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(module, "measure_training_seconds", lambda _, count: 2.0 * count)
    training = {**TINY_LATENTS["training"], **given}
    if not given:
        del training["flow_matching_steps"]
    request = TrainingRequest(minutes=minutes, overrides={**TINY_LATENTS, "training": training})
    run = RunFolder(tmp_path / "run")
    record, _ = begin_training(latent_corpus.path, run, request, resume=False)
    assert isinstance(record.settings, LatentSettings)
    assert record.settings.training.flow_matching_steps == steps
    assert record.minutes == minutes
