"""Which of the systems some settings describe."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Discriminator, Tag, TypeAdapter

from riffsmith.config.latents import LatentSettings
from riffsmith.config.pictures import PictureSettings


def _kind(values: object) -> str:
    has_codec = "codec" in values if isinstance(values, Mapping) else hasattr(values, "codec")
    return "latents" if has_codec else "pictures"


Settings = PictureSettings | LatentSettings
TaggedSettings = Annotated[
    Annotated[PictureSettings, Tag("pictures")] | Annotated[LatentSettings, Tag("latents")],
    Discriminator(_kind),
]
"""For fields of records: a section `codec` makes the difference."""

settings_adapter: TypeAdapter[Settings] = TypeAdapter(TaggedSettings)
