"""Tags of MP3 files: ID3v2.4, because libsndfile marks its UTF-8 texts as Latin-1."""

from collections.abc import Mapping

_FRAMES = {
    "title": b"TIT2",
    "artist": b"TPE1",
    "software": b"TSSE",
    "date": b"TDRC",
    "copyright": b"TCOP",
}
_UTF8 = b"\x03"
_COMMENT_HEAD = b"und\0"  # of no particular language, without a description


def id3_tag(tags: Mapping[str, str]) -> bytes:
    """Builds the tag that stands at the beginning of an MP3 file (id3.org, ID3v2.4.0, 2000).

    Args:
        tags: Texts by their names: `title`, `artist`, `comment`, `software`, `date` and
            `copyright`.
    """
    frames = b"".join(
        _frame(b"COMM", _UTF8 + _COMMENT_HEAD + text.encode())
        if name == "comment"
        else _frame(_FRAMES[name], _UTF8 + text.encode())
        for name, text in tags.items()
    )
    return b"ID3\x04\0\0" + _size(len(frames)) + frames


def _frame(name: bytes, content: bytes) -> bytes:
    return name + _size(len(content)) + b"\0\0" + content


def _size(length: int) -> bytes:
    """Four bytes of seven bits each, so that a size never looks like the beginning of audio."""
    return bytes(length >> shift & 0x7F for shift in (21, 14, 7, 0))
