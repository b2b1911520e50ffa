"""Routes of endless pieces, and of clips that are generated at once."""

import math
from collections.abc import AsyncIterator
from contextlib import suppress
from threading import Event
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse, StreamingResponse
from starlette.background import BackgroundTask

from riffsmith.api import Audio, name_clip
from riffsmith.api.tags import make_tags
from riffsmith.audio import limiting_gain, measure_loudness, wav_header
from riffsmith.files import remove
from riffsmith.studio.errors import NotFoundError, StudioError
from riffsmith.studio.library import Playable
from riffsmith.studio.messages import ProblemCode
from riffsmith.studio.playback.chunks import CHANNELS
from riffsmith.studio.playback.player import Player
from riffsmith.studio.playback.schemas import (
    ControlChangeInfo,
    ControlChangeRequest,
    ControlValues,
    GenerateRequest,
    ModelId,
    PlayerInfo,
    PlayerRequest,
    StreamControls,
)
from riffsmith.studio.routes import MEDIA, Key, StudioOf, file_response, unless_left
from riffsmith.studio.schemas import LAST_SAMPLE
from riffsmith.studio.studio import BAR_SECONDS, Studio, draw_seed
from riffsmith.studio.turns import GiveWay

LONGEST_PULL_SECONDS = 10
_STREAMED_SECONDS = 0.5
"""Length that is sent at once: short, so that a listener who leaves is noticed soon."""
router = APIRouter(tags=["players"])


@router.post("/api/players", status_code=201)
async def open_player(body: PlayerRequest, studio: StudioOf) -> PlayerInfo:
    """Begins an endless piece for one listener."""
    controls = body.controls.to_controls()
    pool = studio.pools.waiting if body.audio_prompt else studio.pools.opening
    key, player = await studio.pools.run(
        pool, studio.begin_piece, body.model, body.seed, controls, body.audio_prompt
    )
    return PlayerInfo(id=key, model=body.model, seed=player.seed, sample_rate=player.sample_rate)


@router.get(
    "/api/players/{key}/pcm",
    response_class=Response,
    responses=file_response(
        "application/octet-stream",
        description="Interleaved signed 16-bit little-endian stereo.",
    ),
)
async def pull(
    key: Key,
    request: Request,
    studio: StudioOf,
    start: Annotated[int, Query(ge=0, le=LAST_SAMPLE, description="The first sample.")],
    count: Annotated[int, Query(ge=1, le=10**7, description="Number of samples, 10 s at most.")],
) -> Response:
    """Gives samples of a piece by their position; the next few seconds are computed meanwhile."""
    player = studio.players.get(key)
    most = LONGEST_PULL_SECONDS * player.sample_rate
    if count > most:
        raise StudioError(
            ProblemCode.TOO_MUCH_AT_ONCE, count=count, seconds=LONGEST_PULL_SECONDS, most=most
        )
    if player.is_ready(start, count):  # no need to wait for the computing of others
        content = player.pcm(start, count)
    else:
        async with studio.players.line(key).wait():
            if await request.is_disconnected():
                raise StudioError(ProblemCode.LISTENER_LEFT)
            content = await studio.pools.run(studio.pools.playing, player.pcm, start, count)
    studio.look_ahead()
    return Response(content, media_type="application/octet-stream")


@router.patch("/api/players/{key}")
async def change_controls(
    key: Key, body: ControlChangeRequest, studio: StudioOf
) -> ControlChangeInfo:
    """Changes the controls of a piece.

    The change begins at `at`, or at the end of what was pulled, whichever is later. A client that
    sends the `position` it plays gets the change sooner: as soon as it is computed, in the place of
    samples that were pulled and not played yet.
    """
    player = studio.players.get(key)
    controls = body.controls.to_controls()
    at = await studio.pools.run(
        studio.pools.changing, player.change_controls, controls, body.at, body.position
    )
    studio.look_ahead()
    return ControlChangeInfo(at=at)


@router.delete("/api/players/{key}", status_code=204)
async def close_player(key: Key, studio: StudioOf) -> None:
    """Ends a piece."""
    studio.players.remove(key)


@router.get(
    "/api/stream/{model}.wav",
    response_class=StreamingResponse,
    responses=file_response("audio/wav", description="A WAV file without end."),
)
async def stream(
    model: ModelId,
    studio: StudioOf,
    controls: Annotated[StreamControls, Query()],
) -> StreamingResponse:
    """Gives a piece without end, for programs that play from an address.

    It is computed as fast as it is taken, and ends when the listener leaves, or takes nothing for
    50 s.
    """
    values = ControlValues(**controls.model_dump(exclude={"seed"}))
    key, player = await studio.pools.run(
        studio.pools.opening, studio.begin_piece, model, controls.seed, values.to_controls()
    )
    moment = {"at": 0.0, "controls": values.model_dump(mode="json")}
    played, details = player.model, {"begin": 0, "controls": [moment]}
    tags = make_tags(played.id, played.bundle.card, played.origin, player.seed, details)
    return StreamingResponse(
        _play(studio, key, player, tags),
        media_type="audio/wav",
        headers={"Cache-Control": "no-store"},
    )


async def _play(
    studio: Studio, key: str, player: Player, tags: dict[str, str]
) -> AsyncIterator[bytes]:
    try:
        yield wav_header(player.sample_rate, CHANNELS, tags=tags)
        start, count = 0, round(_STREAMED_SECONDS * player.sample_rate)
        with suppress(NotFoundError):  # it had to make way for a new one
            while True:
                yield await studio.pools.run(studio.pools.playing, player.pcm, start, count)
                studio.players.get(key)
                studio.look_ahead()
                start += count
    finally:
        studio.players.remove(key)


@router.post(
    "/api/generate",
    response_class=FileResponse,
    responses=file_response(
        *(MEDIA[name] for name in ("wav", "flac", "mp3", "ogg")), description="The clip."
    ),
)
async def generate(body: GenerateRequest, request: Request, studio: StudioOf) -> FileResponse:
    """Generates a clip and sends it as a file.

    Headers tell its seed (`X-Riffsmith-Seed`) and, unless it is silent, its loudness in LUFS
    (`X-Riffsmith-LUFS`).
    """
    seed, left = draw_seed(body.seed), Event()
    target = studio.home.scratch_file(f".{body.format}")

    def work() -> tuple[Audio, float | None]:
        model = studio.library.open(body.model, body.snapshot)
        prompt = body.audio_prompt and studio.prompts.open(body.audio_prompt, model.sample_rate)
        seconds = body.seconds if body.bars is None else BAR_SECONDS * body.bars
        with studio.pools.turns.take(seconds) as give_way:
            audio = _render(model, body, prompt, seed, left, give_way)
        audio.save(target)
        return audio, _file_loudness(audio)

    rendering = studio.pools.run(studio.pools.rendering, work)
    audio, loudness = await unless_left(request, left, rendering)
    headers = {"X-Riffsmith-Seed": str(seed)}
    if loudness is not None:
        headers["X-Riffsmith-LUFS"] = f"{loudness:.2f}"
    return FileResponse(
        target,
        media_type=MEDIA[body.format],
        filename=f"{name_clip(seed, audio)}.{body.format}",
        background=BackgroundTask(remove, target),
        headers=headers,
    )


def _file_loudness(audio: Audio) -> float | None:
    """Loudness in LUFS of the file that the audio is saved to. `None`: it is silent."""
    loudness = measure_loudness(audio.samples, audio.sample_rate)
    gain = limiting_gain(audio.samples)  # saving turns the audio down by so much
    return None if loudness is None else loudness + 20 * math.log10(gain)


def _render(
    model: Playable,
    body: GenerateRequest,
    prompt: Audio | None,
    seed: int,
    left: Event,
    give_way: GiveWay,
) -> Audio:
    """Generates the clip; gives up once the listener has left, and lets shorter clips in."""

    def refuse_if_left(_: float) -> None:
        give_way()
        if left.is_set():
            raise StudioError(ProblemCode.LISTENER_LEFT)

    controls = body.controls.to_controls()
    refuse_if_left(0.0)
    if body.loop:
        seconds = body.seconds if body.bars is None else None
        return model.model.loop(seconds, seed, controls, bars=body.bars)
    noise_level = body.audio_prompt.noise_level if body.audio_prompt else None
    return model.model.generate(
        body.seconds,
        seed,
        controls,
        audio_prompt=prompt,
        noise_level=noise_level,
        on_progress=refuse_if_left,
    )
