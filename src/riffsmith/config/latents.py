"""Settings of the systems that generate latents of a codec."""

from typing import Annotated, Literal

from pydantic import Field, PositiveFloat, PositiveInt, model_validator

from riffsmith.config.settings import CorpusSettings, Section, TrainingSettings, Widths


class CodecSettings(Section):
    """Audio ↔ latents; the STFT is the corpus's."""

    side_mels: PositiveInt = 32
    """Mel bands of the side signal; the mid signal has the corpus's `n_mels`."""
    patch_frames: Annotated[int, Field(ge=1, le=64)] = 4
    """STFT frames that one latent frame stands for."""
    components: Annotated[int, Field(ge=1, le=4_096)] = 128
    """Principal components of a patch: the latent channels."""
    whitening: Annotated[float, Field(ge=0, le=1)] = 0.5
    """0: components keep their deviation, 1: all have the same."""
    decoder_channels: PositiveInt = 320
    decoder_hidden: PositiveInt = 640
    decoder_blocks: PositiveInt = 6
    decoder_corrections: Annotated[int, Field(ge=0, le=8)] = 3
    """How often the decoder compares what it made with the features asked for."""
    decoder_origin: Literal["shipped", "scratch"] = "shipped"
    """Where a run's decoder comes from: `scratch` trains it on the run's own recordings."""
    decoder_steps: PositiveInt = 2_000
    """Updates of a decoder from scratch."""
    decoder_learning_rate: PositiveFloat = 4e-4
    """Its learning rate, which falls to a twentieth."""
    decoder_batch: PositiveInt = 8
    decoder_discriminator_channels: PositiveInt = 192
    """Channels of the discriminators that it is trained against."""
    texture_hidden: PositiveInt = 192
    texture_strength: Annotated[float, Field(ge=0, le=2)] = 0.95
    """Share of the deviation that the components left out are drawn with."""
    texture_steps: PositiveInt = 1_500
    """Updates that the texture is fitted with."""
    style_dimensions: Annotated[int, Field(ge=1, le=64)] = 8
    """Slow values that tell kinds of passages apart."""
    style_passages: Annotated[int, Field(ge=2, le=4_096)] = 512
    """Passages of the corpus whose style is kept."""


class LatentGeneratorSettings(Section):
    """Noise, a clock of beats and a style to latents."""

    channels: Widths
    """Of each level, finest first; each level has half the rate of the one before."""
    embedding: PositiveInt = 256
    """Values that tell the network how much noise is left."""
    steps: Annotated[int, Field(ge=1, le=256)] = 12
    """From noise to music."""
    texture: Annotated[float, Field(ge=0, le=4)] = 1.2
    """Times the texture that goes with real latents: generated ones are smoother."""
    slowest_bpm: PositiveFloat = 80.0
    fastest_bpm: PositiveFloat = 160.0
    """Beats are looked for between the two."""


class LatentDiscriminatorSettings(Section):
    """Dense convolutions over time; logits at several scales."""

    channels: Widths
    """Of each level, finest first; each level has half the rate of the one before."""
    head_from: Annotated[int, Field(ge=0)] = 0
    """The first level that gives logits."""


class LatentTrainingSettings(TrainingSettings):
    """First the way from noise to music is learned, then the relativistic game is played."""

    window_frames: PositiveInt = 256
    """Latent frames of an example."""
    warm_up_steps: Annotated[int, Field(ge=0)] = 6_000
    """Steps before the game begins; the learning rate falls to a tenth in their course."""
    unconditioned_fraction: Annotated[float, Field(ge=0, le=1)] = 0.1
    """Share of the examples whose beats are not told."""
    style_noise: Annotated[float, Field(ge=0)] = 0.25
    """Deviation of what is added to an example's style, so that it does not give a place away."""
    adversarial_weight: PositiveFloat = 0.2
    """Of the discriminator's verdict beside the warm-up's loss, which goes on."""
    discriminator_learning_rate: PositiveFloat = 2e-4
    """Learning rate of the discriminator."""
    penalty_deviation: PositiveFloat = 0.05
    """Of the noise whose effect on the logits is punished."""
    gain_nepers: Annotated[float, Field(ge=0)] = 0.35
    """Augmentation: half of the examples are made louder or softer by up to this much."""
    cut_fraction: Annotated[float, Field(ge=0, le=1)] = 0.3
    """Augmentation: share of the pairs that lose a stretch of up to a quarter."""


class LatentSettings(Section):
    """A system that generates latents."""

    corpus: CorpusSettings
    codec: CodecSettings
    generator: LatentGeneratorSettings
    discriminator: LatentDiscriminatorSettings
    training: LatentTrainingSettings

    @model_validator(mode="after")
    def _fits(self) -> "LatentSettings":
        if self.corpus.store != "audio":
            raise ValueError('this system needs corpus.store = "audio"')
        if self.corpus.n_fft != 4 * self.corpus.hop_samples:
            raise ValueError(
                f"the codec needs four hops in a window: n_fft {self.corpus.n_fft}, hop_samples "
                f"{self.corpus.hop_samples}"
            )
        levels = len(self.discriminator.channels)
        if self.discriminator.head_from >= levels:
            raise ValueError(f"discriminator.head_from must be below its {levels} levels")
        levels = max(levels, len(self.generator.channels))
        if self.training.window_frames % 2 ** (levels - 1):
            raise ValueError(
                f"training.window_frames must be a multiple of {2 ** (levels - 1)}, as a network "
                f"has {levels} levels"
            )
        if self.training.batch_size % 2:
            raise ValueError("training.batch_size must be even: each network gets one half")
        if self.generator.slowest_bpm > self.generator.fastest_bpm:
            raise ValueError("generator.slowest_bpm is above fastest_bpm")
        return self

    @property
    def latent_seconds(self) -> float:
        """Length of a latent frame."""
        return self.codec.patch_frames * self.corpus.hop_samples / self.corpus.sample_rate
