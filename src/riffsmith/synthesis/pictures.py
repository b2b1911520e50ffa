"""Pictures of a seed, and their conversion to spectrograms and audio."""

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.config import CorpusSettings
from riffsmith.features import MelTransform, griffin_lim, resize, unscale
from riffsmith.networks import Generator
from riffsmith.seeds import derive_seed, random_stream


@torch.no_grad()
def draw_pictures(
    generator: Generator, seed: int, first: int, count: int
) -> Float[Tensor, "batch channels rows columns"]:
    """Generates the pictures number `first` to `first + count` of a seed.

    Each picture has noise of its own, so it does not depend on how many are generated together.

    Args:
        generator: Generator of pictures.
        seed: Seed of the pictures.
        first: Number of the first picture.
        count: Number of pictures.
    """
    noise = torch.cat(
        [
            generator.draw_noise(1, random_stream(seed, "picture", number))
            for number in range(first, first + count)
        ]
    )
    was_training = generator.training
    generator.eval()
    try:
        device = next(generator.parameters()).device
        return generator(noise.to(device)).float().cpu()
    finally:
        generator.train(was_training)


def to_spectrogram(
    pictures: Float[Tensor, "batch channels _ _"],
    settings: CorpusSettings,
    low_db: float,
    high_db: float,
) -> Float[Tensor, "batch channels mels frames"]:
    """Resizes pictures to the mel spectrogram of a segment in decibels.

    Args:
        pictures: Pictures with values in [-1, 1].
        settings: Settings of the corpus.
        low_db: Decibels that -1 stands for.
        high_db: Decibels that 1 stands for.
    """
    return unscale(resize(pictures, settings.n_mels, settings.frames), low_db, high_db)


def to_audio(
    mel_db: Float[Tensor, "channels mels frames"], settings: CorpusSettings, seed: int
) -> Float[Tensor, "channels time"]:
    """Audio of a mel spectrogram, by the fast Griffin-Lim algorithm.

    Args:
        mel_db: Mel spectrogram in decibels.
        settings: Settings of the STFT that it was made with.
        seed: Seed of the first phases.
    """
    transform = MelTransform.of(settings)
    time = settings.segment_samples
    if mel_db.shape[-1] != settings.frames:
        time = (mel_db.shape[-1] - 1) * settings.hop_samples
    magnitudes = transform.to_magnitudes(mel_db)
    return griffin_lim(magnitudes, transform, time, seed=derive_seed(seed, "phase"))
