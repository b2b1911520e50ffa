"""The decoder: phases by projections."""

from math import pi

import numpy as np
import pytest
import torch

from riffsmith.codec import Analysis, Decoder
from riffsmith.transcription.transcribe import transcribe

RATE, HOP, PATCH = 44_100, 512, 4


def build(rounds: int = 4, corrections: int = 1, *, has_tonal: bool = True) -> Decoder:
    analysis = Analysis(RATE, HOP, 128, 32, patch_frames=PATCH, has_tonal=has_tonal)
    return Decoder(analysis, rounds, corrections)


def chord(seconds: float) -> torch.Tensor:
    """Three sines, left and right alike."""
    time = torch.arange(round(seconds * RATE) // 2048 * 2048) / RATE
    tones = sum(0.1 * torch.sin(2 * pi * hertz * time) for hertz in (110.0, 138.6, 164.8))
    assert isinstance(tones, torch.Tensor)
    return tones.expand(1, 2, -1)


def decode(
    decoder: Decoder, analysis: Analysis, audio: torch.Tensor, seed: int = 0
) -> torch.Tensor:
    patches = audio.shape[-1] // (PATCH * HOP)
    stream = torch.Generator().manual_seed(0)
    noise = torch.randn(1, decoder.noise_channels, patches, generator=stream)
    with torch.inference_mode():
        return decoder(analysis(audio), noise)


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return Analysis(RATE, HOP, 128, 32, patch_frames=PATCH, has_tonal=True)


def test_a_patch_of_stereo_audio_for_each_latent_frame(analysis: Analysis):
    assert decode(build(1, 0), analysis, chord(0.5)).shape == chord(0.5).shape


def test_margins_leave_out_audio_and_change_nothing_else(analysis: Analysis):
    decoder, features = build(2, 1), analysis(chord(1.0))
    patches = features.shape[-1] // PATCH
    noise = torch.randn(1, decoder.noise_channels, patches, generator=torch.Generator())
    margin = decoder.reach_patches + 2
    with torch.inference_mode():
        whole = decoder(features, noise)
        found = decoder(features, noise, margin)
    assert torch.allclose(found, whole[..., margin * 2048 : -margin * 2048], atol=1e-6)


@pytest.mark.slow
def test_more_rounds_bring_the_bands_nearer(analysis: Analysis):
    audio = chord(2.0)
    target = analysis(audio)
    errors = [
        (analysis(decode(build(rounds), analysis, audio)) - target)[:, analysis.mel :, 20:-20]
        .abs()
        .mean()
        .item()
        for rounds in (0, 2, 8)
    ]
    assert errors[2] < errors[1] < errors[0]


@pytest.mark.slow
def test_tonal_bands_keep_the_frequencies_of_a_chord(analysis: Analysis):
    """Energy within a third of a semitone of the notes, and as a comparison without rounds."""
    audio = chord(3.0)
    hertz = torch.fft.rfftfreq(audio.shape[-1] - RATE // 2 * 2, 1 / RATE)
    near = sum(((hertz / note).log2().abs() < 1 / 36).float() for note in (110.0, 138.6, 164.8))
    shares: list[float] = []
    for rounds in (0, 8):
        mid = decode(build(rounds, 3), analysis, audio)[0].mean(0)[RATE // 2 : -(RATE // 2)]
        power = torch.fft.rfft(mid * torch.hann_window(len(mid))).abs().square()
        shares.append(float((power * near).sum() / power.sum()))
    assert shares[0] < 0.5
    assert shares[1] > 0.8


@pytest.mark.slow
@pytest.mark.parametrize("has_tonal", [True, False])
def test_audio_hardly_depends_on_what_is_beyond_its_context(has_tonal: bool):
    analysis = Analysis(RATE, HOP, 128, 32, patch_frames=PATCH, has_tonal=has_tonal)
    decoder = build(8, 3, has_tonal=has_tonal)
    random = torch.Generator().manual_seed(1)
    patches, context = 60, decoder.context_patches
    features = analysis(0.1 * torch.randn(1, 2, patches * 2048, generator=random))
    noise = torch.randn(1, decoder.noise_channels, patches, generator=random)
    cut = slice(20 - context, 40 + context)
    with torch.inference_mode():
        whole = decoder(features, noise)[..., 20 * 2048 : 40 * 2048]
        frames = slice(cut.start * PATCH, cut.stop * PATCH)
        part = decoder(features[..., frames], noise[..., cut])
    part = part[..., context * 2048 : -context * 2048]
    edges = torch.cat([(part - whole)[..., :2048], (part - whole)[..., -2048:]], dim=-1)
    assert float(edges.square().mean().sqrt() / whole.square().mean().sqrt()) < 1e-3


def test_silence_stays_silent(analysis: Analysis):
    assert decode(build(2, 1), analysis, torch.zeros(1, 2, 16 * 2048)).abs().max() < 1e-3


def transposed(analysis: Analysis, semitones: int) -> np.ndarray:
    """Decoded audio of a transposed chord, one channel without its ends."""
    decoder, audio = build(8, 2), chord(2.5)
    features = analysis.transpose(analysis(audio)[0], semitones)[None]
    stream = torch.Generator().manual_seed(0)
    noise = torch.randn(1, decoder.noise_channels, audio.shape[-1] // 2048, generator=stream)
    with torch.inference_mode():
        return decoder(features, noise)[0, 0, 20_000:-20_000].numpy()


@pytest.mark.slow
@pytest.mark.parametrize("semitones", [-7, -3, 4, 7])
def test_transposed_features_sound_in_the_other_key(analysis: Analysis, semitones: int):
    """Measured by the transcription that evaluations use: how long each note sounds."""
    before, after = (
        transcribe(transposed(analysis, each), RATE).roll().mean(0) for each in (0, semitones)
    )
    assert {24, 28, 31} == set(np.flatnonzero(before > 0.5))  # A2, C#3 and E3, counted from A0
    shifts = range(-12, 13)
    agreement = [float(np.roll(before, shift) @ after) for shift in shifts]
    assert shifts[int(np.argmax(agreement))] == semitones
    assert max(agreement) > 2 * agreement[12]  # more than where the notes were
