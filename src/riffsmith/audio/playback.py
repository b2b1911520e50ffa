"""Playing audio through the sound card."""

from collections.abc import Iterable

import numpy as np
from jaxtyping import Float

from riffsmith.errors import AudioError


def play_audio(
    chunks: Iterable[Float[np.ndarray, "_ channels"]], sample_rate: int, channels: int
) -> None:
    """Plays chunks of audio one after the other and returns after the last one.

    Args:
        chunks: Samples (time, channels), full scale at 1.0. The iterator must yield them faster
            than they are played.
        sample_rate: Sample rate in Hz.
        channels: Number of channels of each chunk.

    Raises:
        AudioError: There is no sound library, there is no device, or the device fails.
    """
    try:
        import sounddevice
    except ImportError as cause:
        raise AudioError(
            "playing needs the extra riffsmith[play]: pip install 'riffsmith[play]', or write a "
            "file with `riffsmith generate MODEL riff.wav`"
        ) from cause
    except OSError as cause:  # sounddevice raises this where PortAudio is missing.
        raise AudioError(
            f"the sound card cannot be used ({cause}): install PortAudio (on Debian and Ubuntu "
            "libportaudio2), or write a file with `riffsmith generate MODEL riff.wav`"
        ) from cause
    try:
        with sounddevice.OutputStream(
            sample_rate, channels=channels, dtype="float32", latency="high"
        ) as device:
            for chunk in chunks:
                device.write(np.ascontiguousarray(chunk, np.float32))
    except sounddevice.PortAudioError as cause:
        raise AudioError(
            f"the sound card cannot be used ({cause.args[0]}): plug one in and choose it as the "
            "system's default, or write a file with `riffsmith generate MODEL riff.wav`"
        ) from cause
