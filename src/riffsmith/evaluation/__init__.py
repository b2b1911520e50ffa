"""Evaluation of generated music against real music.

Three questions, each with its entry point:

- `evaluate` compares generated passages with held-out recordings of the same corpus and returns one
  table (`Evaluation`): distances of embeddings as ratios with intervals, and measures of variety,
  rhythm, structure and sound beside those of real music.
- `OriginalityCheck` searches the training recordings for copies (`Originality`).
- `run_self_test` damages real music in known ways and reports which measures detect it
  (`SelfTest`), so that the scores of a corpus can be trusted, or not.

The modules in the order in which they use each other, the simplest first:

- `remarks`: remarks and errors as codes with parameters.
- `embedders/`: networks that map windows of audio to vectors. `embedder` is the interface,
  `musicnn`, `aisfx` and `notes` are built in, `custom` loads those of users, `embedding`
  prepares the audio and `cache` stores vectors, by `array_cache`.
- `transcription/`: the port of Basic Pitch, which finds the notes of audio.
- `metrics/`: one metric in each file, as functions of arrays. A new metric begins here.
- `passages` and `positions`: which passages of a corpus, model or folder are compared.
- `measures` and `passage_features`: which metrics are measured of them.
- `scores`: the table of `evaluate`.
- `copying/`: prints of sound and of melodies, the search for passages, the comparison with held-out
  music, and the index of prints that a bundle can carry.
- `self_test/`: kinds of damage, the permutation test, and its run.
"""

from riffsmith.evaluation.copying.comparison import (
    Comparison,
    OriginalityGrade,
    WindowOrigin,
    find_nearest,
    join_comparisons,
    worst_grade,
)
from riffsmith.evaluation.copying.originality import (
    MELODY_WINDOW_SECONDS,
    WINDOW_SECONDS,
    Originality,
    OriginalityCheck,
)
from riffsmith.evaluation.copying.representation import CopyKind
from riffsmith.evaluation.copying.search_index import (
    OriginalityIndex,
    has_index,
    read_index,
    write_index,
)
from riffsmith.evaluation.embedders.aisfx import AisfxEmbedder
from riffsmith.evaluation.embedders.cache import EmbeddingCache
from riffsmith.evaluation.embedders.custom import load_embedder, load_embedders
from riffsmith.evaluation.embedders.embedder import Embedder, build_embedder
from riffsmith.evaluation.embedders.embedding import TARGET_LUFS, cut_windows, embed_audio
from riffsmith.evaluation.embedders.musicnn import TAG_NAMES, MusicnnEmbedder
from riffsmith.evaluation.passages import (
    PASSAGE_SECONDS,
    Passage,
    passage_seconds,
    play_passages,
    read_folder,
    reconstruct_with,
)
from riffsmith.evaluation.positions import find_pairs
from riffsmith.evaluation.reconstruction import ReconstructionScore, score_reconstruction
from riffsmith.evaluation.remarks import Remark, RemarkCode
from riffsmith.evaluation.scores import (
    CACHE_FOLDER,
    DistanceScore,
    Evaluation,
    Measure,
    evaluate,
)
from riffsmith.evaluation.self_test.permutation import BandedValue, SelfTestRow
from riffsmith.evaluation.self_test.run import SelfTest, run_self_test
from riffsmith.evaluation.summary import SummaryGrade

__all__ = [
    "CACHE_FOLDER",
    "MELODY_WINDOW_SECONDS",
    "PASSAGE_SECONDS",
    "TAG_NAMES",
    "TARGET_LUFS",
    "WINDOW_SECONDS",
    "AisfxEmbedder",
    "BandedValue",
    "Comparison",
    "CopyKind",
    "DistanceScore",
    "Embedder",
    "EmbeddingCache",
    "Evaluation",
    "Measure",
    "MusicnnEmbedder",
    "Originality",
    "OriginalityCheck",
    "OriginalityGrade",
    "OriginalityIndex",
    "Passage",
    "ReconstructionScore",
    "Remark",
    "RemarkCode",
    "SelfTest",
    "SelfTestRow",
    "SummaryGrade",
    "WindowOrigin",
    "build_embedder",
    "cut_windows",
    "embed_audio",
    "evaluate",
    "find_nearest",
    "find_pairs",
    "has_index",
    "join_comparisons",
    "load_embedder",
    "load_embedders",
    "passage_seconds",
    "play_passages",
    "read_folder",
    "read_index",
    "reconstruct_with",
    "run_self_test",
    "score_reconstruction",
    "worst_grade",
    "write_index",
]
