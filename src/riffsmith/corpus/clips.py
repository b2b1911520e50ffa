"""Short clips that are joined, with short crossfades, into recordings that are long enough.

Which clips are joined follows from their order, their lengths and the settings alone, so a survey
and a preparation of the same folder agree.
"""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from statistics import median

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from riffsmith.audio import RecordingCode, RecordingRemark
from riffsmith.config import CorpusSettings
from riffsmith.corpus.duplicates import mark_duplicates
from riffsmith.corpus.entry import Clip, SurveyEntry
from riffsmith.corpus.segments import (
    ROUNDING_SECONDS,
    is_short,
    minimum_seconds,
    refuse_short,
)

_FADE_SECONDS = 0.01
"""Longest crossfade of two clips; half of the shorter clip at most."""
_JOINED_SECONDS = 60.0
"""Length from which on a joined recording takes no more clips where there is much music."""
_LEAST_SEGMENTS = 2
"""Shortest length of a joined recording, so that windows can begin at many positions of it."""
_LEAST_RECORDINGS = 10
"""Little music is joined into so many recordings, so that a tenth of it can be held out."""

Landmarks = Float[Tensor, "_ 2"]


def join_short_clips(
    entries: Sequence[SurveyEntry],
    landmarks: Sequence[Landmarks | None],
    settings: CorpusSettings | None,
) -> tuple[list[SurveyEntry], list[SurveyEntry]]:
    """Leaves out files with the same music, and joins those that are too short for the settings.

    Clips with the same music as another file are left out before. What a clip shares with another
    recording, the joined recording shares with it, so that both stay on one side of the split.

    Args:
        entries: All files of a folder in the order of their paths.
        landmarks: Landmarks of each usable file, as `mark_duplicates` takes them.
        settings: Settings of the corpus. `None`: no file is too short.

    Returns:
        All files, and the joined recordings. Where all clips together are too short, they are
        refused, and none are joined.
    """
    if settings is None:
        return mark_duplicates(entries, landmarks), []
    clips = [number for number, entry in enumerate(entries) if is_short(entry, settings)]
    marked: list[SurveyEntry] = []
    groups: list[list[int]] = []
    if sum(entries[number].seconds for number in clips) >= minimum_seconds(settings):
        marked = mark_duplicates(entries, landmarks)
        kept = [number for number in clips if marked[number].usable]
        groups = _divide(kept, [entry.seconds for entry in entries], settings)
    if not groups:
        return mark_duplicates([refuse_short(entry, settings) for entry in entries], landmarks), []
    joined = [_join([marked[number] for number in group]) for group in groups]
    shifted = [
        _shift([landmarks[number] for number in group], one)
        for group, one in zip(groups, joined, strict=True)
    ]
    longer = sorted(set(range(len(entries))) - set(clips))
    compared = mark_duplicates(
        [*(entries[number] for number in longer), *joined],
        [*(landmarks[number] for number in longer), *shifted],
    )
    for number, entry in zip(longer, compared, strict=False):
        marked[number] = entry
    joined = compared[len(longer) :]
    for group, one in zip(groups, joined, strict=True):
        if one.refusal is not None:
            for number in group:
                marked[number] = marked[number].model_copy(update={"refusal": one.refusal})
    return marked, _tie([one for one in joined if one.usable], marked)


def list_recordings(
    entries: Sequence[SurveyEntry], joined: Sequence[SurveyEntry]
) -> list[SurveyEntry]:
    """What a corpus takes: usable files, and those that short ones are joined into instead.

    Args:
        entries: All files.
        joined: Recordings that some of them are joined into.
    """
    clips = {path for one in joined for path in one.files}
    return [*(one for one in entries if one.usable and one.path not in clips), *joined]


def _divide(
    clips: Sequence[int], seconds: Sequence[float], settings: CorpusSettings
) -> list[list[int]]:
    """Divides clips into recordings that are long enough; only the last is much longer.

    More clips at the end change the last recording alone, where there is much music.

    Args:
        clips: Numbers of the clips.
        seconds: Length of each file by its number.
        settings: Settings of the corpus.

    Returns:
        Numbers of the clips of each recording. None: all together are too short.
    """
    lengths = [seconds[number] for number in clips]
    starts = _starts(lengths)
    total = starts[-1] + lengths[-1] if clips else 0.0
    if total - ROUNDING_SECONDS < minimum_seconds(settings):
        return []
    target = max(
        min(_JOINED_SECONDS, total / _LEAST_RECORDINGS), _LEAST_SEGMENTS * settings.segment_seconds
    )
    groups: list[list[int]] = []
    begin = 0.0
    for number, start in zip(clips, starts, strict=True):
        if not groups or min(start - begin, total - start) >= target:
            groups.append([])
            begin = start
        groups[-1].append(number)
    return groups


def _starts(lengths: Sequence[float]) -> list[float]:
    """Where each of several clips begins, in seconds, when they are joined."""
    starts: list[float] = []
    for number, length in enumerate(lengths):
        if number == 0:
            starts.append(0.0)
            continue
        fade = min(_FADE_SECONDS, lengths[number - 1] / 2, length / 2)
        starts.append(starts[-1] + lengths[number - 1] - fade)
    return starts


def _join(clips: Sequence[SurveyEntry]) -> SurveyEntry:
    """The entry of the recording that clips are joined into."""
    starts = _starts([clip.seconds for clip in clips])
    first = clips[0]
    digest = blake2b(digest_size=16)
    for clip in clips:
        digest.update(clip.content_hash.encode())
    flawed = sum(bool(clip.flaws) for clip in clips)
    flaws = (RecordingRemark.of(RecordingCode.FLAWED_CLIPS, clips=flawed),) if flawed else ()
    loudness = [clip.loudness_lufs for clip in clips if clip.loudness_lufs is not None]
    return SurveyEntry(
        path=f"{first.path} +{len(clips) - 1}",
        flaws=flaws,
        seconds=round(starts[-1] + clips[-1].seconds, 3),
        sample_rate=min(clip.sample_rate for clip in clips),
        channels=max(clip.channels for clip in clips),
        encoding=", ".join(sorted({clip.encoding for clip in clips})),
        is_lossy=any(clip.is_lossy for clip in clips),
        peak_db=max(clip.peak_db for clip in clips),
        loudness_lufs=round(median(loudness), 2) if loudness else None,
        content_hash=digest.hexdigest(),
        clips=tuple(
            Clip(
                path=clip.path,
                content_hash=clip.content_hash,
                start_seconds=round(start, 6),
                seconds=clip.seconds,
            )
            for clip, start in zip(clips, starts, strict=True)
        ),
    )


def _shift(landmarks: Sequence[Landmarks | None], joined: SurveyEntry) -> Landmarks:
    """Landmarks of clips at their positions in the recording that they are joined into."""
    return torch.cat(
        [
            found + torch.tensor([clip.start_seconds, 0.0])
            for found, clip in zip(landmarks, joined.clips, strict=True)
            if found is not None
        ]
    )


def _tie(joined: Sequence[SurveyEntry], files: Sequence[SurveyEntry]) -> list[SurveyEntry]:
    """Joined recordings, which share music with what their clips share music with."""
    holder = {clip.path: one.path for one in joined for clip in one.clips}
    shared: dict[str, list[str]] = {one.path: list(one.shares_with) for one in joined}
    for entry in files:
        if entry.path in holder:
            shared[holder[entry.path]] += [holder.get(path, path) for path in entry.shares_with]
    return [
        one.model_copy(
            update={
                "shares_with": tuple(
                    path for path in dict.fromkeys(shared[one.path]) if path != one.path
                )
            }
        )
        for one in joined
    ]


def join_audio(
    joined: SurveyEntry,
    pieces: Iterable[Float[np.ndarray, "_ channels"]],
    channels: int,
    sample_rate: int,
) -> Float[np.ndarray, "time channels"]:
    """Joins the audio of clips. The crossfades are linear, so nothing exceeds full scale.

    Args:
        joined: Entry of the recording that the clips are joined into.
        pieces: Samples (time, channels) of each clip in turn.
        channels: Number of channels.
        sample_rate: Sample rate in Hz.
    """
    audio = np.zeros((round(joined.seconds * sample_rate), channels), np.float32)
    filled = 0
    for clip, piece in zip(joined.clips, pieces, strict=True):
        start = round(clip.start_seconds * sample_rate)
        piece = piece[: len(audio) - start]
        end = start + len(piece)
        fade = min(max(0, filled - start), len(piece))
        rise = np.linspace(0, 1, fade + 2, dtype=np.float32)[1:-1, None]
        audio[start : start + fade] += (piece[:fade] - audio[start : start + fade]) * rise
        audio[start + fade : end] = piece[fade:]
        filled = max(filled, end)
    return audio
