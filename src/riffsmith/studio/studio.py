"""All parts of a studio, put together."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from riffsmith.files import hold
from riffsmith.remote import ControlChanges
from riffsmith.studio.access import Access
from riffsmith.studio.clips.schemas import Clip, LoopRequest
from riffsmith.studio.clips.shelf import Shelf
from riffsmith.studio.errors import ConflictError, StudioError
from riffsmith.studio.home import Home
from riffsmith.studio.jobs.jobs import Jobs
from riffsmith.studio.library import Library
from riffsmith.studio.messages import ProblemCode
from riffsmith.studio.playback.player import Player
from riffsmith.studio.playback.players import Players
from riffsmith.studio.playback.prompts import Prompts
from riffsmith.studio.playback.schemas import AudioPromptRequest
from riffsmith.studio.pools import Pools
from riffsmith.studio.recordings.sources import Sources
from riffsmith.studio.recordings.surveys import Surveys
from riffsmith.synthesis import Controls, encode_audio_prompt

_LARGEST_DRAWN_SEED = 1_000_000
BAR_SECONDS = 2.0
"""Length of a bar at 120 BPM, for loops whose tempo is not known beforehand."""


@dataclass(frozen=True)
class Studio:
    """The parts of a studio; routes find them here."""

    home: Home
    access: Access
    library: Library
    players: Players
    shelf: Shelf
    sources: Sources
    surveys: Surveys
    prompts: Prompts
    jobs: Jobs
    pools: Pools
    remote: ControlChanges | None = None
    """Changes of controls by OSC and MIDI. `None`: the studio listens to neither."""

    def begin_piece(
        self,
        model: str,
        seed: int | None,
        controls: Controls,
        prompt: AudioPromptRequest | None = None,
    ) -> tuple[str, Player]:
        """Begins a piece; its first samples are computed in the background.

        Returns:
            The key of the player, and the player.

        Raises:
            NotFoundError: There is no such model or no such audio prompt.
            StudioError: The model plays clips alone, or the audio prompt cannot be used.
        """
        playable, encoded, info = self.library.open(model), None, None
        if prompt is not None:
            audio = self.prompts.open(prompt, playable.sample_rate)
            bundle = playable.latent_bundle()
            encoded = encode_audio_prompt(bundle, audio.samples, prompt.noise_level)
            info = self.prompts.describe(prompt)
        player = Player(playable, draw_seed(seed), controls, encoded, info)
        key = self.players.add(player)
        self.look_ahead()
        return key, player

    def keep_clip(self, player: Player, end: int, seconds: float) -> Clip:
        """Keeps what was played before a sample, as `Shelf.keep` does, when it is its turn.

        Raises:
            BusyError: As many clips are waiting as are allowed to.
        """
        with self.pools.turns.take(seconds) as give_way:
            return self.shelf.keep(player, end, seconds, give_way)

    def keep_loop(self, request: LoopRequest) -> Clip:
        """Makes a loop and keeps it on the shelf.

        Raises:
            NotFoundError: There is no such model.
            StudioError: The model is a picture model.
            SettingsError: The controls have a variation or a morph.
            UnknownKeyError: A key is asked of a model without tonal latents.
            BusyError: As many clips are waiting as are allowed to.
        """
        model, seed = self.library.open(request.model), draw_seed(request.seed)
        with self.pools.turns.take(BAR_SECONDS * request.bars):
            return self.shelf.keep_loop(model, seed, request.controls, request.bars)

    def delete_upload(self, key: str) -> None:
        """Deletes an upload.

        Raises:
            NotFoundError: There is no such upload.
            ConflictError: A training needs it that is not finished.
        """
        for job in self.jobs.by_source().get(f"upload:{key}", ()):
            if job.status().state != "finished":
                raise ConflictError(ProblemCode.UPLOAD_IN_USE, name=job.name)
        self.sources.delete(key)

    def delete_unused_uploads(self) -> None:
        """Deletes the uploads that no training names and nobody has used for a week."""
        self.sources.delete_unused(self.jobs.by_source())

    def look_ahead(self) -> None:
        """Computes in the background what will be pulled next, where it is needed most."""
        self.pools.ahead.submit(self.players.look_ahead)


@contextmanager
def open_studio(
    home: Path,
    *,
    access: Access | None = None,
    models: Sequence[Path] = (),
    music: Sequence[Path] | None = None,
    jobs: Callable[[Home, Sources], Jobs] = Jobs,
    remote: ControlChanges | None = None,
) -> Iterator[Studio]:
    """Opens a studio; its work in the background ends when it is closed.

    Args:
        home: Folder that it keeps everything in.
        access: Who may use it. `None`: the user of this computer alone.
        models: Run folders and bundle folders to offer beside the shipped models and own runs.
        music: Folders below which folders of recordings may be named, by the user of this computer
            alone. `None`: the home folder.
        jobs: Makes the part that trains.
        remote: Changes of controls by OSC and MIDI. `None`: the studio listens to neither.

    Raises:
        StudioError: The home folder cannot be written to, or another studio uses it.
        ModelError: One of the models is neither a run folder nor a bundle.
    """
    access = access or Access()
    with hold(home, StudioError):
        folders, pools = Home(home), Pools()
        try:
            library = Library(folders.runs, models)
            music = (Path.home(),) if music is None else music
            sources = Sources(folders, music=music if access.folders else None)
            shelf = Shelf(folders, library, pools.checking.submit)
            yield Studio(
                home=folders,
                access=access,
                library=library,
                players=Players(),
                shelf=shelf,
                sources=sources,
                surveys=Surveys(sources),
                prompts=Prompts(folders, shelf, sources),
                jobs=jobs(folders, sources),
                pools=pools,
                remote=remote,
            )
        finally:
            pools.close()


def draw_seed(seed: int | None) -> int:
    """The seed itself, or one that is drawn where there is none."""
    return secrets.randbelow(_LARGEST_DRAWN_SEED) if seed is None else seed
