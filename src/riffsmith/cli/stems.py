"""`riffsmith stems`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


def stems(
    file: Path,
    out: Path,
    *,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> None:
    """Write the drums of a recording, or of a generated clip, and the rest as two files.

    The two files add up to the recording. What is struck goes to the drums and what is held to the
    rest, by median filtering; nothing is learned. Expect traces of each in the other. Of
    synthesised music the error of the drums is 6 dB below them, and that of the rest 15 dB. Of
    guitar tracks without drums, what is taken for drums is 9 to 11 dB below the whole.

    Parameters
    ----------
    file
        Audio file.
    out
        Folder for FILE's name with -drums.wav and -rest.wav.
    as_json
        Print the files as JSON.
    """
    import json

    from riffsmith.api import read_audio
    from riffsmith.cli.console import share_progress, stdout
    from riffsmith.errors import SettingsError

    if out.is_file() or out.suffix:
        raise SettingsError(f"two files do not fit {str(out)!r}: name a folder")
    audio = read_audio(file)
    with share_progress("Splitting") as on_progress:
        drums, rest = audio.stems(on_progress)
    drums_path = drums.save(out / f"{file.stem}-drums.wav")
    rest_path = rest.save(out / f"{file.stem}-rest.wav")
    if as_json:
        print(json.dumps({"drums": str(drums_path), "rest": str(rest_path)}, indent=1))
        return
    for path in (drums_path, rest_path):
        stdout.print(str(path), soft_wrap=True)
