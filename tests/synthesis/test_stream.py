from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import (
    give_codec,
    make_modulation_filter,
    make_music,
    make_piano_roll_model,
    tiny_latents,
)

from riffsmith.bundle import Card, LatentBundle, build_latent_generator
from riffsmith.errors import SettingsError
from riffsmith.networks import sample
from riffsmith.runs import RunFolder
from riffsmith.synthesis import (
    Controls,
    Stream,
    cut_audio_prompt,
    encode_audio_prompt,
    generate_clip,
    play_chunks,
)
from riffsmith.synthesis.rendering import decoder_noise, finish, receptive_field
from riffsmith.synthesis.stream import CHUNK_LATENTS, CONTROL_CHANGE_SECONDS, WINDOW_LATENTS


@pytest.fixture
def bundle(tmp_path: Path) -> LatentBundle:
    settings = tiny_latents()
    codec = give_codec(RunFolder(tmp_path / "run"), settings).eval()
    torch.manual_seed(1)
    generator = build_latent_generator(settings)
    for weight in generator.parameters():  # nothing is zero, as after training
        torch.nn.init.normal_(weight, std=0.2)
    card = Card.model_construct(settings=settings)
    notes = make_piano_roll_model(settings)
    found = make_modulation_filter(settings.codec.latent_channels)
    return LatentBundle(card, settings, generator.eval(), codec, notes, found)


@pytest.mark.slow
def test_reads_of_any_size_are_bit_for_bit_the_whole(bundle: LatentBundle):
    size = CHUNK_LATENTS * bundle.codec.latent_samples
    whole = Stream(bundle, 3).read(0, 3 * size)
    assert whole.shape == (3 * size, 2)
    assert np.array_equal(whole, np.concatenate(list(islice(Stream(bundle, 3).chunks(), 3))))
    stream, start = Stream(bundle, 3), 0
    for count in (1, 700, size, 33, size + 5):
        assert np.array_equal(stream.read(start, count), whole[start : start + count])
        start += count
    assert np.array_equal(generate_clip(bundle, size / 8000, 3), whole[:size])


@pytest.mark.slow
def test_reads_of_a_piece_with_a_form_are_bit_for_bit_the_whole(bundle: LatentBundle):
    controls, size = Controls(form=0.7, morph_seed=5), CHUNK_LATENTS * bundle.codec.latent_samples

    def play() -> Stream:
        return Stream(bundle, 3, controls).with_controls(4 * size + 70, Controls(form=1.0))

    whole, stream, start = play().read(0, 8 * size), play(), 5 * size
    for count in (1, 700, size + 5):
        assert np.array_equal(stream.read(start, count), whole[start : start + count])
        start += count
    torch.set_num_threads(2)
    assert np.array_equal(np.concatenate(list(play_chunks(play(), 0, 8))), whole)


@pytest.mark.slow
def test_bars_of_a_single_riff_are_alike(bundle: LatentBundle):
    """A bar has 64 latent frames at this tempo, so bars can be compared frame by frame."""
    tempo = 4 * 60 / (64 * bundle.settings.latent_seconds)
    ratios: list[float] = []
    for form in (0.0, 1.0):
        controls = Controls(form=form, tempo=tempo, variation=0.0)
        bars = Stream(bundle, 3, controls).latents(0, 16 * 64).reshape(-1, 16, 64)
        bars = bars[:, 4:]  # the beginning has no bars before it
        apart = (bars[:, 4:] - bars[:, :-4]).square().mean()
        ratios.append(float(apart / bars.var(dim=(1, 2), keepdim=True).mean() / 2))
    assert ratios[0] > 0.8
    assert ratios[1] < 0.2


@pytest.mark.slow
def test_workers_play_bit_for_bit_what_one_thread_does(bundle: LatentBundle):
    seconds = 30 * CHUNK_LATENTS * bundle.codec.latent_samples / bundle.settings.corpus.sample_rate
    alone = generate_clip(bundle, seconds, 3)
    torch.set_num_threads(2)
    assert np.array_equal(generate_clip(bundle, seconds, 3), alone)
    assert torch.get_num_threads() == 2


@pytest.mark.slow
def test_workers_begin_at_any_chunk_and_continue_without_end(bundle: LatentBundle):
    whole = list(islice(Stream(bundle, 3).chunks(), 24))
    torch.set_num_threads(2)
    for first in (0, 1, 9):
        chunks = play_chunks(Stream(bundle, 3), first)
        assert np.array_equal(list(islice(chunks, 24 - first)), whole[first:])


@pytest.mark.slow
@pytest.mark.parametrize("place", [0.01, 0.99])
def test_workers_play_a_piece_with_a_control_change(bundle: LatentBundle, place: float):
    """The change lies at the beginning of a chunk, and at its end."""
    size = CHUNK_LATENTS * bundle.codec.latent_samples
    change = round((2 + place) * size)
    changed = Stream(bundle, 3).with_controls(change, Controls(tempo=150.0))
    alone = changed.read(0, 6 * size)
    torch.set_num_threads(2)
    assert np.array_equal(np.concatenate(list(play_chunks(changed.without_cache(), 0, 6))), alone)


def test_chunks_are_what_one_pass_over_both_sides_decodes(bundle: LatentBundle):
    """What lies beyond a chunk's context changes it by less than −60 dB."""
    stream = Stream(bundle, 3)
    size, frames = stream.chunk_samples, 2 * CHUNK_LATENTS
    strength = bundle.settings.generator.texture
    with torch.inference_mode():
        noise = decoder_noise(bundle.codec, stream.noise, 0, frames, strength)
        audio = bundle.codec.decode(stream.latents(0, frames), noise)[0].T.numpy()
    audio = finish(audio, stream.sample_rate)
    edge = receptive_field(bundle.codec) * bundle.codec.latent_samples
    joined = stream.read(0, 2 * size)
    error = np.sqrt(np.square(joined - audio)[edge:-edge].max())
    assert error < 1e-3 * np.abs(audio).max()


def test_windows_are_what_one_pass_over_all_of_them_gives(bundle: LatentBundle):
    """A network whose receptive field is smaller than the margins leaves no seam."""
    stream, frames, margin = Stream(bundle, 3), 2 * WINDOW_LATENTS[-1], 64
    generator = bundle.generator
    assert bundle.modulation_filter is not None
    conditioning = stream.schedule.conditioning(-margin, frames + 2 * margin)
    noise = stream.noise.cut("latents", 8, -margin, frames + 2 * margin)
    with torch.inference_mode():
        whole = sample(lambda x, t: generator(x, conditioning, t), noise, 3, 3)
        whole = bundle.modulation_filter(whole)
        pieces = [stream.latents(start, 100) for start in range(0, 1400, 100)]
    expected = whole[..., margin : margin + 1400]
    assert torch.allclose(torch.cat(pieces, dim=-1), expected, atol=0.05)  # bfloat16


def test_other_seeds_are_other_pieces(bundle: LatentBundle):
    one, other = (Stream(bundle, seed).read(0, 5000) for seed in (1, 2))
    assert np.abs(one - other).max() > 1e-3


@pytest.mark.slow
def test_the_piece_goes_on_after_an_hour(bundle: LatentBundle):
    hour = 3600 * 8000
    later = Stream(bundle, 3).read(hour, 4000)
    assert np.isfinite(later).all()
    assert later.std() > 1e-4


@pytest.mark.slow
def test_a_control_change_leaves_the_samples_before_it_bit_for_bit(bundle: LatentBundle):
    stream = Stream(bundle, 3)
    at, size = 30_000, 90_000
    before = stream.read(0, size)
    changed = stream.with_controls(at, Controls(tempo=200.0))
    after = np.concatenate([changed.read(start, 9_000) for start in range(0, size, 9_000)])
    assert np.array_equal(after[:at], before[:at])
    soon = slice(at + 800, at + 2_400)
    assert np.abs(after[soon] - before[soon]).max() > 1e-3
    steps = np.abs(np.diff(after, axis=0))
    assert (steps[at - 2 : at + 402] <= np.percentile(steps, 99.99, axis=0)).all()
    again = stream.with_controls(at, Controls(tempo=200.0)).read(0, size)
    assert np.array_equal(after, again)


def test_a_piece_begins_with_its_audio_prompt(bundle: LatentBundle):
    clip = make_music(4.0, 8000, channels=2, seed=1)
    prompt = encode_audio_prompt(bundle, clip, 0.0)
    frames = prompt.latents.shape[-1]
    assert frames == 4 * 8000 // bundle.codec.latent_samples
    kept = Stream(bundle, 3, audio_prompt=prompt).latents(0, frames + 50)
    assert torch.equal(kept[..., :frames], prompt.latents)
    distances: list[float] = []
    for noise_level in (0.3, 0.5, 0.9):
        noisier = replace(prompt, noise_level=noise_level)
        latents = Stream(bundle, 3, audio_prompt=noisier).latents(0, frames)
        distances.append(float((latents - prompt.latents).abs().mean()))
    assert 0 < distances[0] < distances[1] < distances[2]


@pytest.mark.parametrize(
    ("seconds", "noise_level", "message"),
    [
        (1.999, 0.5, "2 to 120 s long, found 1.99 s: take a longer recording, or a file in which"),
        (121.0, 0.5, "found 121.0 s: cut it, or say where it begins"),
        (4.0, 2.0, "noise_level must be from 0 to 1, found 2"),
    ],
)
def test_clips_that_do_not_fit_are_refused(
    bundle: LatentBundle, seconds: float, noise_level: float, message: str
):
    with pytest.raises(SettingsError, match=message):
        encode_audio_prompt(bundle, make_music(seconds, 8000), noise_level)


def test_an_audio_prompt_is_a_passage_of_a_long_recording():
    recording = np.arange(300.0, dtype=np.float32)[:, None].repeat(10, axis=0)  # at 10 Hz
    passage = cut_audio_prompt(recording, 10, 60.5)
    assert passage[0] == 60
    assert len(passage) == 120 * 10
    assert len(cut_audio_prompt(recording, 10, 298)) == 20
    for second in (-1.0, 299.0, 400.0, float("nan")):
        with pytest.raises(SettingsError, match=f"at second {second:g} of a recording of 300.0 s"):
            cut_audio_prompt(recording, 10, second)
    with pytest.raises(SettingsError, match=r"found 1\.5 s: take a longer recording"):
        cut_audio_prompt(recording[:15], 10, 0.0)


@pytest.mark.slow
def test_a_control_change_can_be_heard_later_than_it_was_made(bundle: LatentBundle):
    plain, size = Stream(bundle, 3), CHUNK_LATENTS * bundle.codec.latent_samples
    early = plain.with_controls(size, Controls(tempo=200.0))
    later = early.with_change_at(2 * size)
    whole, changed = plain.read(0, 6 * size), early.read(0, 6 * size)
    heard = later.read(0, 6 * size)
    assert np.array_equal(heard[: 2 * size], whole[: 2 * size])
    assert not np.array_equal(changed[: 2 * size], whole[: 2 * size])
    soon = 2 * size + round(CONTROL_CHANGE_SECONDS * plain.sample_rate)
    assert np.array_equal(heard[soon:], changed[soon:])
    assert np.array_equal(later.without_cache().read(size, 3 * size), heard[size : 4 * size])


def test_making_ready_leaves_the_piece_before_alone(bundle: LatentBundle):
    plain = Stream(bundle, 3)
    changed = plain.with_controls(0, Controls(tempo=200.0))
    changed.make_ready(0, 1)
    assert not plain._windows
    assert changed._windows
