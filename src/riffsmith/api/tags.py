"""Texts in the files of clips that tell how each was made."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from riffsmith import __version__
from riffsmith.bundle import Card, Origin


def title_of(model: str) -> str:
    """The name of a model as people read it.

    Args:
        model: Name of the model: `metal`, or `run:my-songs` in the studio.
    """
    return model.rpartition(":")[2].replace("_", " ").replace("-", " ").capitalize()


def make_tags(
    model: str, card: Card, origin: Origin | None, seed: int, details: Mapping[str, object]
) -> dict[str, str]:
    """The texts that the file of a clip carries, for `riffsmith.audio.write_audio`.

    The comment is a JSON object from which the clip can be made again: model, snapshot, the hash of
    its weights, its licence, seed, details and the version of Riffsmith. Values that are `None` are
    left out. Where the model has a licence, or its recordings a credit, the copyright tells them,
    so that who publishes the clip names those who made the music behind it.

    Args:
        model: Name of the model.
        card: Card of the model.
        origin: Origin of the model. `None`: it was trained here.
        seed: Seed of the clip.
        details: What else made the clip, such as `controls`.
    """
    licence = None if origin is None else origin.licence
    today = datetime.now(UTC).date()
    how = {
        "model": model,
        "snapshot": card.snapshot,
        "weights": card.weights_hash,
        "licence": licence,
        "seed": seed,
        **details,
        "riffsmith": __version__,
    }
    tags = {
        "title": f"{title_of(model)}, seed {seed}",
        "artist": f"Riffsmith model {model}",
        "comment": json.dumps({name: value for name, value in how.items() if value is not None}),
        "software": f"Riffsmith {__version__}",
        "date": today.isoformat(),
    }
    credit = (None if origin is None else origin.credit) or card.credit
    if licence is not None or credit is not None:
        copyright_ = f"{today.year} Riffsmith model {model}"  # ID3 wants the year first
        copyright_ += "" if licence is None else f", licence {licence}"
        copyright_ += "" if credit is None else f", trained on music by {credit}"
        tags["copyright"] = copyright_
    return tags
