"""The shelf of kept clips."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock

import soundfile

from riffsmith.api.tags import make_tags
from riffsmith.corpus import Corpus, is_corpus
from riffsmith.errors import RiffsmithError
from riffsmith.evaluation import OriginalityCheck, has_index, read_index
from riffsmith.evaluation.copying.originality import WINDOW_SECONDS
from riffsmith.files import remove
from riffsmith.studio.clips.folder import ClipFolder
from riffsmith.studio.clips.schemas import Clip, Moment, OriginalityInfo
from riffsmith.studio.errors import NotFoundError, StudioError
from riffsmith.studio.home import Home, new_key
from riffsmith.studio.library import Library, Playable
from riffsmith.studio.messages import OriginalityCode, ProblemCode
from riffsmith.studio.playback.chunks import from_pcm, to_pcm
from riffsmith.studio.playback.player import Player
from riffsmith.studio.playback.schemas import ControlValues

logger = logging.getLogger(__name__)
Submit = Callable[[Callable[[], None]], object]
"""Has something done in the background."""


class Shelf:
    """Clips on disk, and the comparison of each with what its model was trained on.

    One lock keeps a clip from being deleted while the result of its comparison is written.
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
        """Every clip, the newest first; damaged ones are left out and logged."""
        clips: list[Clip] = []
        for folder in map(ClipFolder, self._home.clips.glob("[!.]*")):
            if folder.exists():
                try:
                    clips.append(folder.read())
                except RiffsmithError as error:
                    logger.warning("a clip is left out: %s", error)
        return sorted(clips, key=lambda clip: clip.created, reverse=True)

    def folder(self, key: str) -> ClipFolder:
        """The files of a clip.

        Raises:
            NotFoundError: There is no such clip.
        """
        folder = ClipFolder(self._home.clips / key)
        if not folder.exists():
            raise NotFoundError(ProblemCode.NO_CLIP, clip=key)
        return folder

    def keep(self, player: Player, end: int, seconds: float) -> Clip:
        """Keeps what was played before a sample.

        Args:
            player: The player of the piece.
            end: The sample that the clip ends before.
            seconds: Length of the clip; it is shorter where the piece begins later.

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
        chunks = [
            to_pcm(piece.read(number * size, size))
            for number in range(begin // size, (end - 1) // size + 1)
        ]
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
            created=datetime.now(UTC).isoformat(timespec="milliseconds"),
            originality=self._first_state(player.model, (end - begin) / rate),
        )
        how = clip.model_dump(mode="json", include={"begin", "controls", "audio_prompt"})
        tags = make_tags(clip.model, player.model.bundle.card, player.model.licence, clip.seed, how)
        ClipFolder(self._home.clips / clip.id).keep(clip, audio, tags)
        if clip.originality and clip.originality.state == "waiting":
            self._compare_later(clip)
        return clip

    def remove(self, key: str) -> None:
        """Deletes a clip.

        Raises:
            NotFoundError: There is no such clip.
        """
        with self._changing:
            remove(self.folder(key).path)

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
        except (RiffsmithError, OSError, soundfile.LibsndfileError) as error:
            reason = str(error)
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
        key = f"{model.id} {model.bundle.card.corpus_hash}" if corpus is None else str(corpus.path)
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
        if model.corpus is not None and is_corpus(model.corpus):
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


def _corpus_of(model: Playable) -> Corpus | None:
    """The corpus that a model was trained on. `None`: it is not at hand."""
    path = model.corpus
    return Corpus(path) if path is not None and is_corpus(path) else None
