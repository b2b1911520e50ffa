"""A latent model as an instrument for nn~, in plain PyTorch; see `nn_tilde` for the interface.

The signatures contain no shapes, because TorchScript cannot read them.
"""

import math

import torch
from torch import Tensor, nn

from riffsmith.bundle import LatentBundle
from riffsmith.controls import FASTEST_BPM
from riffsmith.export.coder import Coder
from riffsmith.export.hashing import choose, draw_normal
from riffsmith.export.notes import NoteWriter
from riffsmith.networks import PERIODS
from riffsmith.synthesis.conditioning import KEYFRAME_LATENTS
from riffsmith.synthesis.stream import BLEND_LATENTS
from riffsmith.synthesis.style_neighbours import NEAREST_FRACTION, rank_passages

_CHUNK_LATENTS = 16
"""Number of latent frames that are decoded at once."""


class Instrument(Coder):
    """Plays an endless piece block by block.

    The piece is made of latent windows that are blended into each other. The work is spread over
    the blocks: while one window plays, the next one is denoised step by step. When an attribute
    changes, the window that is being made is given up, a new one is begun a little ahead of the
    frame that plays, and plays as soon as it is finished.

    Frames are numbered from the beginning of the piece; a frame is one latent.
    """

    points: Tensor
    intensities: Tensor
    brightnesses: Tensor
    tempos: Tensor
    periods: Tensor
    neighbours: Tensor
    latents: Tensor
    noisy: Tensor
    velocity_before: Tensor
    conditioning: Tensor
    audio: Tensor

    def __init__(
        self,
        bundle: LatentBundle,
        velocity: nn.Module,
        decoder: nn.Module,
        encoder: nn.Module,
        modulation_filter: nn.Module,
        notes: NoteWriter | None = None,
    ) -> None:
        """Copies from a model all that TorchScript can hold.

        Args:
            bundle: Model.
            velocity: Its generator, traced: noisy latents, conditioning and time to velocity.
            decoder: Its decoder, traced: latents and noise to audio.
            encoder: Its encoder, traced: audio to latents.
            modulation_filter: Its modulation filter, traced, or an identity.
            notes: Writes the notes. `None`: the generator is given none.
        """
        super().__init__(bundle, decoder, encoder)
        settings, codec = bundle.settings, bundle.codec
        self.for_noise, self.for_centre, self.for_passages = 1, 3, 4
        self.chunk_latents, self.blend_latents = _CHUNK_LATENTS, BLEND_LATENTS
        self.keyframe_latents, self.selected_fraction = KEYFRAME_LATENTS, NEAREST_FRACTION
        self.velocity, self.notes = velocity, notes
        self.modulation_filter = modulation_filter
        self.latent_seconds = settings.latent_seconds
        self.steps, self.texture = settings.generator.steps, settings.generator.texture
        self.extrapolation = settings.generator.extrapolation
        self.margin_latents = max(64, 2 ** (len(settings.generator.channels) - 1))
        self.window_latents = 3 * self.margin_latents
        # Length of the margin at the fastest tempo
        self.margin_beats = self.margin_latents * self.latent_seconds * FASTEST_BPM / 60
        intensity, brightness = rank_passages(codec.style_embedding)
        self._store("points", codec.style_embedding.passages)
        self._store("intensities", intensity)
        self._store("brightnesses", brightness)
        self._store("tempos", codec.style_embedding.descriptors[:, -1])
        self._store("periods", torch.tensor(PERIODS, dtype=torch.float64)[:, None])

        self.is_started = False
        self.first_frame = 0  # number of the first of `latents`
        self.decoded_until = 0  # number of the frame after the last one that is decoded
        self.window_start = 0  # number of the first frame of the window that is being made
        self.window_since = 0  # number of frames that had played when that window was begun
        self.steps_done = 0  # denoising steps of that window
        self.beat, self.beat_frame, self.beats_per_frame = 0.0, 0, 0.0
        self._store("neighbours", torch.zeros(1, dtype=torch.int64))
        self._store("latents", torch.zeros(1, self.channels, 0))
        self._store("noisy", torch.zeros(1, self.channels, 0))
        self._store("velocity_before", torch.zeros(1, self.channels, 0))
        self._store("conditioning", torch.zeros(1, 0, 0))
        self._store("audio", torch.zeros(2, 0))

    def forward(self, signal: Tensor) -> Tensor:
        """The next frames of the piece (batch, 2, time); only the shape of the input is used."""
        if not self.is_started:
            self.is_started = True
            self.is_changed = False
            self.texture_seed = self.seed  # fixed, because a change would be heard as a click
            self._apply_controls(-self.context_latents)
        elif self.is_changed:
            self.is_changed = False
            settled = self.first_frame + self.latents.shape[2] - self.blend_latents
            soonest = self.decoded_until + self.chunk_latents + self.context_latents
            soonest += 2 * self.steps  # so many frames are played while the window is made
            self._apply_controls(min(soonest, settled))
        count = signal.shape[2] * self.latent_samples
        while self.audio.shape[1] < count:
            self._decode_chunk()
        found = self.audio[:, :count]
        self.audio = self.audio[:, count:]
        self._take_due_steps()
        return found.unsqueeze(0).repeat(signal.shape[0], 1, 1)

    def _apply_controls(self, frame: int) -> None:
        """Begins a window at a frame with the present values of the attributes."""
        self.beat, self.beat_frame = self._beat_at(frame), frame
        self._choose_neighbours()
        tempo = float(self.tempos[self.neighbours[0]]) if self.tempo == 0 else self.tempo
        self.beats_per_frame = tempo / 60 * self.latent_seconds
        if self.notes is not None:
            self.notes.begin(self.seed, self.neighbours, self.beat)
        self._begin_window(frame)

    def _beat_at(self, frame: int) -> float:
        """Position of a frame in beats."""
        return self.beat + (frame - self.beat_frame) * self.beats_per_frame

    def _choose_neighbours(self) -> None:
        """Chooses the style passages that the piece moves between, as `choose_style_neighbours`."""
        points = self.points
        errors = torch.zeros(points.shape[0], device=points.device)
        if self.intensity >= 0:
            errors = errors + (self.intensities - self.intensity).square()
        if self.brightness >= 0:
            errors = errors + (self.brightnesses - self.brightness).square()
        selected = errors.argsort(stable=True)
        if self.intensity >= 0 or self.brightness >= 0:
            selected = selected[: max(1, int(self.selected_fraction * points.shape[0] + 0.5))]
        zero = torch.zeros_like(selected[:1])
        number = choose(self.seed, self.for_centre, zero, selected.shape[0])
        distances = (points[selected] - points[selected[number]]).square().sum(1)
        count = max(1, int(self.variation**3 * points.shape[0] + 0.5))
        self.neighbours = selected[distances.argsort(stable=True)[:count]]

    def _begin_window(self, frame: int) -> None:
        """Draws the noise and builds the conditioning of a latent window from a frame on."""
        begin, end = frame - self.margin_latents, frame + self.window_latents + self.margin_latents
        frames = torch.arange(begin, end, device=self.points.device)
        self.window_start = frame
        self.steps_done = 0
        self.window_since = self._played_frames()
        self.noisy = draw_normal(self.seed, self.for_noise, self.channels, frames)
        beats = self.beat + (frames.to(torch.float64) - self.beat_frame) * self.beats_per_frame
        phase = math.tau * (beats[None] / self.periods % 1)
        clock = torch.cat([phase.cos(), phase.sin()]).to(torch.float32)
        conditioning = [clock, self._interpolate_styles(frames)]
        if self.notes is not None:
            conditioning.append(self.notes(beats))
            # After a control change a window may begin at the frame that is decoded next.
            earliest = self._beat_at(min(frame, self.decoded_until)) - self.margin_beats
            self.notes.forget_until(earliest)
        self.conditioning = torch.cat(conditioning)[None]

    def _interpolate_styles(self, frames: Tensor) -> Tensor:
        """Style embedding (values, frames): cosine interpolation between keyframes."""
        numbers = torch.div(frames, self.keyframe_latents, rounding_mode="floor")
        offset = (frames - numbers * self.keyframe_latents).to(torch.float32)
        weight = (1 - (math.pi * (offset / self.keyframe_latents)).cos()) / 2
        count = self.neighbours.shape[0]
        this = choose(self.seed, self.for_passages, numbers, count)
        following = choose(self.seed, self.for_passages, numbers + 1, count)
        before, after = self.points[self.neighbours[this]], self.points[self.neighbours[following]]
        return torch.lerp(before, after, weight[:, None]).t()

    def _played_frames(self) -> int:
        """Number of frames that `forward` has returned."""
        return self.decoded_until - self.audio.shape[1] // self.latent_samples

    def _take_due_steps(self) -> None:
        """Takes as many denoising steps as finish the window just before it is needed.

        It writes as many notes as finish those of the next window at the same time.
        """
        needed = self.window_start - self.chunk_latents - self.context_latents
        available = needed - self.window_since
        due = self.steps
        if available > 0:
            passed = self._played_frames() - self.window_since + 1
            due = min(self.steps, self.steps * passed // available)
            if self.notes is not None:
                following = self.window_latents - self.blend_latents
                following = min(following, following * passed // available)
                end = self.window_start + self.window_latents + self.margin_latents
                self.notes.write_until(self._beat_at(end - 1 + following))
        while self.steps_done < due:
            self._take_step()
            if self.steps_done == self.steps:
                self._append_window()
                due = 0

    def _take_step(self) -> None:
        """Takes one step from noise to latents, as `networks.flow.sample`."""
        time = torch.full((1,), 1 - self.steps_done / self.steps, device=self.noisy.device)
        found = self.velocity(self.noisy, self.conditioning, time)
        velocity = found
        if self.steps_done > 0:
            velocity = found + self.extrapolation * (found - self.velocity_before)
        self.noisy = self.noisy - velocity / self.steps
        self.velocity_before = found
        self.steps_done += 1

    def _append_window(self) -> None:
        """Blends the latents into the finished window, and begins the next window."""
        filtered = self.modulation_filter(self.noisy)
        made = filtered[:, :, self.margin_latents : self.margin_latents + self.window_latents]
        kept = self.window_start - self.first_frame
        if self.latents.shape[2] == 0:
            self.first_frame = self.window_start
            self.latents = made
        else:
            weight = torch.arange(self.blend_latents, device=made.device) + 0.5
            weight = weight / self.blend_latents
            before = self.latents[:, :, kept : kept + self.blend_latents]
            blended = torch.lerp(before, made[:, :, : self.blend_latents], weight)
            self.latents = torch.cat(
                [self.latents[:, :, :kept], blended, made[:, :, self.blend_latents :]], dim=2
            )
        self._begin_window(self.window_start + self.window_latents - self.blend_latents)

    def _decode_chunk(self) -> None:
        """Decodes the next chunk; first finishes the window where the chunk needs it."""
        begin = self.decoded_until - self.context_latents
        end = self.decoded_until + self.chunk_latents + self.context_latents
        while self.window_start < end:
            self._take_step()
            if self.steps_done == self.steps:
                self._append_window()
        cut = self.latents[:, :, begin - self.first_frame : end - self.first_frame]
        audio = self.decoder(cut, self._draw_noise(begin, end, self.texture))[0]
        start = self.context_latents * self.latent_samples
        audio = audio[:, start : start + self.chunk_latents * self.latent_samples]
        self.audio = torch.cat([self.audio, audio], dim=1)
        self.decoded_until += self.chunk_latents
        passed = self.decoded_until - self.context_latents - self.first_frame
        self.first_frame += passed
        self.latents = self.latents[:, :, passed:]
