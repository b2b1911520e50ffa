"""Corpora of recordings: survey, split by recording, shards, reader."""

from riffsmith.corpus.entry import SurveyEntry
from riffsmith.corpus.export import export_pt
from riffsmith.corpus.folders import find_audio, find_audio_or_file, find_genres
from riffsmith.corpus.manifest import Manifest, PreparedRecording, Split, is_corpus, read_manifest
from riffsmith.corpus.prepare import prepare_corpus
from riffsmith.corpus.reader import Corpus, SegmentSet
from riffsmith.corpus.segments import estimate_training_segments
from riffsmith.corpus.split import matches_pattern
from riffsmith.corpus.survey import MaterialGrade, Progress, Survey, survey_folder

__all__ = [
    "Corpus",
    "Manifest",
    "MaterialGrade",
    "PreparedRecording",
    "Progress",
    "SegmentSet",
    "Split",
    "Survey",
    "SurveyEntry",
    "estimate_training_segments",
    "export_pt",
    "find_audio",
    "find_audio_or_file",
    "find_genres",
    "is_corpus",
    "matches_pattern",
    "prepare_corpus",
    "read_manifest",
    "survey_folder",
]
