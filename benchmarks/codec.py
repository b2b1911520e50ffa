"""What the codec keeps: note F1, distances, attack and speed, with components fitted to a corpus.

    python benchmarks/codec.py CORPUS [--set codec.tonal_components=96 …] [--texture-steps 1500]

CORPUS is a corpus that was prepared for the preset `latent`. The codec is fitted to its training
recordings. Note F1 is that of 30 s of each held-out recording, from a third of its length on. The
distances are those of 300 s of held-out music to itself after the codec, as ratios to the distance
of the training recordings (the ceiling of `evaluate`). The attack is the time from 10 to 90 % of
the level of clicks. The speed is that of decoding, on one core and in CPU time.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from machine import describe_machine

from riffsmith.bundle import Card, LatentBundle, build_latent_generator
from riffsmith.codec import Codec, fit_codec
from riffsmith.config import LatentSettings, load_preset
from riffsmith.corpus import Corpus
from riffsmith.evaluation.embedders.cache import EmbeddingCache
from riffsmith.evaluation.embedders.embedder import build_embedders
from riffsmith.evaluation.embedders.embedding import embed_audio
from riffsmith.evaluation.measures import DISTANCES
from riffsmith.evaluation.metrics.note_f1 import note_f1
from riffsmith.evaluation.passages import read_passages
from riffsmith.synthesis import reconstruct_audio
from riffsmith.training.latent.windows import measure_recordings
from riffsmith.transcription.transcribe import transcribe

SECONDS, PASSAGE_SECONDS = 300.0, 30.0
CLICKS, CLICK_SECONDS, LONGEST_SECONDS = 40, 0.5, 0.05


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--set", nargs="*", default=[], metavar="SECTION.KEY=VALUE")
    parser.add_argument("--texture-steps", default="1500")
    parser.add_argument("--without-distances", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(describe_machine())
    overrides: dict[str, dict[str, str]] = {"codec": {"texture_steps": options.texture_steps}}
    for pair in options.set:
        name, value = pair.split("=")
        section, key = name.split(".")
        overrides.setdefault(section, {})[key] = value
    settings = load_preset("latent", overrides)
    assert isinstance(settings, LatentSettings)
    corpus = Corpus(options.corpus)
    bundle = fit(settings, corpus)
    print(f"latents a frame: {settings.codec.latent_channels}")
    show_notes(bundle, corpus)
    show_attack(bundle)
    show_speed(bundle, corpus)
    if not options.without_distances:
        show_distances(bundle, corpus, options.corpus / "cache" / "embeddings")


def fit(settings: LatentSettings, corpus: Corpus) -> LatentBundle:
    """A bundle with a fitted codec; its generator is not trained and not used."""
    torch.manual_seed(0)
    codec = Codec(settings)
    recordings = measure_recordings(corpus, corpus.manifest.of_split("train"), settings)
    features = [item.features for item in recordings]
    fit_codec(features, codec, 0, settings.codec.texture_steps)
    generator = build_latent_generator(settings)
    return LatentBundle(Card.model_construct(settings=settings), settings, generator, codec.eval())


def show_notes(bundle: LatentBundle, corpus: Corpus) -> None:
    found: list[float] = []
    for recording in corpus.manifest.of_split("held_out"):
        start = recording.seconds / 3
        audio = corpus.audio(recording, start, PASSAGE_SECONDS).numpy()
        restored = reconstruct_audio(bundle, audio)
        rolls = [transcribe(each.mean(1), 44_100).roll() for each in (restored, audio)]
        score = note_f1(rolls[0], rolls[1])
        mean = [f"{roll.sum(1).mean():.2f}" for roll in rolls[::-1]]
        print(
            f"note F1 of {recording.source.path}: {score:.3f} (notes at a time {' → '.join(mean)})"
        )
        found += [] if score is None else [score]
    print(f"note F1, mean: {np.mean(found):.3f}", flush=True)


def show_attack(bundle: LatentBundle) -> None:
    rate, size = 44_100, round(CLICK_SECONDS * 44_100)
    audio = np.zeros((CLICKS * size, 2), np.float32)
    places = np.arange(CLICKS) * size + np.random.default_rng(0).integers(
        2_048, size - 4_096, CLICKS
    )
    audio[places] = 0.9
    for name, samples in (("original", audio), ("codec", reconstruct_audio(bundle, audio))):
        power = np.convolve(samples.mean(1) ** 2, np.ones(44) / 44, "same")
        reach = round(LONGEST_SECONDS * rate)
        level = np.sqrt(np.mean([power[at - reach : at + reach] for at in places[1:-1]], axis=0))
        peak = int(level.argmax())
        quiet = np.flatnonzero(level[:peak] < 0.1 * level[peak])
        begin = int(quiet[-1]) if len(quiet) else 0
        rise = int(np.flatnonzero(level[begin:] >= 0.9 * level[peak])[0])
        print(f"attack of clicks, {name}: {1000 * rise / rate:.1f} ms")


@torch.inference_mode()
def show_speed(bundle: LatentBundle, corpus: Corpus) -> None:
    codec, latents = bundle.codec, 64
    frames = latents + 2 * codec.context_latents
    recording = corpus.manifest.of_split("held_out")[0]
    seconds = frames * codec.latent_samples / codec.sample_rate
    audio = corpus.audio(recording, 10.0, seconds + 0.1).T[None].contiguous()
    encoded = codec.encode(audio)[..., :frames]
    noise = torch.randn(1, codec.noise_channels, encoded.shape[-1])
    times: list[float] = []
    for _ in range(8):
        began = time.process_time()
        codec.decode_between(encoded, noise)
        times.append(time.process_time() - began)
    played = latents * codec.latent_samples / codec.sample_rate
    print(f"decoding: {played / np.median(times):.1f} × real time on one core", flush=True)


def show_distances(bundle: LatentBundle, corpus: Corpus, cache: Path) -> None:
    stored = EmbeddingCache(cache)
    real = {split: read_passages(corpus, split, SECONDS) for split in ("train", "held_out")}
    restored = [reconstruct_audio(bundle, passage.audio) for passage in real["held_out"]]
    for embedder in build_embedders():
        training, held_out = (
            np.concatenate([stored.embed(p.audio, p.sample_rate, embedder) for p in passages])
            for passages in real.values()
        )
        ours = np.concatenate([embed_audio(audio, 44_100, embedder) for audio in restored])
        for name, distance in DISTANCES.items():
            ratio = distance(ours, held_out) / distance(training, held_out)
            print(f"{name}_{embedder.name} of the codec: {ratio:.2f}", flush=True)


if __name__ == "__main__":
    main()
