"""Decoder from features to audio: phases are found by projections, and nothing is learned.

The decoder begins with white noise and brings its bands to the given features again and again
(Griffin and Lim, 1984, "Signal estimation from modified short-time Fourier transform"; the momentum
is that of Perraudin et al., 2013, "A fast Griffin-Lim algorithm"). Below 5 kHz the mid is brought
to its tonal bands and its mel bands in turn, at a low sample rate, because notes need phases that
fit over a long window and attacks need those that fit over a short one. Everything else has mel
bands alone.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from riffsmith.codec.analysis import Analysis
from riffsmith.codec.bands import Bands, to_power
from riffsmith.codec.spectrum import Parts, Spectrum, Transform, to_left_right

TONAL_CONTEXT_PATCHES = 10
"""Patches on either side of decoded audio from which the tonal rounds start. Further ones change it
by less than −80 dB."""
_MOMENTUM = 0.6
_TONAL_STEPS = 2
"""Projections on the tonal bands in a round, each of which ends with one on the mel bands."""
_START_LEVEL = 0.1
"""Root mean square of the white noise."""
_TONAL_MARGIN = 1.05
"""The low sample rate is at least twice this many times the highest tonal frequency."""


class Decoder(nn.Module):
    """Stereo audio from the features of mid and side. It has no weights."""

    def __init__(self, analysis: Analysis, rounds: int, corrections: int) -> None:
        """Prepares the low sample rate.

        Args:
            analysis: Transform that the features come from.
            rounds: Rounds of projections on tonal and mel bands.
            corrections: Projections on the mel bands of mid and side at the full sample rate.
        """
        super().__init__()
        self.rounds, self.corrections = rounds, corrections
        self.patch_frames, self.mel_count = analysis.patch_frames, analysis.mel
        self.spectrum = analysis.spectrum
        self.mid, self.side, self.tonal = analysis.mid, analysis.side, None
        hop = self.spectrum.hop_samples
        self.patch_samples = self.patch_frames * hop
        self.reach_patches = -(-3 * (corrections + 1) // self.patch_frames) + 1
        """Patches on either side that the corrections depend on."""
        self.context_patches = self.reach_patches
        """Patches on either side that decoded audio depends on."""
        if analysis.tonal is None:
            return
        self.context_patches = max(self.reach_patches, TONAL_CONTEXT_PATCHES)
        used = analysis.tonal.used
        highest = (analysis.tonal.bins - 1) / (_TONAL_MARGIN * used)
        factor = 1
        while hop % (2 * factor) == 0 and 2 * factor <= highest:
            factor *= 2
        self.low_factor = factor
        """The sample rate over the low one."""
        self.low_spectrum = Spectrum(hop // factor)
        self.tonal_spectrum = Spectrum(self.patch_samples // factor)
        self.tonal = analysis.tonal.at_bins(self.tonal_spectrum.bins)
        self.low_mel = analysis.mid.at_bins(self.low_spectrum.bins)
        self.low_bins = used // self.patch_frames
        """Bins of the mid's spectrum whose values come from the low sample rate."""

    def spectra(self) -> dict[str, Spectrum]:
        """The transforms by their names, so that an export can replace them."""
        names = ("spectrum", "low_spectrum", "tonal_spectrum")
        return {name: getattr(self, name) for name in names if hasattr(self, name)}

    @property
    def noise_channels(self) -> int:
        """Values of noise for each patch: a sample of mid and side for each of its samples."""
        return 2 * self.patch_samples

    def forward(
        self,
        features: Float[Tensor, "batch features frames"],
        noise: Float[Tensor, "batch noise patches"],
        margin_patches: int = 0,
    ) -> Float[Tensor, "batch 2 time"]:
        """Left and right channel, one hop of samples for each frame between the margins.

        Args:
            features: Features, as `Analysis` gives them, of whole patches; the tonal ones of the
                first frame of each patch are used.
            noise: Standard normal noise, `noise_channels` for each patch.
            margin_patches: Patches on either side whose audio is not needed.
        """
        white = _START_LEVEL * noise.unflatten(1, (2, -1)).mT.flatten(2)
        # the corrections reach less far than the tonal rounds, so they can leave out frames
        unused = max(0, margin_patches - self.reach_patches) * self.patch_frames
        frames = slice(unused, features.shape[-1] - unused)
        lowest = None
        if self.tonal is not None:
            low = self._decode_low(white[:, :1, :: self.low_factor], features, self.tonal)
            real, imaginary = self.low_spectrum.parts(low)
            bins = slice(self.low_bins)
            lowest = real[:, :, frames, bins], imaginary[:, :, frames, bins]
        target = to_power(features[:, : self.mel_count, frames])[:, None]
        mid_target, side_target = target.tensor_split([self.mid.count], dim=-1)
        hop = self.spectrum.hop_samples
        white = white[..., frames.start * hop : frames.stop * hop]
        mid = self._correct(white[:, :1], self.mid, mid_target, lowest)
        side = self._correct(white[:, 1:], self.side, side_target)
        edge = margin_patches * self.patch_samples - unused * hop
        audio = to_left_right(torch.cat([mid, side], dim=1))
        return audio[..., edge : audio.shape[-1] - edge]

    def _decode_low(
        self, audio: Float[Tensor, "batch 1 time"], features: Tensor, tonal: Bands
    ) -> Float[Tensor, "batch 1 time"]:
        """The mid at the low sample rate, beginning with noise."""
        mel_target = to_power(features[:, : self.low_mel.count])[:, None]
        tonal_target = to_power(features[:, self.mel_count :, :: self.patch_frames])[:, None]
        before: Tensor | None = None
        for number in range(self.rounds):
            for _ in range(_TONAL_STEPS):
                audio = _project(audio, self.tonal_spectrum, tonal, tonal_target)
            audio = _project(audio, self.low_spectrum, self.low_mel, mel_target)
            found = audio
            if before is not None and number < self.rounds - 1:
                audio = audio + _MOMENTUM * (audio - before)
            before = found
        return audio

    def _correct(
        self,
        audio: Float[Tensor, "batch 1 time"],
        bands: Bands,
        target: Float[Tensor, "batch 1 frames bands"],
        lowest: Parts | None = None,
    ) -> Float[Tensor, "batch 1 time"]:
        """The mid or the side at the full sample rate, beginning with noise.

        Args:
            audio: Noise.
            bands: Mel bands.
            target: Power that each band should have.
            lowest: Parts of the lowest bins that are known. `None`: they begin with noise too.
        """
        audio = _project(audio, self.spectrum, bands, target, lowest)
        for _ in range(self.corrections):
            audio = _project(audio, self.spectrum, bands, target)
        return audio


def _project(
    audio: Float[Tensor, "batch 1 time"],
    spectrum: Transform,
    bands: Bands,
    target: Float[Tensor, "batch 1 frames bands"],
    lowest: Parts | None = None,
) -> Float[Tensor, "batch 1 time"]:
    """Audio whose bands are nearer to a target, after the lowest bins were replaced."""

    def gains(power: Tensor, frames: slice) -> Tensor:
        return bands.gains(power, target[..., frames, :])

    return spectrum.rescale(audio, gains, lowest)
