"""Conversion of bundles of version 1 while they are read.

The names of settings in `card.json` and of parameters in the weight files are a file format.
Version 2 renamed some of them, and counts the training of preset `latent` in steps instead of
epochs. The files of a bundle of version 1 are not changed.
"""

from typing import Any

_SETTINGS = {
    # section: {name in version 1: name in version 2}
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
        "decoder_rate": "decoder_learning_rate",
        "decoder_judges": "decoder_discriminator_channels",
        "style_values": "style_dimensions",
        "style_points": "style_passages",
    },
}
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


def upgrade_card(values: dict[str, Any]) -> dict[str, Any]:
    """Converts the values of a card of version 1.

    The version stays 1, because the parameters in the files beside the card keep their names.

    Args:
        values: Content of `card.json`.

    Returns:
        Values that `Card` accepts.

    Raises:
        KeyError: A value is missing.
    """
    values = dict(values)
    settings = {
        section: {_SETTINGS.get(section, {}).get(key, key): value for key, value in pairs.items()}
        for section, pairs in values["settings"].items()
    }
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
    return {**values, "settings": settings}


def upgrade_parameter(name: str) -> str:
    """The present name of a parameter of a codec of version 1.

    Args:
        name: Name in the codec file.
    """
    return _PARAMETERS.get(name, name)
