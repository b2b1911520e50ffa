"""Search for the most similar passage in many recordings, over all positions and alterations."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from riffsmith.evaluation.copying.fingerprint import Alteration, alterations
from riffsmith.parallel import map_ordered

_BLOCK_FRAMES = 512
_SECTION_FRAMES = 48  # 3 s
_BATCH_WINDOWS = 16
_FLAT_RMS = 0.05  # fingerprints of a lower root mean square count as silent
_SMALLEST_SPREAD = 0.005


@dataclass(frozen=True)
class Match:
    """The most similar passage for one window."""

    number: int
    """Number of the recording, from 0."""
    frame: int
    """Frame of the recording at which the passage begins."""
    alteration: Alteration
    similarity: float
    """Cosine similarity of the two fingerprints."""
    score: float
    """How far the similarity stands out among all passages; see `PassageIndex.search`."""


class PassageIndex:
    """Fourier transforms of fingerprints, by which correlations with all passages are computed.

    The fingerprints are cut into blocks that overlap by the length of a window. The product of a
    block's and a window's transform is the transform of their correlation, which holds a value for
    each passage that begins in the block's first part.
    """

    def __init__(self, prints: Sequence[Float[Tensor, "bands _"]], frames: int) -> None:
        """Transforms the fingerprints of all recordings.

        Args:
            prints: One fingerprint (bands, frames) or more; one that is shorter than a window is
                extended with silence.
            frames: Length of a window.
        """
        self.frames = frames
        whole_sections = (_BLOCK_FRAMES - frames + 1) // _SECTION_FRAMES
        self._hop = whole_sections * _SECTION_FRAMES
        self._starts = [
            (number, start)
            for number, recording in enumerate(prints)
            for start in range(0, max(recording.shape[1] - frames + 1, 1), self._hop)
        ]
        blocks = torch.stack([self._block(prints[number], at) for number, at in self._starts])
        passage_counts = torch.tensor(
            [max(prints[number].shape[1] - frames + 1, 1) - at for number, at in self._starts]
        )
        is_passage = torch.arange(self._hop) < passage_counts[:, None]
        energy = blocks.square().sum(dim=1, keepdim=True).double()
        energy = functional.conv1d(energy, torch.ones(1, 1, frames, dtype=torch.float64))
        energy = energy[:, 0, : self._hop]
        flat_energy = (_FLAT_RMS**2) * frames * blocks.shape[1]
        self._scale = torch.where(is_passage & (energy > flat_energy), energy.rsqrt(), 0.0).float()
        self._is_audible = self._best_of_sections(self._scale[None])[0] > 0
        self._transform = torch.fft.rfft(blocks).permute(2, 1, 0).contiguous()

    def _block(self, prints: Float[Tensor, "bands _"], start: int) -> Float[Tensor, "bands frames"]:
        piece = prints[:, start : start + _BLOCK_FRAMES]
        return functional.pad(piece, (0, _BLOCK_FRAMES - piece.shape[1]))

    def search(self, windows: Float[Tensor, "windows bands longer"]) -> list[Match]:
        """The most similar passage for each window, over all positions and alterations.

        A drum beat that all recordings share is similar to many passages and is no evidence of a
        copy; a copy is similar to one passage. The score therefore relates the best similarity to
        the best similarities of all sections of 3 s: it is the distance from their median in units
        of their interquartile range.

        Args:
            windows: Windows as `cut_windows` cuts them (windows, bands, longer).
        """
        found = list(map_ordered(self._search, windows.split(_BATCH_WINDOWS)))
        return [match for batch in found for match in batch]

    def _search(self, windows: Float[Tensor, "windows bands longer"]) -> list[Match]:
        found: list[list[tuple[float, int, Alteration]]] = [[] for _ in windows]
        sections = torch.zeros(len(windows), len(self._is_audible))
        for alteration in alterations():
            similarity = self._correlate(alteration.undo(windows, self.frames))
            sections = torch.maximum(sections, self._best_of_sections(similarity))
            highest, positions = similarity.flatten(1).max(dim=1)
            for best, value, position in zip(
                found, highest.tolist(), positions.tolist(), strict=True
            ):
                best.append((value, position, alteration))
        scores = self._score(sections[:, self._is_audible])
        return [
            self._match(*max(best, key=lambda one: one[0]), score)
            for best, score in zip(found, scores, strict=True)
        ]

    def _score(self, sections: Float[Tensor, "windows audible"]) -> list[float]:
        if sections.shape[1] == 0:  # the recordings are silent
            return [0.0] * len(sections)
        quartiles = torch.quantile(sections, torch.tensor([0.25, 0.5, 0.75]), dim=1)
        spread = (quartiles[2] - quartiles[0]).clamp_min(_SMALLEST_SPREAD)
        return ((sections.amax(dim=1) - quartiles[1]) / spread).tolist()

    def _correlate(
        self, originals: Float[Tensor, "windows bands frames"]
    ) -> Float[Tensor, "windows blocks hop"]:
        """Cosine similarities to all passages; 0 where either is silent or no passage begins."""
        norms = originals.flatten(1).norm(dim=1)
        is_flat = norms < _FLAT_RMS * originals[0].numel() ** 0.5
        weights = torch.where(is_flat, 0.0, norms.clamp_min(1e-9).reciprocal())
        spectra = torch.fft.rfft(originals * weights[:, None, None], n=_BLOCK_FRAMES)
        product = spectra.permute(2, 0, 1).conj() @ self._transform
        correlation = torch.fft.irfft(product.permute(1, 2, 0), n=_BLOCK_FRAMES)
        return correlation[:, :, : self._hop] * self._scale

    def _best_of_sections(
        self, similarity: Float[Tensor, "windows blocks hop"]
    ) -> Float[Tensor, "windows sections"]:
        return similarity.flatten(1).unflatten(1, (-1, _SECTION_FRAMES)).amax(dim=2)

    def _match(
        self, similarity: float, position: int, alteration: Alteration, score: float
    ) -> Match:
        block, frame = divmod(position, self._hop)
        number, start = self._starts[block]
        return Match(number, start + frame, alteration, similarity, score)
