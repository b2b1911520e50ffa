"""The base of a run: a trained model that it begins with."""

from pathlib import Path

from riffsmith.bundle import LatentBundle, is_bundle, load_bundle, load_shipped, shipped_models
from riffsmith.codec import Codec
from riffsmith.config import LatentSettings
from riffsmith.errors import SettingsError
from riffsmith.training.latent.step import LatentState

_FREE_CODEC_SETTINGS = {
    "tonal_rounds",
    "corrections",
    "texture_strength",
    "texture_steps",
    "style_passages",
}
"""Settings of the codec that a run may choose whatever its base has."""
_FREE_GENERATOR_SETTINGS = {
    "steps",
    "extrapolation",
    "guidance",
    "texture",
    "form",
    "slowest_bpm",
    "fastest_bpm",
}


def open_base(settings: LatentSettings) -> LatentBundle | None:
    """The model that the settings name as base. `None`: they name none.

    Raises:
        ModelError: There is no such model, or it is damaged.
        SettingsError: It has other networks or another codec than the settings.
    """
    name = settings.training.base
    if name is None:
        return None
    is_folder = name not in shipped_models() and is_bundle(Path(name))
    base = load_bundle(Path(name)) if is_folder else load_shipped(name)
    if not isinstance(base, LatentBundle):
        raise SettingsError(f"{name} generates pictures: choose a base of preset latent")
    theirs, ours = _fixed_settings(base.settings), _fixed_settings(settings)
    if different := [key for key, value in theirs.items() if ours[key] != value]:
        raise SettingsError(
            f"the base {name} has other networks: "
            + ", ".join(f"{key} is {theirs[key]}, and {ours[key]} here" for key in different)
            + "; leave these settings as they are, or add --from-scratch"
        )
    return base


def begin_with(state: LatentState, base: LatentBundle, codec: Codec) -> None:
    """Gives a new state the weights of a base.

    Args:
        state: Networks that have just been initialised.
        base: Model to begin with.
        codec: Codec of the run: its components are those of the base; the scale of its latents and
            its style embedding are not.
    """
    change, shift = codec.style_embedding.transform_to(base.codec.style_embedding)
    base.generator.transform_style(change, shift)
    weights = base.generator.state_dict()
    state.generator.load_state_dict(weights)
    state.averaged_generator.load_state_dict(weights)


def _fixed_settings(settings: LatentSettings) -> dict[str, object]:
    """The settings that weights belong to, by their names as `section.key`."""
    corpus = settings.corpus.model_dump(include={"sample_rate", "hop_samples", "n_fft", "n_mels"})
    codec = settings.codec.model_dump(exclude=_FREE_CODEC_SETTINGS)
    generator = settings.generator.model_dump(exclude=_FREE_GENERATOR_SETTINGS)
    generator["guidance"] = "none" if settings.generator.guidance is None else "known"
    piano_roll = settings.piano_roll.model_dump(exclude={"steps"})
    parts = {"corpus": corpus, "codec": codec, "generator": generator, "piano_roll": piano_roll}
    return {
        f"{part}.{key}": value for part, values in parts.items() for key, value in values.items()
    }
