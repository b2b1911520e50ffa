"""Features and beats of whole recordings."""

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.codec.analysis import Analysis
from riffsmith.config import LatentSettings
from riffsmith.corpus import Corpus, PreparedRecording
from riffsmith.features import onset_flux, track_beats

_BLOCK_FRAMES = 2_048
"""Frames that are measured at once: the memory of a long recording stays small."""


def measure_recording(
    corpus: Corpus, recording: PreparedRecording, analysis: Analysis, offset_samples: int = 0
) -> Float[Tensor, "features frames"]:
    """Features of a whole recording, or of its stretch, in half precision.

    Args:
        corpus: Corpus that holds the recording.
        recording: Recording to measure.
        analysis: Transform from audio to features.
        offset_samples: Sample at which the first frame begins.
    """
    hop = analysis.spectrum.hop_samples
    shard, samples = corpus.shard(recording), corpus.sample_range(recording)
    frames, context = (len(samples) - offset_samples) // hop, analysis.context_frames
    origin = samples.start + offset_samples
    blocks: list[Tensor] = []
    for first in range(0, frames, _BLOCK_FRAMES):
        last = min(frames, first + _BLOCK_FRAMES)
        begin = max(0, first - context)
        end = min(frames, last + context)
        audio = shard.audio(origin + begin * hop, origin + end * hop)
        features = analysis(to_stereo(audio).contiguous()[None])[0]
        blocks.append(features[:, first - begin : last - begin].half())
    return torch.cat(blocks, dim=1)


def to_stereo(audio: Float[Tensor, "time channels"]) -> Float[Tensor, "2 time"]:
    """Left and right channel of a corpus's audio; a single channel becomes both."""
    return audio.T.expand(2, -1) if audio.shape[1] == 1 else audio.T


def find_beats(
    features: Float[Tensor, "features frames"], settings: LatentSettings
) -> Float[Tensor, " frames"]:
    """The position of every frame in beats, at a tempo within the settings' limits.

    Args:
        features: Features of a recording, the bands of the mid first.
        settings: Settings of the corpus and the tempo range.
    """
    frame_rate = settings.corpus.sample_rate / settings.corpus.hop_samples
    mid = features[: settings.corpus.n_mels].double().numpy()
    slowest, fastest = settings.generator.slowest_bpm, settings.generator.fastest_bpm
    return torch.from_numpy(track_beats(onset_flux(mid, frame_rate), frame_rate, slowest, fastest))
