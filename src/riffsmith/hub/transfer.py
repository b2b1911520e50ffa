"""Bundles to and from the hub: known files alone, whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from riffsmith import __version__
from riffsmith.bundle import BUNDLE_FILES, load_bundle
from riffsmith.errors import ModelError
from riffsmith.files import atomic_path
from riffsmith.hub.page import describe_model

if TYPE_CHECKING:
    from huggingface_hub import HfApi


def push_bundle(
    folder: Path,
    name: str,
    *,
    private: bool = False,
    license_name: str = "unknown",
    credit_text: str = "",
) -> str:
    """Publishes a bundle with a page about it, in one commit.

    Args:
        folder: The bundle, which is checked first.
        name: On the hub, `owner/model`.
        private: For its owner alone, where it does not exist yet.
        license_name: The hub's identifier.
        credit_text: Of the recordings, in Markdown.

    Returns:
        Its address.

    Raises:
        ModelError: The bundle is damaged, the extra is missing, or the hub refuses.
    """
    card = load_bundle(folder).card
    api = _connect()
    from huggingface_hub import CommitOperationAdd

    with _explained(f"publishing {name}"):
        place = api.create_repo(name, private=private, exist_ok=True)
        page = describe_model(place.repo_id, card, license_name, credit_text)
        contents = {"README.md": page.encode()}
        contents |= {file: (folder / file).read_bytes() for file in _present(folder)}
        api.create_commit(
            place.repo_id,
            [CommitOperationAdd(file, content) for file, content in contents.items()],
            commit_message=f"Snapshot {card.snapshot} of preset {card.preset}",
        )
    return place.url


def pull_bundle(name: str, target: Path, revision: str | None = None) -> None:
    """Fetches a bundle and checks it before it takes its place.

    Only the files of a bundle are fetched, all of the same commit; nothing in them is run.

    Args:
        name: On the hub, `owner/model`.
        target: Where to; nothing may be there.
        revision: Branch, tag or commit; none: the newest of the main branch.

    Raises:
        ModelError: Something is there, there is no such model, it is no sound bundle, or the
            extra is missing.
    """
    if target.exists():
        raise ModelError(f"{target} already exists: name another folder")
    api = _connect()
    with TemporaryDirectory() as temporary:
        with _explained(f"fetching {name}"):
            found = api.model_info(name, revision=revision)
            there = {file.rfilename for file in found.siblings or ()}
            if BUNDLE_FILES[0] not in there:
                raise ModelError(
                    f"{name} is no model of Riffsmith (it has no {BUNDLE_FILES[0]}): check the name"
                )
            for file in BUNDLE_FILES:
                if file in there:
                    api.hf_hub_download(name, file, revision=found.sha, local_dir=temporary)
        try:
            load_bundle(Path(temporary))
        except ModelError as cause:
            told = str(cause).replace(f"{temporary}/", "")
            raise ModelError(f"{name} was fetched but not kept: {told}") from cause
        with atomic_path(target, ModelError) as partial:
            partial.mkdir()
            for file in _present(Path(temporary)):
                (partial / file).write_bytes((Path(temporary) / file).read_bytes())


def _present(folder: Path) -> list[str]:
    return [file for file in BUNDLE_FILES if (folder / file).is_file()]


def _connect() -> "HfApi":
    try:
        from huggingface_hub import HfApi
        from huggingface_hub.utils import disable_progress_bars
    except ImportError as cause:
        raise ModelError(
            "the hub needs the extra riffsmith[hub]: pip install 'riffsmith[hub]'"
        ) from cause
    disable_progress_bars()
    return HfApi(library_name="riffsmith", library_version=__version__)


@contextmanager
def _explained(doing: str) -> Iterator[None]:
    """Tells the hub's errors in one line."""
    from huggingface_hub import errors

    try:
        yield
    except (errors.RepositoryNotFoundError, errors.RevisionNotFoundError) as cause:
        raise ModelError(
            f"{doing} failed (there is none of that name or revision, or it is private): check "
            "the name, or log in with `hf auth login`"
        ) from cause
    except (
        OSError,
        ValueError,
        errors.HTTPError,  # pyright: ignore[reportPrivateImportUsage] (a line that is down)
    ) as cause:
        first = str(cause).strip().split("\n")[0] or type(cause).__name__
        raise ModelError(
            f"{doing} failed ({first}): check the connection, the name and, with "
            "`hf auth whoami`, who you are there"
        ) from cause
