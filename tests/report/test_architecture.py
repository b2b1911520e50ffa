import pytest
from conftest import picture_preset, tiny_latents, tiny_settings

from riffsmith.report.architecture import describe_networks


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["report", "report-wgan"])
def test_tables_of_layers_add_up(preset: str):
    networks = describe_networks(picture_preset(preset))
    totals = {name: sum(row.parameters for row in rows) for name, rows in networks.items()}
    if preset == "report":
        assert totals == {"generator": 3_445_121, "discriminator": 661_697}
        assert networks["generator"][-1].shape == "1 × 32 × 32"
        assert networks["discriminator"][0].shape == "64 × 32 × 331"
    assert networks["discriminator"][-1].shape == "1"


def test_a_latent_system_has_a_network_that_writes_notes():
    networks = describe_networks(tiny_latents())
    assert list(networks) == ["generator", "discriminator", "piano_roll"]
    assert "GRU" in [row.kind for row in networks["piano_roll"]]


def test_equal_sizes_are_shown():
    settings = tiny_settings()
    discriminator = settings.discriminator.model_copy(update={"real_size": "generator_grid"})
    networks = describe_networks(settings.model_copy(update={"discriminator": discriminator}))
    assert networks["discriminator"][0].shape == "8 × 8 × 8"
