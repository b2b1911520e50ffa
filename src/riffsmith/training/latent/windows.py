"""Recordings as latents with their beats, and random windows of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.codec import Codec, build_analysis, find_beats, measure_recording
from riffsmith.config import LatentSettings, LatentTrainingSettings
from riffsmith.corpus import Corpus, PreparedRecording
from riffsmith.corpus.manifest import Split
from riffsmith.errors import CorpusError
from riffsmith.networks import CLOCK_CHANNELS, clock
from riffsmith.parallel import map_ordered
from riffsmith.seeds import random_stream

_OFFSETS = 2
"""Sub-hop offsets at which each recording is measured, so that its frames do not always start at
the same samples."""
_CLOCK_BEGINNINGS = 64
"""The beat clock of a window starts at a random one of so many beats, because the first beat of a
bar is not known."""


@dataclass(frozen=True)
class MeasuredRecording:
    """Features and beat positions of a recording."""

    features: Float[Tensor, "features frames"]
    beats: Float[Tensor, " frames"]


def measure_split(
    corpus: Corpus, split: Split, settings: LatentSettings, offsets: int = _OFFSETS
) -> list[MeasuredRecording]:
    """Features of the recordings of a split, once for each sub-hop offset."""
    hop, analysis = settings.corpus.hop_samples, build_analysis(settings)

    def measure(item: tuple[PreparedRecording, int]) -> MeasuredRecording:
        recording, number = item
        features = measure_recording(corpus, recording, analysis, number * hop // offsets)
        return MeasuredRecording(features, find_beats(features, settings))

    return list(map_ordered(measure, product(corpus.manifest.of_split(split), range(offsets))))


def window_channels(settings: LatentSettings) -> int:
    """Number of channels of a window: latents, beat clock and style embedding."""
    return settings.codec.latent_channels + CLOCK_CHANNELS + settings.codec.style_dimensions


def split_window(
    windows: Float[Tensor, "count both frames"], latent_channels: int
) -> tuple[Tensor, Tensor]:
    """Splits windows into their latents and their conditioning (beat clock and style embedding)."""
    return windows[:, :latent_channels], windows[:, latent_channels:]


class LatentWindows:
    """Random windows of latents with their conditioning, at every offset of frames in a patch."""

    def __init__(
        self,
        recordings: Sequence[MeasuredRecording],
        codec: Codec,
        training: LatentTrainingSettings,
    ) -> None:
        """Encodes the features of all recordings.

        Args:
            recordings: Recordings as `measure_split` returns them.
            codec: Fitted codec.
            training: Settings that hold the length of a window and the noise on its style.

        Raises:
            CorpusError: No recording is as long as a window.
        """
        frames = self._frames = training.window_frames
        self._style_noise = training.style_noise
        size = codec.patch_frames
        self._latents: list[Tensor] = []
        self._beats: list[Tensor] = []
        self._styles: list[Tensor] = []

        def encode(part: tuple[MeasuredRecording, int]) -> tuple[Tensor, Tensor, Tensor] | None:
            item, start = part
            latents = codec.encode_features(item.features[None, :, start:].float())[0]
            if latents.shape[1] < frames:
                return None
            whole = item.beats[start : start + latents.shape[1] * size]
            beats = whole.unflatten(0, (-1, size)).mean(1)
            return latents.to(torch.bfloat16), codec.style_embedding(latents[None])[0], beats

        for found in map_ordered(encode, product(recordings, range(size))):
            if found is not None:
                latents, style, beats = found
                self._latents.append(latents)
                self._styles.append(style)
                self._beats.append(beats)
        if not self._latents:
            seconds = frames * codec.latent_samples / codec.sample_rate
            raise CorpusError(
                f"no recording is as long as a window of {seconds:.1f} s: add longer ones, or "
                "lower --config.training.window_frames"
            )
        self._positions = torch.tensor([item.shape[1] - frames + 1 for item in self._latents])

    def draw(self, count: int, seed: int, *names: str | int) -> Float[Tensor, "count both frames"]:
        """Windows at random positions, all equally likely; `split_window` splits them.

        Args:
            count: Number of windows.
            seed: Seed of the draw.
            names: Purpose of the draw.
        """
        stream = random_stream(seed, *names)
        ends = self._positions.cumsum(0)
        chosen = torch.randint(int(ends[-1]), (count,), generator=stream)
        numbers = torch.searchsorted(ends, chosen, right=True)
        starts = chosen - (ends - self._positions)[numbers]
        begins = torch.randint(_CLOCK_BEGINNINGS, (count,), generator=stream)
        latents: list[Tensor] = []
        beats: list[Tensor] = []
        styles: list[Tensor] = []
        for number, start, begin in zip(
            numbers.tolist(), starts.tolist(), begins.tolist(), strict=True
        ):
            inside = slice(start, start + self._frames)
            latents.append(self._latents[number][:, inside].float())
            beats.append(self._beats[number][inside] + begin)
            styles.append(self._styles[number][:, inside])
        style = torch.stack(styles)
        style_noise = torch.randn(*style.shape[:2], 1, generator=stream) * self._style_noise
        return torch.cat(
            [torch.stack(latents), clock(torch.stack(beats)), style + style_noise], dim=1
        )
