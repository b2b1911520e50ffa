import pytest
from conftest import picture_preset
from pydantic import ValidationError

from riffsmith.config import (
    DEFAULT_PRESET,
    PictureSettings,
    build_settings,
    load_preset,
    preset_names,
)
from riffsmith.errors import SettingsError


def test_the_report_preset_states_the_report():
    settings = picture_preset("report")
    assert settings.corpus.segment_samples == 132_300
    assert settings.corpus.grid == (64, 662)
    assert settings.generator.grid == 32
    training = settings.training
    assert (training.batch_size, training.epochs, training.learning_rate) == (8, 200, 2e-4)
    assert (training.beta_1, training.beta_2, training.real_label) == (0.5, 0.999, 0.9)
    assert settings.discriminator.real_size == "as_is"


def test_the_second_baseline_states_its_own():
    settings = picture_preset("report-wgan")
    assert settings.corpus.grid == (128, 128)
    assert settings.corpus.frames == 259
    assert settings.generator.grid == 128
    assert settings.training.discriminator_steps == 2
    assert settings.training.penalty_weight == 5
    assert settings.training.halve_learning_rate_every_epochs == 50
    assert settings.training.drop_last


def test_presets_are_listed():
    assert preset_names() == ["latent", "report", "report-wgan"]
    assert DEFAULT_PRESET in preset_names()


def test_overrides_are_toml_values():
    settings = load_preset(
        "report",
        {
            "training": {"batch-size": "16", "learning_rate": "1e-3", "precision": "float32"},
            "generator": {"channels": "[8, 4, 4]", "norm_after": "[]"},
        },
    )
    assert isinstance(settings, PictureSettings)
    assert settings.training.batch_size == 16
    assert settings.training.learning_rate == 1e-3
    assert settings.training.precision == "float32"
    assert settings.generator.channels == (8, 4, 4)
    assert settings.generator.norm_after == ()


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"training": {"batchsize": "4"}}, r"no setting named training\.batchsize"),
        ({"trainning": {"x": "4"}}, r"no setting named trainning"),
        ({"training": {"batch_size": "many"}}, r"training\.batch_size: .*integer.* found 'many'"),
        ({"training": {"batch_size": "0"}}, r"training\.batch_size: .*greater than or equal to 1"),
        ({"training": {"loss": "hinge"}}, r"training\.loss: .*cross_entropy"),
        ({"corpus": {"hop_samples": "500"}}, "hop_samples 500 exceeds half of n_fft 400"),
        ({"corpus": {"segment_seconds": "0.01"}}, "shorter than one frame"),
        ({"corpus": {"mask_mels": "65"}}, "mask is larger"),
        ({"corpus": {"segment_seconds": "inf"}}, "finite number"),
        ({"generator": {"norm_after": "[9]"}}, "generator.norm_after names a layer beyond 3"),
        ({"generator": {"noise_channels": "10000000000"}}, "less than or equal to 8192"),
        ({"discriminator": {"channels": "[8, 8, 8, 8]"}}, "too many discriminator layers for 32"),
        (
            {"discriminator": {"channels": "[8, 12]", "norm": "group", "norm_after": "[2]"}},
            "multiples of 8",
        ),
        (
            {"training": {"loss": "wasserstein", "penalty_weight": "5.0"}},
            r"penalty needs equal sizes: real \(64, 662\), generated \(32, 32\)",
        ),
    ],
)
def test_wrong_settings_are_named(overrides, message):
    with pytest.raises(SettingsError, match=message):
        load_preset("report", overrides)


def test_an_unknown_preset_lists_the_known():
    with pytest.raises(SettingsError, match="no preset named 'rapport'.*report, report-wgan"):
        load_preset("rapport")


def test_settings_are_frozen_and_survive_json():
    settings = picture_preset("report")
    with pytest.raises(ValidationError):
        settings.training.epochs = 3
    assert type(settings).model_validate_json(settings.model_dump_json()) == settings
    assert build_settings(settings.model_dump()) == settings
