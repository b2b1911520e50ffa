"""Endless pieces, and clips at once."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from threading import Event
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse, StreamingResponse
from starlette.background import BackgroundTask

from riffsmith.api import Audio
from riffsmith.audio import wav_header
from riffsmith.files import remove
from riffsmith.studio.errors import StudioError
from riffsmith.studio.library import Playable
from riffsmith.studio.pcm import CHANNELS
from riffsmith.studio.player import Player
from riffsmith.studio.routes.parts import MEDIA, Key, StudioOf, gives
from riffsmith.studio.schemas import (
    LAST_SAMPLE,
    ControlValues,
    GenerateRequest,
    ModelId,
    PlayerInfo,
    PlayerRequest,
    StreamControls,
    TurnInfo,
    TurnRequest,
)
from riffsmith.studio.studio import Studio, draw_seed

LONGEST_PULL_SECONDS = 10
_STREAMED_SECONDS = 0.5
"""At once, so that a listener who leaves is noticed soon."""
_LOOK_SECONDS = 0.5
router = APIRouter(tags=["players"])


@router.post("/api/players", status_code=201)
async def open_player(asked: PlayerRequest, studio: StudioOf) -> PlayerInfo:
    """Begins an endless piece for one listener."""
    controls = asked.controls.to_controls()
    pool = studio.pools.waiting if asked.like else studio.pools.playing
    key, player = await studio.pools.run(
        pool, studio.begin_piece, asked.model, asked.seed, controls, asked.like
    )
    return PlayerInfo(id=key, model=asked.model, seed=player.seed, sample_rate=player.sample_rate)


@router.get(
    "/api/players/{key}/pcm",
    response_class=Response,
    responses=gives(
        "application/octet-stream",
        description="Interleaved signed 16-bit little-endian stereo.",
    ),
)
async def pull(
    key: Key,
    studio: StudioOf,
    start: Annotated[int, Query(ge=0, le=LAST_SAMPLE, description="The first sample.")],
    count: Annotated[int, Query(ge=1, le=10**7, description="Samples, 10 s at most.")],
) -> Response:
    """Samples of a piece, by their position; the next few seconds are made ready meanwhile."""
    player = studio.players.get(key)
    if count > LONGEST_PULL_SECONDS * player.sample_rate:
        raise StudioError(
            f"{count} samples are more than {LONGEST_PULL_SECONDS} s: ask for "
            f"{LONGEST_PULL_SECONDS * player.sample_rate} at most"
        )
    if player.is_ready(start, count):  # others' computing need not be waited for
        content = player.pcm(start, count)
    else:
        content = await studio.pools.run(studio.pools.playing, player.pcm, start, count)
    studio.look_ahead()
    return Response(content, media_type="application/octet-stream")


@router.patch("/api/players/{key}")
async def turn(key: Key, asked: TurnRequest, studio: StudioOf) -> TurnInfo:
    """Asks something else of a piece.

    It is heard from `at` on, or from the end of what was pulled, whichever is later. Whoever tells
    what is heard now gets it sooner: as soon as it is ready, in the place of what was pulled.
    """
    player = studio.players.get(key)
    controls = asked.controls.to_controls()
    at = await studio.pools.run(
        studio.pools.turning, player.turn, controls, asked.at, asked.hearing
    )
    studio.look_ahead()
    return TurnInfo(at=at)


@router.delete("/api/players/{key}", status_code=204)
async def close_player(key: Key, studio: StudioOf) -> None:
    """Ends a piece."""
    studio.players.remove(key)


@router.get(
    "/api/stream/{model}.wav",
    response_class=StreamingResponse,
    responses=gives("audio/wav", description="A WAV file without end."),
)
async def stream(
    model: ModelId,
    studio: StudioOf,
    controls: Annotated[StreamControls, Query()],
) -> StreamingResponse:
    """A piece without end, for programs that play from an address.

    It is made as fast as it is taken, and ends when the listener leaves.
    """
    asked = ControlValues(**controls.model_dump(exclude={"seed"})).to_controls()
    key, player = await studio.pools.run(
        studio.pools.playing, lambda: studio.begin_piece(model, controls.seed, asked)
    )
    return StreamingResponse(
        _play(studio, key, player), media_type="audio/wav", headers={"Cache-Control": "no-store"}
    )


async def _play(studio: Studio, key: str, player: Player) -> AsyncIterator[bytes]:
    try:
        yield wav_header(player.sample_rate, CHANNELS)
        start, count = 0, round(_STREAMED_SECONDS * player.sample_rate)
        while True:
            yield await studio.pools.run(studio.pools.playing, player.pcm, start, count)
            studio.players.touch(key)
            studio.look_ahead()
            start += count
    finally:
        studio.players.remove(key)


@router.post(
    "/api/generate",
    response_class=FileResponse,
    responses=gives(
        *(MEDIA[name] for name in ("wav", "flac", "mp3", "ogg")), description="The clip."
    ),
)
async def generate(asked: GenerateRequest, request: Request, studio: StudioOf) -> FileResponse:
    """Makes a clip and sends it as a file."""
    seed, left = draw_seed(asked.seed), Event()
    target = studio.home.scratch_file(f".{asked.format}")

    def work() -> Path:
        model = studio.library.open(asked.model)
        like = asked.like and studio.beginnings.open(asked.like, model.sample_rate)
        return _render(model, asked, like, seed, target, left)

    work_done = asyncio.ensure_future(studio.pools.run(studio.pools.generating, work))
    try:
        while not work_done.done() and not left.is_set():
            await asyncio.wait([work_done], timeout=_LOOK_SECONDS)
            if await request.is_disconnected():
                left.set()
        await work_done
    finally:
        left.set()  # also where the server ends
    return FileResponse(
        work_done.result(),
        media_type=MEDIA[asked.format],
        filename=f"riff-{seed}.{asked.format}",
        background=BackgroundTask(remove, target),
        headers={"X-Riffsmith-Seed": str(seed)},
    )


def _render(
    model: Playable,
    asked: GenerateRequest,
    like: Audio | None,
    seed: int,
    target: Path,
    left: Event,
) -> Path:
    def refuse_if_alone(_: float) -> None:
        if left.is_set():
            raise StudioError("the listener left before the clip was done")

    controls = asked.controls.to_controls()
    refuse_if_alone(0.0)
    if asked.loop:
        audio = model.model.loop(asked.seconds, seed, controls)
    else:
        vary = asked.like.vary if asked.like else 0.5
        audio = model.model.generate(
            asked.seconds,
            seed,
            controls,
            audio_prompt=like,
            noise_level=vary,
            on_progress=refuse_if_alone,
        )
    return audio.save(target, loops=asked.loop and asked.format == "wav")
