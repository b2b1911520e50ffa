"""Settings of the systems that generate latents of a codec."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, PositiveFloat, PositiveInt, model_validator

from riffsmith.config.settings import (
    CorpusSettings,
    Mels,
    Section,
    TrainingSettings,
    Width,
    Widths,
)

Bpm = Annotated[float, Field(ge=10, le=1_000)]
_MOST_PATCH_VALUES = 4_096
_LONGEST_TONAL_WINDOW = 2**17


class CodecSettings(Section):
    """Conversion between audio and latents. The STFT settings are the corpus's."""

    side_mels: Mels = 32
    """Mel bands of the side signal. The mid signal has the corpus's `n_mels`."""
    patch_frames: Annotated[int, Field(ge=1, le=64)] = 4
    """STFT frames that one latent frame stands for."""
    components: Annotated[int, Field(ge=1, le=4_096)] = 128
    """Principal components of a patch of mel bands that are kept as latent channels."""
    whitening: Annotated[float, Field(ge=0, le=1)] = 0.5
    """0: components keep their standard deviation. 1: all have the same."""
    tonal_components: Annotated[int, Field(ge=0, le=1_024)] = 64
    """Principal components of the tonal bands that are kept as further latent channels. 0: there
    are no tonal bands, so notes are not kept."""
    tonal_rounds: Annotated[int, Field(ge=0, le=256)] = 8
    """Rounds of projections on tonal and mel bands by which the decoder finds phases."""
    corrections: Annotated[int, Field(ge=0, le=8)] = 3
    """Projections on the mel bands at the full sample rate that follow."""
    texture_hidden: Annotated[int, Field(ge=1, le=2_048)] = 192
    texture_strength: Annotated[float, Field(ge=0, le=2)] = 1.0
    """Fraction of the standard deviation with which residual components are drawn."""
    texture_steps: PositiveInt = 1_500
    """Training steps of the texture network."""
    style_dimensions: Annotated[int, Field(ge=1, le=64)] = 8
    """Dimensions of the style embedding."""
    style_passages: Annotated[int, Field(ge=2, le=4_096)] = 512
    """Number of passages of the corpus whose style embedding is stored."""

    @property
    def latent_channels(self) -> int:
        """Channels of the latents: those of the mel bands and those of the tonal bands."""
        return self.components + self.tonal_components


class LatentGeneratorSettings(Section):
    """The generator: noise, beat clock and style embedding to latents."""

    channels: Widths
    """Channels of each level, finest first. Each level has half the frame rate of the last one."""
    embedding: Width = 256
    """Dimensions of the timestep embedding."""
    steps: Annotated[int, Field(ge=1, le=256)] = 6
    """Steps from noise to music, each of which evaluates the generator once."""
    extrapolation: Annotated[float, Field(ge=0, le=1)] = 0.5
    """How far the velocity is extrapolated in a step, in steps. 0.5 leads to its middle, the method
    of Adams and Bashforth. More makes up for the deviation that latents lose with few steps."""
    guidance: Annotated[float, Field(ge=1, le=4)] | None = 2.0
    """Strength of the guidance: how far the velocity is moved away from that of a piano roll in
    which nothing sounds. 1: not at all. `None`: the generator does not know guidance."""
    band_channels: Annotated[int, Field(ge=0, le=256)] = 0
    """Channels of each position in the branches that see the latents as bands. 0: there are no such
    branches."""
    texture: Annotated[float, Field(ge=0, le=4)] = 1.2
    """Factor on the noise of the texture when generated latents are decoded, because they are
    smoother than real ones. It multiplies `codec.texture_strength`."""
    form: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Repetition of riffs where the control `form` is left out."""
    slowest_bpm: Bpm = 80.0
    fastest_bpm: Bpm = 160.0
    """Beats of the recordings are tracked between these two tempi."""


class PianoRollSettings(Section):
    """The piano roll: notes that a recurrent network writes, and that the generator plays."""

    hidden: Annotated[int, Field(ge=0, le=2_048)] = 0
    """Width of the recurrent network. 0: there is none, and the generator is given no notes."""
    mixtures: Annotated[int, Field(ge=1, le=256)] = 8
    """Components of the distribution of the pitches of a step."""
    steps: PositiveInt = 500
    """Training steps of the recurrent network, which is trained before the generator."""


class LatentDiscriminatorSettings(Section):
    """The discriminator: dense convolutions over time with logits at several time scales."""

    channels: Widths
    """Channels of each level, finest first. Each level has half the frame rate of the last one."""
    head_from: Annotated[int, Field(ge=0)] = 0
    """The first level that gives logits."""


class LatentTrainingSettings(TrainingSettings):
    """Training of the latent GAN: flow matching, then the adversarial phase.

    Batches are drawn at random positions of all recordings, so there are no epochs: the run counts
    steps.
    """

    steps: PositiveInt = 8_000
    log_every_steps: PositiveInt = 20
    """Steps whose mean losses make one line of the log."""
    preview_every_steps: PositiveInt = 1_000
    """Steps between two snapshots, each with a preview."""
    checkpoint_every_steps: PositiveInt = 500
    offsets: Annotated[int, Field(ge=1, le=64)] = 2
    """Sub-hop offsets at which each recording is measured, so that its frames do not always start
    at the same samples. Each takes about 280 MB of memory for an hour of music."""
    window_frames: Annotated[int, Field(ge=1, le=65_536)] = 256
    """Latent frames of a training example."""
    flow_matching_steps: Annotated[int, Field(ge=0)] = 6_000
    """Steps of flow matching alone, before the adversarial phase. The generator's learning rate
    falls to a tenth meanwhile."""
    unconditioned_fraction: Annotated[float, Field(ge=0, le=1)] = 0.1
    """Fraction of the examples whose beat clock is left out, so that the generator also learns
    from music without a clear beat. Nothing uses it for guidance."""
    base: str | None = None
    """Model whose weights the generator begins with and whose latents it uses: the name of a
    shipped model or the folder of a bundle (`./base` where it has such a name). `None`: everything
    is learned from scratch."""
    guided_from_fraction: Annotated[float, Field(ge=0, le=1)] = 0.4
    """From scratch: fraction of `flow_matching_steps` after which guided velocities are taught.
    Before, the generator hardly knows what notes sound like. With a base all steps teach them."""
    guided_fraction: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Fraction of the examples that teach guided velocities."""
    style_noise: Annotated[float, Field(ge=0)] = 0.25
    """Standard deviation of the noise that is added to an example's style embedding, so that it
    does not identify a position in a recording."""
    adversarial_weight: PositiveFloat = 0.2
    """Weight of the adversarial loss beside the flow-matching loss, which goes on."""
    discriminator_learning_rate: PositiveFloat = 1e-3
    """With 2e-4 it stays at chance and teaches the generator little, which learns at 1e-4 then."""
    penalty_deviation: PositiveFloat = 0.05
    """Standard deviation of the noise whose effect on the logits is penalised."""
    gain_nepers: Annotated[float, Field(ge=0)] = 0.35
    """Augmentation: half of the examples are made louder or softer by up to this much."""
    transpose_semitones: Annotated[int, Field(ge=0, le=12)] = 2
    """Augmentation: half of the examples are transposed by up to this many semitones."""
    cut_fraction: Annotated[float, Field(ge=0, le=1)] = 0.3
    """Augmentation: fraction of the pairs that lose a span of up to a quarter of their frames."""


class LatentSettings(Section):
    """A system that generates latents."""

    unit: ClassVar[Literal["step"]] = "step"
    """What the snapshots of a run are numbered by."""

    corpus: CorpusSettings
    codec: CodecSettings
    generator: LatentGeneratorSettings
    piano_roll: PianoRollSettings = PianoRollSettings()
    discriminator: LatentDiscriminatorSettings
    training: LatentTrainingSettings

    @model_validator(mode="after")
    def _fits(self) -> "LatentSettings":
        if self.corpus.store != "audio":
            raise ValueError('this system needs corpus.store = "audio"')
        if unused := self.corpus.picture_settings_in_use():
            raise ValueError(
                f"corpus.{unused[0]} has no effect on a system that stores audio: leave it out"
            )
        if self.corpus.n_fft != 4 * self.corpus.hop_samples:
            raise ValueError(
                f"the codec needs four hops in a window: n_fft {self.corpus.n_fft}, hop_samples "
                f"{self.corpus.hop_samples}"
            )
        patch, mels = self.codec.patch_frames, self.corpus.n_mels + self.codec.side_mels
        if patch * mels > _MOST_PATCH_VALUES:
            raise ValueError(
                f"a patch of {patch} frames with {mels} mel bands has more than "
                f"{_MOST_PATCH_VALUES} values: choose smaller codec.patch_frames or fewer bands"
            )
        if self.codec.components > patch * mels:
            raise ValueError(
                f"codec.components {self.codec.components} exceeds the {patch * mels} values of a "
                "patch: choose fewer"
            )
        if patch * self.corpus.n_fft > _LONGEST_TONAL_WINDOW:
            raise ValueError(
                f"a tonal window of codec.patch_frames × n_fft = {patch * self.corpus.n_fft} "
                f"samples is longer than {_LONGEST_TONAL_WINDOW}: choose a smaller one of them"
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
        if self.generator.slowest_bpm > self.generator.fastest_bpm:
            raise ValueError("generator.slowest_bpm is above fastest_bpm")
        return self

    @property
    def latent_seconds(self) -> float:
        """Duration of a latent frame in seconds."""
        return self.codec.patch_frames * self.corpus.hop_samples / self.corpus.sample_rate
