"""Device, number format, threads and memory of a training step."""

import ctypes
import platform
from contextlib import AbstractContextManager

import torch

from riffsmith.config import TrainingSettings
from riffsmith.errors import SettingsError
from riffsmith.hardware import has_bfloat16
from riffsmith.parallel import count_split_threads

_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3


def choose_device(settings: TrainingSettings) -> torch.device:
    """The device that the settings name, or the fastest that there is.

    Raises:
        SettingsError: The settings name a GPU and there is none.
    """
    if settings.device == "cuda" and not torch.cuda.is_available():
        raise SettingsError("no CUDA device found: use --config.training.device cpu")
    if settings.device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return torch.device(settings.device)


def count_threads(settings: TrainingSettings) -> int:
    """Number of CPU threads of a step: the settings' number, or the package's default."""
    return settings.threads or count_split_threads()


def autocast(settings: TrainingSettings, device: torch.device) -> AbstractContextManager[object]:
    """The context in which networks run: bfloat16 or float32, by the settings' precision."""
    chosen = settings.precision == "bfloat16"
    automatic = settings.precision == "auto" and has_bfloat16(device)
    return torch.autocast(device.type, torch.bfloat16, enabled=chosen or automatic)


def keep_freed_memory() -> None:
    """Makes the C library's allocator reuse large blocks instead of returning them to the system.

    A step frees and allocates tens of megabytes of activations. By default each such block goes
    back to the kernel, which then clears every page anew: a tenth of the step's time. Only glibc
    has this setting (mallopt(3)); on other systems this function does nothing.
    """
    if platform.libc_ver()[0] == "glibc":
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_MMAP_THRESHOLD, 1 << 30)
        mallopt(_M_TRIM_THRESHOLD, (1 << 31) - 1)
