"""`riffsmith push` and `riffsmith pull`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


def push(
    model: str,
    name: str,
    *,
    private: Annotated[bool, Parameter(negative="")] = False,
    license: str = "unknown",  # noqa: A002
    credits: Path | None = None,  # noqa: A002
    snapshot: int | None = None,
) -> None:
    """Publish a model on the hub, with a page that describes it.

    Needs the extra riffsmith[hub] and a login (`hf auth login`). The recordings' file names are
    published with it, as they stand in its card. A run's snapshot gets an index of its training
    music first, by which others can look for copies (`originality --model`) without the recordings.

    Parameters
    ----------
    model
        Run folder, bundle folder, or name of a shipped model. ./NAME is always a folder.
    name
        On the hub: OWNER/NAME.
    private
        Show it to its owner alone, where it is new.
    license
        Licence of the model in the hub's spelling, such as cc-by-sa-4.0.
    credits
        Markdown file about the recordings: who made them, under which licence.
    snapshot
        Number of a run's snapshot: an epoch of a picture preset, a step of latent. The best if left
        out.
    """
    from riffsmith.cli.console import note, share_progress, stdout
    from riffsmith.errors import SettingsError
    from riffsmith.files import explain
    from riffsmith.hub import push_bundle
    from riffsmith.pipeline.models import find_bundle
    from riffsmith.pipeline.originality import add_index

    try:
        credit_text = "" if credits is None else credits.read_text(encoding="utf-8")
    except OSError as cause:
        raise SettingsError(explain(cause, f"reading {credits}")) from cause
    with find_bundle(model, snapshot, note) as folder:
        with share_progress("Writing the index of the training music") as on_progress:
            reason = add_index(model, folder, on_progress)
        if reason is not None:
            note(f"published without an index of its training music, as {reason}")
        address = push_bundle(
            folder, name, private=private, license_name=license, credit_text=credit_text
        )
    stdout.print(address, soft_wrap=True)


def pull(name: str, out: Path | None = None, *, revision: str | None = None) -> None:
    """Fetch a published model, checked and without running anything of it.

    Needs the extra riffsmith[hub].

    Parameters
    ----------
    name
        On the hub: OWNER/NAME.
    out
        New folder; the model's name if left out.
    revision
        Branch, tag or commit; the newest if left out.
    """
    from riffsmith.bundle import as_model
    from riffsmith.cli.console import note, stdout
    from riffsmith.hub import pull_bundle

    target = Path(name.rsplit("/", 1)[-1]) if out is None else out
    pull_bundle(name, target, revision, note)
    stdout.print(as_model(target), soft_wrap=True)
