"""Settings of the systems that generate spectrogram pictures."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, PositiveInt, model_validator

from riffsmith.config.settings import CorpusSettings, Section, TrainingSettings, Width, Widths


class GeneratorSettings(Section):
    """Transposed convolutions of kernel 4 from a noise vector to a picture."""

    noise_channels: Width = 100
    channels: Widths
    """Channels after each layer but the last."""
    norm: Literal["batch", "instance"]
    norm_after: Annotated[tuple[PositiveInt, ...], Field(strict=False)]
    """Layers (from 1) that a normalisation follows."""
    bias: bool

    @property
    def grid(self) -> int:
        """Height and width of what comes out: 4 after the first layer, then doubled by each."""
        return 4 * 2 ** len(self.channels)


class DiscriminatorSettings(Section):
    """Convolutions of kernel 4 from a picture to one logit."""

    channels: Widths
    norm: Literal["batch", "group"]
    norm_after: Annotated[tuple[PositiveInt, ...], Field(strict=False)]
    spectral_norm: bool = False
    bias: bool
    real_size: Literal["as_is", "generator_grid"]
    """`as_is`: real spectrograms keep their size, whatever the generator makes;
    `generator_grid`: they are reduced (area mean) to the generator's height and width."""


class PictureTrainingSettings(TrainingSettings):
    """Training of the picture GANs. An epoch is one pass over the training segments."""

    epochs: PositiveInt = 200
    preview_every_epochs: PositiveInt = 10
    """Epochs between two snapshots, each with a preview."""
    checkpoint_every_epochs: PositiveInt = 5
    halve_learning_rate_every_epochs: PositiveInt | None = None
    """`None`: the learning rates stay as they are."""
    drop_last: bool = False
    """Leave out the incomplete batch at the end of an epoch."""
    loss: Literal["cross_entropy", "wasserstein"]
    real_label: Annotated[float, Field(gt=0, le=1)] = 0.9
    """Target of the cross entropy for real pictures (one-sided label smoothing below 1)."""
    discriminator_steps: PositiveInt = 1
    """Discriminator updates per generator update."""
    sample_from: Literal["generator", "averaged_generator"]
    """The network that previews and `generate` use."""
    channels_last: bool = True
    """Memory layout of the convolutions: faster where batch or no normalisation follows them."""

    @model_validator(mode="after")
    def _has_no_unused_setting(self) -> "PictureTrainingSettings":
        if self.loss == "cross_entropy" and self.penalty_weight:
            raise ValueError(
                "training.penalty_weight has no effect with the loss cross_entropy: leave it out, "
                "or choose the loss wasserstein"
            )
        default = type(self).model_fields["real_label"].default
        if self.loss == "wasserstein" and self.real_label != default:
            raise ValueError(
                "training.real_label has no effect with the loss wasserstein: leave it out, or "
                "choose the loss cross_entropy"
            )
        return self


class PictureSettings(Section):
    """A system that generates spectrogram pictures."""

    unit: ClassVar[Literal["epoch"]] = "epoch"
    """What the snapshots of a run are numbered by."""

    corpus: CorpusSettings
    generator: GeneratorSettings
    discriminator: DiscriminatorSettings
    training: PictureTrainingSettings

    @model_validator(mode="after")
    def _fits(self) -> "PictureSettings":
        if self.corpus.store != "pictures":
            raise ValueError('this system needs corpus.store = "pictures"')
        for name, network in (("generator", self.generator), ("discriminator", self.discriminator)):
            layers = len(network.channels)
            if any(number > layers for number in network.norm_after):
                raise ValueError(f"{name}.norm_after names a layer beyond {layers}")
        widths = self.discriminator.channels
        if self.discriminator.norm == "group" and any(width % 8 for width in widths):
            raise ValueError("group norm needs discriminator.channels in multiples of 8")
        own = (self.generator.grid, self.generator.grid)
        real = self.corpus.grid if self.discriminator.real_size == "as_is" else own
        if min(*real, *own) >> len(widths) < 4:
            raise ValueError(
                f"too many discriminator layers for {min(*real, *own)} rows: {len(widths)}"
            )
        if self.training.penalty_weight and self.training.loss == "wasserstein" and real != own:
            raise ValueError(
                f"the penalty needs equal sizes: real {real}, generated {own}; set the corpus's "
                "grid, or discriminator.real_size to generator_grid"
            )
        return self
