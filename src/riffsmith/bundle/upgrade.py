"""Conversion of bundles of earlier versions while they are read.

The names of settings in `card.json` and of parameters in the weight files are a file format.
Version 2 renamed some of them, and counts the training of preset `latent` in steps instead of
epochs. Version 3 has tonal latents and a decoder without weights: codecs of earlier versions have
no tonal latents, and the weights of their decoder are not used. Version 4 has generators that know
guidance, and the pitch classes of the style passages: earlier generators do not know guidance, and
their passages have no keys. Version 5 added the piano roll, which earlier generators are not given.
The files are not changed.
"""

from typing import Any

EARLIER_VERSIONS = (1, 2, 3, 4)
_FIRST_WITH_GUIDANCE = 4
_FIRST_WITH_TONAL_LATENTS = 3
_CORRECTIONS = 4
"""Corrections with which a codec without tonal latents is as near to real music as it was with the
decoder that it was made with."""
_SETTINGS = {
    # section: {earlier name: present name}
    "training": {
        "watch": "monitor",
        "watch_every_steps": "monitor_every_steps",
        "watch_patience": "monitor_patience",
        "watch_rollbacks": "monitor_rollbacks",
        "halve_rate_every_epochs": "halve_learning_rate_every_epochs",
        "warm_up_steps": "flow_matching_steps",
        "game_weight": "adversarial_weight",
        "game_rate": "discriminator_learning_rate",
        "clockless_share": "unconditioned_fraction",
        "cut_share": "cut_fraction",
    },
    "codec": {
        "style_values": "style_dimensions",
        "style_points": "style_passages",
    },
}
_NO_LONGER_USED = ("weak_generator_step", "guided_from_step")
"""Settings of the training of version 4 that have no successor."""
_EPOCHS_TO_STEPS = {
    "epochs": "steps",
    "preview_every_epochs": "preview_every_steps",
    "checkpoint_every_epochs": "checkpoint_every_steps",
}
_PARAMETERS = {
    "style.mean": "style_embedding.mean",
    "style.basis": "style_embedding.basis",
    "style.points": "style_embedding.passages",
    "style.feel": "style_embedding.descriptors",
}


ADDED_PARAMETERS = frozenset({"style_embedding.chroma"})
"""Parameters of a codec that earlier versions lack; they keep their initial values, zeros."""


def upgrade_card(values: dict[str, Any]) -> dict[str, Any]:
    """Converts the values of a card of an earlier version.

    The version stays as it is, because the files beside the card keep the names of parameters.

    Args:
        values: Content of `card.json`.

    Returns:
        Values that `Card` accepts.

    Raises:
        KeyError: A value is missing.
    """
    settings = {
        section: {_SETTINGS.get(section, {}).get(key, key): value for key, value in pairs.items()}
        for section, pairs in values["settings"].items()
    }
    for name in _NO_LONGER_USED:
        settings["training"].pop(name, None)
    if "codec" in settings and values["version"] < _FIRST_WITH_GUIDANCE:
        settings["generator"] = {**settings["generator"], "guidance": None}
    if "codec" in settings and values["version"] < _FIRST_WITH_TONAL_LATENTS:
        codec = settings["codec"]
        kept = {name: codec[name] for name in codec if not str(name).startswith("decoder_")}
        settings["codec"] = {**kept, "tonal_components": 0, "corrections": _CORRECTIONS}
    values = {**values, "settings": settings}
    return _count_steps(values) if values["version"] == 1 else values


def _count_steps(values: dict[str, Any]) -> dict[str, Any]:
    """Converts the epochs of version 1 to the steps or the snapshot number of version 2."""
    settings = values["settings"]
    values["codec_hash"] = values.get("codec_hash") or None
    epoch, values["metrics"] = values.pop("epoch"), values.pop("figures")
    training = settings["training"]
    # the first versions had no such setting: an epoch was a pass over the corpus
    epoch_steps = training.pop("epoch_steps", None) or round(values["step"] / max(1, epoch))
    if "codec" in settings:
        values["snapshot"] = values["step"]
        for name in ("drop_last", "halve_learning_rate_every_epochs"):
            training.pop(name, None)
        for old, new in _EPOCHS_TO_STEPS.items():
            training[new] = training.pop(old) * max(1, epoch_steps)
    else:
        values["snapshot"] = epoch
    return values


def upgrade_parameter(name: str) -> str | None:
    """The present name of a parameter of a codec of an earlier version.

    Args:
        name: Name in the codec file.

    Returns:
        The name. `None`: the parameter is no longer used.
    """
    return None if name.startswith("decoder.") else _PARAMETERS.get(name, name)
