"""Basic Pitch: a small network that transcribes polyphonic music to notes.

Bittner et al., "A Lightweight Instrument-Agnostic Model for Polyphonic Note Transcription and
Multipitch Estimation", ICASSP 2022. The weights' origin and licence are in `weights/NOTICE.md`.
The front end is a constant-Q transform by octaves: the audio is low-passed and halved in rate from
one octave to the next lower one (Schörkhuber and Klapuri, 2010).
"""

from importlib.resources import files
from typing import NamedTuple

import torch
from jaxtyping import Float
from safetensors.torch import load
from torch import Tensor, nn
from torch.nn import functional

SAMPLE_RATE = 22_050
HOP_SAMPLES = 256
WINDOW_SAMPLES = 43_844
WINDOW_FRAMES = 172
PITCHES = 88
"""Pitches of a piano; the lowest is A0 (27.5 Hz), MIDI note 21."""
LOWEST_MIDI = 21

_OCTAVES, _BANDS_PER_OCTAVE = 9, 36
_BANDS = 309
_CONTOUR_BANDS = 264
_KERNEL_SAMPLES = 256
_LOW_PASS_BLOCK = 32
"""Samples of the low-pass's output that are computed as one row of a matrix product."""
_HARMONIC_SHIFTS = (-36, 0, 36, 57, 72, 84, 93, 101)
"""Shift in bands of each channel of the input: the first subharmonic, then harmonics 1 to 7."""
_SMALLEST_POWER = 1e-10


class Posteriors(NamedTuple):
    """Probabilities by frame, each (batch, 172, bands)."""

    notes: Float[Tensor, "batch 172 88"]
    """Probability that a pitch sounds."""
    onsets: Float[Tensor, "batch 172 88"]
    """Probability that a note of this pitch begins."""
    contours: Float[Tensor, "batch 172 264"]
    """Probability of a pitch at a third of a semitone."""


class BasicPitch(nn.Module):
    """Constant-Q transform, harmonic stacking and three small convolutional branches."""

    cqt_kernels: Tensor
    """Real and imaginary kernels of the highest octave (72, 1, 256)."""
    low_pass: Tensor
    """Filter before the rate is halved (1, 1, 256)."""
    cqt_scale: Tensor
    """Factor of each band (309,)."""

    def __init__(self) -> None:
        super().__init__()
        kernels = 2 * _BANDS_PER_OCTAVE
        self.register_buffer("cqt_kernels", torch.zeros(kernels, 1, _KERNEL_SAMPLES))
        self.register_buffer("low_pass", torch.zeros(1, 1, _KERNEL_SAMPLES))
        self.register_buffer("cqt_scale", torch.ones(_BANDS))
        self.input_factor = nn.Parameter(torch.ones(()))
        self.input_offset = nn.Parameter(torch.zeros(()))
        harmonics = len(_HARMONIC_SHIFTS)
        self.contour_enter = nn.Conv2d(harmonics, 8, (3, 39), padding=(1, 19))
        self.contour_head = nn.Conv2d(8, 1, 5, padding=2)
        self.note_enter = nn.Conv2d(1, 32, 7, stride=(1, 3), padding=(3, 2))
        self.note_head = nn.Conv2d(32, 1, (7, 3), padding=(3, 1))
        self.onset_enter = nn.Conv2d(harmonics, 32, 5, stride=(1, 3), padding=(2, 1))
        self.onset_head = nn.Conv2d(33, 1, 3, padding=1)

    def forward(self, audio: Float[Tensor, "batch 43844"]) -> Posteriors:
        """Posteriors of mono windows at 22,050 Hz.

        The first and the last 15 frames of a window lack context: callers drop them.
        """
        stacked = self._stack(self._normalise(self._constant_q(audio)))
        # With so few channels the convolutions are several times faster in this layout.
        stacked = stacked.to(memory_format=torch.channels_last)
        contours = self.contour_head(self.contour_enter(stacked).relu()).sigmoid()
        notes = self.note_head(self.note_enter(contours).relu()).sigmoid()
        onsets = torch.cat([notes, self.onset_enter(stacked).relu()], dim=1)
        onsets = self.onset_head(onsets.to(memory_format=torch.channels_last)).sigmoid()
        return Posteriors(notes[:, 0], onsets[:, 0], contours[:, 0])

    def _constant_q(self, audio: Float[Tensor, "batch time"]) -> Float[Tensor, "batch frames 309"]:
        """Power of each band of the constant-Q transform, lowest first."""
        signal = audio
        edge = _KERNEL_SAMPLES // 2
        filters = self._low_pass_matrix()
        octaves: list[Tensor] = []
        for octave in range(_OCTAVES):
            if octave:
                signal = _halve_rate(signal, filters)
            padded = functional.pad(signal[:, None], (edge, edge), mode="reflect")[:, 0]
            frames = padded.unfold(1, _KERNEL_SAMPLES, HOP_SAMPLES >> octave)
            octaves.append(frames @ self.cqt_kernels[:, 0].T)
        bands = torch.stack(octaves[::-1], dim=2).unflatten(-1, (2, _BANDS_PER_OCTAVE))
        power = bands.square().sum(3).flatten(2)[..., -_BANDS:]
        return power * self.cqt_scale.square()

    def _low_pass_matrix(self) -> Float[Tensor, "inputs 32"]:
        """The low-pass as a matrix: each column holds it two samples later than the one before."""
        matrix = self.low_pass.new_zeros(
            _KERNEL_SAMPLES + 2 * (_LOW_PASS_BLOCK - 1), _LOW_PASS_BLOCK
        )
        for column in range(_LOW_PASS_BLOCK):
            matrix[2 * column : 2 * column + _KERNEL_SAMPLES, column] = self.low_pass[0, 0]
        return matrix

    def _normalise(
        self, power: Float[Tensor, "batch frames 309"]
    ) -> Float[Tensor, "batch frames 309"]:
        """Decibels, scaled to [0, 1] over each window; a constant window gives 0."""
        level = (power + _SMALLEST_POWER).log10() * 10
        level = level - level.amin((1, 2), keepdim=True)
        highest = level.amax((1, 2), keepdim=True)
        scaled = torch.where(highest == 0, torch.zeros(()), level / highest)
        return scaled * self.input_factor + self.input_offset

    def _stack(
        self, bands: Float[Tensor, "batch frames 309"]
    ) -> Float[Tensor, "batch 8 frames 264"]:
        """The bands of each harmonic of 264 pitches, with zeros where there is no band."""
        channels: list[Tensor] = []
        for shift in _HARMONIC_SHIFTS:
            before, after = max(0, -shift), max(0, shift + _CONTOUR_BANDS - _BANDS)
            part = bands[..., max(0, shift) : shift + _CONTOUR_BANDS]
            channels.append(functional.pad(part, (before, after)))
        return torch.stack(channels, dim=1)


def _halve_rate(
    signal: Float[Tensor, "batch time"], filters: Float[Tensor, "inputs 32"]
) -> Float[Tensor, "batch _"]:
    """Low-passes a signal and keeps every second sample.

    A matrix product of overlapping blocks is six times faster than a convolution of one channel.

    Args:
        signal: Samples (batch, time).
        filters: Low-pass as a matrix (inputs, 32) that gives 32 samples of the output.
    """
    edge = _KERNEL_SAMPLES // 2 - 1
    count = (signal.shape[1] + 2 * edge - _KERNEL_SAMPLES) // 2 + 1
    rows = -(-count // _LOW_PASS_BLOCK)
    needed = (rows - 1) * 2 * _LOW_PASS_BLOCK + len(filters)
    padded = functional.pad(signal, (edge, needed - edge - signal.shape[1]))
    blocks = padded.unfold(1, len(filters), 2 * _LOW_PASS_BLOCK)
    return (blocks @ filters).flatten(1)[:, :count]


def load_basic_pitch() -> BasicPitch:
    """The pretrained network from the package's data, in evaluation mode."""
    network = BasicPitch()
    weights = files("riffsmith.transcription") / "weights" / "basic_pitch.safetensors"
    network.load_state_dict(load(weights.read_bytes()))
    return network.eval().requires_grad_(False)
