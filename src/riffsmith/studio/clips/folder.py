"""The files of a kept clip.

CLIP/
├── clip.json           what the clip is and where it comes from
├── audio.wav           its samples; other formats are written when they are first asked for
├── spectrogram.png     its picture, drawn when it is first asked for
└── match-0.wav         the real passages that are nearest to it, where the recordings are at hand
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import soundfile
import torch
from jaxtyping import Float
from pydantic import ValidationError

from riffsmith.audio import TAGS, write_audio
from riffsmith.corpus import Corpus
from riffsmith.errors import RiffsmithError
from riffsmith.evaluation import (
    WINDOW_SECONDS,
    Comparison,
    CopyKind,
    Originality,
    OriginalityGrade,
    WindowOrigin,
    find_nearest,
)
from riffsmith.features import MelTransform
from riffsmith.files import atomic_path, write_bytes
from riffsmith.messages import Parameter
from riffsmith.plotting import draw_plain_spectrogram
from riffsmith.studio.clips.schemas import (
    Clip,
    MatchInfo,
    MelodyMessage,
    OriginalityInfo,
    OriginalityMessage,
)
from riffsmith.studio.errors import NotFoundError, StudioError
from riffsmith.studio.messages import MelodyCode, ProblemCode

MOST_MATCHES = 3
_PICTURE_COLUMNS = 1200
_PICTURE_MELS = 160


class ClipFolder:
    """The folder of a clip."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.wav = path / "audio.wav"
        self._record = path / "clip.json"

    def exists(self) -> bool:
        """Whether a clip was kept here."""
        return self._record.is_file() and self.wav.is_file()

    def read(self) -> Clip:
        """Reads the record of the clip.

        Raises:
            StudioError: It is damaged.
        """
        try:
            return Clip.model_validate_json(self._record.read_bytes())
        except (OSError, ValidationError) as cause:
            raise StudioError(ProblemCode.CLIP_DAMAGED, clip=self.path.name) from cause

    def write(self, clip: Clip) -> None:
        """Writes the record of the clip."""
        write_bytes(self._record, clip.model_dump_json(indent=1).encode(), RiffsmithError)

    def keep(self, clip: Clip, audio: Float[np.ndarray, "time 2"], tags: Mapping[str, str]) -> None:
        """Writes a new clip, whole or not at all.

        Args:
            clip: Its record.
            audio: Its samples.
            tags: Texts that its files carry.
        """
        with atomic_path(self.path, RiffsmithError) as partial:
            partial.mkdir()
            new = ClipFolder(partial)
            write_audio(new.wav, audio, clip.sample_rate, tags=tags)
            new.write(clip)

    def audio(self) -> tuple[Float[np.ndarray, "time 2"], int]:
        """The samples of the clip and their rate in Hz."""
        audio, rate = soundfile.read(self.wav, dtype="float32", always_2d=True)
        return np.asarray(audio, np.float32), rate

    def audio_file(self, suffix: str) -> Path:
        """The file of the clip in a format, with the tags of the WAV file.

        Args:
            suffix: Ending of the format: `.wav`, `.flac` or `.mp3`.
        """
        path = self.wav.with_suffix(suffix)
        if not path.is_file():
            audio, rate = self.audio()
            with soundfile.SoundFile(self.wav) as file:
                found = file.copy_metadata()
            tags = {name: text for name, text in found.items() if name in TAGS}
            write_audio(path, audio, rate, tags=tags)
        return path

    def spectrogram(self) -> Path:
        """The picture of the clip: mel bands over time, low bands at the bottom."""
        path = self.path / "spectrogram.png"
        if not path.is_file():
            audio, rate = self.audio()
            mono = torch.from_numpy(np.ascontiguousarray(audio.mean(axis=1)))
            hop = max(256, len(mono) // _PICTURE_COLUMNS)
            transform = MelTransform(
                rate, n_fft=max(2048, 2 * hop), hop_samples=hop, n_mels=_PICTURE_MELS
            )
            write_bytes(path, draw_plain_spectrogram(transform.to_db(mono)), RiffsmithError)
        return path

    def match(self, number: int) -> Path:
        """The file of a real passage that the clip is near to.

        Raises:
            NotFoundError: The clip has fewer matches.
        """
        path = self.path / f"match-{number}.wav"
        if not path.is_file():
            raise NotFoundError(ProblemCode.NO_MATCH, number=number)
        return path

    def keep_comparison(self, found: Originality, corpus: Corpus | None) -> None:
        """Keeps what a comparison found, with the real passages to listen to.

        Args:
            found: The result.
            corpus: Corpus of the model. `None`: it is not at hand, so no passage can be heard.
        """
        nearest = [
            window for _, window in find_nearest([found.sound], WINDOW_SECONDS, MOST_MATCHES)
        ]
        if corpus is not None:
            self._write_matches(nearest, corpus)
        matches = [
            MatchInfo(
                at=window.start_seconds,
                recording=window.recording,
                second=window.recording_seconds,
                semitones=round(window.semitones),
                percentile=window.percentile,
                has_audio=corpus is not None,
            )
            for window in nearest
        ]
        assert found.sound.grade is not None  # a clip shorter than a window is not compared
        self.keep_originality(
            OriginalityInfo(
                state="done",
                grade=found.grade,
                verdict=OriginalityMessage(
                    code=found.sound.grade,
                    parameters=_parameters(found.sound),
                    detail=found.sound.verdict,
                ),
                melody=_melody_message(found.melody),
                matches=matches,
            )
        )

    def _write_matches(self, nearest: Sequence[WindowOrigin], corpus: Corpus) -> None:
        recordings = {each.source.path: each for each in corpus.manifest.of_split("train")}
        rate = corpus.manifest.settings.sample_rate
        for number, window in enumerate(nearest):
            audio = corpus.audio(
                recordings[window.recording],
                window.recording_seconds,
                WINDOW_SECONDS * window.speed,
            ).numpy()
            write_audio(self.path / f"match-{number}.wav", audio, rate)

    def keep_originality(self, originality: OriginalityInfo) -> None:
        """Keeps how the comparison stands."""
        self.write(self.read().model_copy(update={"originality": originality}))


def _melody_message(found: Comparison) -> MelodyMessage:
    code: OriginalityGrade | MelodyCode
    if found.grade is None:
        assert found.obstacle is not None
        code, parameters = MelodyCode(found.obstacle.code.value), found.obstacle.parameters
    else:
        code, parameters = found.grade, _parameters(found)
    return MelodyMessage(code=code, parameters=parameters, detail=found.verdict)


def _parameters(found: Comparison) -> dict[str, Parameter]:
    """Values in the sentence of a comparison."""
    suspicious = found.suspicious_windows()
    values: dict[str, Parameter] = {"windows": len(found.windows)}
    if found.kind is CopyKind.MELODY:
        values["unjudged"] = found.unjudged_windows
    if suspicious:
        first = suspicious[0]
        values |= {
            "suspicious": len(suspicious),
            "at": first.start_seconds,
            "second": first.recording_seconds,
            "recording": first.recording,
        }
    return values
