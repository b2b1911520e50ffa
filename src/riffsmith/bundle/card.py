"""What a bundle says about itself."""

from pydantic import BaseModel, ConfigDict

from riffsmith.config import TaggedSettings

BUNDLE_VERSION = 2


class RecordingCredit(BaseModel):
    """A recording that a model was trained on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    content_hash: str
    seconds: float


class Card(BaseModel):
    """Settings, provenance and figures of a trained model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = BUNDLE_VERSION
    riffsmith: str
    torch: str
    created: str
    """ISO 8601 in UTC."""
    preset: str
    genre: str
    settings: TaggedSettings
    low_db: float
    high_db: float
    """What -1 and 1 of a picture stand for."""
    corpus_hash: str
    recordings: tuple[RecordingCredit, ...]
    seed: int
    snapshot: int
    """Number of the snapshot: the epoch of a picture preset, the step of preset `latent`."""
    step: int
    """Training steps done."""
    samples_seen: int
    """Training examples used, repetitions included."""
    metrics: dict[str, float]
    """Metrics at this point of the training."""
    weights_hash: str = ""
    """BLAKE2b of the weights file."""
    codec_hash: str = ""
    """BLAKE2b of the codec's file, where the system has one."""
