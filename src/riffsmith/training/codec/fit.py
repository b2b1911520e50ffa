"""The codec of a run: components, texture and style are fitted to its corpus.

The decoder is the shipped one, or trained on the corpus as well.
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
from riffsmith.runs.folder import RunFolder
from riffsmith.seeds import derive_seed
from riffsmith.training.codec.decoder import train_decoder
from riffsmith.training.latent.windows import MeasuredRecording
from riffsmith.training.observer import OnStage

_BASE = "metal/codec.safetensors"
"""Below the shipped models: its decoder is every run's."""


def open_codec(
    settings: LatentSettings,
    corpus: Corpus,
    recordings: Sequence[MeasuredRecording],
    run: RunFolder,
    seed: int,
    device: torch.device,
    on_stage: OnStage,
) -> Codec:
    """The run's codec; where it has none yet it is fitted and written.

    Args:
        settings: Of the run.
        corpus: That it is trained on.
        recordings: Of the training split.
        run: Where the codec is kept.
        seed: Of the texture, and of a decoder from scratch.
        device: Where such a decoder is trained.
        on_stage: Told how far it is.

    Raises:
        RunError: There is no decoder of this size, or writing fails.
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
    on_stage("fitting the codec", 0.0)
    fit_codec(
        [item.features for item in recordings],
        codec,
        seed,
        settings.codec.texture_steps,
        lambda share: on_stage("fitting the codec", share),
    )
    _fit_style(recordings, codec)
    content = save_codec(codec)
    write_bytes(run.codec, content, RunError)
    remove(run.decoder)
    return load_codec(settings, content)  # rounded as a resumed run will find it


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
    latents = [linear.encode(item.features[None].float())[0] for item in recordings]
    descriptors = [
        functional.avg_pool1d(_measure_feel(item, codec)[None], linear.patch_frames)[0]
        for item in recordings
    ]
    codec.style_embedding.fit(latents, descriptors)


def _measure_feel(recording: MeasuredRecording, codec: Codec) -> Float[Tensor, "feel frames"]:
    """Rows in the order of `Feel`."""
    analysis = codec.analysis
    mid = recording.features[: analysis.mid].float()
    rate = codec.sample_rate / analysis.spectrum.hop_samples
    return torch.stack(measure_descriptors(mid, analysis.mid_frequencies, recording.beats, rate))
