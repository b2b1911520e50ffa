"""Pictures and players as data URIs, so that a page is a single file."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from jaxtyping import Float

from riffsmith.audio import write_audio
from riffsmith.features import MelTransform
from riffsmith.plotting import DARK, LIGHT, Theme, draw_plain_spectrogram

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
    """The picture on a dark page. `None`: the same."""
    alt: str


@dataclass(frozen=True)
class MediaCard:
    """A picture with a player."""

    title: str
    picture: Picture
    audio: str
    """Audio as a data URI."""
    note: str = ""


def png_uri(content: bytes) -> str:
    """A picture as a data URI."""
    return f"data:image/png;base64,{b64encode(content).decode()}"


def draw_in_themes(draw: Callable[[Theme], bytes], alt: str) -> Picture:
    """A drawing for light and for dark pages.

    Args:
        draw: Draws PNG bytes in the colours of a theme.
        alt: Alternative text.
    """
    return Picture(png_uri(draw(LIGHT)), png_uri(draw(DARK)), alt)


def audio_uri(audio: Float[np.ndarray, "time channels"], sample_rate: int) -> str:
    """Audio as a data URI: MP3, or FLAC where MP3 does not have the sample rate."""
    kind, suffix = ("mpeg", ".mp3") if sample_rate in _MP3_RATES else ("flac", ".flac")
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"clip{suffix}"
        write_audio(path, audio, sample_rate)
        return f"data:audio/{kind};base64,{b64encode(path.read_bytes()).decode()}"


def media_card(
    title: str, audio: Float[np.ndarray, "time channels"], sample_rate: int, note: str = ""
) -> MediaCard:
    """Audio of any system with the spectrogram of its left channel."""
    picture = Picture(_spectrogram_uri(audio[:, 0], sample_rate), None, title)
    return MediaCard(title, picture, audio_uri(audio, sample_rate), note)


def _spectrogram_uri(audio: Float[np.ndarray, "time"], sample_rate: int) -> str:
    """The 80 dB below the loudest point, up to half the sample rate."""
    n_fft = 2 ** round(np.log2(_VIEW_WINDOW_SECONDS * sample_rate))
    hop = max(len(audio) // _VIEW_COLUMNS, n_fft // 8)
    padded = np.pad(audio, (0, max(0, n_fft - len(audio))))
    mel_db = MelTransform(sample_rate, n_fft, hop, _VIEW_MELS).to_db(torch.from_numpy(padded))
    top = float(mel_db.max())
    return png_uri(draw_plain_spectrogram(mel_db, (top - _VIEW_RANGE_DB, top)))
