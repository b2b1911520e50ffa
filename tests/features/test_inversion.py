"""A spectrogram comes back at the right length, pitch, tempo and level."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from riffsmith.config import load_preset
from riffsmith.features import MelTransform, griffin_lim

SAMPLE_RATE = 22_050
REFERENCE = load_file(Path(__file__).parents[1] / "golden/mel_reference.safetensors")


def invert(audio: torch.Tensor, preset: str) -> torch.Tensor:
    transform = MelTransform.of(load_preset(preset).corpus)
    return griffin_lim(transform.to_magnitudes(transform.to_db(audio)), transform, len(audio))


def peak_hz(audio: torch.Tensor) -> float:
    spectrum = torch.fft.rfft(audio * torch.hann_window(len(audio))).abs()
    return float(spectrum.argmax()) * SAMPLE_RATE / len(audio)


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["report", "report-wgan"])
def test_a_440_hz_tone_of_6_s_comes_back(preset: str):
    tone = 0.5 * torch.sin(2 * torch.pi * 440 * torch.arange(6 * SAMPLE_RATE) / SAMPLE_RATE)
    restored = invert(tone, preset)
    assert len(restored) == 6 * SAMPLE_RATE
    assert peak_hz(restored[SAMPLE_RATE:-SAMPLE_RATE]) == pytest.approx(440, rel=0.01)
    assert restored.std() == pytest.approx(float(tone.std()), rel=0.1)


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["report", "report-wgan"])
def test_a_click_train_keeps_its_tempo(preset: str):
    clicks = torch.zeros(6 * SAMPLE_RATE)
    times = torch.arange(0.25, 6, 0.5)
    clicks[(times * SAMPLE_RATE).long()] = 0.9
    restored = invert(clicks, preset)
    envelope = restored.abs().unfold(0, 441, 441).amax(dim=1)  # 20 ms
    threshold = 0.3 * envelope.max()
    peaks = [
        index * 0.02
        for index in range(1, len(envelope) - 1)
        if envelope[index] > threshold and envelope[index] == envelope[index - 1 : index + 2].max()
    ]
    assert len(peaks) == len(times)
    assert max(abs(a - b) for a, b in zip(peaks, times.tolist(), strict=True)) < 0.04


@pytest.mark.parametrize("preset", ["report", "report-wgan"])
def test_real_music_keeps_its_level_and_spectrogram(preset: str):
    audio = REFERENCE["audio"].to(torch.float32) / 32767
    restored = invert(audio, preset)
    assert 20 * torch.log10(restored.std() / audio.std()).abs() < 1
    transform = MelTransform.of(load_preset(preset).corpus)
    assert (transform.to_db(restored) - transform.to_db(audio)).abs().mean() < 1


def test_the_same_seed_gives_the_same_samples():
    transform = MelTransform(SAMPLE_RATE, 400, 200, 64)
    magnitudes = torch.rand(201, 50, generator=torch.Generator().manual_seed(0))
    first, again, other = (griffin_lim(magnitudes, transform, 9_800, seed=s) for s in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
