"""Playing audio through the sound card."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import soxr
from jaxtyping import Float

from riffsmith.errors import AudioError

_INVALID_SAMPLE_RATE = -9997
"""PortAudio's number of the error that a device does not know a sample rate."""
_INSTEAD = "write a file with `riffsmith generate MODEL riff.wav`"


def play_audio(
    chunks: Iterable[Float[np.ndarray, "_ channels"]],
    sample_rate: int,
    channels: int,
    device: str | None = None,
) -> None:
    """Plays chunks of audio one after the other and returns after the last one.

    They are resampled where the device does not know their sample rate.

    Args:
        chunks: Samples (time, channels), full scale at 1.0. The iterator must yield them faster
            than they are played.
        sample_rate: Sample rate in Hz.
        channels: Number of channels of each chunk.
        device: Number of an output device, or a part of its name. `None`: the system's default.

    Raises:
        AudioError: There is no sound library, there is no such device, or the device fails.
    """
    try:
        import sounddevice
    except ImportError as cause:
        raise AudioError(
            f"playing needs the extra riffsmith[play]: pip install 'riffsmith[play]', or {_INSTEAD}"
        ) from cause
    except OSError as cause:  # sounddevice raises this where PortAudio is missing.
        raise AudioError(
            f"the sound card cannot be used ({cause}): install PortAudio (on Debian and Ubuntu "
            f"libportaudio2), or {_INSTEAD}"
        ) from cause
    try:
        found = _find_device(sounddevice, device)
        rate = _choose_rate(sounddevice, found, sample_rate, channels)
        with sounddevice.OutputStream(
            rate, device=found, channels=channels, dtype="float32", latency="high"
        ) as stream:
            for chunk in _resample(chunks, sample_rate, rate, channels):
                stream.write(np.ascontiguousarray(chunk, np.float32))
    except sounddevice.PortAudioError as cause:
        raise AudioError(
            f"the sound card cannot be used ({cause.args[0]}): plug one in and choose it as the "
            f"system's default or with --device, or {_INSTEAD}"
        ) from cause


def _find_device(sounddevice: Any, device: str | None) -> int | None:
    """The number of the output device that is asked for. `None`: the system's default.

    Raises:
        AudioError: No device, or more than one, has that number or name.
    """
    if device is None:
        return None
    outputs: dict[int, str] = {
        number: str(info["name"])
        for number, info in enumerate(sounddevice.query_devices())
        if info["max_output_channels"] > 0
    }
    if device.isdecimal() and int(device) in outputs:
        return int(device)
    matching = [number for number, name in outputs.items() if device.lower() in name.lower()]
    exact = [number for number in matching if outputs[number].lower() == device.lower()]
    for numbers in (exact, matching):
        if len(numbers) == 1:
            return numbers[0]
    listed = "; ".join(f"{number} {name}" for number, name in outputs.items()) or "there is none"
    found = f"{len(matching)} output devices have" if matching else "no output device has"
    raise AudioError(
        f"{found} the number or the name {device!r}: give --device one of these numbers or a part "
        f"of one name alone ({listed})"
    )


def _choose_rate(sounddevice: Any, device: int | None, sample_rate: int, channels: int) -> int:
    """The sample rate in Hz, or that of the device where it does not know it."""
    try:
        sounddevice.check_output_settings(device, channels, "float32", samplerate=sample_rate)
    except sounddevice.PortAudioError as error:
        if error.args[1:2] != (_INVALID_SAMPLE_RATE,):
            raise
        return round(sounddevice.query_devices(device, "output")["default_samplerate"])
    return sample_rate


def _resample(
    chunks: Iterable[Float[np.ndarray, "_ channels"]],
    sample_rate: int,
    device_rate: int,
    channels: int,
) -> Iterator[Float[np.ndarray, "_ channels"]]:
    if device_rate == sample_rate:
        yield from chunks
        return
    resampler = soxr.ResampleStream(sample_rate, device_rate, channels, dtype="float32")
    for chunk in chunks:
        yield resampler.resample_chunk(np.ascontiguousarray(chunk, np.float32))
    yield resampler.resample_chunk(np.zeros((0, channels), np.float32), last=True)
