"""Survey of a folder: usable files, skipped files with reasons, and whether they are enough."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import unique
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict
from torch import Tensor

from riffsmith.audio import RecordingCode
from riffsmith.config import CorpusSettings
from riffsmith.corpus.clips import join_short_clips, list_recordings
from riffsmith.corpus.entry import SurveyEntry, describe
from riffsmith.corpus.folders import find_recordings
from riffsmith.corpus.manifest import PlannedRecording, Split
from riffsmith.corpus.segments import count_segments
from riffsmith.corpus.split import divide_recordings, split_recordings
from riffsmith.errors import CorpusError
from riffsmith.messages import MessageCode
from riffsmith.parallel import count_cores, map_ordered

Result = TypeVar("Result")
_COMPARED_RATE = 22_050
"""Sample rate in Hz at which files are compared where no settings say another one."""

Progress = Callable[[int, int, str], None]
"""Function that is called with the number of files done, the number of all files, and the name of
the last one."""


@unique
class MaterialGrade(MessageCode):
    """Whether the recordings of a folder are enough to train on."""

    TOO_LITTLE = (
        "too_little",
        "not enough: less than a minute of audio; give it at least 5 minutes",
    )
    VERY_LITTLE = (
        "very_little",
        "very little: expect copies or collapse; 15 minutes or more are better",
    )
    LITTLE = "little", "little: it will train, with little variety; 15–60 minutes are better"
    FEW_RECORDINGS = (
        "few_recordings",
        "enough minutes, but few recordings: the model will know only these",
    )
    ENOUGH = "enough", "enough material"


@dataclass(frozen=True)
class CorpusPlan:
    """What the corpus of a survey's recordings will hold."""

    recordings: tuple[PlannedRecording, ...]
    """Recordings of both sides of the split; one that is cut is listed twice."""

    def of_split(self, split: Split) -> list[PlannedRecording]:
        """Recordings of one side of the split."""
        return [recording for recording in self.recordings if recording.split == split]

    @property
    def training_segments(self) -> int:
        """Number of segments to train on."""
        return sum(recording.segments for recording in self.of_split("train"))


class Survey(BaseModel):
    """A folder of recordings, file by file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: str
    """Folder that was searched."""
    genre: str | None
    """Subfolder of a tree of genres, or `all`. `None`: the folder is no such tree."""
    entries: tuple[SurveyEntry, ...]
    """All files."""
    joined: tuple[SurveyEntry, ...] = ()
    """Recordings that usable files are joined into, which are too short by themselves."""

    @property
    def usable(self) -> list[SurveyEntry]:
        """Files that can be used."""
        return [entry for entry in self.entries if entry.usable]

    @property
    def skipped(self) -> list[SurveyEntry]:
        """Files that are skipped."""
        return [entry for entry in self.entries if not entry.usable]

    @property
    def too_short(self) -> list[SurveyEntry]:
        """Files that hold music, but are too short for the settings, even if joined."""
        return find_too_short(self.skipped)

    @property
    def recordings(self) -> list[SurveyEntry]:
        """What a corpus takes: usable files, and those that short ones are joined into instead."""
        return list_recordings(self.entries, self.joined)

    @property
    def minutes(self) -> float:
        """Length of all recordings together."""
        return sum(entry.seconds for entry in self.recordings) / 60

    @property
    def grade(self) -> MaterialGrade:
        """Whether the recordings are enough to train on."""
        minutes = self.minutes
        if minutes < 1:
            return MaterialGrade.TOO_LITTLE
        if minutes < 5:
            return MaterialGrade.VERY_LITTLE
        if minutes < 15:
            return MaterialGrade.LITTLE
        return MaterialGrade.FEW_RECORDINGS if len(self.recordings) < 4 else MaterialGrade.ENOUGH

    def plan(
        self,
        settings: CorpusSettings,
        hold_out: Sequence[str] = (),
        hold_out_glob: Sequence[str] = (),
    ) -> "CorpusPlan":
        """What a corpus of these recordings will hold, as `prepare_corpus` chooses it.

        Args:
            settings: Settings of the corpus.
            hold_out: Names of recordings to hold out, as for `prepare_corpus`.
            hold_out_glob: Patterns of recordings to hold out, as for `prepare_corpus`.

        Raises:
            CorpusError: A name or a pattern fits nothing, or nothing would be left to train on.
        """
        counts = {
            entry.content_hash: count_segments(
                round(entry.seconds * settings.sample_rate), settings
            )
            for entry in self.recordings
        }
        entries = [entry for entry in self.recordings if counts[entry.content_hash]]
        choice = split_recordings(entries, settings, hold_out, hold_out_glob)
        return CorpusPlan(tuple(divide_recordings(entries, counts, choice, settings)))

    def verdict(self) -> str:
        """The grade as an English sentence."""
        return self.grade.sentence

    def sample_rates(self) -> dict[int, int]:
        """Number of usable files for each sample rate in Hz."""
        return dict(sorted(Counter(entry.sample_rate for entry in self.usable).items()))

    def channel_counts(self) -> dict[int, int]:
        """Number of usable files for each number of channels."""
        return dict(sorted(Counter(entry.channels for entry in self.usable).items()))


def find_too_short(skipped: Sequence[SurveyEntry]) -> list[SurveyEntry]:
    """The files that are skipped for the sole reason that they are too short, even if joined.

    Args:
        skipped: Files that are skipped.
    """
    return [
        entry
        for entry in skipped
        if entry.refusal is not None and entry.refusal.code == RecordingCode.TOO_SHORT
    ]


def survey_folder(
    folder: Path,
    genre: str | None = None,
    *,
    settings: CorpusSettings | None = None,
    workers: int | None = None,
    on_progress: Progress | None = None,
) -> Survey:
    """Decodes every file of a folder and describes it.

    Args:
        folder: Folder to search, with its subfolders.
        genre: Subfolder of a tree of genres such as GTZAN, or `all`. `None`: the folder is no such
            tree.
        settings: Settings of the corpus that is to be made: recordings that are too short for it
            are joined, or skipped where all of them together are too short. `None`: no recording is
            too short.
        workers: Number of threads. `None`: one for each core.
        on_progress: Function to call after each file.

    Raises:
        CorpusError: The folder is missing, empty or without audio, or is a tree of genres and
            `genre` does not name one of them.
    """
    root, paths = find_recordings(folder, genre)
    sample_rate, channels = _COMPARED_RATE, 1
    if settings is not None:
        sample_rate, channels = settings.sample_rate, settings.channel_count

    def describe_file(path: Path) -> tuple[SurveyEntry, Tensor | None]:
        entry, landmarks = describe(path, root, sample_rate, channels)
        return entry, landmarks if entry.usable else None

    described = list(map_files(describe_file, paths, workers, on_progress))
    entries, joined = join_short_clips(
        [entry for entry, _ in described], [landmarks for _, landmarks in described], settings
    )
    return Survey(folder=str(root), genre=genre, entries=tuple(entries), joined=tuple(joined))


def map_files(
    function: Callable[[Path], Result],
    paths: Sequence[Path],
    workers: int | None = None,
    on_progress: Progress | None = None,
) -> Iterator[Result]:
    """Applies a function to files in threads and yields the results in the order of the files.

    Threads are enough, because decoding, resampling and tensor operations release the GIL.

    Args:
        function: Function of one file.
        paths: Files.
        workers: Number of threads. `None`: one for each core.
        on_progress: Function to call after each file.

    Raises:
        CorpusError: `workers` is below 1.
    """
    if workers is not None and workers < 1:
        raise CorpusError(f"--workers must be 1 or more, found {workers}")
    workers = workers or count_cores()
    found = map_ordered(function, paths, workers=workers, look_ahead=len(paths))
    for done, (path, result) in enumerate(zip(paths, found, strict=True)):
        yield result
        if on_progress:
            on_progress(done + 1, len(paths), path.name)
