"""Filter that gives generated latents the modulation spectrum of real ones.

The modulation spectrum of a latent is the power spectrum of its course in time. A sampler with few
steps, and a network that has learned for an hour, change latents too much at low frequencies and
too little at high ones. A linear filter for each latent makes up for that, as Takamichi et al.,
2016 ("Postfilters to modify the modulation spectrum for statistical parametric speech synthesis",
IEEE/ACM Transactions on Audio, Speech, and Language Processing 24:4) do for synthetic speech.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

SPAN_LATENTS = 64
"""Latent frames of a span whose spectrum is measured."""
_LEAST_POWER, _MOST_POWER = 0.1, 4.0
"""Factors on the power that are applied at least and at most."""


class ModulationFilter(nn.Module):
    """A filter over time of linear phase for each latent. It keeps what does not change in time."""

    taps: Tensor
    """Impulse responses (channels, taps), symmetric in time; each has a sum of 1."""

    def __init__(self, channels: int) -> None:
        """Builds a filter that changes nothing; `fit` gives it a response.

        Args:
            channels: Channels of the latents.
        """
        super().__init__()
        taps = torch.zeros(channels, SPAN_LATENTS + 1)
        taps[:, SPAN_LATENTS // 2] = 1
        self.register_buffer("taps", taps)

    def fit(
        self,
        generated: Float[Tensor, "batch channels frames"],
        real: Float[Tensor, "batch channels frames"],
    ) -> None:
        """Finds the response that gives generated latents the mean power of real ones.

        Args:
            generated: Generated latents, unfiltered, of `SPAN_LATENTS` frames or more.
            real: Latents of music with the same conditioning.
        """
        ours, theirs = _modulation_spectrum(generated), _modulation_spectrum(real)
        power = theirs / ours.clamp(min=torch.finfo(ours.dtype).tiny)
        # The mean of neighbouring frequencies. The first is 0, of which a span says nothing.
        inside = functional.pad(power[:, 1:], (1, 1), mode="replicate")
        gain = functional.avg_pool1d(inside, 3, 1).clamp(_LEAST_POWER, _MOST_POWER).sqrt()
        gain = functional.pad(gain, (1, 0), value=1.0)
        response = torch.fft.irfft(gain, SPAN_LATENTS).roll(SPAN_LATENTS // 2, dims=-1)
        response = torch.cat([response, response[:, :1]], dim=1)  # symmetric about its middle
        window = torch.hann_window(SPAN_LATENTS + 3, periodic=False, dtype=response.dtype)[1:-1]
        response = response * window
        missing = 1 - response.sum(1, keepdim=True)  # at frequency 0, where the gain must be 1
        self.taps.copy_(response + missing * window / window.sum())

    def forward(
        self, latents: Float[Tensor, "batch channels frames"]
    ) -> Float[Tensor, "batch channels frames"]:
        """Filtered latents. At both ends the outermost frame counts as repeated."""
        padded = functional.pad(latents, (SPAN_LATENTS // 2, SPAN_LATENTS // 2), mode="replicate")
        return functional.conv1d(padded, self.taps[:, None], groups=len(self.taps))


def _modulation_spectrum(
    latents: Float[Tensor, "batch channels frames"],
) -> Float[Tensor, "channels frequencies"]:
    """Mean power of the change of latents in windowed spans, which overlap by half."""
    spans = latents.double().unfold(-1, SPAN_LATENTS, SPAN_LATENTS // 2)
    window = torch.hann_window(SPAN_LATENTS, periodic=False, dtype=spans.dtype)
    change = (spans - spans.mean(-1, keepdim=True)) * window
    return torch.fft.rfft(change).abs().square().mean((0, 2))
