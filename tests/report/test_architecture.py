import pytest
import torch
from conftest import picture_preset, tiny_latents, tiny_settings

from riffsmith.networks import count_parameters
from riffsmith.report.architecture import describe_networks, to_bars
from riffsmith.training import initialise_state


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["report", "report-wgan"])
def test_tables_of_layers_add_up(preset: str):
    networks = describe_networks(picture_preset(preset))
    totals = {name: sum(row.parameters for row in rows) for name, rows in networks.items()}
    if preset == "report":
        assert totals == {"generator": 3_445_121, "discriminator": 661_697}
        assert networks["generator"][-1].sizes == (1, 32, 32)
        assert networks["discriminator"][0].shape == "64 × 32 × 331"
    assert networks["discriminator"][-1].shape == "1"


def test_a_latent_system_has_a_network_that_writes_notes():
    networks = describe_networks(tiny_latents())
    assert list(networks) == ["generator", "discriminator", "piano_roll"]
    assert "GRU" in [row.kind for row in networks["piano_roll"]]


def test_the_layers_of_a_latent_system_have_shapes_and_add_up():
    settings = tiny_latents()
    networks = describe_networks(settings)
    state = initialise_state(settings, 0, torch.device("cpu"))
    for name, network in (("generator", state.generator), ("discriminator", state.discriminator)):
        rows = networks[name]
        assert sum(row.parameters for row in rows) == count_parameters(network)
        assert all(row.sizes for row in rows)
        assert not [row for row in rows if row.kind in ("ModuleList", "Sequential", "BandAxis")]
    levels = [row for row in networks["generator"] if row.kind == "ModulatedBlock"]
    frames = [row.sizes[-1] for row in levels]
    assert frames[0] == settings.training.window_frames
    assert min(frames) < frames[0] == frames[-1]


def test_a_diagram_has_the_layers_with_parameters():
    networks = describe_networks(tiny_latents())
    bars = to_bars(networks["discriminator"])
    assert [bar.layer.name for bar in bars][:2] == ["enter", "same.0"]
    assert all(0 < bar.height <= 1 for bar in bars)
    assert bars[0].height == 1 > bars[-1].height


def test_equal_sizes_are_shown():
    settings = tiny_settings()
    discriminator = settings.discriminator.model_copy(update={"real_size": "generator_grid"})
    networks = describe_networks(settings.model_copy(update={"discriminator": discriminator}))
    assert networks["discriminator"][0].shape == "8 × 8 × 8"
