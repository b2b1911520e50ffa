"""Audio → windows → one vector each: what built-in and users' own networks have in common."""

from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
import soxr
import torch
from jaxtyping import Float
from safetensors import SafetensorError
from safetensors.numpy import load, save
from torch import Tensor

from riffsmith.audio import LoudnessMeter
from riffsmith.errors import AudioError, RiffsmithError, SettingsError
from riffsmith.evaluation.aisfx import AisfxEmbedder
from riffsmith.evaluation.musicnn import MusicnnEmbedder
from riffsmith.files import atomic_path

TARGET_LUFS = -20.0
"""Embeddings change with loudness more than with the band, so all audio is heard at this one."""

_BATCH = 8
_METER_BLOCK_SECONDS = 10


@runtime_checkable
class Embedder(Protocol):
    """A network that maps short windows of mono audio to vectors.

    Any object with these attributes will do.
    """

    @property
    def name(self) -> str:
        """For names of metrics: lower case, no spaces."""
        ...

    @property
    def version(self) -> str:
        """Whatever changes when the values do; stored embeddings of another one are not used."""
        ...

    @property
    def sample_rate(self) -> int:
        """Of the windows, in Hz."""
        ...

    @property
    def window_seconds(self) -> float:
        """Length of a window; in samples it is rounded to the nearest."""
        ...

    @property
    def hop_seconds(self) -> float:
        """From one window's start to the next one's; in samples it is rounded to the nearest."""
        ...

    @property
    def dimension(self) -> int:
        """Of the vectors."""
        ...

    def embed(
        self, windows: Float[Tensor, "windows samples"]
    ) -> Float[Tensor, "windows dimension"]:
        """One vector for each window; called with a few windows at a time and no gradients."""
        ...


_EMBEDDERS = {"musicnn": MusicnnEmbedder, "aisfx": AisfxEmbedder}


def build_embedder(name: str) -> Embedder:
    """One of the networks in the package: "musicnn" or "aisfx".

    Raises:
        SettingsError: There is none of that name.
    """
    if name not in _EMBEDDERS:
        there = ", ".join(_EMBEDDERS)
        raise SettingsError(f"no embedder {name!r} (there are: {there}): choose one of them")
    return _EMBEDDERS[name]()


def cut_windows(
    audio: Float[np.ndarray, "time channels"], sample_rate: int, embedder: Embedder
) -> Float[Tensor, "windows samples"]:
    """What an embedder hears: mono windows at its own rate, the whole piece at −20 LUFS.

    Windows lie one hop apart; what is left at the end is dropped. Where no loudness can be measured
    (silence) the level stays as it is.

    Args:
        audio: Full scale is 1.
        sample_rate: Of the audio, in Hz.
        embedder: Tells the rate, the window and the hop.

    Raises:
        AudioError: The audio is shorter than one window, or holds NaN or infinite samples.
    """
    mono = audio.mean(axis=1, dtype=np.float32)
    if not np.isfinite(mono).all():
        at = int(np.argmin(np.isfinite(mono)))
        raise AudioError(
            f"audio holds samples that are not numbers (NaN or infinite), first at {at}: "
            "repair or leave out the recording"
        )
    heard = mono * _loudness_gain(mono, sample_rate)
    if sample_rate != embedder.sample_rate:
        heard = soxr.resample(heard, sample_rate, embedder.sample_rate)
    window = round(embedder.window_seconds * embedder.sample_rate)
    hop = round(embedder.hop_seconds * embedder.sample_rate)
    if len(heard) < window:
        raise AudioError(
            f"audio of {len(mono) / sample_rate:.2f} s is shorter than one window of "
            f"{embedder.name} ({embedder.window_seconds:.2f} s): give it a longer piece"
        )
    return torch.from_numpy(heard).unfold(0, window, hop)


def embed_audio(
    audio: Float[np.ndarray, "time channels"], sample_rate: int, embedder: Embedder
) -> Float[np.ndarray, "windows dimension"]:
    """One vector for each window of a piece, float32; see `cut_windows`.

    All in single precision: bfloat16 would be up to twice as fast, but moves the vectors of both
    networks by 2 to 3 %.

    Raises:
        AudioError: As `cut_windows`.
    """
    windows = cut_windows(audio, sample_rate, embedder)
    with torch.inference_mode():
        batches = [embedder.embed(batch.contiguous()) for batch in windows.split(_BATCH)]
        return torch.cat(batches).to("cpu", torch.float32).numpy()


def _loudness_gain(mono: Float[np.ndarray, " time"], sample_rate: int) -> np.float32:
    meter = LoudnessMeter(sample_rate)
    block = _METER_BLOCK_SECONDS * 10 * (sample_rate // 10)  # whole hops of the meter
    for start in range(0, len(mono), block):
        meter.add(mono[start : start + block, None])
    loudness = meter.loudness_lufs()
    return np.float32(1 if loudness is None else 10 ** ((TARGET_LUFS - loudness) / 20))


@dataclass(frozen=True)
class EmbeddingCache:
    """A folder that remembers embeddings by the audio's samples and the embedder's version.

    It can be deleted at any time; nothing in it is ever out of date.
    """

    folder: Path

    def embed(
        self, audio: Float[np.ndarray, "time channels"], sample_rate: int, embedder: Embedder
    ) -> Float[np.ndarray, "windows dimension"]:
        """As `embed_audio`, without computing anything for audio that it was called with before.

        Raises:
            AudioError: As `embed_audio`.
            RiffsmithError: The folder cannot be written.
        """
        path = self.folder / _file_name(audio, sample_rate, embedder)
        found = _read(path)
        if found is None:
            found = embed_audio(audio, sample_rate, embedder)
            with atomic_path(path, RiffsmithError, durable=False) as partial:
                partial.write_bytes(save({"embeddings": np.ascontiguousarray(found)}))
        return found


def _read(path: Path) -> Float[np.ndarray, "windows dimension"] | None:
    try:
        return load(path.read_bytes())["embeddings"]
    except (OSError, SafetensorError, KeyError):
        return None  # not there yet or damaged: it is made again


def _file_name(
    audio: Float[np.ndarray, "time channels"], sample_rate: int, embedder: Embedder
) -> str:
    windows = f"{embedder.window_seconds} {embedder.hop_seconds} {TARGET_LUFS}"
    heading = f"{embedder.name} {embedder.version} {windows} {sample_rate} {audio.shape}"
    digest = blake2b(heading.encode(), digest_size=16)
    digest.update(np.ascontiguousarray(audio).data)
    return f"{digest.hexdigest()}.safetensors"
