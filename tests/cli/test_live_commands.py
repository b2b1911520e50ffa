"""Endless pieces from the command line."""

import io
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import soundfile
from pythonosc.udp_client import SimpleUDPClient

from riffsmith.cli.app import main
from riffsmith.controls import Controls
from riffsmith.synthesis import LivePiece


def free_udp_port() -> int:
    """A UDP port of this computer that nobody uses."""
    with socket.socket(type=socket.SOCK_DGRAM) as opened:
        opened.bind(("127.0.0.1", 0))
        return opened.getsockname()[1]


def streamed(bundle: Path, capfdbinary: pytest.CaptureFixture[bytes], *words: str) -> bytes:
    main(["stream", str(bundle), "--stdout", "--seed", "7", "--minutes", "0.1", *words])
    return capfdbinary.readouterr().out


@pytest.mark.slow
def test_a_stream_is_what_generate_plays(
    latent_bundle: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
):
    main(["generate", str(latent_bundle), str(tmp_path / "a.wav"), "--seconds", "6", "--seed", "7"])
    capfdbinary.readouterr()
    wav = streamed(latent_bundle, capfdbinary)
    found, rate = soundfile.read(io.BytesIO(wav))
    with soundfile.SoundFile(tmp_path / "a.wav") as file:
        expected, tags = file.read(), file.copy_metadata()
    with soundfile.SoundFile(io.BytesIO(wav)) as file:
        streamed_tags = file.copy_metadata()
    tags["software"] = streamed_tags["software"]  # libsndfile adds its own name
    assert streamed_tags == tags
    assert rate == 8000
    assert found.shape == expected.shape == (48_000, 2)
    gains = found[np.abs(found) > 0.1] / expected[np.abs(found) > 0.1]
    assert np.all(gains > 0)  # the same music; a file is turned down as a whole
    assert streamed(latent_bundle, capfdbinary, "--format", "raw") == wav[-4 * 48_000 :]
    assert streamed(latent_bundle, capfdbinary, "--tempo", "200") != wav
    for flags in (("--form", "1"), ("--key", "F# minor"), ("--transpose", "-3")):
        assert streamed(latent_bundle, capfdbinary, *flags) != wav


@pytest.mark.slow
def test_a_stream_ends_quietly_when_its_reader_leaves(latent_bundle: Path):
    command = [sys.executable, "-m", "riffsmith", "stream", str(latent_bundle), "--stdout"]
    with subprocess.Popen(
        [*command, "--seed", "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert len(process.stdout.read(300_000)) == 300_000
        process.stdout.close()
        said = process.stderr.read()
        assert process.wait(60) == 0
    assert said == b""


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "where to? add --stdout"),
        (["--stdout", "--minutes", "0"], "--minutes must be above 0, found 0"),
        (["--stdout", "--tempo", "1000"], "tempo must be from 40 to 320 BPM, found 1000"),
        (["--stdout", "--form", "2"], "form must be from 0 to 1, found 2"),
        (["--stdout", "--transpose", "13"], "transpose must be from -12 to 12 semitones, found 13"),
        (["--stdout", "--key", "H"], "key must be a tonic with or without a mode"),
    ],
)
def test_what_cannot_be_streamed_is_said(
    latent_bundle: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
):
    with pytest.raises(SystemExit, match="1"):
        main(["stream", str(latent_bundle), *words])
    assert message in capsys.readouterr().err


def test_a_terminal_gets_no_samples(
    latent_bundle: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    with pytest.raises(SystemExit, match="1"):
        main(["stream", str(latent_bundle), "--stdout"])
    assert "a terminal cannot show audio" in capsys.readouterr().err


def test_play_hands_all_samples_to_the_sound_card(
    latent_bundle: Path, monkeypatch: pytest.MonkeyPatch
):
    heard: list[np.ndarray] = []

    def keep(
        chunks: Iterable[np.ndarray], sample_rate: int, channels: int, device: str | None
    ) -> None:
        assert (sample_rate, channels, device) == (8000, 2, "usb")
        heard.extend(chunks)

    monkeypatch.setattr("riffsmith.audio.play_audio", keep)
    words = ["--seed", "7", "--minutes", "0.1", "--intensity", "1"]
    main(["play", str(latent_bundle), "--device", "usb", *words])
    assert sum(map(len, heard)) == 48_000
    assert max(np.abs(chunk).max() for chunk in heard) <= 10 ** (-1 / 20)


@pytest.mark.parametrize(("tempo", "is_noted"), [("60", True), ("120", False), ("150", True)])
def test_a_tempo_that_the_music_does_not_have_is_noted(
    latent_bundle: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tempo: str,
    is_noted: bool,
):
    monkeypatch.setattr("riffsmith.audio.play_audio", lambda *_, **__: None)
    main(["play", str(latent_bundle), "--seed", "7", "--tempo", tempo])
    said = capsys.readouterr().err
    assert (
        f"--tempo {tempo}: the model has learned from music of 120 to 120 BPM" in said
    ) is is_noted
    assert ("the nearest that it knows is 120 BPM" in said) is is_noted


def test_interrupting_play_is_its_end(latent_bundle: Path, monkeypatch: pytest.MonkeyPatch):
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("riffsmith.audio.play_audio", interrupt)
    main(["play", str(latent_bundle)])


@pytest.mark.slow
def test_osc_messages_change_what_is_played(
    latent_bundle: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    port, changed, heard = free_udp_port(), threading.Event(), list[Controls]()

    def change(_: LivePiece, controls: Controls) -> None:
        heard.append(controls)
        changed.set()

    def send(chunks: Iterable[np.ndarray], sample_rate: int, **_: object) -> None:
        assert sample_rate == 8000
        with closing(SimpleUDPClient("127.0.0.1", port)) as client:
            client.send_message("/riffsmith/loudness", 0.75)
            client.send_message("/riffsmith/intensity", 0.75)
        assert changed.wait(60)
        assert sum(map(len, chunks)) == 800
        with pytest.raises(SystemExit, match="1"):  # a second one at the same port
            main(["play", str(latent_bundle), "--osc", str(port)])

    monkeypatch.setattr(LivePiece, "change_controls", change)
    monkeypatch.setattr("riffsmith.audio.play_audio", send)
    words = ["--seed", "7", "--minutes", str(0.1 / 60), "--tempo", "150", "--osc", str(port)]
    main(["play", str(latent_bundle), *words])
    assert heard == [Controls(intensity=0.75, tempo=150.0)]
    said = capsys.readouterr().err
    assert f"OSC at 127.0.0.1, port {port}" in said
    assert "OSC: the address '/riffsmith/loudness' is unknown: expected /riffsmith/ and" in said
    assert f"port {port} of 127.0.0.1 is in use by another program: end that program" in said
    assert "or choose another port with --osc" in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--osc", "70000"], "--osc must be a port from 1 to 65535, found 70000"),
        (["--osc-host", "::1"], "--osc-host has no effect without --osc"),
        (["--midi-clock"], "--midi-channel and --midi-clock have no effect without --midi"),
        (["--midi", "--midi-channel", "0"], "--midi-channel must be from 1 to 16, found 0"),
    ],
)
def test_options_of_ports_are_checked(
    capsys: pytest.CaptureFixture[str], words: list[str], message: str
):
    with pytest.raises(SystemExit, match="1"):
        main(["play", *words])
    assert message in capsys.readouterr().err
