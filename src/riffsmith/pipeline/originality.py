"""From a corpus or a model to a search for copies of the training music."""

from collections.abc import Callable
from pathlib import Path

from riffsmith.bundle import is_bundle, shipped_models
from riffsmith.corpus import Corpus, is_corpus
from riffsmith.errors import CorpusError
from riffsmith.evaluation import OriginalityCheck, has_index, read_index, write_index
from riffsmith.pipeline.models import explain_shipped, find_bundle
from riffsmith.runs import RunFolder

OnProgress = Callable[[float], None]
OnNotice = Callable[[str], None]


def open_check(
    model: str,
    on_progress: OnProgress = lambda fraction: None,
    on_notice: OnNotice = lambda text: None,
) -> OriginalityCheck:
    """Opens the training music of a model: the corpus of a run, or else the index of the bundle.

    Args:
        model: Run folder, bundle folder, or name of a shipped model.
        on_progress: Called with the fraction of the work that is done, from 0 to 1.
        on_notice: As for `find_bundle`. A corpus that has changed since is told, too.

    Raises:
        ModelError: There is no such model, or neither its corpus nor an index is at hand.
        CorpusError: The corpus of the run cannot be used.
    """
    if corpus := _corpus_of(model):
        if changed := RunFolder(Path(model)).read_record().explain_change(corpus):
            on_notice(changed)
        return OriginalityCheck(corpus, on_progress)
    with find_bundle(model, on_notice=on_notice) as folder:
        return OriginalityCheck(read_index(folder), on_progress)


def open_check_of(
    corpus_or_model: str,
    on_progress: OnProgress = lambda fraction: None,
    on_notice: OnNotice = lambda text: None,
) -> OriginalityCheck:
    """Opens a prepared corpus, or the training music of a model.

    Args:
        corpus_or_model: Path of the corpus, or what `open_check` takes. The name of a shipped
            model is never a folder: `./metal` is one.
        on_progress: Called with the fraction of the work that is done, from 0 to 1.
        on_notice: As for `find_bundle`. A corpus that has the name of a shipped model is told, too.

    Raises:
        ModelError: Neither the model's corpus nor an index is at hand.
        CorpusError: There is no such corpus, or it cannot be used.
    """
    path = Path(corpus_or_model)
    is_model = is_bundle(path) or RunFolder(path).exists()
    if corpus_or_model in shipped_models():
        if is_corpus(path) and not is_model:
            on_notice(explain_shipped(corpus_or_model))
        return open_check(corpus_or_model, on_progress, on_notice)
    if is_model and not is_corpus(path):
        return open_check(corpus_or_model, on_progress, on_notice)
    return OriginalityCheck(Corpus(path), on_progress)


def add_index(
    model: str, folder: Path, on_progress: OnProgress = lambda fraction: None
) -> str | None:
    """Writes the index of a run's training music into one of its snapshots, unless it has one.

    Args:
        model: The run folder, or the path or name of another model, which is left as it is.
        folder: Folder of the snapshot's bundle.
        on_progress: Called with the fraction of the work that is done, from 0 to 1.

    Returns:
        A sentence that says why the bundle has no index. `None`: it has one.

    Raises:
        ModelError: Writing failed.
    """
    if has_index(folder):
        return None
    corpus = _corpus_of(model)
    if corpus is None:
        return "the recordings that it was trained on are not at hand"
    try:
        write_index(folder, corpus, on_progress)
    except CorpusError as error:
        return str(error)
    return None


def _corpus_of(model: str) -> Corpus | None:
    """The corpus of a run. `None`: it is not at hand, or the model is no run."""
    run = RunFolder(Path(model))
    if model in shipped_models() or not run.exists():
        return None
    path = run.path / run.read_record().corpus
    return Corpus(path) if is_corpus(path) else None
