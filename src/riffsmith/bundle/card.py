"""Card of a bundle: settings, provenance and metrics of a model."""

from pydantic import BaseModel, ConfigDict

from riffsmith.config import TaggedSettings

BUNDLE_VERSION = 5
"""Version of the bundle format that is written and read."""


class RecordingCredit(BaseModel):
    """Recording that a model was trained on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    """Path below the folder of recordings."""
    content_hash: str
    """Hash of the file."""
    seconds: float
    """Length in seconds."""


class Card(BaseModel):
    """Settings, provenance and metrics of a trained model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = BUNDLE_VERSION
    """Version of the format of the bundle's files."""
    riffsmith: str
    """Version of Riffsmith that wrote the bundle."""
    torch: str
    """Version of PyTorch that wrote the bundle."""
    created: str
    """Date and time in UTC, as in ISO 8601."""
    preset: str
    genre: str
    settings: TaggedSettings
    low_db: float
    high_db: float
    """Decibels that the values -1 (`low_db`) and 1 of a picture stand for."""
    corpus_hash: str
    """Hash of the corpus's manifest."""
    recordings: tuple[RecordingCredit, ...]
    credit: str | None = None
    """Who made the recordings, and under which licences. `None`: it was not stated."""
    seed: int
    snapshot: int
    """Number of the snapshot: the epoch of a picture preset, the step of preset `latent`."""
    step: int
    """Training steps done."""
    samples_seen: int
    """Training examples used, repetitions included."""
    metrics: dict[str, float]
    """Metrics at this point of the training."""
    weights_hash: str | None = None
    """BLAKE2b hash of the weights file. `None`: the bundle is not written yet."""
    codec_hash: str | None = None
    """BLAKE2b hash of the codec file. `None`: the model has no codec, or is not written yet."""
    piano_roll_hash: str | None = None
    """BLAKE2b hash of the file of the piano-roll model. `None`: the model has none, or is not
    written yet."""
    modulation_filter_hash: str | None = None
    """BLAKE2b hash of the file of the modulation filter. `None`: the model has none, or is not
    written yet."""
