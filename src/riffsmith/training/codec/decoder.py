"""Training of a run's decoder from scratch, which can be resumed like the run itself."""

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.codec import Codec, to_stereo
from riffsmith.config import LatentSettings
from riffsmith.corpus import Corpus
from riffsmith.errors import CorpusError
from riffsmith.runs import RunFolder, Stage
from riffsmith.runs.checkpoint import read_latest, write_checkpoint
from riffsmith.seeds import derive_seed, random_stream
from riffsmith.training.codec.step import WINDOW_FRAMES, DecoderTrainer
from riffsmith.training.observer import OnStage, StageStoppedError

_CHECKPOINT_STEPS = 100
_DECIBELS = (-6.0, 3.0)
"""Range of the gain of an example, in decibels."""


def train_decoder(
    codec: Codec,
    corpus: Corpus,
    settings: LatentSettings,
    run: RunFolder,
    seed: int,
    device: torch.device,
    on_stage: OnStage,
) -> None:
    """Trains the decoder of a codec, from where an earlier session stopped.

    Args:
        codec: Codec whose decoder gets the moving average of the trained weights.
        corpus: Corpus whose training recordings are the examples.
        settings: Settings of the run.
        run: Folder where the training state is kept meanwhile.
        seed: Seed of examples and weights.
        device: Device on which it is trained.
        on_stage: Called with the progress.

    Raises:
        CorpusError: No recording is long enough.
        RunError: Writing fails, or the state is damaged.
        StageStoppedError: `on_stage` raised it to end the training; the state was written.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive_seed(seed, "decoder"))
        codec.to(device)
        trainer = DecoderTrainer(codec, settings.codec, settings.training, device)
    folder, steps = run.decoder, settings.codec.decoder_steps
    found, _ = read_latest(folder)
    if found:
        trainer.state.restore(found)
    try:
        while trainer.state.step < steps:
            on_stage(Stage.DECODER, trainer.state.step / steps)
            stream = random_stream(seed, "decoder", trainer.state.step)
            trainer.step(_draw(corpus, settings, stream))
            if trainer.state.step % _CHECKPOINT_STEPS == 0:
                write_checkpoint(folder, trainer.state.to_checkpoint())
    except StageStoppedError:
        write_checkpoint(folder, trainer.state.to_checkpoint())
        raise
    codec.decoder.load_state_dict(trainer.state.averaged_generator.state_dict())
    codec.cpu()


def _draw(
    corpus: Corpus, settings: LatentSettings, stream: torch.Generator
) -> Float[Tensor, "batch 2 time"]:
    """Random examples from all recordings, all positions equally likely."""
    size = WINDOW_FRAMES * settings.corpus.hop_samples
    recordings = corpus.manifest.of_split("train")
    lengths = torch.tensor([corpus.shard(item).samples - size + 1 for item in recordings])
    if int(lengths.max()) < 1:
        seconds = size / settings.corpus.sample_rate
        raise CorpusError(
            f"no recording is as long as {seconds:.1f} s, as a decoder's training example is: add "
            "longer ones"
        )
    ends = lengths.clamp(min=0).cumsum(0)
    batch = settings.codec.decoder_batch
    examples: list[Tensor] = []
    for chosen in torch.randint(int(ends[-1]), (batch,), generator=stream).tolist():
        number = int(torch.searchsorted(ends, chosen, right=True))
        start = chosen - int(ends[number] - lengths[number].clamp(min=0))
        shard = corpus.shard(recordings[number])
        examples.append(to_stereo(shard.audio(start, start + size)))
    swap, position = torch.rand(2, batch, 1, 1, generator=stream)
    audio = torch.stack(examples)
    audio = torch.where(swap < 0.5, audio.flip(1), audio)
    decibels = _DECIBELS[0] + (_DECIBELS[1] - _DECIBELS[0]) * position
    return audio * 10 ** (decibels / 20)
