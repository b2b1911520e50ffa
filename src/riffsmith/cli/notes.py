"""`riffsmith notes`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from riffsmith.transcription import Note


def notes(
    path: Path,
    out: Path,
    *,
    tempo: float = 120.0,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> None:
    """Write the notes that are heard in recordings, or in generated clips, as MIDI.

    The notes are those of one instrument on one track; drums have none. Expect to correct them: of
    synthesised melodies and chords all notes are found, and a third to three quarters as many that
    are not there (note F1 .73 and .84); among distorted chords, with or without drums, four fifths
    are found (.72 and .68). Real recordings are harder.

    Parameters
    ----------
    path
        Audio file, or folder of audio files.
    out
        File ending in .mid or .midi; for a folder of audio files a folder.
    tempo
        Tempo of the MIDI file in beats a minute. It decides where the bars lie, from the beginning
        of the recording on; the notes keep their times. Give that of a loop here.
    as_json
        Print the numbers of notes as JSON.
    """
    import json

    from riffsmith.api import read_audio, write_midi
    from riffsmith.cli.console import note, share_progress, stdout
    from riffsmith.controls import FASTEST_BPM, SLOWEST_BPM
    from riffsmith.corpus import find_audio
    from riffsmith.errors import AudioError, SettingsError
    from riffsmith.transcription.midi import check_midi_name

    if not SLOWEST_BPM <= tempo <= FASTEST_BPM:
        raise SettingsError(
            f"--tempo must be from {SLOWEST_BPM:g} to {FASTEST_BPM:g}, found {tempo:g}"
        )
    if path.is_file():
        check_midi_name(out)
        targets = {path: out}
    else:
        targets = _targets(find_audio(path), path, out)
    records: list[dict[str, object]] = []
    reasons: list[str] = []
    with share_progress("Transcribing") as on_progress:
        for number, (file, target) in enumerate(targets.items(), 1):
            try:
                audio = read_audio(file)
            except AudioError as cause:
                reasons.append(f"{file}: {cause}")
            else:
                found = audio.notes()
                write_midi(target, found, tempo)
                records.append(_record(file, target, audio.seconds, found))
            on_progress(number / len(targets))
    if not records:
        raise AudioError(f"no notes were looked for in {path}: {'; '.join(reasons)}")
    for reason in reasons:
        note(f"skipped {reason}")
    if as_json:
        print(json.dumps(records, indent=1))
        return
    for record in records:
        counts = f"{record['notes']} notes of {record['pitches']} pitches"
        stdout.print(f"{record['midi']}: {counts} in {record['seconds']:.1f} s", soft_wrap=True)


def _targets(files: list[Path], folder: Path, out: Path) -> dict[Path, Path]:
    """The MIDI file of each audio file of a folder.

    Raises:
        SettingsError: Two audio files would have the same MIDI file, or `out` is a file.
    """
    from riffsmith.errors import SettingsError
    from riffsmith.transcription.midi import MIDI_SUFFIXES

    if out.is_file() or out.suffix.lower() in MIDI_SUFFIXES:
        raise SettingsError(f"the notes of a folder do not fit {str(out)!r}: name a folder")
    sources: dict[Path, Path] = {}
    for file in files:
        target = out / file.relative_to(folder).with_suffix(".mid")
        if target in sources:
            raise SettingsError(
                f"{sources[target]} and {file} differ in their endings alone, so both would be "
                f"written to {target.name}: rename one"
            )
        sources[target] = file
    return {file: target for target, file in sources.items()}


def _record(file: Path, target: Path, seconds: float, found: "list[Note]") -> dict[str, object]:
    return {
        "file": str(file),
        "midi": str(target),
        "seconds": seconds,
        "notes": len(found),
        "pitches": len({note.pitch for note in found}),
    }
