"""Audio → windows → one vector each: what built-in and users' own networks have in common."""

from contextlib import nullcontext
from hashlib import blake2b
from pathlib import Path
from threading import Lock
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
from riffsmith.evaluation.embedders.aisfx import AisfxEmbedder
from riffsmith.evaluation.embedders.musicnn import MusicnnEmbedder
from riffsmith.files import atomic_path

TARGET_LUFS = -20.0
"""Embeddings change with loudness more than with the band, so all audio is heard at this one."""

_BATCH = 8
_OWN = Lock()  # people's own code need not know about threads
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
EMBEDDER_NAMES = tuple(_EMBEDDERS)


def build_embedder(name: str) -> Embedder:
    """One of the networks in the package: "musicnn" or "aisfx".

    Raises:
        SettingsError: There is none of that name.
    """
    if name not in _EMBEDDERS:
        there = ", ".join(_EMBEDDERS)
        raise SettingsError(f"no embedder {name!r} (there are: {there}): choose one of them")
    return _EMBEDDERS[name]()


def build_embedders() -> list[Embedder]:
    """All networks in the package."""
    return [build_embedder(name) for name in EMBEDDER_NAMES]


def mix_sound(audio: Float[np.ndarray, "time channels"]) -> Float[np.ndarray, " time"]:
    """Mono audio to judge.

    Raises:
        AudioError: The audio holds NaN or infinite samples.
    """
    mono = audio.mean(axis=1, dtype=np.float32)
    if not np.isfinite(mono).all():
        at = int(np.argmin(np.isfinite(mono)))
        raise AudioError(
            f"audio holds samples that are not numbers (NaN or infinite), first at {at}: "
            "repair or leave out the recording"
        )
    return mono


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
    mono = mix_sound(audio)
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
        SettingsError: The embedder gives something else than it promises.
    """
    windows = cut_windows(audio, sample_rate, embedder)
    with nullcontext() if embedder.name in EMBEDDER_NAMES else _OWN, torch.inference_mode():
        batches = [embedder.embed(batch.contiguous()) for batch in windows.split(_BATCH)]
    for batch, piece in zip(batches, windows.split(_BATCH), strict=True):
        _check_vectors(batch, len(piece), embedder)
    return torch.cat(batches).to("cpu", torch.float32).numpy()


def _check_vectors(found: object, count: int, embedder: Embedder) -> None:
    expected = (count, embedder.dimension)
    if not isinstance(found, Tensor) or tuple(found.shape) != expected:
        shape = tuple(found.shape) if isinstance(found, Tensor) else type(found).__name__
        raise SettingsError(
            f"embedder {embedder.name} gave {shape} for {count} windows, expected a tensor "
            f"{expected}: correct its embed() or its dimension"
        )
    if not torch.isfinite(found).all():
        raise SettingsError(
            f"embedder {embedder.name} gave values that are not numbers (NaN or infinite): "
            "correct its embed()"
        )


def _loudness_gain(mono: Float[np.ndarray, " time"], sample_rate: int) -> np.float32:
    meter = LoudnessMeter(sample_rate)
    block = _METER_BLOCK_SECONDS * 10 * (sample_rate // 10)  # whole hops of the meter
    for start in range(0, len(mono), block):
        meter.add(mono[start : start + block, None])
    loudness = meter.loudness_lufs()
    return np.float32(1 if loudness is None else 10 ** ((TARGET_LUFS - loudness) / 20))


class EmbeddingCache:
    """A folder that remembers embeddings by the audio's samples and the embedder's version.

    It can be deleted at any time; nothing in it is ever out of date. Where it cannot be written
    (read-only, full) everything is computed as without it.

    Attributes:
        folder: Where the files lie; made when the first one is written.
        failure: Why nothing more is kept; none as long as all is well.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.failure: str | None = None
        self._writing = Lock()

    def embed(
        self, audio: Float[np.ndarray, "time channels"], sample_rate: int, embedder: Embedder
    ) -> Float[np.ndarray, "windows dimension"]:
        """As `embed_audio`, without computing anything for audio that it was called with before.

        Raises:
            AudioError: As `embed_audio`.
            SettingsError: As `embed_audio`.
        """
        path = self.folder / _file_name(audio, sample_rate, embedder)
        found = _read(path)
        if found is None:
            found = embed_audio(audio, sample_rate, embedder)
            with self._writing:
                if self.failure is None:
                    self._keep(path, found)
        return found

    def _keep(self, path: Path, found: Float[np.ndarray, "windows dimension"]) -> None:
        content = {"embeddings": np.ascontiguousarray(found), "digest": _digest(found)}
        try:
            with atomic_path(path, RiffsmithError, durable=False) as partial:
                partial.write_bytes(save(content))
        except RiffsmithError as error:
            self.failure = f"embeddings are not kept: {error}"


def _read(path: Path) -> Float[np.ndarray, "windows dimension"] | None:
    """None where there is no file yet, or a damaged one: it is made again."""
    try:
        content = load(path.read_bytes())
        found, digest = content["embeddings"], content["digest"]
    except (OSError, SafetensorError, KeyError):
        return None
    return found if np.array_equal(digest, _digest(found)) else None


def _digest(found: np.ndarray) -> np.ndarray:
    """Of the values; the file format itself would not notice a changed byte."""
    digest = blake2b(np.ascontiguousarray(found).data, digest_size=16).digest()
    return np.frombuffer(digest, np.uint8)


def _file_name(
    audio: Float[np.ndarray, "time channels"], sample_rate: int, embedder: Embedder
) -> str:
    windows = f"{embedder.window_seconds} {embedder.hop_seconds} {embedder.sample_rate}"
    heading = f"{embedder.name} {embedder.version} {embedder.dimension} {windows} {TARGET_LUFS}"
    heading += f" {sample_rate} {audio.shape} {audio.dtype}"
    digest = blake2b(heading.encode(), digest_size=16)
    digest.update(np.ascontiguousarray(audio).data)
    return f"{digest.hexdigest()}.safetensors"
