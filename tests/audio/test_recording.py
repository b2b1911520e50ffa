from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from conftest import as_ordinary_user, make_music, write_music

from riffsmith.audio import (
    Recording,
    RecordingCode,
    open_audio,
    read_named,
    read_passage,
    read_recording,
)
from riffsmith.errors import AudioError, DecodingStoppedError


def flaws(recording: Recording) -> tuple[str, ...]:
    return tuple(flaw.text for flaw in recording.flaws)


def test_mixing_takes_the_mean_and_keeping_takes_both_sides(tmp_path: Path):
    sides = np.stack([np.full(8000, 0.5), np.full(8000, 0.1)], axis=1)
    soundfile.write(tmp_path / "a.wav", sides, 8000, "FLOAT")
    assert np.allclose(read_recording(tmp_path / "a.wav", 8000, 1).audio, 0.3)
    assert np.allclose(read_recording(tmp_path / "a.wav", 8000, 2).audio, [0.5, 0.1])
    soundfile.write(tmp_path / "m.wav", sides[:, 0], 8000, "FLOAT")
    assert np.allclose(read_recording(tmp_path / "m.wav", 8000, 2).audio, [0.5, 0.5])


@pytest.mark.slow
def test_truncated_files_give_what_they_hold(tmp_path: Path):
    whole = write_music(tmp_path / "whole.wav", 4.0).read_bytes()
    (tmp_path / "cut.wav").write_bytes(whole[: len(whole) // 2])
    cut = read_recording(tmp_path / "cut.wav", 8000, 1)
    assert 1.9 < cut.seconds < 2.1
    assert flaws(cut) == (f"truncated: the file is cut off after {cut.seconds:.1f} s",)
    for ending in ("flac", "ogg", "mp3", "aiff"):
        whole = write_music(tmp_path / f"whole.{ending}", 4.0, 48_000).read_bytes()
        (tmp_path / f"cut.{ending}").write_bytes(whole[: len(whole) // 2])
        recording = read_recording(tmp_path / f"cut.{ending}", 8000, 1)
        assert "truncated" in " ".join(flaws(recording)), ending
        assert 0.9 < recording.seconds < 3.5, ending


def test_a_truncated_flac_says_so(tmp_path: Path):
    whole = write_music(tmp_path / "whole.flac", 4.0, 44_100).read_bytes()
    (tmp_path / "cut.flac").write_bytes(whole[: len(whole) // 2])
    warnings = " ".join(flaws(read_recording(tmp_path / "cut.flac", 8000, 1)))
    assert "damaged: decoding stopped" in warnings
    assert "truncated: 1.9 s of 4.0 s" in warnings


@pytest.mark.slow
def test_whole_files_are_not_called_truncated(tmp_path: Path):
    for ending in ("wav", "flac", "ogg", "mp3", "aiff"):
        path = write_music(tmp_path / f"a.{ending}", 4.0, 48_000)
        assert flaws(read_recording(path, 8000, 1)) == (), ending


def test_clipped_files_are_used_and_named(tmp_path: Path):
    soundfile.write(tmp_path / "a.wav", np.clip(20 * make_music(2, 8000), -1, 1), 8000)
    recording = read_recording(tmp_path / "a.wav", 8000, 1)
    assert any("clipped" in warning for warning in flaws(recording))
    assert flaws(read_recording(write_music(tmp_path / "b.wav"), 8000, 1)) == ()


def _bad_files(folder: Path) -> dict[str, str]:
    """Files that cannot be used, and what must be said of them."""
    (folder / "text.wav").write_text("this is no audio at all\n" * 50)
    (folder / "empty.mp3").write_bytes(b"")
    soundfile.write(folder / "absurd.wav", make_music(1, 8000) * 1e30, 8000, "FLOAT")
    (folder / "random.ogg").write_bytes(np.random.default_rng(0).bytes(5000))
    soundfile.write(folder / "none.wav", np.zeros((0, 1)), 8000)
    soundfile.write(folder / "silent.wav", np.zeros(8000), 8000)
    for name, value in (("nan", np.nan), ("infinite", np.inf)):
        audio = make_music(1, 8000)
        audio[4321] = value
        soundfile.write(folder / f"{name}.wav", audio, 8000, "FLOAT")
    return {
        "text.wav": "not readable as audio",
        "absurd.wav": "times above full scale",
        "empty.mp3": r"empty \(0 bytes\)",
        "random.ogg": "not readable as audio",
        "none.wav": "holds no samples",
        "silent.wav": "silent",
        "nan.wav": "not numbers .* at 4321",
        "infinite.wav": "not numbers .* at 4321",
        "missing.wav": "cannot be opened",
    }


def test_bad_files_are_named_with_their_reason(tmp_path: Path):
    for name, reason in _bad_files(tmp_path).items():
        with pytest.raises(AudioError, match=reason) as caught:
            read_recording(tmp_path / name, 8000, 1)
        assert caught.value.code in list(RecordingCode), name


def test_an_error_has_a_code_and_the_values_of_its_sentence(tmp_path: Path):
    _bad_files(tmp_path)
    with pytest.raises(AudioError, match=r"nan.wav: holds samples") as caught:
        read_named(tmp_path / "nan.wav", 8000, 1)
    assert caught.value.code == RecordingCode.NOT_NUMBERS
    assert caught.value.parameters == {"first": 4321}


def test_damage_at_the_start_is_an_error_and_later_damage_a_flaw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = write_music(tmp_path / "a.wav", 8.0)

    def open_damaged(sound_blocks: int):
        source = open_audio(path)

        def blocks():
            for _ in range(sound_blocks):
                yield next(source.blocks)
            raise DecodingStoppedError("in any words", code="decoding_stopped", parameters=cause)

        return replace(source, header_samples=None, blocks=blocks())

    cause = {"cause": "bad block"}
    monkeypatch.setattr("riffsmith.audio.recording.open_audio", lambda _: open_damaged(2))
    recording = read_recording(path, 8000, 1)
    assert recording.seconds == 6
    assert flaws(recording) == ("damaged: decoding stopped (bad block) after 6.0 s",)
    assert [flaw.code for flaw in recording.flaws] == [RecordingCode.DAMAGED]
    monkeypatch.setattr("riffsmith.audio.recording.open_audio", lambda _: open_damaged(0))
    with pytest.raises(DecodingStoppedError, match="in any words"):
        read_recording(path, 8000, 1)


def test_other_errors_that_begin_alike_are_not_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = write_music(tmp_path / "a.wav", 8.0)
    source = open_audio(path)

    def blocks():
        yield next(source.blocks)
        raise AudioError("decoding stopped, says another error")

    monkeypatch.setattr(
        "riffsmith.audio.recording.open_audio", lambda _: replace(source, blocks=blocks())
    )
    with pytest.raises(AudioError, match="says another error"):
        read_recording(path, 8000, 1)


def test_what_is_too_long_is_refused_before_it_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = write_music(tmp_path / "a.wav", 4.0)
    source = open_audio(path)
    untouched = iter(())  # decoding would find no samples
    monkeypatch.setattr(
        "riffsmith.audio.recording.open_audio", lambda _: replace(source, blocks=untouched)
    )
    monkeypatch.setattr("riffsmith.audio.recording.MAXIMUM_HOURS", 0.001)
    with pytest.raises(AudioError, match=r"longer than 0.001 hours: cut it"):
        read_recording(path, 8000, 1)


def test_unreadable_files_are_named():
    with as_ordinary_user() as folder:
        path = write_music(folder / "a.wav")
        path.chmod(0)
        with pytest.raises(AudioError, match="cannot be opened .permission denied"):
            read_recording(path, 8000, 1)


@pytest.mark.parametrize(("start", "seconds"), [(0.0, 20.0), (2.5, 4.0), (7.9, 1.0), (9.0, 1.0)])
def test_a_passage_is_a_part_of_the_recording(tmp_path: Path, start: float, seconds: float):
    path = write_music(tmp_path / "a.wav", 8, 22_050)
    whole = read_recording(path, 16_000, 2).audio
    passage, length = read_passage(path, 16_000, 2, start, seconds)
    first = round(start * 16_000)
    assert np.array_equal(passage, whole[first : first + round(seconds * 16_000)])
    assert length == len(whole) / 16_000
