"""The Python interface."""

import dataclasses
import json
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from conftest import (
    TINY,
    give_codec,
    make_music,
    make_piano_roll_model,
    tiny_latents,
    tiny_settings,
    write_music,
)

import riffsmith
from riffsmith.api import Model
from riffsmith.bundle import (
    Card,
    LatentBundle,
    Origin,
    PictureBundle,
    build_latent_generator,
    load_bundle,
)
from riffsmith.errors import SettingsError
from riffsmith.networks import Generator
from riffsmith.runs import RunFolder
from riffsmith.synthesis import generate_clip


@pytest.fixture
def bundle(tmp_path: Path) -> LatentBundle:
    settings = tiny_latents()
    codec = give_codec(RunFolder(tmp_path / "run"), settings).eval()
    codec.style_embedding.passages.normal_()
    codec.style_embedding.descriptors[:, -1] = 120.0
    torch.manual_seed(1)
    generator = build_latent_generator(settings)
    for weight in generator.parameters():
        torch.nn.init.normal_(weight, std=0.2)
    card = Card.model_construct(settings=settings, preset="latent")
    notes = make_piano_roll_model(settings)
    return LatentBundle(card, settings, generator.eval(), codec, notes)


def test_the_public_names_are_frozen():
    assert sorted(riffsmith.__all__) == [
        *("Audio", "Controls", "Loop", "Model", "Note", "Piece", "RiffsmithError", "Run"),
        *("__version__", "evaluate", "load", "prepare", "read_audio", "train", "write_midi"),
    ]
    for name in riffsmith.__all__:
        assert getattr(riffsmith, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = riffsmith.nonsense  # pyright: ignore[reportAttributeAccessIssue]


def test_a_clip_is_what_the_command_would_write(bundle: LatentBundle, tmp_path: Path):
    model = Model(bundle)
    audio = model.generate(seconds=3.0, seed=7)
    assert audio.samples.shape == (24_000, 2)
    assert audio.seconds == 3.0
    assert np.array_equal(audio.samples, generate_clip(bundle, 3.0, 7))
    path = audio.save(tmp_path / "riff.wav")
    written, rate = soundfile.read(path)
    assert rate == 8000
    assert len(written) == 24_000
    direct = model.generate_file(tmp_path / "new" / "direct.wav", seconds=3.0, seed=7)
    assert direct.read_bytes() == path.read_bytes()
    assert list(direct.parent.iterdir()) == [direct]


def test_controls_change_a_clip(bundle: LatentBundle):
    model, progress = Model(bundle), list[float]()
    fast = riffsmith.Controls(tempo=200.0)
    one = model.generate(3.0, 7)
    other = model.generate(3.0, 7, fast, on_progress=progress.append)
    assert one.samples.shape == other.samples.shape
    assert not np.array_equal(one.samples, other.samples)
    assert progress[-1] == 1.0


@pytest.mark.slow
def test_a_piece_continues_and_changes_its_controls(bundle: LatentBundle):
    piece, whole = Model(bundle).stream(seed=3), Model(bundle).generate(8.0, 3)
    first = next(piece)
    assert np.array_equal(first.samples, whole.samples[: len(first.samples)])
    assert piece.position == len(first.samples)
    following = piece.read(20_000)
    assert np.array_equal(following.samples, whole.samples[len(first.samples) : piece.position])
    piece.change_controls(riffsmith.Controls(tempo=200.0))
    later = piece.read(16_000)
    assert not np.array_equal(later.samples, whole.samples[-16_000:])


@pytest.mark.slow
def test_a_piece_that_workers_play_is_the_same(bundle: LatentBundle):
    whole = Model(bundle).generate(20.0, 3).samples
    torch.set_num_threads(2)
    piece = Model(bundle).stream(seed=3)
    pieces = [piece.read(5_000), *piece.play_on(40_000), piece.read(1_000)]
    assert piece.position == 46_000
    assert np.array_equal(np.concatenate([each.samples for each in pieces]), whole[:46_000])
    endless = piece.play_on()
    following = [next(endless), next(endless), next(endless)]
    endless.close()
    found = np.concatenate([each.samples for each in following])
    assert np.array_equal(found, whole[46_000:][: len(found)])
    assert piece.position == 46_000 + len(found)
    assert torch.get_num_threads() == 2


def test_a_loop_in_a_file_has_loop_points(bundle: LatentBundle, tmp_path: Path):
    loop = Model(bundle).loop(seed=1, controls=riffsmith.Controls(tempo=140.0), bars=2)
    assert (loop.bars, loop.beats, loop.bpm) == (2, 8, 140.0)
    path = loop.save(tmp_path / "loop.wav")
    content = path.read_bytes()
    assert struct.unpack("<I", content[4:8])[0] == len(content) - 8
    at = content.index(b"smpl")
    values = struct.unpack("<15I", content[at + 8 : at + 68])
    assert values[7] == 1
    assert values[11:13] == (0, len(loop.samples) - 1)
    assert len(soundfile.read(path)[0]) == len(loop.samples)
    for ending in ("wav", "flac", "ogg", "mp3"):
        with soundfile.SoundFile(loop.save(tmp_path / f"loop.{ending}")) as file:
            assert file.comment == "140 BPM, 2 bars, 8 beats"


def test_a_file_tells_how_its_clip_was_made(latent_bundle: Path, tmp_path: Path):
    write_music(tmp_path / "own.wav", 4.0)
    bundle = load_bundle(latent_bundle)
    origin = Origin(licence="cc-by-sa-4.0", credit="A band (CC BY-SA 3.0)")
    model = Model(bundle, "my-songs", origin)
    fast = riffsmith.Controls(tempo=150.0)
    audio = model.generate(1.0, 7, fast, audio_prompt=tmp_path / "own.wav", audio_prompt_from=1)
    for ending in ("wav", "flac", "ogg", "mp3"):
        with soundfile.SoundFile(audio.save(tmp_path / f"riff.{ending}")) as file:
            tags = file.copy_metadata()
        assert tags["title"] == "My songs, seed 7"
        assert tags["artist"] == "Riffsmith model my-songs"
        if ending != "mp3":  # there it names the encoder
            assert tags["software"].startswith(f"Riffsmith {riffsmith.__version__}")
        assert tags["copyright"][4:] == (
            " Riffsmith model my-songs, licence cc-by-sa-4.0, "
            "trained on music by A band (CC BY-SA 3.0)"
        )
        how = json.loads(tags["comment"])
        assert how["riffsmith"] == riffsmith.__version__
        prompt = {"name": "own.wav", "second": 1, "seconds": 3.0, "noise_level": 0.5}
        assert how["audio_prompt"] == prompt
        assert how["weights"] == bundle.card.weights_hash
        assert (how["model"], how["licence"], how["seed"]) == ("my-songs", "cc-by-sa-4.0", 7)
        (moment,) = how["controls"]
        assert riffsmith.Controls(**moment["controls"]) == fast
    assert Model(bundle).generate(1.0, 7, fast).tags == {}
    card = bundle.card.model_copy(update={"credit": "Myself"})
    own = Model(dataclasses.replace(bundle, card=card), "own").generate(0.2)
    assert own.tags["copyright"].endswith("model own, trained on music by Myself")
    assert riffsmith.load(latent_bundle).generate(0.2, 7).tags["title"] == "Tiny, seed 7"


def test_an_audio_prompt_may_have_any_sample_rate(bundle: LatentBundle, tmp_path: Path):
    path = tmp_path / "own.wav"
    soundfile.write(path, make_music(4.0, 16_000), 16_000)
    own = riffsmith.read_audio(path, 16_000, 1)
    assert own.samples.shape == (64_000, 1)
    model = Model(bundle)
    plain = model.generate(3.0, 7)
    prompted = model.generate(3.0, 7, audio_prompt=own, noise_level=0.2)
    assert prompted.samples.shape == plain.samples.shape
    assert not np.array_equal(prompted.samples, plain.samples)


def test_an_audio_prompt_may_begin_within_its_audio(bundle: LatentBundle):
    model, samples = Model(bundle), make_music(6.0, 8_000)
    passage = riffsmith.Audio(samples[3 * 8_000 :], 8_000)
    expected = model.generate(2.0, 7, audio_prompt=passage, noise_level=0.2)
    whole = riffsmith.Audio(samples, 8_000)
    found = model.generate(2.0, 7, audio_prompt=whole, audio_prompt_from=3, noise_level=0.2)
    assert np.array_equal(found.samples, expected.samples)
    streamed = model.stream(7, audio_prompt=whole, audio_prompt_from=3, noise_level=0.2)
    assert np.allclose(streamed.read(8_000).samples[:4_000], found.samples[:4_000], atol=1e-4)
    for play in (model.generate, model.stream):
        with pytest.raises(riffsmith.RiffsmithError, match="audio_prompt_from needs audio_prompt"):
            play(seed=7, audio_prompt_from=3)


def test_a_file_without_audio_is_named(tmp_path: Path):
    path = tmp_path / "text.wav"
    path.write_text("no audio")
    with pytest.raises(riffsmith.RiffsmithError, match=r"text\.wav: not readable as audio"):
        riffsmith.read_audio(path)


def test_a_notebook_shows_audio_as_a_player(bundle: LatentBundle):
    audio = Model(bundle).generate(1.0)
    assert audio._repr_html_().startswith('<audio controls src="data:audio/flac;base64,')
    assert len(audio.plot().axes) == 2


def test_a_picture_model_has_no_stream():
    settings = tiny_settings()
    card = Card.model_construct(settings=settings, preset="report")
    generator = Generator(settings.generator, settings.corpus.channel_count)
    model = Model(PictureBundle(card, settings, generator))
    with pytest.raises(riffsmith.RiffsmithError, match="preset report plays clips alone"):
        model.stream()


def test_python_shows_the_public_names():
    assert dir(riffsmith) == sorted(riffsmith.__all__)


@pytest.mark.parametrize("seconds", [-1.0, 0.0, 0.05, float("nan"), float("inf"), 1e6])
def test_a_length_that_cannot_be_played_is_refused(bundle: LatentBundle, seconds: float):
    with pytest.raises(SettingsError, match=r"seconds must be from 0\.1 to 10800, found"):
        Model(bundle).generate(seconds)
    with pytest.raises(SettingsError, match="a loop must be from 1 to 120 s long, found"):
        Model(bundle).loop(seconds)


def test_a_number_of_samples_that_cannot_be_read_is_refused(bundle: LatentBundle):
    piece = Model(bundle).stream(seed=3)
    for samples in (0, -5):
        with pytest.raises(SettingsError, match=f"samples must be 1 or more, found {samples}"):
            piece.read(samples)
        with pytest.raises(SettingsError, match="samples must be 1 or more"):
            next(piece.play_on(samples))


def test_an_audio_prompt_may_be_a_path(bundle: LatentBundle, tmp_path: Path):
    path = tmp_path / "own.wav"
    soundfile.write(path, make_music(4.0, 8_000), 8_000)
    model = Model(bundle)
    clips = [
        model.generate(2.0, 7, audio_prompt=prompt)
        for prompt in (path, str(path), riffsmith.read_audio(path, 8_000))
    ]
    assert np.array_equal(clips[0].samples, clips[1].samples)
    assert np.array_equal(clips[0].samples, clips[2].samples)
    with pytest.raises(riffsmith.RiffsmithError, match=r"nowhere\.wav: cannot be opened"):
        model.stream(audio_prompt="nowhere.wav")


def test_arguments_without_effect_are_refused(bundle: LatentBundle):
    model = Model(bundle)
    with pytest.raises(SettingsError, match="noise_level has no effect without an audio prompt"):
        model.generate(1.0, noise_level=0.3)
    with pytest.raises(SettingsError, match="noise_level has no effect without an audio prompt"):
        model.stream(noise_level=0.5)
    for controls in (riffsmith.Controls(variation=0.2), riffsmith.Controls(morph_seed=5)):
        with pytest.raises(SettingsError, match="has no effect on a loop"):
            model.loop(4.0, controls=controls)


@pytest.mark.parametrize(
    ("sample_rate", "channels", "message"),
    [
        (0, 2, "sample_rate must be from 1000 to 384000 Hz, found 0"),
        (-8_000, 2, "sample_rate must be"),
        (8_000, 0, "channels must be 1 or 2, found 0"),
        (8_000, 3, "channels must be 1 or 2, found 3"),
    ],
)
def test_a_format_that_cannot_be_is_refused(sample_rate: int, channels: int, message: str):
    with pytest.raises(SettingsError, match=message):
        riffsmith.read_audio("any.wav", sample_rate, channels)


def test_objects_say_what_they_are(bundle: LatentBundle):
    card = bundle.card.model_copy(update={"snapshot": 60_000, "genre": "metal"})
    model = Model(LatentBundle(card, bundle.settings, bundle.generator, bundle.codec, None))
    assert repr(model) == "Model(preset latent, step 60000, metal, 8000 Hz)"
    piece = Model(bundle).stream(seed=3)
    piece.read(4_000)
    assert repr(piece) == "Piece(at 0.50 s, 8000 Hz)"
    audio = riffsmith.Audio(np.zeros((12_000, 2), np.float32), 8_000)
    assert repr(audio) == "Audio(1.50 s, 2 channels, 8000 Hz)"
    assert repr(riffsmith.Audio(audio.samples[:, :1], 8_000)) == "Audio(1.50 s, 1 channel, 8000 Hz)"


def test_a_spectrogram_has_frequencies():
    random = np.random.default_rng(0)
    audio = riffsmith.Audio(random.standard_normal((44_100, 1)).astype(np.float32), 44_100)
    axes = audio.plot().axes[0]
    assert axes.get_ylabel() == "Hz"
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == ["100", "500", "1000", "2000", "5000", "10000", "20000"]
    assert axes.get_xlabel() == "seconds"


@pytest.mark.slow
def test_the_chain_from_python(tmp_path: Path):
    for number in range(2):
        write_music(tmp_path / "songs" / f"{number}.wav", 32.0, seed=number)
    values = {section: dict(pairs) for section, pairs in TINY.items() if section != "training"}
    corpus = riffsmith.prepare(
        tmp_path / "songs",
        tmp_path / "corpus",
        preset="report",
        hold_out="1.wav",
        settings={**values, "corpus": {**values["corpus"], "sample_rate": 8_000}},
    )
    assert [r.source.path for r in corpus.manifest.of_split("held_out")] == ["1.wav"]
    assert repr(corpus).endswith("preset report, recordings: 1 to train on, 1 held out)")
    settings = {**TINY, "training": {**TINY["training"], "batch_size": 4, "monitor": False}}
    run = riffsmith.train(corpus, tmp_path / "run", epochs=1, settings=settings, seed=3)
    assert (run.is_finished, run.epoch, run.path) == (True, 1, tmp_path / "run")
    model = run.load()
    assert model.card.preset == "report"
    progress: list[float] = []
    found = riffsmith.evaluate(model, corpus, seconds=30, on_progress=progress.append)
    same = riffsmith.evaluate(run.path, corpus.path, seconds=30)
    assert found.seconds == 30
    assert found.distances == same.distances
    assert progress == sorted(progress)
    assert progress[-1] == 1.0
    with pytest.raises(riffsmith.RiffsmithError, match="add --resume"):
        riffsmith.train(corpus, run.path, epochs=1, settings=settings)
    with pytest.raises(SettingsError, match="snapshot belongs to a run"):
        riffsmith.evaluate(model, corpus, snapshot=1)
    with pytest.raises(SettingsError, match="--seconds belongs to a model"):
        riffsmith.evaluate(tmp_path / "songs", corpus, seconds=30)
