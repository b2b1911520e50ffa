"""Files ↔ float arrays: probe, decode, resample, measure, write."""

from riffsmith.audio.decode import is_audio_name, open_audio
from riffsmith.audio.encode import audio_suffixes, write_audio
from riffsmith.audio.joining import join
from riffsmith.audio.limiter import PEAK_LIMIT_DB, limit_peaks, limiter_reach, limiting_gain
from riffsmith.audio.loudness import LoudnessMeter
from riffsmith.audio.playback import play_audio
from riffsmith.audio.recording import Recording, read_named, read_recording, resample
from riffsmith.audio.streaming import to_pcm16, wav_header

__all__ = [
    "PEAK_LIMIT_DB",
    "LoudnessMeter",
    "Recording",
    "audio_suffixes",
    "is_audio_name",
    "join",
    "limit_peaks",
    "limiter_reach",
    "limiting_gain",
    "open_audio",
    "play_audio",
    "read_named",
    "read_recording",
    "resample",
    "to_pcm16",
    "wav_header",
    "write_audio",
]
