"""The record of a run: what it was started with."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from riffsmith.config import TaggedSettings
from riffsmith.corpus import Corpus

RUN_VERSION = 4

Unit = Literal["epoch", "step"]
"""What the snapshots of a run are numbered by."""


class RunRecord(BaseModel):
    """Settings, seed, corpus and versions of a run (the file `run.json`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = RUN_VERSION
    riffsmith: str
    torch: str
    machine: str
    created: str
    """ISO 8601 in UTC."""
    preset: str
    settings: TaggedSettings
    seed: int
    minutes: float | None
    """Time to train, instead of the settings' number of epochs or steps. `None`: the settings
    decide."""
    corpus: str
    """Path of the prepared corpus, relative to the run where it lies within it."""
    corpus_hash: str
    credit: str | None = None
    """Who made the recordings, and under which licences. `None`: it was not stated."""

    def explain_change(self, corpus: Corpus) -> str | None:
        """Says that a corpus has changed since the run was started. `None`: it has not."""
        if corpus.manifest.corpus_hash() == self.corpus_hash:
            return None
        return (
            f"{corpus.path} has changed since this run was started: what is held out now may have "
            "been trained on, and what was trained on may be gone, so scores and the search for "
            "copies can look too good; prepare it again from the recordings of then, or train anew"
        )

    @property
    def unit(self) -> Unit:
        """What the snapshots are numbered by: epochs of a picture preset, steps of `latent`."""
        return self.settings.unit
