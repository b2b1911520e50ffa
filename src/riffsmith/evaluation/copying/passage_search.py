"""The passage of many recordings that is most like a given one, over all shifts in time."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from riffsmith.evaluation.copying.fingerprint import Alteration, alterations
from riffsmith.parallel import map_ordered

_BLOCK_FRAMES = 512
_STRETCH_FRAMES = 48
_WINDOWS_AT_ONCE = 16
_FLAT = 0.05  # root mean square of a relief that is too flat to be told from silence
_LEAST_SPREAD = 0.005


@dataclass(frozen=True)
class Match:
    """The passage that is most like one window."""

    number: int
    """Of the recording."""
    frame: int
    """Where the passage begins."""
    alteration: Alteration
    similarity: float
    """Cosine of the two fingerprints."""
    score: float
    """How far it stands out; see `PassageIndex.search`."""


class PassageIndex:
    """Recordings cut into blocks whose Fourier transforms are kept.

    Blocks overlap by a window, so that a product with a window's transform is its correlation with
    every passage that begins in the block's first part.
    """

    def __init__(self, prints: Sequence[Float[Tensor, "bands _"]], frames: int) -> None:
        """Takes the fingerprints of all recordings.

        Args:
            prints: At least one; those shorter than a window are filled up with silence.
            frames: Of a window.
        """
        self.frames = frames
        whole_stretches = (_BLOCK_FRAMES - frames + 1) // _STRETCH_FRAMES
        self._hop = whole_stretches * _STRETCH_FRAMES
        self._starts = [
            (number, start)
            for number, relief in enumerate(prints)
            for start in range(0, max(relief.shape[1] - frames + 1, 1), self._hop)
        ]
        blocks = torch.stack([self._block(prints[number], at) for number, at in self._starts])
        beginnings = torch.tensor(
            [max(prints[number].shape[1] - frames + 1, 1) - at for number, at in self._starts]
        )
        is_passage = torch.arange(self._hop) < beginnings[:, None]
        energy = blocks.square().sum(dim=1, keepdim=True).double()
        energy = functional.conv1d(energy, torch.ones(1, 1, frames, dtype=torch.float64))
        energy = energy[:, 0, : self._hop]
        flat = (_FLAT**2) * frames * blocks.shape[1]
        self._scale = torch.where(is_passage & (energy > flat), energy.rsqrt(), 0.0).float()
        self._is_heard = self._best_of_stretches(self._scale[None])[0] > 0
        self._transform = torch.fft.rfft(blocks).permute(2, 1, 0).contiguous()

    def _block(self, relief: Float[Tensor, "bands _"], start: int) -> Float[Tensor, "bands frames"]:
        piece = relief[:, start : start + _BLOCK_FRAMES]
        return functional.pad(piece, (0, _BLOCK_FRAMES - piece.shape[1]))

    def search(self, windows: Float[Tensor, "windows bands longer"]) -> list[Match]:
        """The most similar passage for each window, over time and all alterations.

        A drum beat that all recordings share is alike everywhere and proves nothing; a copy is
        alike at one place. The score therefore compares the best passage with the best ones of all
        stretches of 3 s: how many times their interquartile range it lies above their median.

        Args:
            windows: Fingerprints as `cut_windows` cuts them.
        """
        found = map_ordered(self._search, windows.split(_WINDOWS_AT_ONCE))
        return [match for batch in found for match in batch]

    def _search(self, windows: Float[Tensor, "windows bands longer"]) -> list[Match]:
        found: list[list[tuple[float, int, Alteration]]] = [[] for _ in windows]
        stretches = torch.zeros(len(windows), len(self._is_heard))
        for alteration in alterations():
            similarity = self._correlate(alteration.undo(windows, self.frames))
            stretches = torch.maximum(stretches, self._best_of_stretches(similarity))
            highest, places = similarity.flatten(1).max(dim=1)
            for best, value, place in zip(found, highest.tolist(), places.tolist(), strict=True):
                best.append((value, place, alteration))
        scores = self._stand_out(stretches[:, self._is_heard])
        return [
            self._match(*max(best, key=lambda one: one[0]), score)
            for best, score in zip(found, scores, strict=True)
        ]

    def _stand_out(self, stretches: Float[Tensor, "windows heard"]) -> list[float]:
        if stretches.shape[1] == 0:  # the recordings are silent
            return [0.0] * len(stretches)
        levels = torch.quantile(stretches, torch.tensor([0.25, 0.5, 0.75]), dim=1)
        spread = (levels[2] - levels[0]).clamp_min(_LEAST_SPREAD)
        return ((stretches.amax(dim=1) - levels[1]) / spread).tolist()

    def _correlate(
        self, originals: Float[Tensor, "windows bands frames"]
    ) -> Float[Tensor, "windows blocks hop"]:
        """Cosines with all passages; 0 where either is silent or no passage begins."""
        norms = originals.flatten(1).norm(dim=1)
        is_flat = norms < _FLAT * originals[0].numel() ** 0.5
        weights = torch.where(is_flat, 0.0, norms.clamp_min(1e-9).reciprocal())
        spectra = torch.fft.rfft(originals * weights[:, None, None], n=_BLOCK_FRAMES)
        product = spectra.permute(2, 0, 1).conj() @ self._transform
        whole = torch.fft.irfft(product.permute(1, 2, 0), n=_BLOCK_FRAMES)
        return whole[:, :, : self._hop] * self._scale

    def _best_of_stretches(
        self, similarity: Float[Tensor, "windows blocks hop"]
    ) -> Float[Tensor, "windows stretches"]:
        return similarity.flatten(1).unflatten(1, (-1, _STRETCH_FRAMES)).amax(dim=2)

    def _match(self, similarity: float, place: int, alteration: Alteration, score: float) -> Match:
        block, frame = divmod(place, self._hop)
        number, start = self._starts[block]
        return Match(number, start + frame, alteration, similarity, score)
