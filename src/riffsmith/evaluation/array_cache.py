"""Arrays on disk that were computed from audio, so that they are not computed again."""

from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from threading import Lock

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from riffsmith.errors import RiffsmithError
from riffsmith.files import atomic_path


class ArrayCache:
    """A folder of arrays, each stored by the audio's samples and by what was computed from them.

    The folder can be deleted at any time, and nothing in it can be out of date. If it cannot be
    written to (read-only or full), everything is computed as without it.

    Attributes:
        folder: Folder of the files; it is made when the first one is written.
        failure: Why nothing more is stored; `None` as long as writing succeeds.
    """

    def __init__(self, folder: Path, array_name: str) -> None:
        """Opens a folder, which need not exist.

        Args:
            folder: Folder of the files.
            array_name: Name of the array in each file.
        """
        self.folder = folder
        self.failure: RiffsmithError | None = None
        self._array_name = array_name
        self._writing = Lock()

    def read_or_compute(
        self, heading: str, audio: np.ndarray, sample_rate: int, compute: Callable[[], np.ndarray]
    ) -> np.ndarray:
        """An array, read from the folder where it is stored there.

        Args:
            heading: Text on all that the array depends on beside the audio.
            audio: Samples that the array is computed from.
            sample_rate: Their sample rate in Hz.
            compute: Computes the array.
        """
        path = self.folder / _file_name(heading, audio, sample_rate)
        found = self._read(path)
        if found is None:
            found = compute()
            with self._writing:
                if self.failure is None:
                    self._write(path, found)
        return found

    def _write(self, path: Path, found: np.ndarray) -> None:
        content = {self._array_name: np.ascontiguousarray(found), "digest": _digest(found)}
        try:
            with atomic_path(path, RiffsmithError, durable=False) as partial:
                partial.write_bytes(save(content))
        except RiffsmithError as error:
            self.failure = error

    def _read(self, path: Path) -> np.ndarray | None:
        """A stored array; `None` where the file is missing or damaged: it is written again."""
        try:
            content = load(path.read_bytes())
            found, digest = content[self._array_name], content["digest"]
        except (OSError, SafetensorError, KeyError):
            return None
        return found if np.array_equal(digest, _digest(found)) else None


def _digest(found: np.ndarray) -> np.ndarray:
    """Hash of the values; reading a safetensors file would not reveal a changed byte."""
    digest = blake2b(np.ascontiguousarray(found).data, digest_size=16).digest()
    return np.frombuffer(digest, np.uint8)


def _file_name(heading: str, audio: np.ndarray, sample_rate: int) -> str:
    heading += f" {sample_rate} {audio.shape} {audio.dtype}"
    digest = blake2b(heading.encode(), digest_size=16)
    digest.update(np.ascontiguousarray(audio).data)
    return f"{digest.hexdigest()}.safetensors"
