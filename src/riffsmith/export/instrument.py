"""A latent model as an instrument for nn~ (acids-ircam/nn_tilde).

That object of Max and Pure Data loads a TorchScript module and asks it for `get_methods` and
`get_attributes`. A method gets and gives (batch, channels, time); `NAME_params` says its channels
and ratios: [channels in, samples a value in, channels out, samples a value out]. An attribute has
`get_NAME` and `set_NAME`, which returns 0, or -1 for a value that is refused, and `NAME_params`
says the types of its values (1: integer, 2: real number).

Written without shapes in the signatures, which TorchScript cannot read.
"""

import math

import torch
from torch import Tensor, nn

from riffsmith.bundle import LatentBundle
from riffsmith.controls import FASTEST_BPM, SLOWEST_BPM
from riffsmith.export.hashing import choose, draw_normal
from riffsmith.networks import PERIODS
from riffsmith.synthesis.conditioning import KEYFRAME_LATENTS
from riffsmith.synthesis.stream import BLEND_LATENTS
from riffsmith.synthesis.style_neighbours import NEAREST_FRACTION, rank_passages

_CHUNK_LATENTS = 16
"""Decoded at once."""


class Instrument(nn.Module):
    """Plays an endless piece block by block, and codes audio.

    The work is spread over the blocks: while one stretch of latents sounds, the next one is
    denoised step by step. When an attribute changes, a new stretch is begun in the middle of what
    was to come, and is heard as soon as it is ready.
    """

    points: Tensor
    intensities: Tensor
    brightnesses: Tensor
    tempos: Tensor
    periods: Tensor
    silence: Tensor
    near: Tensor
    latents: Tensor
    making: Tensor
    conditioning: Tensor
    ready: Tensor
    heard: Tensor
    given: Tensor

    def __init__(
        self, bundle: LatentBundle, velocity: nn.Module, decoder: nn.Module, encoder: nn.Module
    ) -> None:
        """Tells everything apart that TorchScript does not know.

        Args:
            bundle: The model.
            velocity: Its generator, traced.
            decoder: Latents and noise to audio, traced.
            encoder: Audio to latents, traced.
        """
        super().__init__()
        self.for_noise, self.for_texture, self.for_centre, self.for_passages = 1, 2, 3, 4
        self.chunk, self.blend, self.knot = _CHUNK_LATENTS, BLEND_LATENTS, KEYFRAME_LATENTS
        self.slowest, self.fastest, self.share = SLOWEST_BPM, FASTEST_BPM, NEAREST_FRACTION
        settings, codec = bundle.settings, bundle.codec
        self.velocity, self.decoder, self.encoder = velocity, decoder, encoder
        self.sample_rate = codec.sample_rate
        self.latent_samples = codec.latent_samples
        self.latent_seconds = settings.latent_seconds
        self.channels = settings.codec.components
        self.rest = codec.linear.residual_components
        self.steps, self.texture = settings.generator.steps, settings.generator.texture
        self.context = codec.context_latents
        self.margin = max(64, 2 ** (len(settings.generator.channels) - 1))
        self.stretch = 3 * self.margin
        self.lead = math.ceil(1.5 / settings.codec.patch_frames)
        intensity, brightness = rank_passages(codec.style_embedding)
        self._table("points", codec.style_embedding.passages)
        self._table("intensities", intensity)
        self._table("brightnesses", brightness)
        self._table("tempos", codec.style_embedding.descriptors[:, -1])
        self._table("periods", torch.tensor(PERIODS, dtype=torch.float64)[:, None])
        silence = encoder(torch.zeros(1, 2, (2 * self.lead + 1) * self.latent_samples))
        self._table("silence", silence[..., self.lead : self.lead + 1])

        self.methods = ["forward", "encode", "decode"]
        self._table("forward_params", torch.tensor([1, self.latent_samples, 2, 1]))
        self._table("encode_params", torch.tensor([2, 1, self.channels, self.latent_samples]))
        self._table("decode_params", torch.tensor([self.channels, self.latent_samples, 2, 1]))
        stereo = ["(signal) left", "(signal) right"]
        latents = [f"(signal) latent {number}" for number in range(self.channels)]
        self.forward_input_labels = ["(signal) anything: it is not listened to"]
        self.encode_input_labels = self.forward_output_labels = self.decode_output_labels = stereo
        self.encode_output_labels = self.decode_input_labels = latents

        self.attributes = ["seed", "intensity", "brightness", "tempo", "variation"]
        self.seed, self.intensity, self.brightness, self.tempo = 0, -1.0, -1.0, 0.0
        self.variation = 0.5
        self._table("seed_params", torch.tensor([1]))
        for name in self.attributes[1:]:
            self._table(f"{name}_params", torch.tensor([2]))

        self.begun = self.changed = False
        self.texture_seed = 0
        self.first = self.position = self.origin = self.made = self.since = self.decoded = 0
        self.beat, self.beat_frame, self.pace = 0.0, 0, 0.0
        self._table("near", torch.zeros(1, dtype=torch.int64))
        self._table("latents", torch.zeros(1, self.channels, 0))
        self._table("making", torch.zeros(1, self.channels, 0))
        self._table("conditioning", torch.zeros(1, 0, 0))
        self._table("ready", torch.zeros(2, 0))
        self._table("heard", torch.zeros(0, 2, 2 * self.lead * self.latent_samples))
        self._table("given", torch.zeros(0, self.channels, 2 * self.context))

    def _table(self, name: str, value: Tensor) -> None:
        self.register_buffer(name, value.detach().clone())

    def forward(self, anything: Tensor) -> Tensor:
        """The next frames of the piece (batch, 2, time); only the shape of the input counts."""
        if not self.begun:
            self.begun = True
            self.changed = False
            self.texture_seed = self.seed  # kept, as a change would be heard at once, as a click
            self._turn(-self.context)
        elif self.changed:
            self.changed = False
            settled = self.first + self.latents.shape[2] - self.blend
            self._turn(min(self.position + self.context + 2 * self.steps, settled))
        wanted = anything.shape[2] * self.latent_samples
        while self.ready.shape[1] < wanted:
            self._decode_next()
        found = self.ready[:, :wanted]
        self.ready = self.ready[:, wanted:]
        self._work()
        return found.unsqueeze(0).repeat(anything.shape[0], 1, 1)

    @torch.jit.export
    def encode(self, audio: Tensor) -> Tensor:
        """Audio (batch, 2, time) to latents, late by as many frames as they need to look ahead."""
        kept = 2 * self.lead
        if self.heard.shape[0] != audio.shape[0]:
            self.heard = torch.zeros(
                audio.shape[0], 2, kept * self.latent_samples, device=audio.device
            )
        whole = torch.cat([self.heard, audio], dim=2)
        self.heard = whole[:, :, whole.shape[2] - kept * self.latent_samples :]
        frames = audio.shape[2] // self.latent_samples
        return self.encoder(whole)[:, :, self.lead : self.lead + frames]

    @torch.jit.export
    def decode(self, latents: Tensor) -> Tensor:
        """Latents to audio (batch, 2, time), late by as many frames as a sound depends on."""
        kept = 2 * self.context
        if self.given.shape[0] != latents.shape[0]:
            self.given = self.silence.repeat(latents.shape[0], 1, kept)
        whole = torch.cat([self.given, latents], dim=2)
        self.given = whole[:, :, whole.shape[2] - kept :]
        noise = self._texture(self.decoded - kept, self.decoded + latents.shape[2])
        self.decoded += latents.shape[2]
        audio = self.decoder(whole, noise.repeat(latents.shape[0], 1, 1))
        begin = self.context * self.latent_samples
        return audio[:, :, begin : begin + latents.shape[2] * self.latent_samples]

    @torch.jit.export
    def get_methods(self) -> list[str]:
        """What can be played."""
        return self.methods

    @torch.jit.export
    def get_attributes(self) -> list[str]:
        """What can be asked."""
        return self.attributes

    @torch.jit.export
    def get_seed(self) -> int:
        """Of the piece."""
        return self.seed

    @torch.jit.export
    def set_seed(self, value: int) -> int:
        """Goes over into another piece."""
        self.seed = value
        self.changed = True
        return 0

    @torch.jit.export
    def get_intensity(self) -> float:
        """From 0 to 1; -1 leaves it to the seed."""
        return self.intensity

    @torch.jit.export
    def set_intensity(self, value: float) -> int:
        """From 0, the calmest passages of the corpus, to 1; below 0 leaves it to the seed."""
        if value > 1:
            return -1
        self.intensity = value
        self.changed = True
        return 0

    @torch.jit.export
    def get_brightness(self) -> float:
        """From 0 to 1; -1 leaves it to the seed."""
        return self.brightness

    @torch.jit.export
    def set_brightness(self, value: float) -> int:
        """From 0, the darkest passages, to 1, the brightest; below 0 leaves it to the seed."""
        if value > 1:
            return -1
        self.brightness = value
        self.changed = True
        return 0

    @torch.jit.export
    def get_tempo(self) -> float:
        """Beats a minute; 0 leaves it to the seed."""
        return self.tempo

    @torch.jit.export
    def set_tempo(self, value: float) -> int:
        """Beats a minute; 0 leaves it to the seed."""
        if value != 0 and (value < self.slowest or value > self.fastest):
            return -1
        self.tempo = value
        self.changed = True
        return 0

    @torch.jit.export
    def get_variation(self) -> float:
        """From 0, one kind of passage, to 1, all of them."""
        return self.variation

    @torch.jit.export
    def set_variation(self, value: float) -> int:
        """From 0, one kind of passage, to 1, all of them."""
        if value < 0 or value > 1:
            return -1
        self.variation = value
        self.changed = True
        return 0

    def _turn(self, origin: int) -> None:
        """Begins a stretch of what is asked now."""
        self.beat += (origin - self.beat_frame) * self.pace
        self.beat_frame = origin
        self._choose_passages()
        tempo = float(self.tempos[self.near[0]]) if self.tempo == 0 else self.tempo
        self.pace = tempo / 60 * self.latent_seconds
        self._begin(origin)

    def _choose_passages(self) -> None:
        """As `choose_style_neighbours` does."""
        points = self.points
        errors = torch.zeros(points.shape[0], device=points.device)
        if self.intensity >= 0:
            errors = errors + (self.intensities - self.intensity).square()
        if self.brightness >= 0:
            errors = errors + (self.brightnesses - self.brightness).square()
        asked = errors.argsort(stable=True)
        if self.intensity >= 0 or self.brightness >= 0:
            asked = asked[: max(1, int(self.share * points.shape[0] + 0.5))]
        number = choose(self.seed, self.for_centre, torch.zeros_like(asked[:1]), asked.shape[0])
        distances = (points[asked] - points[asked[number]]).square().sum(1)
        count = max(1, int(self.variation**3 * points.shape[0] + 0.5))
        self.near = asked[distances.argsort(stable=True)[:count]]

    def _begin(self, origin: int) -> None:
        """Begins the stretch of latents from a frame on."""
        places = torch.arange(
            origin - self.margin, origin + self.stretch + self.margin, device=self.points.device
        )
        self.origin = origin
        self.made = 0
        self.since = self._played()
        self.making = draw_normal(self.seed, self.for_noise, self.channels, places)
        beats = self.beat + (places.to(torch.float64) - self.beat_frame) * self.pace
        phase = math.tau * (beats[None] / self.periods % 1)
        clock = torch.cat([phase.cos(), phase.sin()]).to(torch.float32)
        self.conditioning = torch.cat([clock, self._styles(places)])[None]

    def _texture(self, begin: int, end: int) -> Tensor:
        """Noise for the decoder."""
        places = torch.arange(begin, end, device=self.points.device)
        return draw_normal(self.texture_seed, self.for_texture, self.rest, places)

    def _styles(self, places: Tensor) -> Tensor:
        """From passage to passage along a cosine (values, places)."""
        numbers = torch.div(places, self.knot, rounding_mode="floor")
        share = (places - numbers * self.knot).to(torch.float32) / self.knot
        share = (1 - (math.pi * share).cos()) / 2
        count = self.near.shape[0]
        here = self.points[self.near[choose(self.seed, self.for_passages, numbers, count)]]
        there = self.points[self.near[choose(self.seed, self.for_passages, numbers + 1, count)]]
        return torch.lerp(here, there, share[:, None]).t()

    def _played(self) -> int:
        """Frames that have been given."""
        return self.position - self.ready.shape[1] // self.latent_samples

    def _work(self) -> None:
        """Takes the steps that are due, so that a stretch is ready just before it is needed."""
        available = self.origin - self.chunk - self.context - self.since
        due = self.steps
        if available > 0:
            due = min(self.steps, self.steps * (self._played() - self.since + 1) // available)
        while self.made < due:
            self._step()
            if self.made == self.steps:
                self._join()
                due = 0

    def _step(self) -> None:
        """Goes one step of the way from noise to music."""
        time = torch.full((1,), 1 - self.made / self.steps, device=self.making.device)
        self.making = self.making - self.velocity(self.making, self.conditioning, time) / self.steps
        self.made += 1

    def _join(self) -> None:
        """Lets what was to come go over into the stretch that is ready, and begins the next."""
        ours = self.making[:, :, self.margin : self.margin + self.stretch]
        kept = self.origin - self.first
        if self.latents.shape[2] == 0:
            self.first = self.origin
            self.latents = ours
        else:
            share = (torch.arange(self.blend, device=ours.device) + 0.5) / self.blend
            joint = torch.lerp(
                self.latents[:, :, kept : kept + self.blend], ours[:, :, : self.blend], share
            )
            self.latents = torch.cat(
                [self.latents[:, :, :kept], joint, ours[:, :, self.blend :]], dim=2
            )
        self._begin(self.origin + self.stretch - self.blend)

    def _decode_next(self) -> None:
        """Makes a chunk of audio; finishes a stretch first, where it is needed by now."""
        begin, end = self.position - self.context, self.position + self.chunk + self.context
        while self.origin < end:
            self._step()
            if self.made == self.steps:
                self._join()
        cut = self.latents[:, :, begin - self.first : end - self.first]
        audio = self.decoder(cut, self.texture * self._texture(begin, end))[0]
        start = self.context * self.latent_samples
        audio = audio[:, start : start + self.chunk * self.latent_samples]
        self.ready = torch.cat([self.ready, audio], dim=1)
        self.position += self.chunk
        passed = self.position - self.context - self.first
        self.first += passed
        self.latents = self.latents[:, :, passed:]
