"""The shelf of kept clips."""

import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from riffsmith.api.tags import make_tags
from riffsmith.bundle import LatentBundle
from riffsmith.corpus import Corpus, is_corpus
from riffsmith.errors import CorpusError, RiffsmithError
from riffsmith.evaluation import OriginalityCheck, has_index, read_index
from riffsmith.evaluation.copying.originality import WINDOW_SECONDS
from riffsmith.files import hide_folders, remove
from riffsmith.studio.clips.folder import ClipFolder
from riffsmith.studio.clips.schemas import Clip, LoopInfo, Moment, OriginalityInfo, PartInfo
from riffsmith.studio.errors import NotFoundError, StudioError
from riffsmith.studio.home import Home, new_key
from riffsmith.studio.library import Library, Playable
from riffsmith.studio.messages import OriginalityCode, ProblemCode
from riffsmith.studio.playback.chunks import from_pcm, to_pcm
from riffsmith.studio.playback.player import Player
from riffsmith.studio.playback.schemas import ControlValues
from riffsmith.studio.turns import GiveWay

_HOW = {"begin", "controls", "audio_prompt"}
"""Fields of a clip that its tags tell beside model and seed."""
logger = logging.getLogger(__name__)
Submit = Callable[[Callable[[], None]], object]
"""Has something done in the background."""


class Shelf:
    """Clips on disk, and the comparison of each with what its model was trained on.

    One lock keeps a clip from being deleted or renamed while the result of its comparison is
    written.
    """

    def __init__(self, home: Home, library: Library, submit: Submit) -> None:
        """Takes up comparisons that an earlier session did not finish.

        Args:
            home: Folder that clips are kept in.
            library: Models, with the corpora that they were trained on.
            submit: Carries out comparisons in the background, one after the other.
        """
        self._home, self._library, self._submit = home, library, submit
        self._check: tuple[str, OriginalityCheck] | None = None
        self._changing = Lock()
        for clip in self.all():
            if clip.originality and clip.originality.state == "waiting":
                self._compare_later(clip)

    def all(self) -> list[Clip]:
        """Every clip, favourites first, then the newest; damaged ones are left out and logged."""
        clips: list[Clip] = []
        for folder in map(ClipFolder, self._home.clips.glob("[!.]*")):
            if folder.exists():
                try:
                    clips.append(folder.read())
                except RiffsmithError as error:
                    logger.warning("a clip is left out: %s", error)
        return sorted(clips, key=lambda clip: (clip.favourite, clip.created), reverse=True)

    def folder(self, key: str) -> ClipFolder:
        """The files of a clip.

        Raises:
            NotFoundError: There is no such clip.
        """
        folder = ClipFolder(self._home.clips / key)
        if not folder.exists():
            raise NotFoundError(ProblemCode.NO_CLIP, clip=key)
        return folder

    def keep(
        self, player: Player, end: int, seconds: float, give_way: GiveWay = lambda: None
    ) -> Clip:
        """Keeps what was played before a sample.

        Args:
            player: The player of the piece.
            end: The sample that the clip ends before.
            seconds: Length of the clip; it is shorter where the piece begins later.
            give_way: Called between the chunks of the piece that are computed.

        Raises:
            StudioError: Less than a second lies before the sample.
            ConflictError: The clip was played too long ago.
        """
        rate = player.sample_rate
        begin = max(0, end - round(seconds * rate))
        if end - begin < rate:
            length = (end - begin) / rate
            raise StudioError(ProblemCode.CLIP_TOO_SHORT, seconds=length, sample=end)
        piece, changes = player.piece(begin, end)
        size = piece.chunk_samples  # computed as it was played, a chunk at a time
        chunks: list[bytes] = []
        for number in range(begin // size, (end - 1) // size + 1):
            give_way()
            chunks.append(to_pcm(piece.read(number * size, size)))
        offset = begin // size * size
        audio = from_pcm(b"".join(chunks))[begin - offset : end - offset]
        clip = Clip(
            id=new_key(),
            title=f"{player.model.title}, seed {player.seed}",
            model=player.model.id,
            model_title=player.model.title,
            seed=player.seed,
            sample_rate=rate,
            begin=begin,
            controls=[
                Moment(
                    at=round(max(0, change.at - begin) / rate, 3),
                    controls=ControlValues.of(change.controls),
                )
                for change in changes
            ],
            audio_prompt=player.prompt_info,
            seconds=(end - begin) / rate,
            created=_now(),
            originality=self._first_state(player.model, (end - begin) / rate),
        )
        return self._add(clip, audio, _tags_of(clip, player.model))

    def keep_loop(self, model: Playable, seed: int, controls: ControlValues, bars: int) -> Clip:
        """Makes a loop and keeps it.

        Args:
            model: The model that plays.
            seed: Seed of the loop.
            controls: Controls; without a tempo the model chooses one.
            bars: Number of bars.

        Raises:
            StudioError: The model is a picture model.
            SettingsError: The controls have a variation or a morph.
            UnknownKeyError: A key is asked of a model without tonal latents.
        """
        if not isinstance(model.bundle, LatentBundle):
            preset = model.bundle.card.preset
            raise StudioError(ProblemCode.NO_LOOPS, model=model.id, preset=preset)
        loop = model.model.loop(seed=seed, controls=controls.to_controls(), bars=bars)
        clip = Clip(
            id=new_key(),
            title=f"{model.title}, seed {seed}, {loop.grid.describe()}",
            model=model.id,
            model_title=model.title,
            seed=seed,
            sample_rate=loop.sample_rate,
            begin=0,
            controls=[Moment(at=0.0, controls=controls)],
            seconds=loop.seconds,
            created=_now(),
            originality=self._first_state(model, loop.seconds),
            loop=LoopInfo(
                bars=loop.bars, beats=loop.beats, bpm=loop.bpm, tuning_cents=loop.tuning_cents
            ),
        )
        return self._add(clip, loop.samples, _tags_of(clip, model))

    def keep_part(self, key: str, begin: int, end: int) -> Clip:
        """Keeps a part of a clip as a clip of its own; the other one stays.

        Args:
            key: Id of the clip.
            begin: The first sample of the part.
            end: The sample that the part ends before.

        Raises:
            NotFoundError: There is no such clip.
            StudioError: The part is shorter than a second, or the clip ends before it does.
        """
        folder = self.folder(key)
        whole, audio = folder.read(), folder.cut(begin, end)
        first, last = begin / whole.sample_rate, end / whole.sample_rate
        seconds = (end - begin) / whole.sample_rate
        moments = [moment for moment in whole.controls if moment.at < last]
        earlier = sum(moment.at <= first for moment in moments)
        part = Clip(
            **whole.model_dump(
                include={"model", "model_title", "seed", "sample_rate", "audio_prompt"}
            ),
            id=new_key(),
            title=f"{whole.title}, {first:.2f} to {last:.2f} s",
            begin=whole.begin + begin,
            controls=[
                Moment(at=round(max(0, moment.at - first), 3), controls=moment.controls)
                for moment in moments[max(0, earlier - 1) :]
            ],
            seconds=seconds,
            created=_now(),
            originality=OriginalityInfo.missing(OriginalityCode.WAITING)
            if seconds >= WINDOW_SECONDS
            else OriginalityInfo.missing(OriginalityCode.TOO_SHORT, seconds=WINDOW_SECONDS),
            part=PartInfo(clip=key, name=whole.name, begin=first, end=last),
        )
        tags = folder.tags()
        how = part.model_dump(mode="json", include=_HOW)
        tags["comment"] = json.dumps({**_parse_comment(tags), **how})
        return self._add(part, audio, tags)

    def change(self, key: str, title: str | None, favourite: bool | None) -> Clip:
        """Changes the title of a clip, or whether it is a favourite.

        Args:
            key: Id of the clip.
            title: The new title, which its files get too. `None`: it stays.
            favourite: Whether it is a favourite. `None`: that stays.

        Raises:
            NotFoundError: There is no such clip.
        """
        with self._changing:
            folder = self.folder(key)
            clip = folder.read()
            if favourite is not None:
                clip = clip.model_copy(update={"favourite": favourite})
            if title is None or title == clip.title:
                folder.write(clip)
            else:
                clip = clip.model_copy(update={"name": title, "title": title})
                folder.rename(clip)
            return clip

    def remove(self, key: str) -> None:
        """Deletes a clip.

        Raises:
            NotFoundError: There is no such clip.
        """
        with self._changing:
            remove(self.folder(key).path)

    def _add(
        self, clip: Clip, audio: NDArray[np.float32] | NDArray[np.int16], tags: Mapping[str, str]
    ) -> Clip:
        """Writes a new clip, and has it compared where it can be."""
        ClipFolder(self._home.clips / clip.id).keep(clip, audio, tags)
        if clip.originality and clip.originality.state == "waiting":
            self._compare_later(clip)
        return clip

    def _compare_later(self, clip: Clip) -> None:
        self._submit(lambda: self._compare(clip))

    def _compare(self, clip: Clip) -> None:
        folder = ClipFolder(self._home.clips / clip.id)
        try:
            model = self._library.open(clip.model)
            if not self._is_comparable(model):
                self._keep(folder, OriginalityInfo.missing(OriginalityCode.NO_RECORDINGS))
                return
            if not folder.exists():  # deleted while it waited
                return
            corpus = _corpus_of(model)
            found = self._check_for(model, corpus).check(*folder.audio())
            with self._changing:
                if folder.exists():
                    folder.keep_comparison(found, corpus)
        except (RiffsmithError, OSError) as error:
            reason = hide_folders(str(error))
            self._keep(folder, OriginalityInfo.missing(OriginalityCode.FAILED, reason=reason))

    def _keep(self, folder: ClipFolder, originality: OriginalityInfo) -> None:
        with self._changing:
            if folder.exists():
                folder.keep_originality(originality)

    def _check_for(self, model: Playable, corpus: Corpus | None) -> OriginalityCheck:
        """The search in a model's training music; the last one stays in memory.

        Args:
            model: The model.
            corpus: Its corpus. `None`: it is not at hand, and the bundle's index is used.
        """
        key = f"{model.bundle.card.corpus_hash} {model.id if corpus is None else corpus.path}"
        if self._check is None or self._check[0] != key:
            self._check = None
            if corpus is not None:
                self._check = (key, OriginalityCheck(corpus))
            else:
                with self._library.bundle_folder(model.id) as folder:
                    self._check = (key, OriginalityCheck(read_index(folder)))
        return self._check[1]

    def _is_comparable(self, model: Playable) -> bool:
        """Whether the model's corpus or an index of it is at hand."""
        try:
            if _corpus_of(model) is not None:
                return True
        except CorpusError:  # the comparison says what is wrong with it
            return True
        with self._library.bundle_folder(model.id) as folder:
            return has_index(folder)

    def _first_state(self, model: Playable, seconds: float) -> OriginalityInfo:
        """How the comparison of a new clip stands."""
        if not self._is_comparable(model):
            return OriginalityInfo.missing(OriginalityCode.NO_RECORDINGS)
        if seconds < WINDOW_SECONDS:
            return OriginalityInfo.missing(OriginalityCode.TOO_SHORT, seconds=WINDOW_SECONDS)
        return OriginalityInfo.missing(OriginalityCode.WAITING)


def _tags_of(clip: Clip, model: Playable) -> dict[str, str]:
    """Texts of the clip's files: which model, seed and controls made it."""
    how: dict[str, object] = clip.model_dump(mode="json", include=_HOW)
    if clip.loop is not None:
        how["loop"] = clip.loop.grid.describe()
    return make_tags(clip.model, model.bundle.card, model.origin, clip.seed, how)


def _parse_comment(tags: Mapping[str, str]) -> dict[str, object]:
    """What the tags of a clip tell of how it was made; nothing where another program wrote them."""
    try:
        found = json.loads(tags.get("comment", "{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _corpus_of(model: Playable) -> Corpus | None:
    """The corpus that a model was trained on. `None`: it is not at hand, or has changed since."""
    path = model.corpus
    if path is None or not is_corpus(path):
        return None
    corpus = Corpus(path)
    return corpus if corpus.manifest.corpus_hash() == model.bundle.card.corpus_hash else None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
