"""Stores an evaluation beside the files of a model, where `riffsmith models` finds it.

    python tools/store_evaluation.py FOLDER CORPUS

This is for the shipped models; a run has the evaluation of its report. FOLDER is the model's.
"""

import argparse
from pathlib import Path

import riffsmith
from riffsmith.corpus import Corpus
from riffsmith.report.result_store import ResultKey, ResultStore

_SECONDS, _SEED = 300.0, 0


def main() -> None:
    """Reads the command line, measures, and writes the result."""
    parser = argparse.ArgumentParser(description="Stores an evaluation beside a model.")
    parser.add_argument("folder", type=Path, help="folder of the model")
    parser.add_argument("corpus", type=Path, help="prepared corpus with held-out recordings")
    given = parser.parse_args()
    corpus = Corpus(given.corpus)
    found = riffsmith.evaluate(given.folder, corpus, seconds=_SECONDS, seed=_SEED)
    key = ResultKey.of_snapshot("evaluation", corpus, given.folder, _SECONDS, _SEED)
    ResultStore(given.folder).write(key, found)
    print(f"{found.summary.grade.value}: {key.file_name()} → {given.folder}")


if __name__ == "__main__":
    main()
