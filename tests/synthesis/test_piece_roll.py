from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import make_piano_roll_model, tiny_latents

from riffsmith.bundle import LatentBundle, load_bundle
from riffsmith.controls import parse_key
from riffsmith.features import CLASSES, correlate_keys
from riffsmith.networks import BAR_STEPS
from riffsmith.synthesis import Controls, Stream, encode_audio_prompt
from riffsmith.synthesis.form import Form
from riffsmith.synthesis.piece_roll import PieceRoll
from riffsmith.transcription import PITCHES, STEPS_PER_BEAT

SECTION_BEATS = 32


def make_roll(amount: float = 0.0, seed: int = 3, key: str | None = None) -> PieceRoll:
    model = make_piano_roll_model(tiny_latents())
    return PieceRoll(
        model,
        Form(seed, amount),
        lambda section: model.profiles[section % 7],
        model.profiles[0],
        None if key is None else parse_key(key),
    )


def at(roll: PieceRoll, first: int, beats: int) -> torch.Tensor:
    """Each step once."""
    return roll.at(first + torch.arange(beats * STEPS_PER_BEAT) / STEPS_PER_BEAT)


@pytest.mark.slow
def test_a_piece_has_the_same_notes_wherever_one_begins():
    whole = at(make_roll(0.6), -SECTION_BEATS, 4 * SECTION_BEATS)
    assert whole.shape == (PITCHES, 4 * SECTION_BEATS * STEPS_PER_BEAT)
    part = at(make_roll(0.6), 25, 20)
    start = (25 + SECTION_BEATS) * STEPS_PER_BEAT
    assert torch.equal(part, whole[:, start : start + 20 * STEPS_PER_BEAT])
    assert 0 < whole.mean() < 1
    other = at(make_roll(0.6, seed=4), -SECTION_BEATS, 4 * SECTION_BEATS)
    assert not torch.equal(whole, other)


def test_a_loop_of_more_than_a_section_returns_to_its_first_notes():
    """As `with_beats` asks for them: the positions begin anew after a period."""
    roll, beats = make_roll(), SECTION_BEATS + 4
    once = at(roll, 0, beats)
    steps = torch.arange(2 * beats * STEPS_PER_BEAT) / STEPS_PER_BEAT
    assert torch.equal(roll.at(steps % beats), torch.cat([once, once], dim=1))


@pytest.mark.slow
def test_the_form_repeats_bars():
    def repeated(amount: float) -> float:
        """Share of the bars that are equal to the one before or before that."""
        bars = at(make_roll(amount), 0, 4 * SECTION_BEATS).unflatten(1, (-1, BAR_STEPS))
        pairs = [bool((bars[:, n] == bars[:, n - 1]).all()) for n in range(1, bars.shape[1])]
        later = [bool((bars[:, n] == bars[:, n - 2]).all()) for n in range(2, bars.shape[1])]
        return (sum(pairs) + sum(later)) / (len(pairs) + len(later))

    assert repeated(0.0) == 0
    assert repeated(0.9) > 0.3


def test_sections_are_in_the_key_that_is_asked_for():
    profile = torch.zeros(13)
    profile[[0, 2, 4, 5, 7, 9, 11]] = 1  # A major
    profile[[0, 4, 7]] = 2
    roll = PieceRoll(
        make_piano_roll_model(tiny_latents()),
        Form(0, 0.0),
        lambda _: profile,
        profile,
        parse_key("C"),
    )
    found = correlate_keys(roll._reference[:CLASSES].square().double().numpy())
    assert found is not None
    assert int(found[:CLASSES].argmax()) == 3


@pytest.mark.slow
def test_controls_change_the_notes_from_there_on(latent_bundle: Path):
    bundle = load_bundle(latent_bundle)
    assert isinstance(bundle, LatentBundle)
    before = Stream(bundle, 5, Controls(key="A")).schedule
    after = before.with_controls(400, Controls(key="D"))
    first, second = (each.conditioning(0, 800)[0, -PITCHES:] for each in (before, after))
    assert torch.equal(first[:, :400], second[:, :400])
    assert not torch.equal(first[:, 400:], second[:, 400:])
    morph = Stream(bundle, 5, Controls(morph_seed=9, morph_seconds=12.8)).schedule
    plain = Stream(bundle, 5).schedule
    first, second = (each.conditioning(0, 800)[0, -PITCHES:] for each in (plain, morph))
    assert torch.equal(first[:, :200], second[:, :200])  # the middle of the morph
    assert not torch.equal(first, second)


@pytest.mark.slow
def test_a_piece_goes_on_with_the_notes_of_its_prompt(latent_bundle: Path):
    bundle = load_bundle(latent_bundle)
    assert isinstance(bundle, LatentBundle)
    time = np.arange(4 * 8_000) / 8_000
    tone = 0.3 * np.sin(2 * np.pi * 440 * time) * (time % 1 < 0.5)
    audio = np.stack([tone, tone], axis=1).astype(np.float32)
    prompt = encode_audio_prompt(bundle, audio, 0.5)
    frames = prompt.notes.shape[1]
    assert frames == prompt.latents.shape[-1]
    a4 = 48
    assert 0.2 < prompt.notes[a4].mean() < 0.8
    assert prompt.profile is not None
    assert int(prompt.profile[:CLASSES].argmax()) == 0
    plain = torch.full((1, 13 + PITCHES, frames + 20), 0.25)
    given = prompt.give_notes(plain, -10)
    assert torch.equal(given[0, -PITCHES:, 10 : frames + 10], prompt.notes)
    assert given[0, :, :10].eq(0.25).all()
    assert given[0, :, frames + 10 :].eq(0.25).all()
    assert given[0, :-PITCHES].eq(0.25).all()
    free = encode_audio_prompt(bundle, audio, 1.0)
    assert torch.equal(free.give_notes(plain, -10), plain)
