"""The shelf of kept clips."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

import soundfile

from riffsmith.corpus import Corpus, is_corpus
from riffsmith.errors import RiffsmithError
from riffsmith.evaluation import OriginalityCheck
from riffsmith.evaluation.copying.originality import WINDOW_SECONDS
from riffsmith.files import remove
from riffsmith.studio.clip import ClipFolder
from riffsmith.studio.errors import NotFoundError, StudioError
from riffsmith.studio.home import Home, new_key
from riffsmith.studio.library import Library
from riffsmith.studio.pcm import from_pcm, to_pcm
from riffsmith.studio.player import Player
from riffsmith.studio.schemas import Clip, ControlValues, Moment, OriginalityInfo

logger = logging.getLogger(__name__)
Later = Callable[[Callable[[], None]], object]
"""Has something done in the background."""


class Shelf:
    """Clips on disk, and the comparison of each with what its model was trained on."""

    def __init__(self, home: Home, library: Library, later: Later) -> None:
        """Takes up comparisons that an earlier sitting did not finish.

        Args:
            home: Where clips are kept.
            library: Knows the corpora of models.
            later: Carries out comparisons, one after the other.
        """
        self._home, self._library, self._later = home, library, later
        self._check: tuple[Path, OriginalityCheck] | None = None
        self._changing = Lock()
        for clip in self.all():
            if clip.originality and clip.originality.state == "waiting":
                self._compare_later(clip)

    def all(self) -> list[Clip]:
        """Every clip, the newest first; a damaged one is told to the log."""
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
            NotFoundError: There is none of that name.
        """
        folder = ClipFolder(self._home.clips / key)
        if not folder.exists():
            raise NotFoundError(f"no clip {key!r}: it may have been deleted")
        return folder

    def keep(self, player: Player, end: int, seconds: float) -> Clip:
        """Keeps what was heard before a sample.

        Raises:
            StudioError: Less than a second lies before it.
            ConflictError: It was played too long ago.
        """
        rate = player.sample_rate
        begin = max(0, end - round(seconds * rate))
        if end - begin < rate:
            raise StudioError(
                f"a clip is a second or longer, and only {(end - begin) / rate:.2f} s lie before "
                f"sample {end}: listen on first"
            )
        piece, turns = player.piece(begin, end)
        size = piece.chunk_samples  # read as it was played, a chunk at a time
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
            seed=player.seed,
            sample_rate=rate,
            begin=begin,
            controls=[
                Moment(
                    at=round(max(0, turn.at - begin) / rate, 3),
                    controls=ControlValues.of(turn.controls),
                )
                for turn in turns
            ],
            like=player.begun_with,
            seconds=(end - begin) / rate,
            created=datetime.now(UTC).isoformat(timespec="milliseconds"),
            originality=self._prospect(player.model.corpus, (end - begin) / rate),
        )
        ClipFolder(self._home.clips / clip.id).keep(clip, audio)
        if clip.originality and clip.originality.state == "waiting":
            self._compare_later(clip)
        return clip

    def remove(self, key: str) -> None:
        """Deletes a clip.

        Raises:
            NotFoundError: There is none of that name.
        """
        with self._changing:
            remove(self.folder(key).path)

    @staticmethod
    def _prospect(corpus: Path | None, seconds: float) -> OriginalityInfo:
        if corpus is None or not is_corpus(corpus):
            return OriginalityInfo(
                state="failed",
                verdict="Not compared: the recordings that this model was trained on are not at "
                "hand here.",
            )
        if seconds < WINDOW_SECONDS:
            return OriginalityInfo(
                state="failed",
                verdict=f"Not compared: a clip must be {WINDOW_SECONDS:g} s long or longer.",
            )
        return OriginalityInfo(state="waiting", verdict="Being compared with the recordings.")

    def _compare_later(self, clip: Clip) -> None:
        self._later(lambda: self._compare(clip))

    def _compare(self, clip: Clip) -> None:
        folder = ClipFolder(self._home.clips / clip.id)
        try:
            corpus = self._library.open(clip.model).corpus
            if corpus is None:
                raise RiffsmithError("its recordings are no longer at hand")
            if not folder.exists():  # deleted before its turn came
                return
            found = self._check_for(corpus).check(*folder.audio())
            with self._changing:
                if folder.exists():
                    folder.judge(found, Corpus(corpus))
        except (RiffsmithError, OSError, soundfile.LibsndfileError) as error:
            with self._changing:
                if folder.exists():
                    reason = f"Not compared: {error}"
                    folder.tell(OriginalityInfo(state="failed", verdict=reason))

    def _check_for(self, corpus: Path) -> OriginalityCheck:
        """An index of a corpus; the last one is kept."""
        if self._check is None or self._check[0] != corpus:
            self._check = None
            self._check = (corpus, OriginalityCheck(Corpus(corpus)))
        return self._check[1]
