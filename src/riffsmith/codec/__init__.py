"""Audio ↔ latents: features, their principal components, and a decoder to audio."""

from riffsmith.codec.analysis import Analysis
from riffsmith.codec.bands import (
    BANDS_PER_OCTAVE,
    count_tonal_bands,
    measure_chroma,
    transpose_tonal,
)
from riffsmith.codec.codec import Codec, build_analysis, load_codec, save_codec
from riffsmith.codec.decoder import Decoder
from riffsmith.codec.fitting import fit_codec
from riffsmith.codec.linear import LinearCodec
from riffsmith.codec.recordings import find_beats, measure_recording, to_stereo
from riffsmith.codec.spectrum import Spectrum, overlap_add, to_left_right, to_mid_side
from riffsmith.codec.style_embedding import StyleEmbedding, spread_passages

__all__ = [
    "BANDS_PER_OCTAVE",
    "Analysis",
    "Codec",
    "Decoder",
    "LinearCodec",
    "Spectrum",
    "StyleEmbedding",
    "build_analysis",
    "count_tonal_bands",
    "find_beats",
    "fit_codec",
    "load_codec",
    "measure_chroma",
    "measure_recording",
    "overlap_add",
    "save_codec",
    "spread_passages",
    "to_left_right",
    "to_mid_side",
    "to_stereo",
    "transpose_tonal",
]
