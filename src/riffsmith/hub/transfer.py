"""Publishing and fetching of bundles: only the files of a bundle, and all of them or none."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from riffsmith import __version__
from riffsmith.bundle import BUNDLE_FILES, CARD_NAME, ORIGIN_NAME, Card, Origin, load_bundle
from riffsmith.config import LatentSettings
from riffsmith.errors import ModelError
from riffsmith.files import atomic_path, dump_checked
from riffsmith.hub.page import describe_model

if TYPE_CHECKING:
    from huggingface_hub import HfApi
    from huggingface_hub.hf_api import ModelInfo

_ANSWER_SECONDS = 10.0
"""Time in which the hub answers, or sends more of a file."""
_START_SECONDS = 120.0
_SLOWEST_BYTES_PER_SECOND = 50_000
"""A transfer has so much time: a start, and that of its bytes at this speed."""


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
        contents[CARD_NAME] = _without_folders(card) or contents[CARD_NAME]
        api.create_commit(
            repository.repo_id,
            [CommitOperationAdd(file, content) for file, content in contents.items()],
            commit_message=f"Snapshot {card.snapshot} of preset {card.preset}",
        )
    return repository.url


def _without_folders(card: Card) -> bytes | None:
    """The content of a card that names its base without its folders. `None`: it names no folder."""
    settings = card.settings
    if not isinstance(settings, LatentSettings) or settings.training.base is None:
        return None
    base = settings.training.base
    if Path(base).name == base:
        return None
    training = settings.training.model_copy(update={"base": f"./{Path(base).name}"})
    shown = card.model_copy(update={"settings": settings.model_copy(update={"training": training})})
    return dump_checked(shown.model_dump_json())


def pull_bundle(
    name: str,
    target: Path,
    revision: str | None = None,
    on_notice: Callable[[str], None] = lambda text: None,
) -> None:
    """Fetches a bundle, checks it, and only then moves it to its folder.

    Only the files of a bundle are fetched, all from the same commit; no code in them is run. Their
    name, commit and licence are written beside them. Sizes and time are limited: 16 MB for the
    card, 1 GiB for each other file, and 2 minutes plus the time at 50 kB/s.

    Args:
        name: Name on the hub, `owner/model`.
        target: Folder to write, which must not exist.
        revision: Branch, tag or commit. `None`: the newest commit of the main branch.
        on_notice: Called with a sentence that says how much is fetched.

    Raises:
        ModelError: The folder exists, there is no such model, it is not an intact bundle, a file is
            too large, the transfer takes too long, or the extra `hub` is missing.
    """
    if target.exists():
        raise ModelError(f"{target} already exists: name another folder")
    api = _connect()
    with TemporaryDirectory() as temporary:
        with _hub_errors(f"fetching {name}"):
            found = api.model_info(
                name, revision=revision, files_metadata=True, timeout=_ANSWER_SECONDS
            )
            sizes = _check_sizes(name, found)
            total = sum(sizes.values())
            on_notice(f"fetching {total / 1e6:.1f} MB in {len(sizes)} files")
            allowed = _START_SECONDS + total / _SLOWEST_BYTES_PER_SECOND
            deadline = time.monotonic() + allowed
            for file, size in sizes.items():
                if not _fetch(name, file, found.sha, Path(temporary) / file, size, deadline):
                    raise ModelError(
                        f"fetching {name} took longer than {allowed / 60:.0f} minutes, which is "
                        f"slower than {_SLOWEST_BYTES_PER_SECOND // 1000} kB/s: try again with a "
                        "faster connection"
                    )
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


def _check_sizes(name: str, found: "ModelInfo") -> dict[str, int]:
    """The files to fetch, and the size in bytes that each has at most.

    Raises:
        ModelError: It is no bundle, or one of its files is too large.
    """
    listed = {file.rfilename: file.size for file in found.siblings or ()}
    if CARD_NAME not in listed:
        raise ModelError(
            f"{name} is not a model of Riffsmith (it has no {CARD_NAME}): check the name"
        )
    sizes: dict[str, int] = {}
    for file, most in BUNDLE_FILES.items():
        if file in listed:
            size = listed[file]
            sizes[file] = most if size is None else size
            if sizes[file] > most:
                raise ModelError(
                    f"{name} is not fetched: {file} has {sizes[file] / 1e6:,.0f} MB, and at most "
                    f"{most / 1e6:,.0f} MB are read: use another model"
                )
    return sizes


def _fetch(
    name: str, file: str, revision: str | None, target: Path, size: int, deadline: float
) -> bool:
    """Fetches one file.

    The hub's own client has no deadline: a body that comes byte by byte would never end.

    Args:
        name: Name on the hub.
        file: Name of the file.
        revision: Commit.
        target: File to write.
        size: Size in bytes that it has at most.
        deadline: When it is given up, on the clock of `time.monotonic`.

    Returns:
        Whether it came in time.

    Raises:
        ModelError: The file is larger.
    """
    from huggingface_hub import get_session, hf_hub_url
    from huggingface_hub.utils import build_hf_headers, hf_raise_for_status

    url = hf_hub_url(name, file, revision=revision)
    headers = {**build_hf_headers(), "Accept-Encoding": "identity"}
    received = 0
    with (
        get_session().stream("GET", url, headers=headers, timeout=_ANSWER_SECONDS) as response,
        target.open("wb") as output,
    ):
        hf_raise_for_status(response)
        for piece in response.iter_bytes():
            received += len(piece)
            if received > size:
                raise ModelError(
                    f"{name} is not fetched: {file} is larger than the {size:,} bytes that the hub "
                    "names: try again later"
                )
            if time.monotonic() > deadline:
                return False
            output.write(piece)
    return True


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
