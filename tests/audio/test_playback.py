import sys
from types import ModuleType
from typing import ClassVar

import numpy as np
import pytest

from riffsmith.audio import play_audio
from riffsmith.errors import AudioError


class Card:
    """A stream of the sound library that keeps what is written."""

    written: ClassVar[list[np.ndarray]] = []
    fault: ClassVar[Exception | None] = None

    def __init__(self, sample_rate: int, *, channels: int, dtype: str, latency: str) -> None:
        if self.fault:
            raise self.fault
        assert (sample_rate, channels, dtype, latency) == (8000, 2, "float32", "high")

    def __enter__(self) -> "Card":
        return self

    def __exit__(self, *_: object) -> None: ...

    def write(self, data: np.ndarray) -> None:
        assert data.flags.c_contiguous
        assert data.dtype == np.float32
        self.written.append(data)


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> type[Card]:
    class PortAudioError(Exception):
        pass

    module = ModuleType("sounddevice")
    module.__dict__.update(OutputStream=Card, PortAudioError=PortAudioError)
    monkeypatch.setitem(sys.modules, "sounddevice", module)
    monkeypatch.setattr(Card, "written", [])
    monkeypatch.setattr(Card, "fault", None)
    return Card


def test_chunks_are_played_in_their_order(card: type[Card]):
    chunks = [np.full((2, 5), number, np.float32).T for number in range(3)]
    play_audio(chunks, 8000, 2)
    assert np.array_equal(np.concatenate(card.written), np.concatenate(chunks))


def test_without_a_device_one_sentence_says_so(card: type[Card], monkeypatch: pytest.MonkeyPatch):
    error = sys.modules["sounddevice"].PortAudioError
    monkeypatch.setattr(card, "fault", error("Error querying device -1", -1))
    with pytest.raises(AudioError, match="Error querying device -1.*: plug one in"):
        play_audio([], 8000, 2)


def test_without_the_package_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(AudioError, match="playing needs the extra riffsmith.play"):
        play_audio([], 8000, 2)


def test_without_portaudio_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch):
    class Loader:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "sounddevice":
                raise OSError("PortAudio library not found")

    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Loader(), *sys.meta_path])
    with pytest.raises(AudioError, match="PortAudio library not found.*: install PortAudio"):
        play_audio([], 8000, 2)
