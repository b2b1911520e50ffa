"""Embeddings of real music on disk, so that a second evaluation does not compute them again."""

from pathlib import Path

import numpy as np
from jaxtyping import Float

from riffsmith.evaluation.array_cache import ArrayCache
from riffsmith.evaluation.embedders.embedder import Embedder
from riffsmith.evaluation.embedders.embedding import TARGET_LUFS, embed_audio
from riffsmith.evaluation.remarks import Remark, RemarkCode


class EmbeddingCache:
    """A folder of embeddings, each stored by the audio's samples and the embedder's version.

    The folder can be deleted at any time, and nothing in it can be out of date. If it cannot be
    written to (read-only or full), everything is computed as without it.
    """

    def __init__(self, folder: Path) -> None:
        self._arrays = ArrayCache(folder, "embeddings")

    @property
    def folder(self) -> Path:
        """Folder of the files; it is made when the first one is written."""
        return self._arrays.folder

    @property
    def failure(self) -> Remark | None:
        """Why nothing more is stored; `None` as long as writing succeeds."""
        error = self._arrays.failure
        return error and Remark.of(RemarkCode.EMBEDDINGS_NOT_KEPT, reason=str(error))

    def embed(
        self, audio: Float[np.ndarray, "time channels"], sample_rate: int, embedder: Embedder
    ) -> Float[np.ndarray, "windows dimension"]:
        """The result of `embed_audio`, read from the folder where it is stored there.

        Raises:
            AudioError: As `embed_audio`.
            SettingsError: As `embed_audio`.
        """
        windows = f"{embedder.window_seconds} {embedder.hop_seconds} {embedder.sample_rate}"
        return self._arrays.read_or_compute(
            f"{embedder.name} {embedder.version} {embedder.dimension} {windows} {TARGET_LUFS}",
            audio,
            sample_rate,
            lambda: embed_audio(audio, sample_rate, embedder),
        )
