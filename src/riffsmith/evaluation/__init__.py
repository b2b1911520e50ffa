"""Generated against real music: embeddings, one metric a file, and all of them in one table."""

from riffsmith.evaluation.copying.originality import (
    WINDOW_SECONDS,
    Originality,
    OriginalityCheck,
    WindowOrigin,
)
from riffsmith.evaluation.embedders.adapter import load_embedder, load_embedders
from riffsmith.evaluation.embedders.aisfx import AisfxEmbedder
from riffsmith.evaluation.embedders.embedding import (
    TARGET_LUFS,
    Embedder,
    EmbeddingCache,
    build_embedder,
    cut_windows,
    embed_audio,
)
from riffsmith.evaluation.embedders.musicnn import TAG_NAMES, MusicnnEmbedder
from riffsmith.evaluation.evaluate import (
    CACHE_FOLDER,
    DistanceScore,
    Evaluation,
    Measure,
    evaluate,
)
from riffsmith.evaluation.passages import (
    PASSAGE_SECONDS,
    Passage,
    play_passages,
    read_folder,
    reconstruct_with,
)
from riffsmith.evaluation.self_test.null_distribution import SelfTestRow
from riffsmith.evaluation.self_test.self_test import SelfTest, self_test

__all__ = [
    "CACHE_FOLDER",
    "PASSAGE_SECONDS",
    "TAG_NAMES",
    "TARGET_LUFS",
    "WINDOW_SECONDS",
    "AisfxEmbedder",
    "DistanceScore",
    "Embedder",
    "EmbeddingCache",
    "Evaluation",
    "Measure",
    "MusicnnEmbedder",
    "Originality",
    "OriginalityCheck",
    "Passage",
    "SelfTest",
    "SelfTestRow",
    "WindowOrigin",
    "build_embedder",
    "cut_windows",
    "embed_audio",
    "evaluate",
    "load_embedder",
    "load_embedders",
    "play_passages",
    "read_folder",
    "reconstruct_with",
    "self_test",
]
