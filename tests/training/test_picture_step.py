import pytest
import torch
from conftest import tiny_settings

from riffsmith.config import PictureSettings
from riffsmith.hardware import has_bfloat16
from riffsmith.networks import build_loss
from riffsmith.training import StepMetrics
from riffsmith.training.picture.step import PictureTrainer, build_learning_rates
from riffsmith.training.picture.system import PictureState, initialise_picture_state

CPU = torch.device("cpu")


def build_trainer(settings: PictureSettings, state: PictureState, seed: int = 0) -> PictureTrainer:
    learning_rates = build_learning_rates(settings, state, 4)
    loss = build_loss(settings.training)
    return PictureTrainer(settings, state, loss, learning_rates, seed, CPU)


def run_steps(settings: PictureSettings, steps: int, seed: int = 0) -> list[StepMetrics]:
    state = initialise_picture_state(settings, seed, CPU)
    trainer = build_trainer(settings, state, seed)
    stream = torch.Generator().manual_seed(0)
    rows, columns = settings.corpus.grid
    return [
        trainer.step(torch.rand(4, 1, rows, columns, generator=stream) * 2 - 1)
        for _ in range(steps)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["report", "report-wgan"])
def test_bfloat16_gives_the_same_losses_within_its_precision(preset: str):
    exact, rounded = (
        run_steps(tiny_settings(preset, precision=precision), 40)
        for precision in ("float32", "bfloat16")
    )
    for name in ("discriminator_loss", "generator_loss"):
        a, b = (torch.tensor([getattr(f, name) for f in run]) for run in (exact, rounded))
        assert (a - b).abs().mean() < 0.05 * a.abs().mean().clamp_min(0.1), name


@pytest.mark.slow
def test_a_plain_loop_computes_the_same():
    """The report's step, written out: the losses of ten updates agree."""
    settings = tiny_settings(precision="float32", channels_last="false")
    metrics = run_steps(settings, 10, seed=4)
    state = initialise_picture_state(settings, 4, CPU)
    generator, discriminator = state.generator.train(), state.discriminator.train()
    optimizers = [
        torch.optim.Adam(network.parameters(), 2e-4, (0.5, 0.999))
        for network in (discriminator, generator)
    ]
    criterion = torch.nn.BCEWithLogitsLoss()
    stream = torch.Generator().manual_seed(0)
    from riffsmith.seeds import random_stream

    for step in range(10):
        real = torch.rand(4, 1, *settings.corpus.grid, generator=stream) * 2 - 1
        fake = generator(torch.randn(4, 8, generator=random_stream(4, "noise", step, 0)))
        optimizers[0].zero_grad()
        loss_real = criterion(discriminator(real), torch.full((4, 1), 0.9))
        loss_fake = criterion(discriminator(fake.detach()), torch.zeros(4, 1))
        (loss_real + loss_fake).backward()
        optimizers[0].step()
        optimizers[1].zero_grad()
        loss_generator = criterion(discriminator(fake), torch.full((4, 1), 0.9))
        loss_generator.backward()
        optimizers[1].step()
        assert metrics[step].discriminator_loss == pytest.approx(
            (loss_real + loss_fake).item(), rel=1e-4
        )
        assert metrics[step].generator_loss == pytest.approx(loss_generator.item(), rel=1e-4)


def test_equal_sizes_are_a_setting():
    settings = tiny_settings()
    discriminator = settings.discriminator.model_copy(update={"real_size": "generator_grid"})
    settings = settings.model_copy(update={"discriminator": discriminator})
    seen: list[torch.Size] = []
    state = initialise_picture_state(settings, 0, CPU)
    state.discriminator.register_forward_hook(lambda _, inputs, __: seen.append(inputs[0].shape))
    build_trainer(settings, state).step(torch.zeros(4, 1, *settings.corpus.grid))
    assert set(seen) == {torch.Size((4, 1, 16, 16))}


def test_the_discriminator_is_updated_as_often_as_asked():
    settings = tiny_settings("report-wgan")
    state = initialise_picture_state(settings, 0, CPU)
    count = 0

    def note(*_: object) -> None:
        nonlocal count
        count += 1

    state.discriminator_optimizer.register_step_post_hook(note)
    build_trainer(settings, state).step(torch.zeros(4, 1, *settings.corpus.grid))
    assert count == 2
    assert state.step == 1


def test_a_step_without_a_discriminator_has_one_loss():
    assert StepMetrics(1.0).losses() == [1.0]
    assert StepMetrics(1.0).known() == {"generator_loss": 1.0}
    assert StepMetrics(1.0, 2.0, 0.0, 0.0).losses() == [1.0, 2.0]


def test_bfloat16_is_chosen_by_the_processor_alone():
    assert has_bfloat16(CPU) == has_bfloat16(CPU)
