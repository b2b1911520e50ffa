"""A clip of one's own that a piece begins with."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.bundle import LatentBundle
from riffsmith.codec import find_beats
from riffsmith.errors import SettingsError
from riffsmith.parallel import single_threaded

SHORTEST_PROMPT_SECONDS, LONGEST_PROMPT_SECONDS = 2.0, 120.0
_FITTED_SECONDS = 12.0
"""Of the end of the clip, whose beats the piece goes on with."""


@dataclass(frozen=True)
class AudioPrompt:
    """Music that a piece begins with, its kind and its beats."""

    latents: Float[Tensor, "1 components frames"]
    variation: float
    """0: as it is; 1: forgotten."""
    centre: Float[Tensor, " values"]
    """Its style."""
    beat: float
    """At its beginning."""
    beats_per_frame: float
    """Beats a latent frame."""

    def keep(
        self, noise: Tensor, start: int, state: Tensor, time: float
    ) -> Float[Tensor, "1 components frames"]:
        """A state whose guided frames are where they would be, had the way begun at the music.

        Only while there is more noise than the variation asks for (as in SDEdit, Meng et al.,
        2022, arXiv:2108.01073); what lies around goes with it.

        Args:
            noise: Of the same frames.
            start: Number of the first one.
            state: Of the way from noise to music.
            time: Where it is on its way.
        """
        first, last = max(0, -start), min(state.shape[-1], self.latents.shape[-1] - start)
        if time < self.variation or first >= last:
            return state
        music = self.latents[..., first + start : last + start]
        between = torch.lerp(music, noise[..., first:last], time).to(state.device)
        return torch.cat([state[..., :first], between, state[..., last:]], dim=-1)


@single_threaded()
@torch.inference_mode()
def encode_audio_prompt(
    bundle: LatentBundle, audio: Float[np.ndarray, "time channels"], variation: float
) -> AudioPrompt:
    """Takes a clip as what a piece begins with.

    Args:
        bundle: The model that will play.
        audio: At the model's rate, of one or two channels.
        variation: 0 keeps the clip as it is, 1 keeps only its kind and tempo.

    Raises:
        SettingsError: The clip is too short or too long, or the variation is out of range.
    """
    settings, codec = bundle.settings, bundle.codec
    seconds = len(audio) / settings.corpus.sample_rate
    if not SHORTEST_PROMPT_SECONDS <= seconds <= LONGEST_PROMPT_SECONDS:
        raise SettingsError(
            f"the clip to begin with must be {SHORTEST_PROMPT_SECONDS:g} to "
            f"{LONGEST_PROMPT_SECONDS:g} s long, found {seconds:.1f} s: cut it"
        )
    if not 0 <= variation <= 1:
        raise SettingsError(f"a clip is varied by 0 to 1, found {variation:g}")
    stereo = torch.from_numpy(np.ascontiguousarray(audio.T)).expand(2, -1)
    size = codec.latent_samples
    features = codec.analysis(stereo[None, :, : stereo.shape[1] // size * size].contiguous())
    latents = codec.linear.encode(features)
    beats = find_beats(features[0], settings).numpy()
    at_latents = beats[: latents.shape[-1] * codec.linear.patch_frames]
    at_latents = at_latents.reshape(-1, codec.linear.patch_frames).mean(axis=1)
    fitted = slice(-round(_FITTED_SECONDS / settings.latent_seconds), None)
    beats_per_frame, beat = np.polyfit(np.arange(len(at_latents))[fitted], at_latents[fitted], 1)
    centre = codec.style_embedding(latents)[0].mean(1)
    return AudioPrompt(latents, variation, centre, float(beat), float(beats_per_frame))
