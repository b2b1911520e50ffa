"""Routes of the shelf."""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import FileResponse

from riffsmith.studio.clips.schemas import (
    CLIP_FORMATS,
    Clip,
    ClipChange,
    ClipRequest,
    LoopRequest,
    PartRequest,
    Peaks,
)
from riffsmith.studio.routes import MEDIA, Key, StudioOf, file_response

router = APIRouter(tags=["clips"])


@router.post("/api/players/{key}/clips", status_code=201)
async def keep(key: Key, body: ClipRequest, studio: StudioOf) -> Clip:
    """Keeps the last seconds before a sample of a piece."""
    player = studio.players.get(key)
    return await studio.pools.run(
        studio.pools.rendering, studio.keep_clip, player, body.end, body.seconds
    )


@router.post("/api/loops", status_code=201)
async def make_loop(body: LoopRequest, studio: StudioOf) -> Clip:
    """Makes whole bars at an exact tempo that repeat without a seam, and keeps them as a clip."""
    return await studio.pools.run(studio.pools.rendering, studio.keep_loop, body)


@router.get("/api/clips")
async def list_clips(studio: StudioOf) -> list[Clip]:
    """Lists the kept clips, favourites first, then the newest."""
    return await studio.pools.run(studio.pools.reading, studio.shelf.all)


@router.get("/api/clips/{key}")
async def get_clip(key: Key, studio: StudioOf) -> Clip:
    """Gives one kept clip."""
    return studio.shelf.folder(key).read()


@router.patch("/api/clips/{key}")
async def change_clip(key: Key, body: ClipChange, studio: StudioOf) -> Clip:
    """Changes the title of a clip, which its files get too, or whether it is a favourite."""
    return await studio.pools.run(
        studio.pools.shelving, studio.shelf.change, key, body.title, body.favourite
    )


@router.post("/api/clips/{key}/parts", status_code=201)
async def keep_part(key: Key, body: PartRequest, studio: StudioOf) -> Clip:
    """Keeps a part of a clip, to the sample, as a clip of its own; cut edges get a short fade."""
    return await studio.pools.run(
        studio.pools.shelving, studio.shelf.keep_part, key, body.begin, body.end
    )


@router.get("/api/clips/{key}/peaks")
async def clip_peaks(key: Key, studio: StudioOf) -> Peaks:
    """Gives the waveform of a clip, to draw it."""
    folder = studio.shelf.folder(key)
    return Peaks(peaks=await studio.pools.run(studio.pools.shelving, folder.peaks))


@router.delete("/api/clips/{key}", status_code=204)
async def delete_clip(key: Key, studio: StudioOf) -> None:
    """Deletes a clip."""
    studio.shelf.remove(key)


@router.get(
    "/api/clips/{key}/audio.{ending}",
    response_class=FileResponse,
    responses=file_response(*(MEDIA[name] for name in CLIP_FORMATS), description="The clip."),
)
async def clip_audio(
    key: Key, ending: Annotated[str, Path(pattern="^(wav|flac|mp3)$")], studio: StudioOf
) -> FileResponse:
    """Gives the file of a clip; its metadata say which model, seed and controls made it."""
    folder = studio.shelf.folder(key)
    path = await studio.pools.run(studio.pools.shelving, folder.audio_file, f".{ending}")
    return FileResponse(
        path,
        media_type=MEDIA[ending],
        filename=f"{folder.read().file_name}.{ending}",
        headers={"Cache-Control": "no-cache"},  # name and tags may change
    )


@router.get(
    "/api/clips/{key}/notes.mid",
    response_class=FileResponse,
    responses=file_response(MEDIA["mid"], description="The notes, without the drums."),
)
async def clip_notes(key: Key, studio: StudioOf) -> FileResponse:
    """Gives the notes that are heard in a clip. They are found when they are first asked for."""
    folder = studio.shelf.folder(key)
    path = await studio.pools.run(studio.pools.checking, folder.notes)
    name = f"{folder.read().file_name}.mid"
    return FileResponse(path, media_type=MEDIA["mid"], filename=name)


@router.get(
    "/api/clips/{key}/spectrogram.png",
    response_class=FileResponse,
    responses=file_response("image/png", description="Mel bands over time."),
)
async def clip_spectrogram(key: Key, studio: StudioOf) -> FileResponse:
    """Gives the picture of a clip."""
    folder = studio.shelf.folder(key)
    path = await studio.pools.run(studio.pools.shelving, folder.spectrogram)
    return FileResponse(path, media_type="image/png")


@router.get(
    "/api/clips/{key}/matches/{number}.wav",
    response_class=FileResponse,
    responses=file_response("audio/wav", description="About five seconds of a recording."),
)
async def clip_match(
    key: Key, number: Annotated[int, Path(ge=0, le=99)], studio: StudioOf
) -> FileResponse:
    """Gives a real passage that the clip is near to, to compare the two by ear."""
    return FileResponse(studio.shelf.folder(key).match(number), media_type="audio/wav")
