"""Audio that waits on the disk: written and read block by block, whatever its length."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from riffsmith.parallel import Closable

SampleType = TypeVar("SampleType", bound=np.generic)


class AudioSpool(Closable, Generic[SampleType]):
    """Audio in a file without a name, which is gone when the spool is closed or the process ends.

    Use it in a `with` statement. Reading and writing raise an `OSError` where the disk is full.
    """

    def __init__(self, folder: Path, channels: int, dtype: type[SampleType]) -> None:
        """Begins without audio.

        Args:
            folder: Folder on the disk that has room for the audio; it must exist.
            channels: Number of channels.
            dtype: Type of the samples.
        """
        self._file = TemporaryFile(dir=folder)  # noqa: SIM115  (closed by `close`)
        self._channels, self.dtype = channels, np.dtype(dtype)
        self._samples = 0

    def __len__(self) -> int:
        return self._samples

    @property
    def shape(self) -> tuple[int, int]:
        """Number of samples and of channels."""
        return self._samples, self._channels

    def add(self, block: NDArray[SampleType]) -> None:
        """Adds samples (time, channels) at the end."""
        self._file.seek(self._samples * self._row_bytes)
        self._file.write(np.ascontiguousarray(block, self.dtype).data)
        self._samples += len(block)

    def clear(self) -> None:
        """Removes all samples."""
        self._file.truncate(0)
        self._samples = 0

    def blocks(self, block_samples: int, stop: int | None = None) -> Iterator[NDArray[SampleType]]:
        """Consecutive blocks (time, channels), the last one of which may be shorter.

        Args:
            block_samples: Length of a block in samples.
            stop: Sample at which the last block ends. `None`: the end.
        """
        stop = self._samples if stop is None else min(stop, self._samples)
        for start in range(0, stop, block_samples):
            count = min(block_samples, stop - start)
            self._file.seek(start * self._row_bytes)
            content = bytearray(self._file.read(count * self._row_bytes))
            yield np.frombuffer(content, self.dtype).reshape(count, self._channels)

    def close(self) -> None:
        """Removes the file."""
        self._file.close()

    @property
    def _row_bytes(self) -> int:
        return self._channels * self.dtype.itemsize
