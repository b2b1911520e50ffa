"""Survey, split by recording, shards, reader."""

from riffsmith.corpus.export import export_pt
from riffsmith.corpus.genres import find_genres
from riffsmith.corpus.manifest import Manifest, PreparedRecording, is_corpus, read_manifest
from riffsmith.corpus.prepare import prepare_corpus
from riffsmith.corpus.reader import Corpus, SegmentSet
from riffsmith.corpus.segments import estimate_training_segments
from riffsmith.corpus.survey import Progress, Survey, SurveyEntry, survey_folder

__all__ = [
    "Corpus",
    "Manifest",
    "PreparedRecording",
    "Progress",
    "SegmentSet",
    "Survey",
    "SurveyEntry",
    "estimate_training_segments",
    "export_pt",
    "find_genres",
    "is_corpus",
    "prepare_corpus",
    "read_manifest",
    "survey_folder",
]
