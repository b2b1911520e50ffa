"""Chunks of a piece as 16-bit PCM."""

import numpy as np
from jaxtyping import Float

from riffsmith.audio import to_pcm16

CHANNELS = 2
FRAME_BYTES = 2 * CHANNELS
_KEPT_CHUNKS = 4


def to_pcm(audio: Float[np.ndarray, "time channels"]) -> bytes:
    """Converts samples to interleaved signed 16-bit little-endian stereo."""
    return to_pcm16(audio if audio.shape[1] == CHANNELS else audio[:, :1].repeat(CHANNELS, axis=1))


def from_pcm(content: bytes) -> Float[np.ndarray, "time 2"]:
    """Converts such samples back to floats."""
    return np.frombuffer(content, "<i2").reshape(-1, CHANNELS).astype(np.float32) / 32_768


class ChunkCache:
    """The newest chunks of a piece by their numbers. Its owner guards it with a lock."""

    def __init__(self, size: int) -> None:
        """Makes an empty cache.

        Args:
            size: Samples in a chunk.
        """
        self.size = size
        self._chunks: dict[int, bytes] = {}

    def __len__(self) -> int:
        return len(self._chunks)

    def __contains__(self, number: int) -> bool:
        return number in self._chunks

    def get(self, number: int) -> bytes | None:
        """A chunk; `None` if it is not in the cache."""
        return self._chunks.get(number)

    def keep(self, number: int, chunk: bytes) -> None:
        """Adds a chunk; the oldest one makes way."""
        while len(self._chunks) >= _KEPT_CHUNKS:
            del self._chunks[next(iter(self._chunks))]
        self._chunks[number] = chunk

    def drop_after(self, sample: int) -> None:
        """Drops the chunks that do not end before a sample."""
        self._chunks = {
            number: chunk
            for number, chunk in self._chunks.items()
            if (number + 1) * self.size <= sample
        }

    def count_from(self, number: int, most: int) -> int:
        """Number of chunks without a gap from one on, at most so many."""
        missing = (place for place in range(most) if number + place not in self._chunks)
        return next(missing, most)

    def cut(self, chunks: list[bytes], first: int, start: int, count: int) -> bytes:
        """Cuts samples out of consecutive chunks.

        Args:
            chunks: The chunks.
            first: Number of the first chunk.
            start: First sample.
            count: Number of samples.
        """
        begin = (start - first * self.size) * FRAME_BYTES
        return b"".join(chunks)[begin : begin + count * FRAME_BYTES]
