"""The files of a kept clip.

CLIP/
├── clip.json           what the clip is and where it comes from, and a digest of its samples
├── audio.wav           its samples and tags; other formats are written when first asked for
├── spectrogram.png     its picture, drawn when it is first asked for
├── notes.mid           the notes that are heard in it, written when they are first asked for
└── match-0.wav         the real passages that are nearest to it, where the recordings are at hand
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

import numpy as np
import soundfile
import torch
from jaxtyping import Float, Int16
from numpy.typing import NDArray

from riffsmith.api import Audio, write_midi
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
from riffsmith.files import (
    atomic_path,
    read_checked,
    remove,
    validate,
    write_bytes,
    write_checked,
)
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
MOST_PEAKS = 600
CUT_FADE_SECONDS = 0.005
"""Length of the fades where a part was cut out of a clip."""
USUAL_BPM = 120.0
"""Tempo of the notes of a clip whose tempo is not known."""
_DIGEST = "samples"
"""Entry of the record that holds the digest of the samples."""
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
        return self._read_record()[0]

    def write(self, clip: Clip) -> None:
        """Writes the record of the clip, whose samples stay.

        Raises:
            StudioError: The record that it replaces is damaged.
        """
        self._write_record(clip, self._read_record()[1])

    def _read_record(self) -> tuple[Clip, str | None]:
        """The record, and the digest of the samples. `None`: an earlier version wrote it."""
        try:
            values = read_checked(self._record)
            digest = values.pop(_DIGEST, None)
            return validate(Clip, values), digest
        except (OSError, ValueError, AttributeError, TypeError) as cause:  # also no JSON object
            raise StudioError(ProblemCode.CLIP_DAMAGED, clip=self.path.name) from cause

    def _write_record(self, clip: Clip, digest: str | None) -> None:
        values = clip.model_dump(mode="json")
        record = values if digest is None else {**values, _DIGEST: digest}
        write_checked(self._record, json.dumps(record), RiffsmithError)

    def keep(
        self,
        clip: Clip,
        audio: NDArray[np.float32] | NDArray[np.int16],
        tags: Mapping[str, str],
    ) -> None:
        """Writes a new clip, whole or not at all.

        Args:
            clip: Its record.
            audio: Its samples (time, channels); 16-bit integers are stored as they are.
            tags: Texts that its files carry besides its title.
        """
        with atomic_path(self.path, RiffsmithError) as partial:
            partial.mkdir()
            new = ClipFolder(partial)
            _write_audio(new.wav, audio, clip, tags)
            new._write_record(clip, _digest(*new._read_wav()))

    def rename(self, clip: Clip) -> None:
        """Writes the record and the tags of a clip that has another title; its samples stay.

        Raises:
            StudioError: The clip is damaged.
        """
        _write_audio(self.wav, self.samples(), clip, self.tags())
        for suffix in (".flac", ".mp3"):  # written again when they are asked for
            remove(self.wav.with_suffix(suffix))
        self.write(clip)

    def tags(self) -> dict[str, str]:
        """Texts that the files of the clip carry.

        Raises:
            StudioError: The file is damaged.
        """
        with self._telling_damage(), soundfile.SoundFile(self.wav) as file:
            found = file.copy_metadata()
        return {name: text for name, text in found.items() if name in TAGS}

    def samples(self) -> Int16[np.ndarray, "time channels"]:
        """Samples of the clip as they are stored.

        Raises:
            StudioError: They are not those that were stored, or the file cannot be read.
        """
        digest = self._read_record()[1]
        samples, rate = self._read_wav()
        if digest not in (None, _digest(samples, rate)):
            raise StudioError(ProblemCode.CLIP_DAMAGED, clip=self.path.name)
        return samples

    def _read_wav(self) -> tuple[Int16[np.ndarray, "time channels"], int]:
        """Samples of the file, and their rate in Hz."""
        with self._telling_damage():
            samples, rate = soundfile.read(self.wav, dtype="int16", always_2d=True)
        if not len(samples):
            raise StudioError(ProblemCode.CLIP_DAMAGED, clip=self.path.name)
        return samples, rate

    @contextmanager
    def _telling_damage(self) -> Iterator[None]:
        try:
            yield
        except soundfile.LibsndfileError as cause:
            raise StudioError(ProblemCode.CLIP_DAMAGED, clip=self.path.name) from cause

    def cut(self, begin: int, end: int) -> Int16[np.ndarray, "time channels"]:
        """A part of the clip, with a fade of 5 ms at each end that is not the clip's own.

        Args:
            begin: The first sample.
            end: The sample to end before.

        Raises:
            StudioError: The part is shorter than a second, the clip ends before it does, or is
                damaged.
        """
        samples, rate = self.samples(), self.read().sample_rate
        if end > len(samples):
            raise StudioError(ProblemCode.PART_OUTSIDE, end=end, samples=len(samples))
        if end - begin < rate:
            seconds = max(0, end - begin) / rate
            raise StudioError(ProblemCode.PART_TOO_SHORT, seconds=seconds)
        part = samples[begin:end].copy()
        rise = np.sin(np.linspace(0, np.pi / 2, round(CUT_FADE_SECONDS * rate))) ** 2
        if begin > 0:
            part[: len(rise)] = np.round(part[: len(rise)] * rise[:, None])
        if end < len(samples):
            part[-len(rise) :] = np.round(part[-len(rise) :] * rise[::-1, None])
        return part

    def peaks(self) -> list[int]:
        """The largest level of each of several hundred equal spans; 255 is full scale."""
        samples = self.samples()
        levels = np.maximum(samples.max(axis=1), ~samples.min(axis=1))  # ~x is -x - 1: no overflow
        spans = min(MOST_PEAKS, len(levels))
        begins = np.arange(spans) * len(levels) // spans
        return (np.maximum.reduceat(levels, begins) // 128).tolist()

    def audio(self) -> tuple[Float[np.ndarray, "time channels"], int]:
        """The samples of the clip and their rate in Hz.

        Raises:
            StudioError: The clip is damaged.
        """
        return self.samples().astype(np.float32) / 32_768, self.read().sample_rate

    def audio_file(self, suffix: str) -> Path:
        """The file of the clip in a format, with the tags of the WAV file.

        Args:
            suffix: Ending of the format: `.wav`, `.flac` or `.mp3`.

        Raises:
            StudioError: The clip is damaged.
        """
        path, samples = self.wav.with_suffix(suffix), self.samples()
        if not path.is_file():
            _write_audio(path, samples, self.read(), self.tags())
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

    def notes(self) -> Path:
        """The notes that are heard in the clip, as a MIDI file, with the tempo that was asked for.

        Drums have no notes. It takes seconds where it is asked for the first time.
        """
        path = self.path / "notes.mid"
        if not path.is_file():
            clip = self.read()
            asked = clip.controls[0].controls.tempo if clip.controls else None
            bpm = clip.loop.bpm if clip.loop else asked or USUAL_BPM
            write_midi(path, Audio(*self.audio()).notes(), bpm)
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


def _digest(samples: Int16[np.ndarray, "time channels"], sample_rate: int) -> str:
    """Digest of samples and their rate in Hz; it stays the same when tags change."""
    digest = blake2b(f"{samples.shape} {sample_rate}".encode(), digest_size=16)
    digest.update(np.ascontiguousarray(samples).tobytes())
    return digest.hexdigest()


def _write_audio(
    path: Path,
    audio: NDArray[np.float32] | NDArray[np.int16],
    clip: Clip,
    tags: Mapping[str, str],
) -> None:
    grid = clip.loop.grid if clip.loop else None
    write_audio(path, audio, clip.sample_rate, loop=grid, tags={**tags, "title": clip.title})
