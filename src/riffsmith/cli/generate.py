"""`riffsmith generate`."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from riffsmith.cli.flags import ControlFlags, note_tempo, seed_or_draw

if TYPE_CHECKING:
    from riffsmith.api import Audio
    from riffsmith.evaluation import OriginalityCheck

_USUAL_SECONDS = 30.0
_SIDE_BY_SIDE_SECONDS = 60.0
"""Clips up to this length are played side by side; a longer one is divided among the workers, so
that one at a time is in memory."""


def generate(
    model: str,
    out: Path,
    *,
    seconds: float | None = None,
    count: int = 1,
    seed: int | None = None,
    snapshot: int | None = None,
    audit: str | None = None,
    controls: ControlFlags = None,
    audio_prompt: Path | None = None,
    audio_prompt_from: float | None = None,
    noise_level: float | None = None,
    loop: Annotated[bool, Parameter(negative="")] = False,
    bars: int | None = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> None:
    """Play new music into a file, or several clips into a folder.

    Parameters
    ----------
    model
        Run folder, bundle folder, or name of a shipped model. ./NAME is always a folder.
    out
        File ending in .wav, .flac, .ogg or .mp3; or a folder.
    seconds
        Length of each clip; 30 if left out. That of a loop is rounded to whole bars.
    count
        How many clips; more than one need a folder.
    seed
        The same seed gives the same samples; drawn and printed if left out.
    snapshot
        Number of a run's snapshot: an epoch of a picture preset, a step of latent. The best if left
        out.
    audit
        What to look for copies of: a prepared corpus, or a model (run folder, bundle folder, or
        name of a shipped model). What is found is written beside each clip.
    audio_prompt
        Audio file that the piece begins with.
    audio_prompt_from
        Second of that file at which the prompt begins; it ends 120 s later at the latest. All of
        the file if left out.
    noise_level
        Noise added to that audio: 0 keeps it and goes on from it, 1 keeps only its style and tempo.
        0.5 if left out.
    loop
        Make whole bars of four beats that repeat without a seam, at exactly the tempo that is asked
        for. Its bars and its tempo are printed and stored in the file, and in its name in a folder.
    bars
        Length of a loop in bars, in the place of --seconds.
    as_json
        Print the files and what they hold as JSON.
    """
    import json

    from riffsmith.api import Loop, load, name_clip
    from riffsmith.api.model import check_loop_controls, check_seconds
    from riffsmith.audio import audio_suffixes
    from riffsmith.cli.console import note, share_progress, stdout
    from riffsmith.errors import AudioError, SettingsError
    from riffsmith.evaluation import WINDOW_SECONDS
    from riffsmith.files import write_bytes
    from riffsmith.parallel import map_ordered

    is_folder = out.is_dir() or not out.suffix
    if not is_folder and out.suffix.lower() not in audio_suffixes():
        known = ", ".join(audio_suffixes())
        raise SettingsError(f"{out.name!r} has no ending that can be written: use one of {known}")
    if count < 1 or (count > 1 and not is_folder):
        raise SettingsError(f"{count} clips do not fit {str(out)!r}: name a folder")
    if bars is not None and not loop:
        raise SettingsError(f"--bars {bars} needs --loop: only a loop is counted in bars")
    if bars is not None and seconds is not None:
        raise SettingsError("--bars and --seconds exclude each other: give one")
    if seconds is None and bars is None:
        seconds = _USUAL_SECONDS
    if seconds is not None:
        check_seconds(seconds)
    if audit is not None and seconds is not None and seconds < WINDOW_SECONDS:
        raise SettingsError(f"--audit needs clips of {WINDOW_SECONDS:g} s, found {seconds:g} s")
    if loop and audio_prompt is not None:
        raise SettingsError("--loop and --audio-prompt exclude each other: give one")
    if audio_prompt_from is not None and audio_prompt is None:
        raise SettingsError(
            f"--audio-prompt-from {audio_prompt_from:g} needs --audio-prompt: name the file"
        )
    if noise_level is not None and audio_prompt is None:
        raise SettingsError(
            "--noise-level has no effect without --audio-prompt: add it, or leave it out"
        )
    if loop:
        check_loop_controls(controls)
    player = load(model, snapshot, on_notice=note)
    note_tempo(player, controls)
    check = None if audit is None else _open_check(audit)
    seed = seed_or_draw(seed)

    length = _USUAL_SECONDS if seconds is None else seconds

    def play(
        clip_seed: int, on_progress: Callable[[float], None] | None = None
    ) -> "tuple[Path, Audio | None]":
        """Writes a clip. Its audio is in memory only where something else is done with it."""
        if loop:
            audio = player.loop(seconds, clip_seed, controls, bars=bars)
        elif check is not None:
            audio = player.generate(
                length,
                clip_seed,
                controls,
                audio_prompt=audio_prompt,
                audio_prompt_from=audio_prompt_from,
                noise_level=noise_level,
                on_progress=on_progress,
            )
        else:
            target = player.generate_file(
                out / f"{name_clip(clip_seed)}.wav" if is_folder else out,
                length,
                clip_seed,
                controls,
                audio_prompt=audio_prompt,
                audio_prompt_from=audio_prompt_from,
                noise_level=noise_level,
                on_progress=on_progress,
            )
            return target, None
        target = out / f"{name_clip(clip_seed, audio)}.wav" if is_folder else out
        return audio.save(target), audio

    def clips() -> Iterator["tuple[Path, Audio | None]"]:
        seeds = range(seed, seed + count)
        if count > 1 and (seconds is None or seconds <= _SIDE_BY_SIDE_SECONDS):
            yield from map_ordered(play, seeds)
            return
        for clip_seed in seeds:
            with share_progress(f"Playing seed {clip_seed}") as on_progress:
                clip = play(clip_seed, on_progress)
            yield clip

    records: list[dict[str, object]] = []
    for clip_seed, (target, audio) in enumerate(clips(), seed):
        record: dict[str, object] = {
            "file": str(target),
            "seed": clip_seed,
            "seconds": round(length * player.sample_rate) / player.sample_rate
            if audio is None
            else audio.seconds,
        }
        line = str(target)
        if isinstance(audio, Loop):
            record |= {"bars": audio.bars, "beats": audio.beats, "bpm": audio.bpm}
            record["tuning_cents"] = audio.tuning_cents
            line += f": {audio.grid.describe()}, tuning {audio.tuning_cents:+.1f} cents"
        records.append(record)
        if not as_json:
            stdout.print(line, soft_wrap=True)
        if check is not None and audio is not None:
            found = check.check(audio.samples, audio.sample_rate)
            verdict = target.with_suffix(".originality.json")
            write_bytes(verdict, found.model_dump_json(indent=1).encode(), AudioError)
            record["originality"] = str(verdict)
            if not as_json:
                stdout.print(f"{verdict}: {found.verdict}", soft_wrap=True)
    if as_json:
        print(json.dumps(records, indent=1))


def _open_check(corpus_or_model: str) -> "OriginalityCheck":
    from riffsmith.cli.console import note, share_progress
    from riffsmith.pipeline.originality import open_check_of

    with share_progress("Reading the training music") as on_progress:
        return open_check_of(corpus_or_model, on_progress, note)
