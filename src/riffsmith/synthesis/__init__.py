"""Seeds → pictures → audio."""

from riffsmith.synthesis.clip import FADE_SECONDS, generate_clip, spread_db
from riffsmith.synthesis.pictures import draw_pictures, to_audio, to_spectrogram
from riffsmith.synthesis.stream import Stream

__all__ = [
    "FADE_SECONDS",
    "Stream",
    "draw_pictures",
    "generate_clip",
    "spread_db",
    "to_audio",
    "to_spectrogram",
]
