"""The model card: the page that describes a published model."""

import json
import re
from math import ceil
from pathlib import Path
from shlex import quote

from riffsmith.bundle import Card, as_model
from riffsmith.config import LatentSettings
from riffsmith.messages import Count
from riffsmith.terminal import escape_controls

_UNKNOWN_CREDITS = (
    "Their authors and licences were not stated when this model was published: ask its publisher "
    "before you use its music in public."
)

_MARKUP = re.compile(r"[\\`*_{}\[\]<>|~&$#]|(?<=www)\.|:(?=//)")
"""What Markdown and HTML could take for markup within a line, and what makes addresses links."""


def describe_model(name: str, card: Card, license_name: str, credit_text: str = "") -> str:
    """Writes a model card in Markdown, which begins with the metadata that the hub reads.

    Args:
        name: Name on the hub, `owner/model`.
        card: Card of the bundle.
        license_name: The hub's identifier of the licence, such as `cc-by-sa-4.0`.
        credit_text: Credits of the training recordings in Markdown; empty: those of the card, or
            else the page says that they are not known.
    """
    genre = _escape(card.genre or "music")
    parts = [
        _write_metadata(card, license_name),
        f"# {_escape(name.split('/')[-1])}",
        "A GAN that plays endless new music: it was trained by Riffsmith "
        f"{_escape(card.riffsmith)} on {_describe_amount(card)} ({genre}). {_describe_sound(card)}",
        "## How to use it",
        _write_usage(name, card),
        "## How it was trained",
        f"Preset {_escape(card.preset)}, {Count(card.step):step|steps} ({card.samples_seen} "
        f"examples seen), seed {card.seed}, PyTorch {_escape(card.torch)}, "
        f"{_escape(card.created[:10])}. All settings are in `card.json`, with a hash of every file "
        "and recording.",
        "## Metrics",
        _list_metrics(card),
        "## Recordings, credits and licence",
        f"Licence of this model: {_escape(license_name)}.",
        credit_text.strip() or _repeat_credit(card),
        _list_recordings(card),
    ]
    return "\n\n".join(parts) + "\n"


def _escape(text: str) -> str:
    """A text of strangers in one line of Markdown, which shows it as it is."""
    return _MARKUP.sub(r"\\\g<0>", escape_controls(text))


def _quote_yaml(text: str) -> str:
    return json.dumps(escape_controls(text), ensure_ascii=False)


def _write_metadata(card: Card, license_name: str) -> str:
    tags = ["riffsmith", "music", "music-generation", "gan", "audio"]
    if card.genre and card.genre not in tags:
        tags.append(card.genre)
    lines = [f"license: {_quote_yaml(license_name)}", "library_name: riffsmith", "tags:"]
    lines += [f"  - {_quote_yaml(tag)}" for tag in tags]
    return "\n".join(["---", *lines, "---"])


def _describe_amount(card: Card) -> str:
    count = len(card.recordings)
    minutes = ceil(sum(recording.seconds for recording in card.recordings) / 60)
    return f"{count} {'recording' if count == 1 else 'recordings'}, {minutes} min in all"


def _describe_sound(card: Card) -> str:
    rate = f"{card.settings.corpus.sample_rate / 1000:g} kHz"
    if isinstance(card.settings, LatentSettings):
        return f"It plays {rate} stereo of any length, faster than real time on a processor."
    return f"It plays clips at {rate}."


def _write_usage(name: str, card: Card) -> str:
    folder = as_model(Path(name.split("/")[-1]))
    lines = [
        "pip install 'riffsmith[hub]'",
        f"riffsmith pull {quote(name)}",
        f"riffsmith generate {quote(folder)} riff.wav --seconds 60 --seed 7",
    ]
    if isinstance(card.settings, LatentSettings):
        lines.append(f"riffsmith stream {quote(folder)} --stdout > endless.wav")
    load = f"riffsmith.load({json.dumps(folder)})"
    python = f'import riffsmith\n\n{load}.generate(60, seed=7).save("riff.wav")'
    shell = "\n".join(lines)
    return (
        f"```sh\n{shell}\n```\n\n```python\n{python}\n```\n\n"
        "The files are safetensors and JSON: loading them runs no code."
    )


def _list_metrics(card: Card) -> str:
    if not card.metrics:
        return "None were measured."
    rows = [f"| {_escape(name)} | {value:.4g} |" for name, value in sorted(card.metrics.items())]
    return "\n".join(["| metric | at this snapshot |", "|---|---|", *rows])


def _repeat_credit(card: Card) -> str:
    return (
        _UNKNOWN_CREDITS if card.credit is None else f"Trained on music by {_escape(card.credit)}."
    )


def _list_recordings(card: Card) -> str:
    rows = [
        f"| {_escape(recording.path)} | {recording.seconds:.0f} s |"
        for recording in card.recordings
    ]
    return "\n".join(["| recording | length |", "|---|---|", *rows])
