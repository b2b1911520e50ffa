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

    known_rate: ClassVar[int] = 8000
    used: ClassVar[list[int | None]] = []

    def __init__(
        self, sample_rate: int, *, device: int | None, channels: int, dtype: str, latency: str
    ) -> None:
        if self.fault:
            raise self.fault
        assert (sample_rate, channels, dtype, latency) == (self.known_rate, 2, "float32", "high")
        self.used.append(device)

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

    def query_devices(device: int | None = None, kind: str = "") -> object:
        if kind == "output":
            return {"default_samplerate": float(Card.known_rate)}
        names = {"Microphone": 0, "USB Audio": 2, "HDMI 0": 8, "HDMI 1": 8}
        return [{"name": name, "max_output_channels": count} for name, count in names.items()]

    def check_output_settings(*_: object, samplerate: int) -> None:
        if samplerate != Card.known_rate:
            raise PortAudioError("Invalid sample rate", -9997)

    module = ModuleType("sounddevice")
    module.__dict__.update(
        OutputStream=Card,
        PortAudioError=PortAudioError,
        query_devices=query_devices,
        check_output_settings=check_output_settings,
    )
    monkeypatch.setitem(sys.modules, "sounddevice", module)
    monkeypatch.setattr(Card, "written", [])
    monkeypatch.setattr(Card, "fault", None)
    monkeypatch.setattr(Card, "known_rate", 8000)
    monkeypatch.setattr(Card, "used", [])
    return Card


def test_chunks_are_played_in_their_order(card: type[Card]):
    chunks = [np.full((2, 5), number, np.float32).T for number in range(3)]
    play_audio(chunks, 8000, 2)
    assert np.array_equal(np.concatenate(card.written), np.concatenate(chunks))


def test_a_card_that_knows_only_another_rate_gets_the_same_sound(
    card: type[Card], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(card, "known_rate", 48_000)
    angles = 2 * np.pi * 440 * np.arange(8000) / 8000
    sound = np.float32(0.5) * np.sin(angles).astype(np.float32)[:, None].repeat(2, axis=1)
    play_audio(np.array_split(sound, 7), 8000, 2)
    heard = np.concatenate(card.written)
    assert heard.shape == (48_000, 2)
    assert np.abs(np.fft.rfft(heard[:, 0])).argmax() == 440


@pytest.mark.parametrize(("device", "number"), [("usb", 1), ("3", 3), ("hdmi 0", 2)])
def test_a_device_is_chosen(card: type[Card], device: str, number: int):
    play_audio([], 8000, 2, device)
    assert card.used == [number]


@pytest.mark.parametrize(
    ("device", "found"), [("mic", "no output device has"), ("HDMI", "2 output devices have")]
)
@pytest.mark.usefixtures("card")
def test_a_device_that_is_not_there_is_named(device: str, found: str):
    message = f"{found} the number or the name '{device}'.*1 USB Audio; 2 HDMI 0; 3 HDMI 1"
    with pytest.raises(AudioError, match=message):
        play_audio([], 8000, 2, device)


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
