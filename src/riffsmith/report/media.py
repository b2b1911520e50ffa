"""Pictures and players as data URIs, so that a page is one file."""

from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from jaxtyping import Float

from riffsmith.audio import write_audio
from riffsmith.features import MelTransform
from riffsmith.plotting import draw_plain_spectrogram

_MP3_RATES = frozenset({16_000, 22_050, 24_000, 32_000, 44_100, 48_000})
_VIEW_MELS = 64
_VIEW_COLUMNS = 320
_VIEW_RANGE_DB = 80.0
_VIEW_WINDOW_SECONDS = 0.046


@dataclass(frozen=True)
class Picture:
    """A picture as data URIs."""

    light: str
    dark: str | None
    """None: the same on a dark page."""
    alt: str


@dataclass(frozen=True)
class MediaCard:
    """A picture with a player."""

    title: str
    picture: Picture
    audio: str
    """As a data URI."""
    note: str = ""


def png(content: bytes) -> str:
    """A picture as a data URI."""
    return f"data:image/png;base64,{b64encode(content).decode()}"


def player(audio: Float[np.ndarray, "time channels"], sample_rate: int) -> str:
    """Audio as a data URI: MP3, or FLAC where MP3 has no such rate."""
    kind, suffix = ("mpeg", ".mp3") if sample_rate in _MP3_RATES else ("flac", ".flac")
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"clip{suffix}"
        write_audio(path, audio, sample_rate)
        return f"data:audio/{kind};base64,{b64encode(path.read_bytes()).decode()}"


def media_card(
    title: str, audio: Float[np.ndarray, "time channels"], sample_rate: int, note: str = ""
) -> MediaCard:
    """Audio of any system with the spectrogram of its left channel."""
    picture = Picture(spectrogram(audio[:, 0], sample_rate), None, title)
    return MediaCard(title, picture, player(audio, sample_rate), note)


def spectrogram(audio: Float[np.ndarray, "time"], sample_rate: int) -> str:
    """What is heard, as a picture: the 80 dB below its loudest point, up to half the rate."""
    n_fft = 2 ** round(np.log2(_VIEW_WINDOW_SECONDS * sample_rate))
    hop = max(len(audio) // _VIEW_COLUMNS, n_fft // 8)
    padded = np.pad(audio, (0, max(0, n_fft - len(audio))))
    mel_db = MelTransform(sample_rate, n_fft, hop, _VIEW_MELS).to_db(torch.from_numpy(padded))
    top = float(mel_db.max())
    return png(draw_plain_spectrogram(mel_db, (top - _VIEW_RANGE_DB, top)))
