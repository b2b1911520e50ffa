"""Search for the most similar passage in many recordings, over all positions and alterations."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import torch
from jaxtyping import Complex, Float
from torch import Tensor
from torch.nn import functional

from riffsmith.evaluation.copying.representation import Alteration, Representation
from riffsmith.parallel import map_ordered

_BLOCK_FRAMES = 512
_BATCH_WINDOWS = 16
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
    """Similarity of the two prints, from 0 to 1; see `PassageIndex.search`."""
    score: float
    """How far the similarity stands out among all passages; see `PassageIndex.search`."""


@dataclass(frozen=True)
class _Part:
    """A part of each window of a batch."""

    spectra: Complex[Tensor, "frequencies windows bands"]
    """Conjugate Fourier transforms."""
    energy: Float[Tensor, "windows bands"]
    flat_energy: float
    """Energy below which the part is like nothing."""


class PassageIndex:
    """Fourier transforms of prints, by which correlations with all passages are computed.

    The prints are cut into blocks that overlap by the length of a window. The product of a
    block's and a window's transform is the transform of their correlation, which holds a value for
    each passage that begins in the block's first part.
    """

    def __init__(
        self, prints: Sequence[Float[Tensor, "bands _"]], representation: Representation
    ) -> None:
        """Transforms the prints of all recordings.

        Args:
            prints: One print (bands, frames) or more; one that is shorter than a window is
                extended with silence.
            representation: How they were made, and what is searched for.
        """
        self._representation = representation
        self._section_frames = representation.section_frames
        frames = representation.window_frames
        whole_sections = (_BLOCK_FRAMES - frames + 1) // self._section_frames
        self._hop = whole_sections * self._section_frames
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
        energy = functional.pad(blocks.double().square().sum(dim=1).cumsum(dim=1), (1, 0))
        self._parts = _split(frames, representation.parts)
        self._scales: list[Float[Tensor, "blocks hop"]] = []
        for begin, end in self._parts:
            of_part = energy[:, end : end + self._hop] - energy[:, begin : begin + self._hop]
            flat_energy = (end - begin) * blocks.shape[1] * representation.flat_rms**2
            is_audible = is_passage & (of_part > flat_energy)
            self._scales.append(torch.where(is_audible, of_part.rsqrt(), 0.0).float())
        is_audible = torch.stack(self._scales).amax(dim=0)[None] > 0
        self._is_audible = self._best_of_sections(is_audible.float())[0] > 0
        self._transform = torch.fft.rfft(blocks).permute(2, 1, 0).contiguous()

    def _block(self, prints: Float[Tensor, "bands _"], start: int) -> Float[Tensor, "bands frames"]:
        piece = prints[:, start : start + _BLOCK_FRAMES]
        return functional.pad(piece, (0, _BLOCK_FRAMES - piece.shape[1]))

    def search(self, windows: Float[Tensor, "windows bands longer"]) -> list[Match]:
        """The most similar passage for each window, over all positions and alterations.

        The similarity is the cosine similarity. Where windows have several parts, it is the power
        mean of those of the parts, (Σ √cosine / parts)²: one part that is the same is not enough,
        as when a bar of a song stands between other bars.

        A drum beat that all recordings share is similar to many passages and is no evidence of a
        copy; a copy is similar to one passage. The score therefore relates the best similarity to
        the best similarities of all sections of 3 s: it is the distance from their median in units
        of their interquartile range.

        Args:
            windows: Windows as `Representation.cut_windows` cuts them (windows, bands, longer).
        """
        found = list(map_ordered(self._search, windows.split(_BATCH_WINDOWS)))
        return [match for batch in found for match in batch]

    def _search(self, windows: Float[Tensor, "windows bands longer"]) -> list[Match]:
        of = self._representation
        found: list[list[tuple[float, int, Alteration]]] = [[] for _ in windows]
        sections = torch.zeros(len(windows), len(self._is_audible))
        for _, same_speed in groupby(of.alterations, key=lambda alteration: alteration.speed):
            alterations = list(same_speed)
            originals = alterations[0].undo_speed(windows, of.window_frames)
            parts = [self._transform_part(originals, begin, end) for begin, end in self._parts]
            for alteration in alterations:
                similarity = self._compare(parts, alteration)
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

    def _transform_part(
        self, originals: Float[Tensor, "windows bands frames"], begin: int, end: int
    ) -> "_Part":
        part = originals[:, :, begin:end]
        spectra = torch.fft.rfft(functional.pad(part, (begin, 0)), n=_BLOCK_FRAMES)
        return _Part(
            spectra=spectra.permute(2, 0, 1).conj().resolve_conj().contiguous(),
            energy=part.square().sum(dim=2),
            flat_energy=(end - begin) * part.shape[1] * self._representation.flat_rms**2,
        )

    def _compare(
        self, parts: Sequence["_Part"], alteration: Alteration
    ) -> Float[Tensor, "windows blocks hop"]:
        """Similarities to all passages; see `search`."""
        total = torch.zeros(len(parts[0].energy), len(self._starts), self._hop)
        for part, scale in zip(parts, self._scales, strict=True):
            total += self._correlate(part, alteration).mul_(scale).clamp_(min=0).sqrt_()
        return (total / len(parts)).square()

    def _correlate(
        self, part: "_Part", alteration: Alteration
    ) -> Float[Tensor, "windows blocks hop"]:
        """Correlations of a part, scaled to length 1, with all passages; 0 where it is flat."""
        bands = part.energy.shape[1]
        copied, original = alteration.match_bands(bands, self._representation.bands_per_semitone)
        energy = part.energy[:, copied].sum(dim=1)
        weights = torch.where(energy < part.flat_energy, 0.0, energy.clamp_min(1e-18).rsqrt())
        spectra = part.spectra[:, :, copied] * weights[None, :, None]
        product = spectra @ self._transform[:, original]
        return torch.fft.irfft(product.permute(1, 2, 0), n=_BLOCK_FRAMES)[:, :, : self._hop]

    def _best_of_sections(
        self, similarity: Float[Tensor, "windows blocks hop"]
    ) -> Float[Tensor, "windows sections"]:
        return similarity.flatten(1).unflatten(1, (-1, self._section_frames)).amax(dim=2)

    def _match(
        self, similarity: float, position: int, alteration: Alteration, score: float
    ) -> Match:
        block, frame = divmod(position, self._hop)
        number, start = self._starts[block]
        return Match(number, start + frame, alteration, similarity, score)


def _split(frames: int, parts: int) -> list[tuple[int, int]]:
    """First frame of each part, and the frame after its last one."""
    edges = [round(frames * part / parts) for part in range(parts + 1)]
    return list(pairwise(edges))
