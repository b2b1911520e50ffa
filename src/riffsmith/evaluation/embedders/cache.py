"""Embeddings of real music on disk, so that a second evaluation does not compute them again."""

from hashlib import blake2b
from pathlib import Path
from threading import Lock

import numpy as np
from jaxtyping import Float
from safetensors import SafetensorError
from safetensors.numpy import load, save

from riffsmith.errors import RiffsmithError
from riffsmith.evaluation.embedders.embedder import Embedder
from riffsmith.evaluation.embedders.embedding import TARGET_LUFS, embed_audio
from riffsmith.evaluation.remarks import Remark, RemarkCode
from riffsmith.files import atomic_path


class EmbeddingCache:
    """A folder of embeddings, each stored by the audio's samples and the embedder's version.

    The folder can be deleted at any time, and nothing in it can be out of date. If it cannot be
    written to (read-only or full), everything is computed as without it.

    Attributes:
        folder: Folder of the files; it is made when the first one is written.
        failure: Why nothing more is stored; `None` as long as writing succeeds.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.failure: Remark | None = None
        self._writing = Lock()

    def embed(
        self, audio: Float[np.ndarray, "time channels"], sample_rate: int, embedder: Embedder
    ) -> Float[np.ndarray, "windows dimension"]:
        """The result of `embed_audio`, read from the folder where it is stored there.

        Raises:
            AudioError: As `embed_audio`.
            SettingsError: As `embed_audio`.
        """
        path = self.folder / _file_name(audio, sample_rate, embedder)
        found = _read(path)
        if found is None:
            found = embed_audio(audio, sample_rate, embedder)
            with self._writing:
                if self.failure is None:
                    self._write(path, found)
        return found

    def _write(self, path: Path, found: Float[np.ndarray, "windows dimension"]) -> None:
        content = {"embeddings": np.ascontiguousarray(found), "digest": _digest(found)}
        try:
            with atomic_path(path, RiffsmithError, durable=False) as partial:
                partial.write_bytes(save(content))
        except RiffsmithError as error:
            self.failure = Remark.of(RemarkCode.EMBEDDINGS_NOT_KEPT, reason=str(error))


def _read(path: Path) -> Float[np.ndarray, "windows dimension"] | None:
    """Stored embeddings; `None` where the file is missing or damaged: it is written again."""
    try:
        content = load(path.read_bytes())
        found, digest = content["embeddings"], content["digest"]
    except (OSError, SafetensorError, KeyError):
        return None
    return found if np.array_equal(digest, _digest(found)) else None


def _digest(found: np.ndarray) -> np.ndarray:
    """Hash of the values; reading a safetensors file would not reveal a changed byte."""
    digest = blake2b(np.ascontiguousarray(found).data, digest_size=16).digest()
    return np.frombuffer(digest, np.uint8)


def _file_name(
    audio: Float[np.ndarray, "time channels"], sample_rate: int, embedder: Embedder
) -> str:
    windows = f"{embedder.window_seconds} {embedder.hop_seconds} {embedder.sample_rate}"
    heading = f"{embedder.name} {embedder.version} {embedder.dimension} {windows} {TARGET_LUFS}"
    heading += f" {sample_rate} {audio.shape} {audio.dtype}"
    digest = blake2b(heading.encode(), digest_size=16)
    digest.update(np.ascontiguousarray(audio).data)
    return f"{digest.hexdigest()}.safetensors"
