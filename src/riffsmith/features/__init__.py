"""Features of audio: mel spectrograms, their inverses, grids, beats, descriptors, keys, pitch."""

from riffsmith.features.beats import onset_flux, track_beats
from riffsmith.features.descriptors import Descriptors, measure_descriptors
from riffsmith.features.grid import mask, moving_mean, reduce_to, resize, scale, unscale
from riffsmith.features.griffin_lim import griffin_lim
from riffsmith.features.key import CLASSES, correlate_keys
from riffsmith.features.landmarks import LandmarkFinder, find_landmarks
from riffsmith.features.mel import FLOOR_DB, MelTransform, mel_band_hz, mel_filter_bank
from riffsmith.features.percussion import split_percussion
from riffsmith.features.pitch import shift_pitch, time_stretch

__all__ = [
    "CLASSES",
    "FLOOR_DB",
    "Descriptors",
    "LandmarkFinder",
    "MelTransform",
    "correlate_keys",
    "find_landmarks",
    "griffin_lim",
    "mask",
    "measure_descriptors",
    "mel_band_hz",
    "mel_filter_bank",
    "moving_mean",
    "onset_flux",
    "reduce_to",
    "resize",
    "scale",
    "shift_pitch",
    "split_percussion",
    "time_stretch",
    "track_beats",
    "unscale",
]
