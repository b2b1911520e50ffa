"""A compact search index of a model's training music, which a bundle can carry.

The recordings themselves are needed for training, and a search for copies needs their prints alone.
An index holds these, rounded to a few levels, and the scores of the held-out recordings. The scores
are measured with the rounded prints, so the rank of a clip among them means the same as in a
comparison with the corpus. The recordings cannot be made from an index: a print has no phases and
no loudness, only how much each band stands out from its surroundings, and that roughly.
"""

import json
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from pydantic import BaseModel, ConfigDict, Field
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save
from torch import Tensor

from riffsmith.bundle import ORIGINALITY_NAME, read_card
from riffsmith.corpus import Corpus
from riffsmith.errors import ModelError
from riffsmith.evaluation.copying.held_out_scores import (
    METHOD,
    OnProgress,
    check_comparable,
    measure_held_out_scores,
    read_prints,
)
from riffsmith.evaluation.copying.melody import MELODY
from riffsmith.evaluation.copying.passage_search import PassageIndex
from riffsmith.evaluation.copying.representation import CopyKind, Representation
from riffsmith.evaluation.copying.rounding import pack_digits, round_values, unpack_digits
from riffsmith.evaluation.copying.sound import SOUND
from riffsmith.files import parse_json, write_bytes

_FORMAT = 1
_METADATA = "riffsmith"
_READING_SHARE = 0.3
_LONGEST_SECONDS = 24 * 3600
"""Length of the recordings of an index that is read: a longer one would fill the memory."""


@dataclass(frozen=True)
class RoundedPrints:
    """Rounded prints of all training recordings, and the scores of the held-out ones."""

    prints: tuple[Float[Tensor, "bands _"], ...]
    """One print (bands, frames) for each recording."""
    held_out: tuple[float, ...]
    """Scores of windows of the held-out recordings; see `held_out_scores`."""


@dataclass(frozen=True)
class OriginalityIndex:
    """What a comparison needs to know of the training and held-out music of a model."""

    corpus_hash: str
    """Hash of the corpus that it was made from."""
    sample_rate: int
    """Sample rate of the corpus in Hz."""
    recordings: tuple[str, ...]
    """Names of the training recordings."""
    kinds: dict[CopyKind, RoundedPrints]


class _Prints(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    bands: int = Field(ge=1, le=1000)
    frames: tuple[int, ...]


class _Header(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    method: int
    corpus_hash: str
    sample_rate: int = Field(ge=1000, le=384_000)
    recordings: tuple[str, ...] = Field(min_length=1)
    prints: dict[CopyKind, _Prints]
    digest: str


def has_index(folder: Path) -> bool:
    """Whether a bundle carries an index.

    Args:
        folder: Folder of the bundle.
    """
    return (folder / ORIGINALITY_NAME).is_file()


def write_index(
    folder: Path, corpus: Corpus, on_progress: OnProgress = lambda fraction: None
) -> None:
    """Writes an index of a corpus into the bundle of a model that was trained on it.

    Args:
        folder: Folder of the bundle.
        corpus: Corpus with training recordings and at least half a minute of held-out ones.
        on_progress: Called with the fraction of the work that is done, from 0 to 1.

    Raises:
        ModelError: The bundle cannot be read or written, or was trained on another corpus.
        CorpusError: There are no training recordings, or the held-out ones are too short.
    """
    ours, theirs = read_card(folder).corpus_hash, corpus.manifest.corpus_hash()
    if ours != theirs:
        raise ModelError(
            f"{folder} was trained on a corpus with hash {ours}, and {corpus.path} has {theirs}: "
            "name the corpus of this model"
        )
    write_bytes(folder / ORIGINALITY_NAME, make_index(corpus, on_progress), ModelError)


def make_index(corpus: Corpus, on_progress: OnProgress = lambda fraction: None) -> bytes:
    """Makes the content of an index file.

    Args:
        corpus: Corpus with training recordings and at least half a minute of held-out ones.
        on_progress: Called with the fraction of the work that is done, from 0 to 1.

    Raises:
        CorpusError: There are no training recordings, or the held-out ones are too short.
    """
    check_comparable(corpus, SOUND)
    arrays: dict[str, np.ndarray] = {}
    headers: dict[CopyKind, _Prints] = {}
    for number, representation in enumerate((SOUND, MELODY)):

        def report(fraction: float, *, number: int = number) -> None:
            on_progress((number + fraction) / 2)

        headers[representation.kind] = _add(corpus, representation, arrays, report)
    header = _Header(
        method=METHOD,
        corpus_hash=corpus.manifest.corpus_hash(),
        sample_rate=corpus.manifest.settings.sample_rate,
        recordings=tuple(one.source.path for one in corpus.manifest.of_split("train")),
        prints=headers,
        digest=_digest(arrays),
    )
    text = json.dumps({"format": _FORMAT, **header.model_dump(mode="json")}, sort_keys=True)
    return save(arrays, metadata={_METADATA: text})


def _add(
    corpus: Corpus,
    representation: Representation,
    arrays: dict[str, np.ndarray],
    on_progress: OnProgress,
) -> _Prints:
    """Adds the prints of one kind and their held-out scores to the arrays of a file."""
    prints = read_prints(corpus, representation, lambda done: on_progress(_READING_SHARE * done))
    frames = [one.shape[1] for one in prints]
    levels, digits = round_values(torch.cat(prints, dim=1).numpy(), representation.index_edges)
    rounded = torch.from_numpy(levels[digits]).split(frames, dim=1)
    scores = measure_held_out_scores(
        corpus,
        representation,
        PassageIndex(rounded, representation),
        lambda done: on_progress(_READING_SHARE + (1 - _READING_SHARE) * done),
    )
    kind = representation.kind
    arrays[f"{kind}_levels"] = levels
    arrays[f"{kind}_prints"] = pack_digits(digits, len(levels))
    arrays[f"{kind}_held_out"] = np.array(scores, np.float64)
    return _Prints(version=representation.version, bands=len(digits), frames=tuple(frames))


def read_index(folder: Path) -> OriginalityIndex:
    """Reads and checks the index of a bundle.

    Args:
        folder: Folder of the bundle.

    Raises:
        ModelError: The bundle has no index, or it is damaged, of another version, or of another
            model.
    """
    path = folder / ORIGINALITY_NAME
    if not has_index(folder):
        raise ModelError(
            f"{folder} has no search index of its training music (no {ORIGINALITY_NAME}): compare "
            "with the prepared corpus that it was trained on"
        )
    try:
        with safe_open(path, framework="numpy") as file:
            values = parse_json(file.metadata()[_METADATA])
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        is_known = values.pop("format") == _FORMAT
        index = _build(_Header.model_validate(values), arrays) if is_known else None
    except (SafetensorError, OSError, ValueError, KeyError, TypeError, AttributeError) as cause:
        first = str(cause).splitlines()[0] if str(cause) else type(cause).__name__
        raise ModelError(
            f"{path} is damaged ({first}): fetch the model again, or compare with the prepared "
            "corpus that it was trained on"
        ) from cause
    if index is None:
        raise ModelError(
            f"{path} was written by a Riffsmith that searches in another way: use that version, or "
            "compare with the prepared corpus that the model was trained on"
        )
    if index.corpus_hash != read_card(folder).corpus_hash:
        raise ModelError(f"{path} belongs to a model of another corpus: fetch the model again")
    return index


def _build(header: _Header, arrays: dict[str, np.ndarray]) -> OriginalityIndex | None:
    """The index in memory. `None`: it was made for another way of searching.

    Raises:
        ValueError: Sizes or contents do not fit each other.
        KeyError: A part is missing.
    """
    versions = {one.kind: one.version for one in (SOUND, MELODY)}
    found = {kind: prints.version for kind, prints in header.prints.items()}
    if header.method != METHOD or found != versions:
        return None
    if header.digest != _digest(arrays):
        raise ValueError("its content does not match its hash")
    kinds = {one.kind: _unpack(header, one, arrays) for one in (SOUND, MELODY)}
    return OriginalityIndex(header.corpus_hash, header.sample_rate, header.recordings, kinds)


def _unpack(
    header: _Header, representation: Representation, arrays: dict[str, np.ndarray]
) -> RoundedPrints:
    kind, of_kind = representation.kind, header.prints[representation.kind]
    frames, bands = of_kind.frames, of_kind.bands
    seconds = sum(frames) * representation.hop_seconds(header.sample_rate)
    if len(frames) != len(header.recordings) or min(frames) < 1 or seconds > _LONGEST_SECONDS:
        raise ValueError(f"impossible lengths of its recordings ({kind})")
    levels, held_out = arrays[f"{kind}_levels"], arrays[f"{kind}_held_out"]
    if levels.ndim != 1 or held_out.ndim != 1:
        raise ValueError(f"its levels or scores have a wrong shape ({kind})")
    digits = unpack_digits(arrays[f"{kind}_prints"], len(levels), bands * sum(frames))
    prints = torch.from_numpy(levels.astype(np.float32)[digits].reshape(bands, -1))
    return RoundedPrints(prints.split(frames, dim=1), tuple(held_out.astype(float).tolist()))


def _digest(arrays: dict[str, np.ndarray]) -> str:
    digest = blake2b(digest_size=16)
    for name in sorted(arrays):
        digest.update(f"{name} {arrays[name].dtype} {arrays[name].shape}".encode())
        digest.update(np.ascontiguousarray(arrays[name]).data)
    return digest.hexdigest()
