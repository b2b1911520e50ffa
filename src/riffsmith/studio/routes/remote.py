"""Routes of the controls that OSC and MIDI set."""

from typing import Annotated

from fastapi import APIRouter, Query

from riffsmith.controls import name_tonic
from riffsmith.studio.playback.schemas import RemoteControls
from riffsmith.studio.routes import StudioOf

router = APIRouter(tags=["players"])


@router.get("/api/remote")
async def read_remote(
    studio: StudioOf,
    after: Annotated[
        int, Query(ge=0, description="Number of changes that the client has seen.")
    ] = 0,
) -> RemoteControls:
    """Gives the controls that OSC and MIDI have changed; a page sets its knobs by them."""
    if studio.remote is None:
        return RemoteControls(is_listening=False, count=0, controls={})
    count, controls = studio.remote.after(after)
    key = controls.get("key")
    if isinstance(key, str):
        controls["key"] = name_tonic(key)  # the page's knob has tonics alone
    return RemoteControls(is_listening=True, count=count, controls=controls)
