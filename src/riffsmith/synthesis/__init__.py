"""Synthesis: seeds and controls → latents or pictures → audio."""

from riffsmith.controls import Controls
from riffsmith.synthesis.audio_prompt import (
    LONGEST_PROMPT_SECONDS,
    SHORTEST_PROMPT_SECONDS,
    AudioPrompt,
    check_prompt,
    cut_audio_prompt,
    encode_audio_prompt,
)
from riffsmith.synthesis.clip import (
    FADE_SECONDS,
    generate_clip,
    play_chunks,
    play_parts,
    play_stream,
)
from riffsmith.synthesis.live_piece import LivePiece
from riffsmith.synthesis.loop import Loop, make_loop
from riffsmith.synthesis.pictures import draw_pictures, to_audio, to_spectrogram
from riffsmith.synthesis.prefetcher import Prefetcher
from riffsmith.synthesis.reconstruction import reconstruct_audio
from riffsmith.synthesis.rendering import finish
from riffsmith.synthesis.stream import Stream

__all__ = [
    "FADE_SECONDS",
    "LONGEST_PROMPT_SECONDS",
    "SHORTEST_PROMPT_SECONDS",
    "AudioPrompt",
    "Controls",
    "LivePiece",
    "Loop",
    "Prefetcher",
    "Stream",
    "check_prompt",
    "cut_audio_prompt",
    "draw_pictures",
    "encode_audio_prompt",
    "finish",
    "generate_clip",
    "make_loop",
    "play_chunks",
    "play_parts",
    "play_stream",
    "reconstruct_audio",
    "to_audio",
    "to_spectrogram",
]
