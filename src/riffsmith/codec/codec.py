"""The codec: stereo audio → features → latents, and back through the decoder."""

from collections.abc import Callable

from jaxtyping import Float
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from riffsmith.codec.analysis import Analysis
from riffsmith.codec.decoder import Decoder
from riffsmith.codec.linear import LinearCodec
from riffsmith.codec.style_embedding import StyleEmbedding
from riffsmith.codec.texture import Texture
from riffsmith.config import LatentSettings
from riffsmith.errors import ModelError


class Codec(nn.Module):
    """Stereo audio ↔ latents, one latent frame for each `latent_samples`."""

    def __init__(self, settings: LatentSettings) -> None:
        super().__init__()
        corpus, codec = settings.corpus, settings.codec
        self.sample_rate = corpus.sample_rate
        self.latent_samples = codec.patch_frames * corpus.hop_samples
        self.analysis = Analysis(
            corpus.sample_rate, corpus.hop_samples, corpus.n_mels, codec.side_mels
        )
        self.linear = LinearCodec(
            self.analysis.features, codec.patch_frames, codec.components, codec.whitening
        )
        self.texture = Texture(
            codec.components, self.linear.residual_components, codec.texture_hidden
        )
        self.texture_strength = codec.texture_strength
        self.style_embedding = StyleEmbedding(
            codec.components, codec.style_dimensions, codec.style_passages
        )
        self.decoder = Decoder(
            self.analysis,
            codec.decoder_channels,
            codec.decoder_hidden,
            codec.decoder_blocks,
            codec.decoder_corrections,
        )

    @property
    def context_latents(self) -> int:
        """Latent frames on either side that decoded audio depends on."""
        return -(-self.decoder.context_frames // self.linear.patch_frames) + 1

    def encode(
        self, audio: Float[Tensor, "batch 2 time"]
    ) -> Float[Tensor, "batch components latents"]:
        """Latents of audio; samples at the end that do not fill a latent frame are dropped."""
        whole = audio.shape[-1] // self.latent_samples * self.latent_samples
        return self.linear.encode(self.analysis(audio[..., :whole]))

    def decode(
        self,
        latents: Float[Tensor, "batch components latents"],
        noise: Float[Tensor, "batch residual latents"],
    ) -> Float[Tensor, "batch 2 time"]:
        """Audio of latents.

        Args:
            latents: Latents to decode.
            noise: Standard normal noise that the texture is drawn from.
        """
        standard = self.linear.standardise(latents)
        residual = self.texture.draw(standard, noise, self.texture_strength)
        return self.decoder(self.linear.decode(latents, residual))

    def decode_between(
        self,
        latents: Float[Tensor, "1 components latents"],
        noise: Float[Tensor, "1 residual latents"],
    ) -> Float[Tensor, "time 2"]:
        """Audio of the latents between the `context_latents` on either side.

        Arguments as for `decode`.
        """
        edge = self.context_latents * self.latent_samples
        return self.decode(latents, noise)[0, :, edge:-edge].T


def save_codec(codec: Codec) -> bytes:
    """The codec's weights as safetensors, those of the networks in half precision."""
    table = {
        name: (tensor.half() if name.startswith(("decoder.", "texture.")) else tensor).contiguous()
        for name, tensor in codec.state_dict().items()
    }
    return save(table)


def load_codec(
    settings: LatentSettings, content: bytes, rename: Callable[[str], str] = str
) -> Codec:
    """Reads a codec that `save_codec` wrote.

    Args:
        settings: Settings that the codec was built with.
        content: Bytes of the file.
        rename: Function from the name of a parameter in the file to its present name, for files of
            earlier versions.

    Raises:
        ModelError: The content is damaged, or belongs to another codec.
    """
    codec = Codec(settings)
    try:
        codec.load_state_dict(
            {rename(name): tensor.float() for name, tensor in load(content).items()}
        )
    except (SafetensorError, RuntimeError) as cause:
        first = str(cause).splitlines()[0]
        raise ModelError(f"the codec's weights cannot be used ({first})") from cause
    return codec.eval().requires_grad_(False)
