"""MSD_musicnn: a network that tags music, used as an embedding of genre and musical content.

Jordi Pons and Xavier Serra, "musicnn: pre-trained convolutional neural networks for music audio
tagging", 2019; the weights' origin and licence are in `weights/NOTICE.md`. Its input ends at 8 kHz,
and its embedding changes little when noise is added; `aisfx` complements it.
"""

from dataclasses import dataclass, field

import torch
from jaxtyping import Float
from torch import Tensor, nn

from riffsmith.evaluation.embedders.pretrained import load_pretrained, measure_mel_power

SAMPLE_RATE = 16_000
FRAMES = 187
MELS = 96
WINDOW_SAMPLES = 3 * SAMPLE_RATE
DIMENSION = 200

TAG_NAMES: tuple[str, ...] = (
    *("rock", "pop", "alternative", "indie", "electronic", "female vocalists", "dance", "00s"),
    *("alternative rock", "jazz", "beautiful", "metal", "chillout", "male vocalists"),
    *("classic rock", "soul", "indie rock", "Mellow", "electronica", "80s", "folk", "90s", "chill"),
    *("instrumental", "punk", "oldies", "blues", "hard rock", "ambient", "acoustic"),
    *("experimental", "female vocalist", "guitar", "Hip-Hop", "70s", "party", "country"),
    *("easy listening", "sexy", "catchy", "funk", "electro", "heavy metal", "Progressive rock"),
    *("60s", "rnb", "indie pop", "sad", "House", "happy"),
)
"""Tags in the order of the network's outputs: the 50 most frequent of the Million Song Dataset."""

_N_FFT = 512
_HOP_SAMPLES = 256
_LARGEST_FLOAT16 = 65_504.0


def slaney_filter_bank(sample_rate: int, n_fft: int, n_mels: int) -> Float[Tensor, "bins mels"]:
    """Triangular filters on Slaney's mel scale from 0 Hz to Nyquist, each of area 1 Hz.

    The scale is linear up to 1 kHz (15 mels) and logarithmic above, with 27 mels for a factor of
    6.4 (Malcolm Slaney, "Auditory Toolbox", 1998). The filters equal librosa's default.

    Args:
        sample_rate: Sample rate in Hz.
        n_fft: Length of the Fourier transform; there are n_fft // 2 + 1 frequency bins.
        n_mels: Number of filters.
    """
    nyquist = sample_rate / 2
    frequencies = torch.linspace(0, nyquist, n_fft // 2 + 1, dtype=torch.float64)
    per_octave = 27 / torch.tensor(6.4, dtype=torch.float64).log()
    top = 15 + per_octave * torch.tensor(nyquist / 1000, dtype=torch.float64).log()
    mel_points = torch.linspace(0, 1, n_mels + 2, dtype=torch.float64) * top
    edges = torch.where(
        mel_points < 15, mel_points * 200 / 3, 1000 * torch.exp((mel_points - 15) / per_octave)
    )
    rising = (frequencies[:, None] - edges[None, :-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[None, 2:] - frequencies[:, None]) / (edges[2:] - edges[1:-1])
    triangles = torch.minimum(rising, falling).clamp_min(0)
    return (triangles * 2 / (edges[2:] - edges[:-2])).to(torch.float32)


class MusicnnFrontEnd:
    """Logarithmic mel spectrogram of audio at 16 kHz, as in the network's training."""

    def __init__(self) -> None:
        self.window = torch.hann_window(_N_FFT)
        self.filters = slaney_filter_bank(SAMPLE_RATE, _N_FFT, MELS)

    def mel_power(self, audio: Float[Tensor, "batch time"]) -> Float[Tensor, "batch frames mels"]:
        """Mel power spectrogram with time // 256 + 1 frames; see `measure_mel_power`."""
        return measure_mel_power(audio, _HOP_SAMPLES, self.window, self.filters)

    def __call__(self, audio: Float[Tensor, "batch time"]) -> Float[Tensor, "batch frames mels"]:
        """log10(1 + 10,000 m) of mel powers m, rounded to half precision as in the training set.

        Args:
            audio: Mono samples (batch, time) at 16 kHz; full scale is 1.
        """
        power = self.mel_power(audio).clamp_max_(_LARGEST_FLOAT16).to(torch.float16)
        return power.to(torch.float32).mul_(10_000).add_(1).log10_()


class Musicnn(nn.Module):
    """Convolutional network: five parallel front layers, three residual layers, pooling over time.

    Every convolution keeps the number of frames by padding with zeros.
    """

    def __init__(self) -> None:
        super().__init__()
        self.input_norm = _Norm(1, 3)
        self.front = nn.ModuleList(
            [
                _FrontLayer(204, frames=7, mels=38),
                _FrontLayer(204, frames=7, mels=67),
                _FrontLayer(51, frames=128, mels=1),
                _FrontLayer(51, frames=64, mels=1),
                _FrontLayer(51, frames=32, mels=1),
            ]
        )
        self.middle = nn.ModuleList([_MiddleLayer(561), _MiddleLayer(64), _MiddleLayer(64)])
        self.pooled_norm = _Norm(2 * 753, 1)
        self.hidden = nn.Linear(2 * 753, DIMENSION)
        self.hidden_norm = _Norm(DIMENSION, 1)
        self.output = nn.Linear(DIMENSION, len(TAG_NAMES))

    def forward(
        self, log_mel: Float[Tensor, "batch 187 96"]
    ) -> tuple[Float[Tensor, "batch 50"], Float[Tensor, "batch 200"]]:
        """The probability of each tag, and the penultimate layer, which is the embedding.

        Args:
            log_mel: Output of `MusicnnFrontEnd` for windows of 187 frames (batch, 187, 96).
        """
        picture = self.input_norm(log_mel[:, None])
        # one window at a time: a layer's 9 MB stay in the processor's cache, which halves the time
        front = torch.cat([self._apply_front(window) for window in picture.split(1)])
        first = self.middle[0](front)
        second = first + self.middle[1](first)
        third = second + self.middle[2](second)
        features = torch.cat([front, first, second, third], dim=1)
        pooled = torch.stack([features.amax(dim=2), features.mean(dim=2)], dim=2).flatten(1)
        penultimate = self.hidden_norm(self.hidden(self.pooled_norm(pooled)).relu())
        return self.output(penultimate).sigmoid(), penultimate

    def _apply_front(self, picture: Tensor) -> Tensor:
        """(batch, 1, frames, mels) → (batch, 561, frames)."""
        return torch.cat([layer(picture) for layer in self.front], dim=1)


class _Norm(nn.Module):
    """Batch normalisation with constant statistics: a factor and an offset for each channel."""

    def __init__(self, channels: int, trailing_axes: int) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.ones(channels))
        self.offset = nn.Parameter(torch.zeros(channels))
        self._shape = (-1, *[1] * (trailing_axes - 1))

    def forward(self, values: Tensor) -> Tensor:
        return torch.addcmul(self.offset.view(self._shape), values, self.factor.view(self._shape))


class _FrontLayer(nn.Module):
    """(batch, 1, frames, mels) → (batch, channels, frames): the maximum over all mel positions."""

    def __init__(self, channels: int, *, frames: int, mels: int) -> None:
        super().__init__()
        self.pad = nn.ZeroPad2d((0, 0, (frames - 1) // 2, frames // 2))  # TensorFlow's "same"
        self.convolution = nn.Conv2d(1, channels, (frames, mels))
        self.norm = _Norm(channels, 3)

    def forward(self, picture: Tensor) -> Tensor:
        return self.norm(self.convolution(self.pad(picture)).relu_()).amax(dim=3)


class _MiddleLayer(nn.Module):
    """(batch, channels, frames) → (batch, 64, frames)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.convolution = nn.Conv1d(channels, 64, 7, padding=3)
        self.norm = _Norm(64, 2)

    def forward(self, features: Tensor) -> Tensor:
        return self.norm(self.convolution(features).relu_())


def load_musicnn() -> Musicnn:
    """The pretrained network from the package's data, in evaluation mode."""
    return load_pretrained(Musicnn(), "musicnn")


@dataclass(frozen=True)
class MusicnnEmbedder:
    """The embedder `musicnn`: one vector of 200 values for each window of 3 s at 16 kHz."""

    name: str = "musicnn"
    version: str = "MSD-0.1.0/1"
    """Version of the weights / version of this port; it changes when the vectors do."""
    sample_rate: int = SAMPLE_RATE
    window_seconds: float = WINDOW_SAMPLES / SAMPLE_RATE
    hop_seconds: float = WINDOW_SAMPLES / SAMPLE_RATE / 2
    dimension: int = DIMENSION
    network: Musicnn = field(default_factory=load_musicnn, repr=False)
    front_end: MusicnnFrontEnd = field(default_factory=MusicnnFrontEnd, repr=False)

    def embed(self, windows: Float[Tensor, "windows 48000"]) -> Float[Tensor, "windows 200"]:
        """Embeddings of mono windows (windows, 48000) at 16 kHz."""
        return self.network(self._log_mel(windows))[1]

    def tags(self, windows: Float[Tensor, "windows 48000"]) -> Float[Tensor, "windows 50"]:
        """Probability of each of `TAG_NAMES` for mono windows (windows, 48000) at 16 kHz."""
        return self.network(self._log_mel(windows))[0]

    def _log_mel(self, windows: Tensor) -> Tensor:
        return self.front_end(windows)[:, :FRAMES]
