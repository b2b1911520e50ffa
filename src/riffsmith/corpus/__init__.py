"""Corpora of recordings: survey, split by recording, shards, reader."""

from riffsmith.corpus.changes import Changes, compare_folder, compare_manifests
from riffsmith.corpus.demo import DEMO_CREDIT
from riffsmith.corpus.entry import SurveyEntry
from riffsmith.corpus.export import export_pt
from riffsmith.corpus.folders import (
    find_audio,
    find_audio_or_file,
    find_genres,
    is_of_system,
    list_files,
)
from riffsmith.corpus.manifest import (
    MANIFEST_NAME,
    Manifest,
    PlannedRecording,
    PreparedRecording,
    Split,
    held_out_start,
    is_corpus,
    read_manifest,
)
from riffsmith.corpus.prepare import prepare_corpus
from riffsmith.corpus.reader import Corpus, SegmentSet
from riffsmith.corpus.split import HOLD_OUT_NOTHING, find_held_out, find_parts
from riffsmith.corpus.survey import (
    CorpusPlan,
    MaterialGrade,
    Progress,
    Survey,
    find_too_short,
    survey_folder,
)

__all__ = [
    "DEMO_CREDIT",
    "HOLD_OUT_NOTHING",
    "MANIFEST_NAME",
    "Changes",
    "Corpus",
    "CorpusPlan",
    "Manifest",
    "MaterialGrade",
    "PlannedRecording",
    "PreparedRecording",
    "Progress",
    "SegmentSet",
    "Split",
    "Survey",
    "SurveyEntry",
    "compare_folder",
    "compare_manifests",
    "export_pt",
    "find_audio",
    "find_audio_or_file",
    "find_genres",
    "find_held_out",
    "find_parts",
    "find_too_short",
    "held_out_start",
    "is_corpus",
    "is_of_system",
    "list_files",
    "prepare_corpus",
    "read_manifest",
    "survey_folder",
]
