"""Audio files and float arrays: decode, resample, measure, limit, encode, play."""

from riffsmith.audio.decode import is_audio_file, is_audio_name, open_audio
from riffsmith.audio.encode import TAGS, audio_suffixes, to_pcm16, wav_header, write_audio
from riffsmith.audio.kinds import is_audio_content
from riffsmith.audio.limiter import PEAK_LIMIT_DB, limit_peaks, limiter_reach, limiting_gain
from riffsmith.audio.loop_grid import LoopGrid
from riffsmith.audio.loudness import LoudnessMeter, measure_loudness
from riffsmith.audio.playback import play_audio
from riffsmith.audio.recording import (
    Recording,
    RecordingProperties,
    concatenate_freeing,
    named_errors,
    read_named,
    read_passage,
    read_recording,
    stream_recording,
)
from riffsmith.audio.remarks import RecordingCode, RecordingRemark
from riffsmith.audio.spool import AudioSpool
from riffsmith.audio.transforms import find_peak, join, resample
from riffsmith.audio.treatment import Treatment

__all__ = [
    "PEAK_LIMIT_DB",
    "TAGS",
    "AudioSpool",
    "LoopGrid",
    "LoudnessMeter",
    "Recording",
    "RecordingCode",
    "RecordingProperties",
    "RecordingRemark",
    "Treatment",
    "audio_suffixes",
    "concatenate_freeing",
    "find_peak",
    "is_audio_content",
    "is_audio_file",
    "is_audio_name",
    "join",
    "limit_peaks",
    "limiter_reach",
    "limiting_gain",
    "measure_loudness",
    "named_errors",
    "open_audio",
    "play_audio",
    "read_named",
    "read_passage",
    "read_recording",
    "resample",
    "stream_recording",
    "to_pcm16",
    "wav_header",
    "write_audio",
]
