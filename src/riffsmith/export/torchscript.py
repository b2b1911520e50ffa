"""Export of a latent model as one TorchScript file for nn~."""

import warnings
from io import BytesIO
from pathlib import Path

import torch
from torch import Tensor, nn

from riffsmith.bundle import LatentBundle, count_pitches
from riffsmith.codec import Codec
from riffsmith.errors import ModelError
from riffsmith.export.instrument import Instrument
from riffsmith.export.notes import NoteWriter
from riffsmith.export.plain import PianoRollStep
from riffsmith.files import write_bytes
from riffsmith.networks import CLOCK_CHANNELS, PROFILE_VALUES, PianoRollModel
from riffsmith.transcription import PITCHES


class _Decoder(nn.Module):
    """Computes what `Codec.decode` computes, in float32."""

    def __init__(self, codec: Codec) -> None:
        super().__init__()
        self.codec = codec

    def forward(self, latents: Tensor, noise: Tensor) -> Tensor:
        return self.codec.decode(latents, noise)


class _Encoder(nn.Module):
    """Computes what `Codec.encode` computes."""

    def __init__(self, codec: Codec) -> None:
        super().__init__()
        self.codec = codec

    def forward(self, audio: Tensor) -> Tensor:
        return self.codec.encode(audio)


def build_instrument(bundle: LatentBundle) -> Instrument:
    """Builds the instrument in plain PyTorch, before it is traced."""
    model = bundle.piano_roll_model
    return Instrument(
        bundle,
        bundle.generator,
        _Decoder(bundle.codec),
        _Encoder(bundle.codec),
        bundle.modulation_filter or nn.Identity(),
        None if model is None else NoteWriter(model, PianoRollStep(model)),
    )


def export_torchscript(bundle: LatentBundle, path: Path) -> None:
    """Writes a file that nn~ loads: methods `forward`, `encode` and `decode`; see `Instrument`.

    Args:
        bundle: Model of the preset `latent`.
        path: File to write; an existing file is replaced.

    Raises:
        ModelError: The path is a folder, or writing failed.
    """
    settings, codec, model, frames = bundle.settings, bundle.codec, bundle.piano_roll_model, 40
    latents = torch.randn(1, codec.latent_channels, frames)
    noise = torch.randn(1, codec.noise_channels, frames)
    channels = CLOCK_CHANNELS + settings.codec.style_dimensions + count_pitches(settings)
    conditioning = torch.randn(1, channels, 64)
    noisy = torch.randn(1, latents.shape[1], 64)
    audio = torch.randn(1, 2, frames * codec.latent_samples)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # torch deprecates TorchScript, but nn~ loads nothing else
        instrument = Instrument(
            bundle,
            _trace(bundle.generator, (noisy, conditioning, torch.ones(1))),
            _trace(_Decoder(codec), (latents, noise)),
            _trace(_Encoder(codec), (audio,)),
            _trace(bundle.modulation_filter or nn.Identity(), (noisy,)),
            None if model is None else _trace_writer(model),
        )
        script = torch.jit.script(instrument.eval())
        if path.is_dir():
            raise ModelError(f"{path} is a folder: name a file, ending in .ts")
        # Torch would put the name of a file into the archive, and report a full disk as its own.
        content = BytesIO()
        torch.jit.save(script, content)
        write_bytes(path, content.getvalue(), ModelError)


def _trace_writer(model: PianoRollModel) -> NoteWriter:
    before, memory = torch.zeros(1, 1, PITCHES), torch.zeros(1, 1, model.hidden)
    number, profile = torch.zeros(1, dtype=torch.int64), torch.zeros(1, PROFILE_VALUES)
    inputs = before, number, profile, memory, torch.rand(1 + PITCHES)
    return NoteWriter(model, _trace(PianoRollStep(model), inputs))


def _trace(network: nn.Module, inputs: tuple[Tensor, ...]) -> nn.Module:
    traced = torch.jit.trace(network, inputs)
    assert isinstance(traced, nn.Module)
    return traced
