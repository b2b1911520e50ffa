"""Recordings as latents with their beats, and random windows of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.codec import Analysis, Codec, measure_recording
from riffsmith.config import LatentSettings
from riffsmith.corpus import Corpus
from riffsmith.corpus.manifest import Split
from riffsmith.errors import CorpusError
from riffsmith.features import onset_flux, track_beats
from riffsmith.gan import CLOCK_CHANNELS, clock
from riffsmith.seeds import random_stream

_OFFSETS = 2
"""Sub-hop offsets at which recordings are measured: none is heard at one grid of frames alone."""
_CLOCK_BEGINNINGS = 64
"""A window's clock begins at any of so many beats: which beat is a bar's first is not known."""


@dataclass(frozen=True)
class MeasuredRecording:
    """Features of a recording and where its beats are."""

    features: Float[Tensor, "features frames"]
    beats: Float[Tensor, " frames"]


def measure_split(
    corpus: Corpus, split: Split, settings: LatentSettings, offsets: int = _OFFSETS
) -> list[MeasuredRecording]:
    """Features of one side's recordings, once for each sub-hop offset."""
    hop, mels = settings.corpus.hop_samples, settings.corpus.n_mels
    analysis = Analysis(settings.corpus.sample_rate, hop, mels, settings.codec.side_mels)
    return [
        measure_beats(
            measure_recording(corpus, recording, analysis, number * hop // offsets), settings
        )
        for recording in corpus.manifest.of_split(split)
        for number in range(offsets)
    ]


def measure_beats(
    features: Float[Tensor, "features frames"], settings: LatentSettings
) -> MeasuredRecording:
    """Finds the beats of a recording in its features."""
    rate = settings.corpus.sample_rate / settings.corpus.hop_samples
    mid = features[: settings.corpus.n_mels].float().numpy()
    tempi = settings.generator.slowest_bpm, settings.generator.fastest_bpm
    beats = track_beats(onset_flux(mid.astype(np.float64), rate), rate, *tempi)
    return MeasuredRecording(features, torch.from_numpy(beats))


def split_window(windows: Float[Tensor, "count both frames"]) -> tuple[Tensor, Tensor]:
    """Latents and oscillators, which a window holds together."""
    return windows[:, :-CLOCK_CHANNELS], windows[:, -CLOCK_CHANNELS:]


class LatentWindows:
    """Random access to windows of latents and clock, at every offset of frames in a patch."""

    def __init__(self, recordings: Sequence[MeasuredRecording], codec: Codec, frames: int) -> None:
        """Encodes features.

        Args:
            recordings: As `measure_split` gives them.
            codec: Fitted.
            frames: Latent frames of a window.

        Raises:
            CorpusError: No recording is as long as a window.
        """
        self._frames = frames
        size = codec.linear.patch_frames
        self._latents: list[Tensor] = []
        self._beats: list[Tensor] = []
        for item in recordings:
            for start in range(size):
                latents = codec.linear.encode(item.features[None, :, start:].float())[0]
                if latents.shape[1] < frames:
                    continue
                self._latents.append(latents.to(torch.bfloat16))
                whole = item.beats[start : start + latents.shape[1] * size]
                self._beats.append(whole.unflatten(0, (-1, size)).mean(1))
        if not self._latents:
            seconds = frames * codec.latent_samples / codec.sample_rate
            raise CorpusError(
                f"no recording is as long as a window of {seconds:.1f} s: add longer ones, or "
                "lower --config.training.window_frames"
            )
        self._places = torch.tensor([item.shape[1] - frames + 1 for item in self._latents])

    def draw(self, count: int, seed: int, *names: str | int) -> Float[Tensor, "count both frames"]:
        """Windows at random places, all places alike likely; see `split_window`."""
        stream = random_stream(seed, *names)
        ends = self._places.cumsum(0)
        chosen = torch.randint(int(ends[-1]), (count,), generator=stream)
        numbers = torch.searchsorted(ends, chosen, right=True)
        starts = chosen - (ends - self._places)[numbers]
        begins = torch.randint(_CLOCK_BEGINNINGS, (count,), generator=stream)
        latents: list[Tensor] = []
        beats: list[Tensor] = []
        for number, start, begin in zip(
            numbers.tolist(), starts.tolist(), begins.tolist(), strict=True
        ):
            inside = slice(start, start + self._frames)
            latents.append(self._latents[number][:, inside].float())
            beats.append(self._beats[number][inside] + begin)
        return torch.cat([torch.stack(latents), clock(torch.stack(beats))], dim=1)
