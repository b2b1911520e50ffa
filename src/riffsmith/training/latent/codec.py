"""The codec of a run: components, texture and style embedding are fitted to its corpus."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from riffsmith.codec import Codec, fit_codec, load_codec, measure_chroma, save_codec
from riffsmith.config import LatentSettings
from riffsmith.features import CLASSES, measure_descriptors
from riffsmith.parallel import map_ordered, single_threaded
from riffsmith.runs import RunFolder, Stage
from riffsmith.seeds import derive_seed
from riffsmith.training.latent.windows import MeasuredRecording
from riffsmith.training.observer import OnStage


def open_codec(
    settings: LatentSettings,
    recordings: Sequence[MeasuredRecording],
    run: RunFolder,
    seed: int,
    on_stage: OnStage,
    base: Codec | None = None,
) -> Codec:
    """Opens the codec of a run, or fits and writes it where the run has none yet.

    Args:
        settings: Settings of the run.
        recordings: Features of the training recordings.
        run: Folder where the codec is kept.
        seed: Seed of the texture.
        on_stage: Called with the progress.
        base: Codec of the run's base, whose components are kept; the scale of the latents, the
            texture and the style embedding are the corpus's. `None`: all is fitted.

    Raises:
        RunError: Writing fails, or the run's codec is damaged.
        ModelError: The run's codec has other sizes.
    """
    if run.codec.is_file():
        return load_codec(settings, run.read_tensors(run.codec))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive_seed(seed, "codec"))
        codec = Codec(settings)
    on_stage(Stage.CODEC, 0.0)
    fit_codec(
        [item.features for item in recordings],
        codec,
        seed,
        settings.codec.texture_steps,
        lambda progress: on_stage(Stage.CODEC, progress),
        base,
    )
    _fit_style(recordings, codec)
    content = save_codec(codec)
    run.write_tensors(run.codec, content)
    return load_codec(settings, content)  # rounded to half precision, as a resumed run reads it


def _fit_style(recordings: Sequence[MeasuredRecording], codec: Codec) -> None:
    def describe(item: MeasuredRecording) -> tuple[Tensor, Tensor, Tensor]:
        descriptors = _measure_descriptors(item, codec)[None]
        latents = codec.encode_features(item.features[None].float())[0]
        pooled = functional.avg_pool1d(descriptors, codec.patch_frames)[0]
        return latents, pooled, _measure_chroma(item, codec, latents.shape[1])

    latents, descriptors, chroma = zip(*map_ordered(describe, recordings), strict=True)
    with single_threaded():
        codec.style_embedding.fit(list(latents))
        codec.style_embedding.choose_passages(list(latents), list(descriptors), list(chroma))


def _measure_chroma(
    recording: MeasuredRecording, codec: Codec, frames: int
) -> Float[Tensor, "12 frames"]:
    """Pitch classes of each latent frame."""
    if codec.tonal is None:
        return torch.zeros(CLASSES, frames)
    tonal = recording.features[codec.analysis.mel :, :: codec.patch_frames]
    return measure_chroma(tonal[:, :frames])


def _measure_descriptors(
    recording: MeasuredRecording, codec: Codec
) -> Float[Tensor, "descriptors frames"]:
    """Descriptors of every frame, rows in the order of `Descriptors`."""
    analysis = codec.analysis
    mid = recording.features[: analysis.mid.count].float()
    frame_rate = codec.sample_rate / analysis.spectrum.hop_samples
    found = measure_descriptors(mid, analysis.mid_frequencies, recording.beats, frame_rate)
    return torch.stack(found)
