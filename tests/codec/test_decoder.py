import pytest
import torch

from riffsmith.codec import Analysis, Decoder


@pytest.fixture
def decoder() -> Decoder:
    torch.manual_seed(0)
    decoder = Decoder(Analysis(44100, 64, 16, 4), 24, 32, 4, 2)
    for name, weight in decoder.named_parameters():  # nothing is zero, as after training
        if "narrow" in name:
            torch.nn.init.normal_(weight, std=0.1)
    return decoder.eval()


def random_features(frames: int) -> torch.Tensor:
    return torch.randn(1, 20, frames, generator=torch.Generator().manual_seed(1)) - 3


def test_a_hop_of_stereo_audio_for_each_frame(decoder: Decoder):
    assert decoder(random_features(10)).shape == (1, 2, 640)


def test_no_frame_depends_on_what_is_beyond_its_context(decoder: Decoder):
    features = random_features(80)
    changed = features.clone()
    changed[..., 60:] += 1.0
    with torch.inference_mode():
        before, after = decoder(features), decoder(changed)
    same = (60 - decoder.context_frames) * 64
    assert torch.equal(before[..., :same], after[..., :same])
    assert not torch.equal(before[..., : same + 2 * 64], after[..., : same + 2 * 64])


def test_loudness_follows_the_features(decoder: Decoder):
    quiet = random_features(40) - 4
    with torch.inference_mode():
        mid = decoder.spectra(quiet).abs().mean()
        growth = (
            decoder.analysis.envelope(quiet + 1).mean() / decoder.analysis.envelope(quiet).mean()
        )
    assert mid < 0.1
    assert growth.item() == pytest.approx(2.718, abs=0.01)


def test_corrections_bring_the_features_nearer(decoder: Decoder):
    features = random_features(40).repeat_interleave(4, -1) / 2 - 3
    errors: list[float] = []
    for corrections in (0, 2, 6):
        decoder.corrections = corrections
        with torch.inference_mode():
            audio = decoder(features)
        errors.append((decoder.analysis(audio) - features)[..., 8:-8].abs().mean().item())
    assert errors[2] < errors[1] < errors[0]
