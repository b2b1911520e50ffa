"""Generated against real music: embeddings, one metric a file, and all of them in one table."""

from riffsmith.evaluation.aisfx import AisfxEmbedder
from riffsmith.evaluation.embedding import (
    TARGET_LUFS,
    Embedder,
    EmbeddingCache,
    build_embedder,
    cut_windows,
    embed_audio,
)
from riffsmith.evaluation.evaluate import DistanceScore, Evaluation, Measure, evaluate
from riffsmith.evaluation.musicnn import TAG_NAMES, MusicnnEmbedder
from riffsmith.evaluation.passages import PASSAGE_SECONDS, Passage, read_folder

__all__ = [
    "PASSAGE_SECONDS",
    "TAG_NAMES",
    "TARGET_LUFS",
    "AisfxEmbedder",
    "DistanceScore",
    "Embedder",
    "EmbeddingCache",
    "Evaluation",
    "Measure",
    "MusicnnEmbedder",
    "Passage",
    "build_embedder",
    "cut_windows",
    "embed_audio",
    "evaluate",
    "read_folder",
]
