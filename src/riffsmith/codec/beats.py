"""Features → where the beats are."""

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.config import LatentSettings
from riffsmith.features import onset_flux, track_beats


def find_beats(
    features: Float[Tensor, "features frames"], settings: LatentSettings
) -> Float[Tensor, " frames"]:
    """The position of every frame in beats, which are looked for within the settings' tempi."""
    rate = settings.corpus.sample_rate / settings.corpus.hop_samples
    mid = features[: settings.corpus.n_mels].double().numpy()
    slowest, fastest = settings.generator.slowest_bpm, settings.generator.fastest_bpm
    return torch.from_numpy(track_beats(onset_flux(mid, rate), rate, slowest, fastest))
