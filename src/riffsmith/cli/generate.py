"""`riffsmith generate`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from riffsmith.cli.flags import ControlFlags, seed_or_draw

if TYPE_CHECKING:
    from riffsmith.evaluation import OriginalityCheck


def generate(
    model: str,
    out: Path,
    *,
    seconds: float = 30.0,
    count: int = 1,
    seed: int | None = None,
    epoch: int | None = None,
    audit: Path | None = None,
    controls: ControlFlags = None,
    like: Path | None = None,
    vary: float = 0.5,
    loop: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Play new music into a file, or several clips into a folder.

    Parameters
    ----------
    model
        Run folder, bundle folder, or name of a shipped model.
    out
        File ending in .wav, .flac, .ogg or .mp3; or a folder.
    seconds
        Length of each clip.
    count
        How many clips; more than one need a folder.
    seed
        The same seed gives the same samples; drawn and printed if left out.
    epoch
        Which of a run's snapshots; the best if left out.
    audit
        Prepared corpus to look for copies in; what is found is written beside each clip.
    like
        Audio file to begin with.
    vary
        0 keeps that audio and goes on from it, 1 keeps only its kind and tempo.
    loop
        Make whole bars that repeat without a seam; a .wav file then has loop points.
    """
    from riffsmith.api import load, read_audio
    from riffsmith.audio import audio_suffixes
    from riffsmith.cli.console import note, share_progress, stdout
    from riffsmith.errors import AudioError, SettingsError
    from riffsmith.evaluation import WINDOW_SECONDS
    from riffsmith.files import write_bytes

    is_folder = out.is_dir() or not out.suffix
    if not is_folder and out.suffix.lower() not in audio_suffixes():
        known = ", ".join(audio_suffixes())
        raise SettingsError(f"{out.name!r} has no ending that can be written: use one of {known}")
    if count < 1 or (count > 1 and not is_folder):
        raise SettingsError(f"{count} clips do not fit {str(out)!r}: name a folder")
    if not 0.1 <= seconds <= 3 * 3600:
        raise SettingsError(f"--seconds must be from 0.1 to 10800, found {seconds:g}")
    if audit is not None and seconds < WINDOW_SECONDS:
        raise SettingsError(f"--audit needs clips of {WINDOW_SECONDS:g} s, found {seconds:g} s")
    if loop and like is not None:
        raise SettingsError("--loop and --like exclude each other: give one")
    player = load(model, epoch, on_notice=note)
    beginning = None if like is None else read_audio(like, player.sample_rate)
    check = None if audit is None else _open_check(audit)
    seed = seed_or_draw(seed)
    for number in range(count):
        clip_seed = seed + number
        target = out / f"riff-{clip_seed}.wav" if is_folder else out
        with share_progress(f"Playing {target.name}") as on_progress:
            if loop:
                audio = player.loop(seconds, clip_seed, controls)
            else:
                audio = player.generate(
                    seconds,
                    clip_seed,
                    controls,
                    audio_prompt=beginning,
                    noise_level=vary,
                    on_progress=on_progress,
                )
        audio.save(target, loops=loop and target.suffix.lower() == ".wav")
        stdout.print(str(target), soft_wrap=True)
        if check is not None:
            found = check.check(audio.samples, audio.sample_rate)
            verdict = target.with_suffix(".originality.json")
            write_bytes(verdict, found.model_dump_json(indent=1).encode(), AudioError)
            stdout.print(f"{verdict}: {found.verdict}", soft_wrap=True)


def _open_check(corpus: Path) -> "OriginalityCheck":
    from riffsmith.cli.console import share_progress
    from riffsmith.corpus import Corpus
    from riffsmith.evaluation import OriginalityCheck

    with share_progress("Reading the corpus") as on_progress:
        return OriginalityCheck(Corpus(corpus), on_progress)
