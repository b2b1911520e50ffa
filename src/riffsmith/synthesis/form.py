"""Form of a piece: which of its bars share their notes and their noise.

A piece is divided into sections of eight bars. A section has a riff of one, two or four bars, which
it repeats, and may return later. The generator turns equal noise at the same place of the bar
into nearly equal notes.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.networks import BAR_BEATS, NoiseSource
from riffsmith.seeds import derive_seed
from riffsmith.transcription import BEAT_TOLERANCE

SECTION_BARS = 8
"""Bars of a section."""
_RIFF_BARS = (1, 2, 2, 4)
"""Lengths of a riff in bars, of which a section has one by chance."""
_FURTHEST_RETURN = 4
"""A section returns to one of so many sections before it."""
_MOST_RETURNS = 1000
"""Returns that are followed from one section, so that a piece may have any length."""
_LEAST_FRESH = 0.05
"""Share of fresh noise in a riff that is repeated throughout: small differences remain."""


@dataclass(frozen=True)
class Form:
    """Form of the piece of a seed. Everything is a function of the number of the bar."""

    seed: int
    amount: float
    """0: no bar is repeated. 1: there is a single riff. It is the probability that a bar repeats
    the riff of its section, and that a section returns to an earlier one."""

    @property
    def fresh_share(self) -> float:
        """Share of the variance of the noise that each bar has for itself."""
        return _LEAST_FRESH + (1 - _LEAST_FRESH) * (1 - self.amount) ** 2

    def section(self, number: int) -> int:
        """Number of the earlier section that a section returns to, or its own.

        Args:
            number: Number of the section in the piece. Those up to the first one never return.
        """
        if self.amount == 1:  # all return to the first one, however far it is
            return min(number, 0)
        for _ in range(_MOST_RETURNS):
            if number <= 0 or self._chance("return", number) >= self.amount:
                break
            furthest = min(number, _FURTHEST_RETURN)
            number -= 1 + derive_seed(self.seed, "form", "to", number) % furthest
        return number

    def riff_bar(self, bar: int) -> tuple[int, int]:
        """Section and bar in it that a bar has its noise from.

        Args:
            bar: Number of the bar in the piece.
        """
        section, place = self.section(bar // SECTION_BARS), bar % SECTION_BARS
        bars = _RIFF_BARS[derive_seed(self.seed, "form", "riff", section) % len(_RIFF_BARS)]
        is_repeated = self._chance("bar", section, place) < self.amount
        return section, place % bars if is_repeated else place

    def _chance(self, *names: str | int) -> float:
        """A random number from 0 to 1."""
        return derive_seed(self.seed, "form", *names) / 2**63


def shape_noise(
    source: NoiseSource,
    form: Form,
    fresh: Float[Tensor, "1 channels frames"],
    beats: Float[Tensor, " more"],
) -> Float[Tensor, "1 channels frames"]:
    """Noise of a piece with a form: standard normal, and nearly equal in bars that are alike.

    The noise of a riff begins anew at each beat, so a riff stays in time when the tempo changes,
    and no two frames of a bar ever have the same noise.

    Args:
        source: Noise of the piece.
        form: Form of the piece.
        fresh: Noise without a form.
        beats: Positions of the same frames in beats. Those of at least a beat before them come
            first, because frames are counted from the beginning of their beat.
    """
    if form.amount == 0:
        return fresh
    numbers = (beats + BEAT_TOLERANCE).floor().long()
    since_beat = torch.arange(len(beats)) - torch.searchsorted(numbers, numbers)
    frames = fresh.shape[-1]
    numbers, since_beat = numbers[-frames:], since_beat[-frames:]
    parts: list[Tensor] = []
    for number in numbers.unique().tolist():
        section, bar = form.riff_bar(number // BAR_BEATS)
        name = f"riff/{section}/{bar}/{number % BAR_BEATS}"
        inside = since_beat[numbers == number]
        first, count = int(inside[0]), len(inside)
        parts.append(source.cut(name, fresh.shape[1], first, count))
    riff = torch.cat(parts, dim=-1)
    return (1 - form.fresh_share) ** 0.5 * riff + form.fresh_share**0.5 * fresh
