"""Everything that a studio consists of, put together."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from riffsmith.files import hold
from riffsmith.studio.access import Access
from riffsmith.studio.beginnings import Beginnings
from riffsmith.studio.errors import StudioError
from riffsmith.studio.home import Home
from riffsmith.studio.jobs import Jobs
from riffsmith.studio.library import Library
from riffsmith.studio.player import Begun, Player
from riffsmith.studio.players import Players
from riffsmith.studio.pools import Pools
from riffsmith.studio.schemas import Beginning
from riffsmith.studio.shelf import Shelf
from riffsmith.studio.sources import Sources
from riffsmith.synthesis import Controls, encode_audio_prompt

_LARGEST_DRAWN_SEED = 1_000_000


@dataclass(frozen=True)
class Studio:
    """The parts; routes find them here."""

    home: Home
    access: Access
    library: Library
    players: Players
    shelf: Shelf
    sources: Sources
    beginnings: Beginnings
    jobs: Jobs
    pools: Pools

    def begin_piece(
        self, model: str, seed: int | None, controls: Controls, like: Beginning | None = None
    ) -> tuple[str, Player]:
        """A new player and its key; the first samples are computed in the background.

        Raises:
            ModelError: The model plays clips alone.
            StudioError: What it should begin with cannot be used.
        """
        playable, begun = self.library.open(model), None
        if like is not None:
            audio = self.beginnings.open(like, playable.sample_rate)
            guide = encode_audio_prompt(playable.latent_bundle(), audio.samples, like.vary)
            begun = Begun(guide, self.beginnings.tell(like))
        player = Player(playable, draw_seed(seed), controls, begun)
        key = self.players.add(player)
        self.look_ahead()
        return key, player

    def look_ahead(self) -> None:
        """Computes in the background what will be asked for next, where it is needed most."""
        self.pools.ahead.submit(self.players.look_ahead)


@contextmanager
def open_studio(
    home: Path,
    *,
    access: Access | None = None,
    models: Sequence[Path] = (),
    jobs: Callable[[Home, Sources], Jobs] = Jobs,
) -> Iterator[Studio]:
    """Puts a studio together, and ends what it does in the background when it is left.

    Args:
        home: Folder that it keeps everything in.
        access: Who may ask; none: this computer's user.
        models: Run folders and bundle folders to offer beside the shipped models and own runs.
        jobs: Makes what trains.

    Raises:
        StudioError: The home folder cannot be written to, or another studio uses it.
        ModelError: One of the models is neither a run folder nor a bundle.
    """
    access = access or Access()
    with hold(home, StudioError):
        rooms, pools = Home(home), Pools()
        try:
            library = Library(rooms.runs, models)
            sources = Sources(rooms, folders=access.folders)
            shelf = Shelf(rooms, library, pools.checking.submit)
            yield Studio(
                home=rooms,
                access=access,
                library=library,
                players=Players(),
                shelf=shelf,
                sources=sources,
                beginnings=Beginnings(rooms, shelf, sources),
                jobs=jobs(rooms, sources),
                pools=pools,
            )
        finally:
            pools.close()


def draw_seed(seed: int | None) -> int:
    """The seed itself, or one that is drawn."""
    return secrets.randbelow(_LARGEST_DRAWN_SEED) if seed is None else seed
