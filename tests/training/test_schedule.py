"""Learning rates and milestones, computed by hand."""

import pytest
import torch
from conftest import tiny_latents, tiny_settings

from riffsmith.training.schedule import (
    LearningRate,
    count_samples_seen,
    halving,
    plan_milestones,
    warm_up_cosine,
)


def test_a_learning_rate_is_the_product_of_base_factor_and_rollbacks():
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    learning_rate = LearningRate(optimizer, 0.8, halving(10))
    assert [learning_rate.at(step) for step in (0, 9, 10, 29)] == [0.8, 0.8, 0.4, 0.2]
    learning_rate.reduce(2)
    learning_rate.apply(10)
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.1)
    assert halving(None)(1_000) == 1.0


def test_a_warm_up_rises_linearly_and_falls_along_a_cosine():
    factor = warm_up_cosine(100, rising_steps=10, last_factor=0.2)
    assert factor(4) == pytest.approx(0.5 * factor(9), rel=0.02)
    assert factor(50) == pytest.approx(0.6)
    assert factor(100) == factor(1_000) == pytest.approx(0.2)


def test_picture_systems_count_epochs():
    milestones = plan_milestones(tiny_settings(), 10)  # batches of 4: three steps
    assert milestones.steps_per_epoch == 3
    assert (milestones.last_step, milestones.log_every) == (12, 3)
    assert (milestones.preview_every, milestones.checkpoint_every) == (6, 3)
    assert [milestones.epoch(step) for step in (0, 2, 3)] == [0, 0, 1]
    assert [milestones.snapshot_number(step) for step in (0, 1, 3, 4)] == [0, 1, 1, 2]
    assert count_samples_seen(tiny_settings(), 10, 4) == 14


def test_latent_systems_count_steps():
    milestones = plan_milestones(tiny_latents(), 10)
    assert milestones.steps_per_epoch is None
    assert (milestones.last_step, milestones.log_every) == (12, 3)
    assert milestones.epoch(5) is None
    assert milestones.snapshot_number(5) == 5
    assert count_samples_seen(tiny_latents(), 10, 5) == 20
