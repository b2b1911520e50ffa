"""The whole codec: audio → features → latents, and back through the decoder."""

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
    """Stereo audio ↔ latents of one frame each `latent_samples`."""

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
        self.texture = Texture(codec.components, self.linear.rest_components, codec.texture_hidden)
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
        """Latent frames on either side that a stretch of audio depends on."""
        return -(-self.decoder.context_frames // self.linear.patch_frames) + 1

    def encode(
        self, audio: Float[Tensor, "batch 2 time"]
    ) -> Float[Tensor, "batch components latents"]:
        """Audio to latents; what does not fill a latent frame is dropped."""
        whole = audio.shape[-1] // self.latent_samples * self.latent_samples
        return self.linear.encode(self.analysis(audio[..., :whole]))

    def decode(
        self,
        latents: Float[Tensor, "batch components latents"],
        noise: Float[Tensor, "batch rest latents"],
    ) -> Float[Tensor, "batch 2 time"]:
        """Latents to audio.

        Args:
            latents: To hear.
            noise: Standard normal, what the texture is drawn from.
        """
        rest = self.texture.draw(self.linear.standardise(latents), noise, self.texture_strength)
        return self.decoder(self.linear.decode(latents, rest))

    def decode_between(
        self,
        latents: Float[Tensor, "1 components latents"],
        noise: Float[Tensor, "1 rest latents"],
    ) -> Float[Tensor, "time 2"]:
        """As `decode`, without the `context_latents` on either side, which are only looked at."""
        edge = self.context_latents * self.latent_samples
        return self.decode(latents, noise)[0, :, edge:-edge].T


def save_codec(codec: Codec) -> bytes:
    """Weights as safetensors; the networks' in half precision."""
    table = {
        name: (tensor.half() if name.startswith(("decoder.", "texture.")) else tensor).contiguous()
        for name, tensor in codec.state_dict().items()
    }
    return save(table)


def load_codec(
    settings: LatentSettings, content: bytes, rename: Callable[[str], str] = str
) -> Codec:
    """A codec from what `save_codec` wrote.

    Args:
        settings: Settings that the codec was built with.
        content: Bytes of the file.
        rename: Present name of a parameter by its name in the file, for files of earlier versions.

    Raises:
        ModelError: The content is damaged or of another codec.
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
