"""A corpus → its features → a linear codec fitted to them → latents to train on."""

from collections.abc import Iterator, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.codec.analysis import Analysis
from riffsmith.codec.linear import LinearCodec
from riffsmith.corpus import Corpus, PreparedRecording

_PIECE_FRAMES = 2_048
_CONTEXT_FRAMES = 2
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
        stereo = audio.T.expand(2, -1) if audio.shape[1] == 1 else audio.T
        found = analysis(stereo.contiguous()[None])[0]
        pieces.append(found[:, first - begin : last - begin].half())
    return torch.cat(pieces, dim=1)


def fit_codec(
    features: Sequence[Float[Tensor, "features _"]], codec: LinearCodec, analysis: Analysis
) -> None:
    """Fits the components to patches at all frame offsets of these recordings."""

    def patches() -> Iterator[Float[Tensor, "count size"]]:
        for item in features:
            for start in range(codec.patch_frames):
                yield codec.to_patches(item[None, :, start:].float())[0]

    sides = torch.full((analysis.side,), SIDE_WEIGHT)
    codec.fit(patches(), torch.cat([torch.ones(analysis.mid), sides]))
