"""Seeds → pictures → audio."""

from riffsmith.controls import Controls
from riffsmith.synthesis.ahead import Ahead
from riffsmith.synthesis.clip import FADE_SECONDS, generate_clip, play_stream, spread_db
from riffsmith.synthesis.guide import (
    LONGEST_GUIDE_SECONDS,
    SHORTEST_GUIDE_SECONDS,
    Guide,
    listen,
)
from riffsmith.synthesis.loop import make_loop
from riffsmith.synthesis.pictures import draw_pictures, to_audio, to_spectrogram
from riffsmith.synthesis.sounding import finish
from riffsmith.synthesis.stream import Stream

__all__ = [
    "FADE_SECONDS",
    "LONGEST_GUIDE_SECONDS",
    "SHORTEST_GUIDE_SECONDS",
    "Ahead",
    "Controls",
    "Guide",
    "Stream",
    "draw_pictures",
    "finish",
    "generate_clip",
    "listen",
    "make_loop",
    "play_stream",
    "spread_db",
    "to_audio",
    "to_spectrogram",
]
