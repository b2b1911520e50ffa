"""A decoder from scratch: it learns, and a stopped training of it goes on exactly."""

from itertools import chain, repeat
from pathlib import Path

import pytest
import torch
from conftest import TINY_LATENTS

from riffsmith.codec import Codec, load_codec
from riffsmith.config import LatentSettings, load_preset
from riffsmith.corpus import Corpus
from riffsmith.errors import CorpusError
from riffsmith.runs import RunFolder, create_run
from riffsmith.seeds import random_stream
from riffsmith.training import train
from riffsmith.training.codec.decoder import _draw
from riffsmith.training.codec.step import WINDOW_FRAMES, DecoderTrainer

CPU = torch.device("cpu")


def scratch(steps: int, **corpus: str) -> LatentSettings:
    codec = {
        "decoder_origin": "scratch",
        "decoder_steps": str(steps),
        "decoder_discriminator_channels": "8",
    }
    overrides = {
        **TINY_LATENTS,
        "codec": {**TINY_LATENTS["codec"], **codec},
        "corpus": {**TINY_LATENTS["corpus"], **corpus},
    }
    settings = load_preset("latent", overrides)
    assert isinstance(settings, LatentSettings)
    return settings


@pytest.mark.slow
def test_the_error_falls(latent_corpus: Corpus):
    settings = scratch(120)
    torch.manual_seed(0)
    codec = Codec(settings)
    codec.decoder.corrections = 0  # they alone leave the network little to learn here
    trainer = DecoderTrainer(codec, settings.codec, settings.training, CPU)
    judge = trainer.state.discriminator.state_dict()
    before = {name: weight.clone() for name, weight in judge.items()}
    errors = [
        trainer.step(_draw(latent_corpus, settings, random_stream(0, "test", step)))
        for step in range(120)
    ]
    assert sum(errors[-40:]) < 0.8 * sum(errors[:40])
    assert any(not torch.equal(judge[name], weight) for name, weight in before.items())


@pytest.mark.slow
def test_a_stopped_training_goes_on_exactly(latent_corpus: Corpus, tmp_path: Path):
    settings = scratch(5)
    whole, stopped = RunFolder(tmp_path / "whole"), RunFolder(tmp_path / "stopped")
    contents: list[bytes] = []
    for run in (whole, stopped):
        record = create_run(run, latent_corpus, settings, "latent", seed=3)
        if run is stopped:
            answers = chain(repeat(False, 4), repeat(True))
            outcome = train(run, record, latent_corpus, [], should_stop=answers.__next__)
            assert not outcome.finished
            assert not run.codec.exists()
            assert run.decoder.is_dir()
        assert train(run, record, latent_corpus, []).finished
        assert not run.decoder.exists()
        contents.append(run.codec.read_bytes())
    assert contents[0] == contents[1]
    shipped = Codec(settings).decoder.state_dict()
    trained = load_codec(settings, contents[0]).decoder.state_dict()
    assert trained.keys() == shipped.keys()


def test_examples_come_from_all_recordings_and_differ(latent_corpus: Corpus):
    settings = scratch(5)
    one, other = (_draw(latent_corpus, settings, random_stream(seed, "test")) for seed in (0, 1))
    assert one.shape == (8, 2, WINDOW_FRAMES * 64)
    assert torch.equal(one, _draw(latent_corpus, settings, random_stream(0, "test")))
    assert not torch.equal(one, other)
    assert len({round(float(item.std()), 6) for item in one}) == 8


def test_a_corpus_of_moments_is_refused(latent_corpus: Corpus):
    settings = scratch(5)
    longer = settings.model_copy(
        update={"corpus": settings.corpus.model_copy(update={"hop_samples": 1_000})}
    )
    with pytest.raises(CorpusError, match=r"no recording is as long as 10\.0 s"):
        _draw(latent_corpus, longer, random_stream(0, "test"))
