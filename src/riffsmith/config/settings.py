"""The frozen settings of a system: what a preset holds and a run records.

All sections are flat, so that `--config.section.key value` reaches everything. Whatever the size of
an array or a network depends on has an upper bound, because settings come with models of strangers.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt, model_validator

Width = Annotated[int, Field(ge=1, le=8_192)]
Widths = Annotated[tuple[Width, ...], Field(strict=False, min_length=1, max_length=10)]
Mels = Annotated[int, Field(ge=1, le=1_024)]
Fraction = Annotated[float, Field(ge=0, lt=1)]


_MOST_SPECTRUM_VALUES = 2**26


class Section(BaseModel):
    """A frozen section: unknown keys and wrong types are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class CorpusSettings(Section):
    """From files to spectrogram segments."""

    sample_rate: Annotated[int, Field(ge=4_000, le=192_000)]
    """Samples per second of everything that is stored, in Hz."""
    channels: Literal["mix", "keep"] = "mix"
    """`mix`: the mean over all channels; `keep`: left and right (mono is doubled)."""
    segment_seconds: Annotated[float, Field(gt=0, le=600)]
    """Length of a segment; segments lie back to back."""
    pad_fraction: Fraction = 0.05
    """The last segment of a recording is padded with silence if it lacks at most this share."""
    held_out_fraction: Fraction = 0.1
    """Share of the music that training never sees."""
    n_fft: Annotated[int, Field(ge=16, le=16_384)]
    hop_samples: PositiveInt
    n_mels: Mels
    store: Literal["pictures", "audio"] = "pictures"
    """`pictures`: spectrogram segments beside the audio; `audio`: the audio alone."""
    scaling: Literal["corpus", "segment"] = "corpus"
    """Decibels to [-1, 1] by the range of the whole training split, or of each segment alone."""
    grid_mels: Annotated[int, Field(ge=1, le=8_192)] | None = None
    """Resize each segment (bilinear) to this many mel rows; none: as many as there are."""
    grid_frames: Annotated[int, Field(ge=1, le=8_192)] | None = None
    """Resize each segment (bilinear) to this many columns; none: as many as there are frames."""
    pitch_shift_semitones: Annotated[float, Field(ge=0, le=12)] = 0.0
    """Each training segment is shifted once by a random amount up to this much, up or down."""
    mask_mels: Annotated[int, Field(ge=0)] = 0
    """A band of up to this many mel rows of each training segment is silenced."""
    mask_frames: Annotated[int, Field(ge=0)] = 0
    """A span of up to this many frames of each training segment is silenced."""

    @property
    def channel_count(self) -> int:
        return 1 if self.channels == "mix" else 2

    @property
    def segment_samples(self) -> int:
        return round(self.segment_seconds * self.sample_rate)

    @property
    def frames(self) -> int:
        """STFT frames of a segment (centred frames: one more than whole hops)."""
        return self.segment_samples // self.hop_samples + 1

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns of a stored segment."""
        return self.grid_mels or self.n_mels, self.grid_frames or self.frames

    def picture_settings_in_use(self) -> list[str]:
        """Names of settings for spectrogram pictures that are not at their default."""
        names = ("scaling", "grid_mels", "grid_frames", "pitch_shift_semitones", "mask_mels")
        fields = type(self).model_fields
        return [
            name for name in (*names, "mask_frames") if getattr(self, name) != fields[name].default
        ]

    @model_validator(mode="after")
    def _fits(self) -> "CorpusSettings":
        if self.hop_samples > self.n_fft // 2:
            raise ValueError(f"hop_samples {self.hop_samples} exceeds half of n_fft {self.n_fft}")
        if self.segment_samples <= self.n_fft:
            raise ValueError(f"segment_seconds {self.segment_seconds} is shorter than one frame")
        if self.frames * self.n_fft > _MOST_SPECTRUM_VALUES:
            raise ValueError(
                f"a segment of {self.frames} frames with n_fft {self.n_fft} is too large: choose a "
                "smaller segment_seconds or a larger hop_samples"
            )
        if self.mask_mels > self.n_mels or self.mask_frames > self.frames:
            raise ValueError("a mask is larger than the spectrogram")
        return self


class TrainingSettings(Section):
    """Settings that the training of every system has: optimisers, monitor, machine."""

    penalty_weight: Annotated[float, Field(ge=0)] = 0.0
    """Weight of the gradient penalty in the discriminator's loss."""
    learning_rate: PositiveFloat = 2e-4
    """Learning rate of the generator (picture systems: of both networks)."""
    beta_1: Fraction = 0.5
    beta_2: Fraction = 0.999
    batch_size: Annotated[int, Field(ge=1, le=65_536)] = 8
    ema_decay: Fraction = 0.999
    """Decay per step of the generator's exponential moving average."""
    monitor: bool = True
    """Check the run's health and act on it: mark the best snapshot, roll back, stop."""
    monitor_every_steps: PositiveInt = 200
    """Steps between two health checks. A fault that lasts so long is acted on."""
    distance_every_steps: PositiveInt = 500
    """Least number of steps between two measurements of the distance to real music. It is measured
    when a snapshot is taken."""
    collapse_below: Fraction = 0.2
    """Samples that differ by less than this fraction of what real segments do have collapsed."""
    monitor_patience: PositiveInt = 8
    """The run is stopped after this many distances without a new best one."""
    monitor_rollbacks: Annotated[int, Field(ge=0)] = 3
    """Number of rollbacks after which the run is stopped instead of rolled back again."""
    run_megabytes: PositiveInt = 140
    """Older snapshots and previews are removed while all that the training has written is larger
    than this (in millions of bytes). The best and the newest snapshot and eight previews stay. A
    large number keeps all."""
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    """`auto`: bfloat16 autocast where the processor has instructions for it."""
    threads: Annotated[int, Field(ge=0)] = 0
    """CPU threads of a training step. 0: one for each core that the process may use, or as many as
    `OMP_NUM_THREADS` says. Results are reproducible for a fixed number."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where the networks are trained. `auto`: a GPU if there is one."""
