"""A corpus → its features → a linear codec fitted to them → latents to train on."""

from collections.abc import Callable, Iterator, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.codec.analysis import Analysis
from riffsmith.codec.codec import Codec
from riffsmith.codec.linear import LinearCodec
from riffsmith.corpus import Corpus, PreparedRecording
from riffsmith.seeds import random_stream

_PIECE_FRAMES = 2_048
_CONTEXT_FRAMES = 2
_TEXTURE_WINDOW, _TEXTURE_BATCH, _TEXTURE_RATE = 32, 32, 2e-3
"""Latent frames of a window, windows of a batch."""
SIDE_WEIGHT = 0.5
"""The side's features count half in the error that the components minimise."""


def measure_recording(
    corpus: Corpus, recording: PreparedRecording, analysis: Analysis, offset_samples: int = 0
) -> Float[Tensor, "features frames"]:
    """Features of a whole recording in half precision, frames beginning at an offset."""
    hop = analysis.spectrum.hop_samples
    shard = corpus.shard(recording)
    frames = (shard.samples - offset_samples) // hop
    pieces: list[Tensor] = []
    for first in range(0, frames, _PIECE_FRAMES):
        last = min(frames, first + _PIECE_FRAMES)
        begin = max(0, first - _CONTEXT_FRAMES)
        end = min(frames, last + _CONTEXT_FRAMES)
        audio = shard.audio(offset_samples + begin * hop, offset_samples + end * hop)
        found = analysis(to_stereo(audio).contiguous()[None])[0]
        pieces.append(found[:, first - begin : last - begin].half())
    return torch.cat(pieces, dim=1)


def to_stereo(audio: Float[Tensor, "time channels"]) -> Float[Tensor, "2 time"]:
    """Audio of a corpus as the codec takes it; one channel is heard on both sides."""
    return audio.T.expand(2, -1) if audio.shape[1] == 1 else audio.T


def fit_codec(
    features: Sequence[Float[Tensor, "features _"]],
    codec: Codec,
    seed: int,
    steps: int,
    on_share: Callable[[float], None] = lambda share: None,
) -> None:
    """Fits components and texture to patches at all frame offsets of these recordings.

    Args:
        features: Of recordings.
        codec: Whose decoder is left as it is.
        seed: Of the texture's weights and batches.
        steps: Updates of the texture.
        on_share: Called with the share of them that is done.
    """
    _fit_components(features, codec.linear, codec.analysis)
    _fit_texture(features, codec, seed, steps, on_share)


def _fit_components(
    features: Sequence[Float[Tensor, "features _"]], codec: LinearCodec, analysis: Analysis
) -> None:
    def patches() -> Iterator[Float[Tensor, "count size"]]:
        for item in features:
            for start in range(codec.patch_frames):
                yield codec.to_patches(item[None, :, start:].float())[0]

    sides = torch.full((analysis.side,), SIDE_WEIGHT)
    codec.fit(patches(), torch.cat([torch.ones(analysis.mid), sides]))


def _fit_texture(
    features: Sequence[Float[Tensor, "features _"]],
    codec: Codec,
    seed: int,
    steps: int,
    on_share: Callable[[float], None],
) -> None:
    linear, texture = codec.linear, codec.texture
    size = _TEXTURE_WINDOW * linear.patch_frames
    long_enough = [item for item in features if item.shape[1] >= size]
    optimizer = torch.optim.AdamW(texture.parameters(), _TEXTURE_RATE, weight_decay=0.05)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = _TEXTURE_RATE * (1 - step / steps)
        stream = random_stream(seed, "texture", step)
        windows = [_window(long_enough, size, stream) for _ in range(_TEXTURE_BATCH)]
        shown = torch.stack(windows).float()
        latents = linear.standardise(linear.encode(shown))
        optimizer.zero_grad()
        texture.loss(latents, linear.encode_rest(shown)).backward()
        optimizer.step()
        on_share((step + 1) / steps)


def _window(
    features: Sequence[Float[Tensor, "features _"]], size: int, stream: torch.Generator
) -> Float[Tensor, "features size"]:
    lengths = torch.tensor([float(item.shape[1] - size + 1) for item in features])
    number = int(torch.multinomial(lengths, 1, generator=stream))
    start = int(torch.randint(int(lengths[number]), (1,), generator=stream))
    return features[number][:, start : start + size]
