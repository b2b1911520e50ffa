"""Publishing and fetching of bundles: only the files of a bundle, and all of them or none."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from riffsmith import __version__
from riffsmith.bundle import BUNDLE_FILES, ORIGIN_NAME, Origin, load_bundle
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
    """Publishes a bundle with its model card in one commit.

    Args:
        folder: Folder of the bundle, which is checked first.
        name: Name on the hub, `owner/model`.
        private: Whether a new model is visible to its owner alone.
        license_name: The hub's identifier of the licence.
        credit_text: Credits of the training recordings in Markdown.

    Returns:
        The address of the page.

    Raises:
        ModelError: The bundle is damaged, the extra `hub` is missing, or the hub refuses.
    """
    card = load_bundle(folder).card
    api = _connect()
    from huggingface_hub import CommitOperationAdd

    with _hub_errors(f"publishing {name}"):
        repository = api.create_repo(name, private=private, exist_ok=True)
        page = describe_model(repository.repo_id, card, license_name, credit_text)
        contents = {"README.md": page.encode()}
        contents |= {file: (folder / file).read_bytes() for file in _bundle_files(folder)}
        api.create_commit(
            repository.repo_id,
            [CommitOperationAdd(file, content) for file, content in contents.items()],
            commit_message=f"Snapshot {card.snapshot} of preset {card.preset}",
        )
    return repository.url


def pull_bundle(name: str, target: Path, revision: str | None = None) -> None:
    """Fetches a bundle, checks it, and only then moves it to its folder.

    Only the files of a bundle are fetched, all from the same commit; no code in them is run. Their
    name, commit and licence are written beside them.

    Args:
        name: Name on the hub, `owner/model`.
        target: Folder to write, which must not exist.
        revision: Branch, tag or commit. `None`: the newest commit of the main branch.

    Raises:
        ModelError: The folder exists, there is no such model, it is not an intact bundle, or the
            extra `hub` is missing.
    """
    if target.exists():
        raise ModelError(f"{target} already exists: name another folder")
    api = _connect()
    with TemporaryDirectory() as temporary:
        with _hub_errors(f"fetching {name}"):
            found = api.model_info(name, revision=revision)
            available = {file.rfilename for file in found.siblings or ()}
            if BUNDLE_FILES[0] not in available:
                raise ModelError(
                    f"{name} is not a model of Riffsmith (it has no {BUNDLE_FILES[0]}): check the "
                    "name"
                )
            for file in BUNDLE_FILES:
                if file in available:
                    api.hf_hub_download(name, file, revision=found.sha, local_dir=temporary)
        try:
            load_bundle(Path(temporary))
        except ModelError as cause:
            reason = str(cause).replace(f"{temporary}/", "")
            raise ModelError(f"{name} was fetched but not kept: {reason}") from cause
        with atomic_path(target, ModelError) as partial:
            partial.mkdir()
            for file in _bundle_files(Path(temporary)):
                (partial / file).write_bytes((Path(temporary) / file).read_bytes())
            licence = found.card_data.get("license") if found.card_data else None
            origin = Origin(hub_name=name, revision=found.sha, licence=licence)
            (partial / ORIGIN_NAME).write_text(origin.model_dump_json(indent=1), encoding="utf-8")


def _bundle_files(folder: Path) -> list[str]:
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
def _hub_errors(action: str) -> Iterator[None]:
    """Turns errors of the hub into one line."""
    from huggingface_hub import errors

    try:
        yield
    except (errors.RepositoryNotFoundError, errors.RevisionNotFoundError) as cause:
        raise ModelError(
            f"{action} failed (no model has that name or revision, or it is private): check "
            "the name, or log in with `hf auth login`"
        ) from cause
    except (
        OSError,
        ValueError,
        errors.HTTPError,  # pyright: ignore[reportPrivateImportUsage] (no connection)
    ) as cause:
        first = str(cause).strip().split("\n")[0] or type(cause).__name__
        raise ModelError(
            f"{action} failed ({first}): check the connection and the name, and your "
            "login with `hf auth whoami`"
        ) from cause
