"""Texts in the files of clips that tell how each was made."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from riffsmith import __version__
from riffsmith.bundle import Card


def title_of(model: str) -> str:
    """The name of a model as people read it.

    Args:
        model: Name of the model: `metal`, or `run:my-songs` in the studio.
    """
    return model.rpartition(":")[2].replace("_", " ").replace("-", " ").capitalize()


def make_tags(
    model: str, card: Card, licence: str | None, seed: int, details: Mapping[str, object]
) -> dict[str, str]:
    """The texts that the file of a clip carries, for `riffsmith.audio.write_audio`.

    The comment is a JSON object from which the clip can be made again: model, snapshot, the hash of
    its weights, its licence, seed, details and the version of Riffsmith. Values that are `None` are
    left out.

    Args:
        model: Name of the model.
        card: Card of the model.
        licence: The hub's identifier of the model's licence. `None`: it is not stated.
        seed: Seed of the clip.
        details: What else made the clip, such as `controls`.
    """
    how = {
        "model": model,
        "snapshot": card.snapshot,
        "weights": card.weights_hash,
        "licence": licence,
        "seed": seed,
        **details,
        "riffsmith": __version__,
    }
    return {
        "title": f"{title_of(model)}, seed {seed}",
        "artist": f"Riffsmith model {model}",
        "comment": json.dumps({name: value for name, value in how.items() if value is not None}),
        "software": f"Riffsmith {__version__}",
        "date": datetime.now(UTC).date().isoformat(),
    }
