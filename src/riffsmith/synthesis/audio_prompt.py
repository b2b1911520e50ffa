"""Audio prompt: a clip that a piece begins with, as in SDEdit."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.bundle import LatentBundle
from riffsmith.codec import find_beats
from riffsmith.errors import SettingsError
from riffsmith.networks import measure_profile
from riffsmith.parallel import single_threaded
from riffsmith.transcription import to_piano_roll, transcribe

SHORTEST_PROMPT_SECONDS, LONGEST_PROMPT_SECONDS = 2.0, 120.0
_FITTED_SECONDS = 12.0
"""Length of the end of the clip whose beats are fitted by a constant tempo, which the piece has."""


@dataclass(frozen=True)
class AudioPrompt:
    """Latents, style and beats of a clip that a piece begins with."""

    latents: Float[Tensor, "1 components frames"]
    noise_level: float
    """Timestep of SDEdit from which the clip is generated anew: 0 keeps it as it is, 1 keeps only
    its style and tempo."""
    centre: Float[Tensor, " dimensions"]
    """Mean style embedding of the clip."""
    beat: float
    """Position in beats at the beginning of the clip."""
    beats_per_frame: float
    """Tempo in beats for each latent frame."""
    notes: Float[Tensor, "pitches frames"]
    """Piano roll of the clip; it has no pitches if the generator is given none."""
    profile: Float[Tensor, " 13"] | None
    """Profile of its notes. `None`: the generator is given none."""

    def give_notes(
        self, conditioning: Float[Tensor, "1 conditioning frames"], start: int
    ) -> Float[Tensor, "1 conditioning frames"]:
        """Conditioning whose frames of the clip have the notes of the clip.

        A noise level of 1 keeps only style and tempo, and so changes nothing.

        Args:
            conditioning: Conditioning of the piece, with the piano roll at its end.
            start: Position of the first frame in the piece; may be negative.
        """
        first = max(0, -start)
        last = min(conditioning.shape[-1], self.notes.shape[-1] - start)
        if self.noise_level == 1 or first >= last or not len(self.notes):
            return conditioning
        given = conditioning.clone()
        given[0, -len(self.notes) :, first:last] = self.notes[:, first + start : last + start]
        return given

    def constrain(
        self, noise: Tensor, start: int, state: Tensor, timestep: float
    ) -> Float[Tensor, "1 components frames"]:
        """A state whose frames of the clip lie on the trajectory between the clip and the noise.

        The frames are replaced at the timesteps down to `noise_level`; from there they are
        generated like all others (SDEdit; Meng et al., 2022, arXiv:2108.01073). The frames around
        the clip adapt to it, because the network sees both.

        Args:
            noise: Noise that the state began with.
            start: Position of the first frame in the piece; may be negative.
            state: State (1, components, frames) of the sampler.
            timestep: Timestep of the state; 0 is music, 1 is noise.
        """
        first, last = max(0, -start), min(state.shape[-1], self.latents.shape[-1] - start)
        if timestep < self.noise_level or first >= last:
            return state
        music = self.latents[..., first + start : last + start]
        between = torch.lerp(music, noise[..., first:last], timestep).to(state.device)
        return torch.cat([state[..., :first], between, state[..., last:]], dim=-1)


def cut_audio_prompt(
    audio: Float[np.ndarray, "time channels"], sample_rate: int, from_seconds: float
) -> Float[np.ndarray, "passage channels"]:
    """The passage of a recording that is its audio prompt: 120 s, or less where it ends before.

    Args:
        audio: The recording.
        sample_rate: Its sample rate in Hz.
        from_seconds: Position in the recording where the passage begins.

    Raises:
        SettingsError: The recording is too short, or the position is negative or leaves too little
            of it.
    """
    check_prompt(len(audio) / sample_rate, from_seconds)
    start = round(from_seconds * sample_rate)
    return audio[start : start + round(LONGEST_PROMPT_SECONDS * sample_rate)]


def check_prompt(seconds: float, from_seconds: float | None) -> None:
    """Checks that a recording, or the passage of it that begins at a second, can be a prompt.

    Args:
        seconds: Length of the recording.
        from_seconds: Position in the recording where the passage begins. `None`: all of the
            recording is the prompt.

    Raises:
        SettingsError: The recording is too short, all of it is too long, or the position is
            negative or leaves too little of it.
    """
    _refuse_too_short(seconds)
    if from_seconds is None and seconds > LONGEST_PROMPT_SECONDS:
        raise SettingsError(
            f"an audio prompt must be {SHORTEST_PROMPT_SECONDS:g} to "
            f"{LONGEST_PROMPT_SECONDS:g} s long, found {seconds:.1f} s: cut it, or say where it "
            "begins (--audio-prompt-from, in Python audio_prompt_from)"
        )
    if from_seconds is not None and not 0 <= from_seconds <= seconds - SHORTEST_PROMPT_SECONDS:
        raise SettingsError(
            f"an audio prompt of {SHORTEST_PROMPT_SECONDS:g} s or more cannot begin at second "
            f"{from_seconds:g} of a recording of {seconds:.1f} s: begin it at a second from 0 to "
            f"{math.floor(10 * (seconds - SHORTEST_PROMPT_SECONDS)) / 10:g}"
        )


def _refuse_too_short(seconds: float) -> None:
    if seconds < SHORTEST_PROMPT_SECONDS:
        raise SettingsError(
            f"an audio prompt must be {SHORTEST_PROMPT_SECONDS:g} to "
            f"{LONGEST_PROMPT_SECONDS:g} s long, found {math.floor(100 * seconds) / 100:g} s: "
            "take a longer recording, or a file in which the short one is repeated"
        )


@single_threaded()
@torch.inference_mode()
def encode_audio_prompt(
    bundle: LatentBundle, audio: Float[np.ndarray, "time channels"], noise_level: float
) -> AudioPrompt:
    """Encodes a clip as an audio prompt.

    Args:
        bundle: Model that will play.
        audio: Clip of one or two channels at the model's sample rate.
        noise_level: 0 keeps the clip as it is, 1 keeps only its style and tempo.

    Raises:
        SettingsError: The clip is too short or too long, or the noise level is out of range.
    """
    settings, codec = bundle.settings, bundle.codec
    seconds = len(audio) / settings.corpus.sample_rate
    check_prompt(seconds, None)
    if not 0 <= noise_level <= 1:
        raise SettingsError(f"noise_level must be from 0 to 1, found {noise_level:g}")
    stereo = torch.from_numpy(np.ascontiguousarray(audio.T)).expand(2, -1)
    size = codec.latent_samples
    features = codec.analysis(stereo[None, :, : stereo.shape[1] // size * size].contiguous())
    latents = codec.encode_features(features)
    beats = find_beats(features[0], settings).numpy()
    roll, profile, notes = None, None, torch.zeros(0, latents.shape[-1])
    if bundle.piano_roll_model is not None:
        transcription = transcribe(stereo.mean(0).numpy(), settings.corpus.sample_rate)
        times = np.arange(len(beats)) * settings.corpus.hop_samples / settings.corpus.sample_rate
        roll = to_piano_roll(transcription, torch.from_numpy(beats), times)
        profile = measure_profile(roll.steps.float())
    beats = beats[: latents.shape[-1] * codec.patch_frames]
    beats = beats.reshape(-1, codec.patch_frames).mean(axis=1)
    if roll is not None:
        notes = roll.at(torch.from_numpy(beats))
    fitted = slice(-round(_FITTED_SECONDS / settings.latent_seconds), None)
    beats_per_frame, beat = np.polyfit(np.arange(len(beats))[fitted], beats[fitted], 1)
    centre = codec.style_embedding(latents)[0].mean(1)
    return AudioPrompt(
        latents, noise_level, centre, float(beat), float(beats_per_frame), notes, profile
    )
