"""Where and in which number format a step runs."""

from contextlib import AbstractContextManager

import torch

from riffsmith.config import TrainingSettings
from riffsmith.errors import SettingsError
from riffsmith.hardware import has_bfloat16


def choose_device(settings: TrainingSettings) -> torch.device:
    """The device that the settings name, or the best there is.

    Raises:
        SettingsError: A GPU is asked for and there is none.
    """
    if settings.device == "cuda" and not torch.cuda.is_available():
        raise SettingsError("no CUDA device found: use --config.training.device cpu")
    if settings.device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return torch.device(settings.device)


def choose_threads(settings: TrainingSettings) -> None:
    """Takes as many CPU threads as the settings ask for."""
    if settings.threads:
        torch.set_num_threads(settings.threads)


def autocast(settings: TrainingSettings, device: torch.device) -> AbstractContextManager[object]:
    """The context that networks run in."""
    chosen = settings.precision == "bfloat16"
    automatic = settings.precision == "auto" and has_bfloat16(device)
    return torch.autocast(device.type, torch.bfloat16, enabled=chosen or automatic)
