"""How well copied melodies are found, and how often new music is accused.

python benchmarks/melody_copies.py CORPUS [--model metal]

From each training recording an excerpt of 24 s is altered: shifted by three semitones and played
through the model's codec; played again from its transcription by sines, four semitones lower, or
two higher and 6 % faster. Each window of 10 s is then compared with the training recordings as
`riffsmith originality` does. New music are the held-out recordings, each ranked among the others;
pieces of the recordings' transcriptions in random order; and clips of the model.
"""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from riffsmith.bundle import LatentBundle, load_shipped
from riffsmith.corpus import Corpus
from riffsmith.evaluation import Comparison
from riffsmith.evaluation.copying.calibrated_search import CalibratedSearch
from riffsmith.evaluation.copying.melody import MELODY
from riffsmith.features import shift_pitch
from riffsmith.synthesis import generate_clip, reconstruct_audio
from riffsmith.transcription.transcribe import FRAMES_PER_SECOND, transcribe

EXCERPT_SECONDS = 24.0
SHUFFLED_SECONDS = (2.0, 1.0, 0.5)
CLIPS, CLIP_SECONDS = 5, 60.0
_SHORTEST_NOTE_FRAMES = 4


def play_roll(
    roll: NDArray[np.bool_], rate: int, semitones: float = 0.0, speed: float = 1.0
) -> NDArray[np.float32]:
    """Plays the notes of a roll (frames, 88) with three partials each."""
    frame_samples = rate / FRAMES_PER_SECOND / speed
    audio = np.zeros(round((len(roll) + 1) * frame_samples), np.float32)
    edges = np.diff(np.pad(roll, ((1, 1), (0, 0))).astype(np.int8), axis=0)
    for pitch in range(roll.shape[1]):
        frequency = 27.5 * 2 ** ((pitch + semitones) / 12)
        begins, ends = (np.nonzero(edges[:, pitch] == sign)[0] for sign in (1, -1))
        for begin, end in zip(begins, ends, strict=True):
            if end - begin < _SHORTEST_NOTE_FRAMES:
                continue
            length = int((end - begin) * frame_samples)
            time = np.arange(length) / rate
            envelope = np.minimum(1, 100 * time) * np.exp(-2 * time)
            tone = sum(np.sin(2 * np.pi * k * frequency * time) / 2 ** (k - 1) for k in (1, 2, 3))
            start = int(begin * frame_samples)
            audio[start : start + length] += (envelope * tone).astype(np.float32)
    return 0.5 * audio / max(float(np.abs(audio).max()), 1e-9)


def shuffle(roll: NDArray[np.bool_], seconds: float, seed: int) -> NDArray[np.bool_]:
    """Puts the pieces of a roll into random order."""
    length = round(seconds * FRAMES_PER_SECOND)
    pieces = [roll[at : at + length] for at in range(0, len(roll) - length + 1, length)]
    order = np.random.default_rng(seed).permutation(len(pieces))
    return np.concatenate([pieces[number] for number in order])


def show(name: str, found: list[Comparison], source: Callable[[int], str] | None = None) -> None:
    windows = [(n, window) for n, one in enumerate(found) for window in one.windows]
    flagged = np.mean([window.percentile >= 99 for _, window in windows])
    far = np.mean([window.score > 1.75 * found[0].held_out_highest for _, window in windows])
    line = f"{name:34}{len(windows):5} windows, {flagged:6.1%} above the 99th, {far:6.1%} by far"
    if source:
        right = np.mean([window.recording == source(n) for n, window in windows])
        line += f", right recording {right:.1%}"
    print(line, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--model", default="metal")
    options = parser.parse_args()
    torch.set_num_threads(1)
    corpus, bundle = Corpus(options.corpus), load_shipped(options.model)
    assert isinstance(bundle, LatentBundle)
    rate = corpus.manifest.settings.sample_rate
    search = CalibratedSearch.of_corpus(corpus, MELODY)
    train = corpus.manifest.of_split("train")

    def excerpts() -> Iterator[NDArray[np.float32]]:
        for recording in train:
            yield corpus.audio(recording, 0.4 * recording.seconds, EXCERPT_SECONDS).numpy()

    def through_codec(audio: NDArray[np.float32]) -> NDArray[np.float32]:
        shifted = shift_pitch(torch.from_numpy(np.ascontiguousarray(audio.T)), 3.0).numpy()
        return reconstruct_audio(bundle, np.ascontiguousarray(shifted.T)).mean(axis=1)

    def as_sines(audio: NDArray[np.float32], semitones: float, speed: float) -> NDArray[np.float32]:
        return play_roll(transcribe(audio.mean(axis=1), rate).roll(), rate, semitones, speed)

    copies: dict[str, Callable[[NDArray[np.float32]], NDArray[np.float32]]] = {
        "3 semitones up, through the codec": through_codec,
        "sines, 4 semitones down": lambda audio: as_sines(audio, -4.0, 1.0),
        "sines, 2 semitones up, 6 % faster": lambda audio: as_sines(audio, 2.0, 1.06),
    }
    for name, alter in copies.items():
        found = [search.compare(alter(audio), rate) for audio in excerpts()]
        show(name, found, lambda number: train[number].source.path)

    held_out = corpus.manifest.of_split("held_out")
    songs = [corpus.audio(each, 0, each.seconds).numpy().mean(axis=1) for each in held_out]
    scores = [[w.score for w in search.compare(song, rate).windows] for song in songs]
    for number, recording in enumerate(held_out):
        others = np.concatenate([one for at, one in enumerate(scores) if at != number])
        flagged = np.mean(np.array(scores[number]) > np.quantile(others, 0.99))
        print(f"held out, ranked among the others: {flagged:6.1%} of {recording.source.path}")

    for seconds in SHUFFLED_SECONDS:
        found: list[Comparison] = []
        for number, recording in enumerate(train):
            audio = corpus.audio(recording, 0, recording.seconds).numpy().mean(axis=1)
            roll = shuffle(transcribe(audio, rate).roll(), seconds, number)
            excerpt = roll[: round(EXCERPT_SECONDS * FRAMES_PER_SECOND)]
            found.append(search.compare(play_roll(excerpt, rate), rate))
        show(f"notes in pieces of {seconds:g} s, shuffled", found)

    clips = [generate_clip(bundle, CLIP_SECONDS, seed).mean(axis=1) for seed in range(CLIPS)]
    show(f"clips of {options.model}", [search.compare(clip, rate) for clip in clips])


if __name__ == "__main__":
    main()
