"""From a recording to an example for the networks, step by step, for a system."""

from dataclasses import dataclass, field

from riffsmith.codec import build_analysis
from riffsmith.config import LatentSettings, PictureSettings, Settings
from riffsmith.report.texts import Rounded


@dataclass(frozen=True)
class Step:
    """One step; its texts are those of its key."""

    key: str
    values: dict[str, object] = field(default_factory=dict)
    """Values in its texts."""


def describe_steps(settings: Settings) -> list[Step]:
    """The steps of a system, first the decoding of a file."""
    corpus = settings.corpus
    decode = Step(
        "decode_mono" if corpus.channels == "mix" else "decode",
        {"rate": str(corpus.sample_rate)},
    )
    split = Step("split", {"fraction": Rounded(100 * corpus.held_out_fraction)})
    if isinstance(settings, LatentSettings):
        return [decode, split, *_latent_steps(settings)]
    return [decode, split, *_picture_steps(settings)]


def _latent_steps(settings: LatentSettings) -> list[Step]:
    corpus, codec = settings.corpus, settings.codec
    analysis = build_analysis(settings)
    frame_rate = corpus.sample_rate / corpus.hop_samples
    frames = settings.training.window_frames
    steps = [
        Step(
            "bands",
            {
                "mel": analysis.mel,
                "tonal": analysis.features - analysis.mel,
                "rate": Rounded(frame_rate, 1),
            },
        ),
        Step(
            "latents",
            {
                "frames": codec.patch_frames,
                "latents": codec.latent_channels,
                "rate": Rounded(1 / settings.latent_seconds, 1),
            },
        ),
        Step("conditioning", {"style": codec.style_dimensions}),
    ]
    if settings.piano_roll.hidden:
        steps.append(Step("notes"))
    window = Step(
        "window", {"frames": frames, "seconds": Rounded(frames * settings.latent_seconds, 1)}
    )
    return [*steps, window]


def _picture_steps(settings: PictureSettings) -> list[Step]:
    corpus = settings.corpus
    rows, columns = corpus.grid
    return [
        Step("segments", {"seconds": corpus.segment_seconds}),
        Step("mel", {"bands": corpus.n_mels, "window": corpus.n_fft, "hop": corpus.hop_samples}),
        Step("scale_corpus" if corpus.scaling == "corpus" else "scale_segment"),
        Step("grid", {"rows": rows, "columns": columns, "grid": settings.generator.grid}),
    ]
