"""Files ↔ float arrays: probe, decode, resample, measure, write."""

from riffsmith.audio.decode import is_audio_name, open_audio
from riffsmith.audio.encode import PEAK_LIMIT_DB, audio_suffixes, limit_peak, write_audio
from riffsmith.audio.joining import join
from riffsmith.audio.loudness import LoudnessMeter
from riffsmith.audio.recording import Recording, read_recording, resample

__all__ = [
    "PEAK_LIMIT_DB",
    "LoudnessMeter",
    "Recording",
    "audio_suffixes",
    "is_audio_name",
    "join",
    "limit_peak",
    "open_audio",
    "read_recording",
    "resample",
    "write_audio",
]
