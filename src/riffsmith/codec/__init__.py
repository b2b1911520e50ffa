"""Audio ↔ latents: log-mel features, their principal components, and a decoder to audio."""

from riffsmith.codec.analysis import Analysis, Spectrum, to_left_right, to_mid_side
from riffsmith.codec.decoder import Decoder
from riffsmith.codec.discriminator import SpectrumDiscriminator, feature_distance
from riffsmith.codec.linear import LinearCodec
from riffsmith.codec.spectral_loss import SpectralLoss

__all__ = [
    "Analysis",
    "Decoder",
    "LinearCodec",
    "SpectralLoss",
    "Spectrum",
    "SpectrumDiscriminator",
    "feature_distance",
    "to_left_right",
    "to_mid_side",
]
