"""The codec of a run: components, texture and style embedding are fitted to its corpus.

The decoder is the shipped one, or it is trained on the corpus as well.
"""

from collections.abc import Sequence
from importlib.resources import files

import torch
from jaxtyping import Float
from safetensors.torch import load
from torch import Tensor
from torch.nn import functional

from riffsmith.codec import Codec, fit_codec, load_codec, save_codec
from riffsmith.config import LatentSettings
from riffsmith.corpus import Corpus
from riffsmith.errors import RunError
from riffsmith.features import measure_descriptors
from riffsmith.files import remove, write_bytes
from riffsmith.parallel import map_ordered, single_threaded
from riffsmith.runs import RunFolder, Stage
from riffsmith.seeds import derive_seed
from riffsmith.training.codec.decoder import train_decoder
from riffsmith.training.latent.windows import MeasuredRecording
from riffsmith.training.observer import OnStage

_BASE = "metal/codec.safetensors"
"""File below the shipped models that holds the decoder of every run."""


def open_codec(
    settings: LatentSettings,
    corpus: Corpus,
    recordings: Sequence[MeasuredRecording],
    run: RunFolder,
    seed: int,
    device: torch.device,
    on_stage: OnStage,
) -> Codec:
    """Opens the codec of a run, or fits and writes it where the run has none yet.

    Args:
        settings: Settings of the run.
        corpus: Corpus of the run.
        recordings: Features of the training recordings.
        run: Folder where the codec is kept.
        seed: Seed of the texture, and of a decoder from scratch.
        device: Device on which a decoder from scratch is trained.
        on_stage: Called with the progress.

    Raises:
        RunError: The shipped decoder has another size than the settings, or writing fails.
        ModelError: The run's codec is damaged.
    """
    if run.codec.is_file():
        return load_codec(settings, run.codec.read_bytes())
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive_seed(seed, "codec"))
        codec = Codec(settings)
    if settings.codec.decoder_origin == "scratch":
        train_decoder(codec, corpus, settings, run, seed, device, on_stage)
    else:
        _take_shipped_decoder(codec)
    on_stage(Stage.CODEC, 0.0)
    fit_codec(
        [item.features for item in recordings],
        codec,
        seed,
        settings.codec.texture_steps,
        lambda progress: on_stage(Stage.CODEC, progress),
    )
    _fit_style(recordings, codec)
    content = save_codec(codec)
    write_bytes(run.codec, content, RunError)
    remove(run.decoder)
    return load_codec(settings, content)  # rounded to half precision, as a resumed run reads it


def _take_shipped_decoder(codec: Codec) -> None:
    base = files("riffsmith") / "models" / _BASE
    if not base.is_file():
        raise RunError(f"{base} is missing: install Riffsmith anew")
    try:
        weights = {
            name.removeprefix("decoder."): tensor.float()
            for name, tensor in load(base.read_bytes()).items()
            if name.startswith("decoder.")
        }
        codec.decoder.load_state_dict(weights)
    except RuntimeError as cause:
        raise RunError(
            "the shipped decoder has another size than the settings of [codec] ask for: leave "
            "n_fft, hop_samples, n_mels, side_mels and the decoder's own as they are, or train one "
            "of your own: --from-scratch"
        ) from cause


def _fit_style(recordings: Sequence[MeasuredRecording], codec: Codec) -> None:
    linear = codec.linear

    def describe(item: MeasuredRecording) -> tuple[Tensor, Tensor]:
        descriptors = _measure_descriptors(item, codec)[None]
        latents = linear.encode(item.features[None].float())[0]
        return latents, functional.avg_pool1d(descriptors, linear.patch_frames)[0]

    latents, descriptors = zip(*map_ordered(describe, recordings), strict=True)
    with single_threaded():
        codec.style_embedding.fit(list(latents), list(descriptors))


def _measure_descriptors(
    recording: MeasuredRecording, codec: Codec
) -> Float[Tensor, "descriptors frames"]:
    """Descriptors of every frame, rows in the order of `Descriptors`."""
    analysis = codec.analysis
    mid = recording.features[: analysis.mid].float()
    frame_rate = codec.sample_rate / analysis.spectrum.hop_samples
    found = measure_descriptors(mid, analysis.mid_frequencies, recording.beats, frame_rate)
    return torch.stack(found)
