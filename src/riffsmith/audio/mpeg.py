"""Frames of MPEG audio (ISO/IEC 11172-3 and 13818-3), of which MP3 files consist."""

from dataclasses import dataclass
from functools import lru_cache
from mmap import mmap

_KBPS = {  # by (is MPEG-1, layer)
    (True, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_SAMPLE_RATES_HZ = {
    3: (44_100, 48_000, 32_000),
    2: (22_050, 24_000, 16_000),
    0: (11_025, 12_000, 8_000),
}
_SAMPLES = {(True, 1): 384, (True, 2): 1152, (True, 3): 1152}
_SAMPLES |= {(False, 1): 384, (False, 2): 1152, (False, 3): 576}
_LONGEST_GAP = 1 << 20
"""Bytes between two frames after which the rest is no longer taken for MPEG audio."""


@dataclass(frozen=True)
class Frame:
    """What the head of a frame says."""

    length: int
    """Length in bytes."""
    samples: int
    """Number of samples of each channel."""
    sample_rate: int
    """Sample rate in Hz."""


@lru_cache(maxsize=4096)
def read_frame(head: bytes) -> Frame | None:
    """Reads the head of a frame. `None`: it is none, or one of free format.

    Args:
        head: The first three bytes of the frame.
    """
    if len(head) < 3 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)
    bit_rate, sample_rate, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or layer == 4 or bit_rate in (0, 15) or sample_rate == 3:
        return None
    key = (version == 3, layer)
    rate, samples = _SAMPLE_RATES_HZ[version][sample_rate], _SAMPLES[key]
    slot = 4 if layer == 1 else 1  # bytes that a frame's length is counted in
    length = samples // 8 // slot * _KBPS[key][bit_rate - 1] * 1000 // rate + padding
    return Frame(length * slot, samples, rate)


def find_frame(data: bytes | mmap, start: int) -> int | None:
    """The position of the first frame that another one of its sample rate follows.

    Args:
        data: Content of a file.
        start: Position at which the search begins; it ends a mebibyte later.

    Returns:
        The position. `None`: there is none.
    """
    stop = min(len(data), start + _LONGEST_GAP)
    position = data.find(b"\xff", start, stop)
    while position >= 0:
        frame = read_frame(data[position : position + 3])
        if frame is not None:
            behind = position + frame.length
            following = read_frame(data[behind : behind + 3])
            if following is not None and following.sample_rate == frame.sample_rate:
                return position
        position = data.find(b"\xff", position + 1, stop)
    return None


def has_length_header(data: bytes | mmap, start: int) -> bool:
    """Whether the first frame tells the number of frames, as encoders of VBR files write it.

    Args:
        data: Content of a file.
        start: Position of the first frame.
    """
    frame = read_frame(data[start : start + 3])
    content = data[start : start + (frame.length if frame else 0)]
    return b"Xing" in content[:64] or b"Info" in content[:64]


def count_seconds(data: bytes | mmap, start: int) -> float:
    """The length of all frames in seconds; what lies between frames is passed over.

    Args:
        data: Content of a file.
        start: Position of the first frame.
    """
    counts: dict[Frame, int] = {}
    position: int | None = start
    while position is not None:
        frame = read_frame(data[position : position + 3])
        if frame is None:
            position = find_frame(data, position)
            continue
        counts[frame] = counts.get(frame, 0) + 1
        position += frame.length
    return sum(count * frame.samples / frame.sample_rate for frame, count in counts.items())
