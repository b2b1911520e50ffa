"""Representations of music for a comparison, and the alterations of a copy that are undone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional


class CopyKind(StrEnum):
    """What may have been copied."""

    SOUND = "sound"
    """A passage as it sounds."""
    MELODY = "melody"
    """A sequence of notes, in any key and on any instrument."""


@dataclass(frozen=True)
class Alteration:
    """A change of pitch and speed between an original and its copy."""

    semitones: float
    """Pitch of the copy above that of the original, in semitones."""
    speed: float
    """Speed of the copy relative to the original: 2 is twice as fast."""

    def undo_speed(
        self, windows: Float[Tensor, "windows bands longer"], frames: int
    ) -> Float[Tensor, "windows bands frames"]:
        """Windows of the originals at their own speed, still in the key of the copies.

        Args:
            windows: Windows of copies as `Representation.cut_windows` cuts them.
            frames: Length of the result, taken from the middle of each window.
        """
        centre = (windows.shape[2] - 1) / 2
        positions = (torch.arange(frames) - (frames - 1) / 2) / self.speed + centre
        before = positions.floor().clamp(0, windows.shape[2] - 2).long()
        weight = (positions - before).float()
        return torch.lerp(windows[:, :, before], windows[:, :, before + 1], weight)

    def match_bands(self, bands: int, bands_per_semitone: int) -> tuple[slice, slice]:
        """The bands of a copy that its original contains, and the same bands of the original.

        Args:
            bands: Number of bands of a print.
            bands_per_semitone: Number of bands by which a semitone shifts a print.
        """
        shift = round(self.semitones * bands_per_semitone)
        return (
            slice(max(shift, 0), bands + min(shift, 0)),
            slice(max(-shift, 0), bands - max(shift, 0)),
        )


@dataclass(frozen=True)
class Representation:
    """How music is described as a print (bands, frames), and what a search in prints looks for."""

    kind: CopyKind
    version: str
    """Text that changes when prints or scores do; stored ones of other versions are not used."""
    describe: Callable[[Float[np.ndarray, " time"], int], Float[Tensor, "bands frames"]]
    """The print of mono samples (time,) at a sample rate in Hz."""
    hop_seconds: Callable[[int], float]
    """Seconds from one frame to the next, by the sample rate in Hz."""
    is_stored: bool
    """Whether prints of recordings are kept on disk, because describing takes long."""
    window_seconds: float
    """Length of a window in seconds."""
    window_frames: int
    """Length of a window in frames."""
    step_frames: int
    """Frames from one window of a clip to the next."""
    held_out_step_frames: int
    """Smallest number of frames from one held-out window to the next."""
    section_frames: int
    """Frames of the sections of a recording among which one has to stand out."""
    parts: int
    """Number of equal parts of a window that must be alike, each for itself."""
    flat_rms: float
    """Root mean square below which a part counts as empty: it is like nothing."""
    judged_rms: float
    """Smallest root mean square of a window that is judged."""
    bands_per_semitone: int
    """Number of bands by which a semitone shifts a print."""
    alterations: tuple[Alteration, ...]
    """Alterations of a copy that are searched for; those of the same speed follow each other."""
    index_edges: tuple[float, ...]
    """Edges between the ranges of values that the index of a bundle tells apart."""

    def cut_windows(
        self, prints: Float[Tensor, "bands _"], starts: Sequence[int]
    ) -> Float[Tensor, "windows bands longer"]:
        """Windows of a print with a margin at both ends, for undoing a lower speed.

        Args:
            prints: Print of a piece (bands, frames); beyond its ends the windows hold 0.
            starts: First frame of each window, without its margin.
        """
        slowest = min(alteration.speed for alteration in self.alterations)
        margin = int(self.window_frames * (1 / slowest - 1) / 2) + 2
        padded = functional.pad(prints, (margin, margin))
        length = self.window_frames + 2 * margin
        return torch.stack([padded[:, start : start + length] for start in starts])

    def find_judged(self, prints: Float[Tensor, "bands _"], starts: Sequence[int]) -> list[int]:
        """The windows that hold enough to be judged, by their first frames.

        Args:
            prints: Print of a piece (bands, frames).
            starts: First frame of each window.
        """
        energy = functional.pad(prints.square().mean(dim=0).cumsum(0), (1, 0))
        least = self.judged_rms**2 * self.window_frames
        ends = [min(start + self.window_frames, prints.shape[1]) for start in starts]
        return [
            start
            for start, end in zip(starts, ends, strict=True)
            if float(energy[end] - energy[start]) >= least
        ]
