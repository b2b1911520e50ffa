"""Fit of a codec to a corpus: principal components and texture."""

from collections.abc import Callable, Iterator, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.codec.codec import Codec
from riffsmith.seeds import random_stream

SIDE_WEIGHT = 0.5
"""Weight of the side's features in the error that the components minimise."""
_WINDOW_LATENTS, _BATCH_WINDOWS, _LEARNING_RATE = 32, 32, 2e-3
"""Latent frames of a window, windows of a batch and learning rate of the texture's training."""


def fit_codec(
    features: Sequence[Float[Tensor, "features _"]],
    codec: Codec,
    seed: int,
    steps: int,
    on_progress: Callable[[float], None] = lambda progress: None,
    base: Codec | None = None,
) -> None:
    """Fits components and texture to patches of recordings at all frame offsets.

    Args:
        features: Features of each recording.
        codec: Codec to fit in place.
        seed: Seed of the texture's batches.
        steps: Training steps of the texture.
        on_progress: Called with the progress from 0 to 1.
        base: Codec whose components are taken; their means and deviations are measured anew. Its
            texture is where the fit begins. `None`: everything is fitted.
    """
    linear, tonal = codec.linear, codec.tonal
    if base is None:
        sides = torch.full((codec.analysis.side.count,), SIDE_WEIGHT)
        weights = torch.cat([torch.ones(codec.analysis.mid.count), sides])
        linear.fit(_mel_patches(features, codec), weights)
        if tonal is not None:
            tonal.fit(_tonal_patches(features, codec), torch.ones(tonal.size))
    else:
        codec.load_state_dict(base.state_dict())
        linear.rescale(_mel_patches(features, codec))
        if tonal is not None:
            tonal.rescale(_tonal_patches(features, codec))
    _fit_texture(features, codec, seed, steps, on_progress)


def _mel_patches(
    features: Sequence[Float[Tensor, "features _"]], codec: Codec
) -> Iterator[Float[Tensor, "count size"]]:
    linear = codec.linear
    for item in features:
        for start in range(linear.patch_frames):
            yield linear.to_patches(item[None, : codec.analysis.mel, start:].float())[0]


def _tonal_patches(
    features: Sequence[Float[Tensor, "features _"]], codec: Codec
) -> Iterator[Float[Tensor, "count size"]]:
    for item in features:
        yield item[codec.analysis.mel :].float().T


def _fit_texture(
    features: Sequence[Float[Tensor, "features _"]],
    codec: Codec,
    seed: int,
    steps: int,
    on_progress: Callable[[float], None],
) -> None:
    linear, texture = codec.linear, codec.texture
    size = _WINDOW_LATENTS * linear.patch_frames
    mel = [item[: codec.analysis.mel] for item in features]
    long_enough = [item for item in mel if item.shape[1] >= size]
    optimizer = torch.optim.AdamW(texture.parameters(), _LEARNING_RATE, weight_decay=0.05)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = _LEARNING_RATE * (1 - step / steps)
        stream = random_stream(seed, "texture", step)
        windows = [_draw_window(long_enough, size, stream) for _ in range(_BATCH_WINDOWS)]
        batch = torch.stack(windows).float()
        latents = linear.standardise(linear.encode(batch))
        optimizer.zero_grad()
        texture.loss(latents, linear.encode_residual(batch)).backward()
        optimizer.step()
        on_progress((step + 1) / steps)


def _draw_window(
    features: Sequence[Float[Tensor, "features _"]], size: int, stream: torch.Generator
) -> Float[Tensor, "features size"]:
    """A random window of a random recording; all windows are equally likely."""
    lengths = torch.tensor([float(item.shape[1] - size + 1) for item in features])
    number = int(torch.multinomial(lengths, 1, generator=stream))
    start = int(torch.randint(int(lengths[number]), (1,), generator=stream))
    return features[number][:, start : start + size]
