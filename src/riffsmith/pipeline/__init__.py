"""From a folder to a run, and from a name to a model, as the commands and the studio share it."""

from riffsmith.pipeline.models import EvaluationSubject, find_bundle, open_model, open_subject
from riffsmith.pipeline.training import TrainingRequest, begin_training, open_corpus

__all__ = [
    "EvaluationSubject",
    "TrainingRequest",
    "begin_training",
    "find_bundle",
    "open_corpus",
    "open_model",
    "open_subject",
]
