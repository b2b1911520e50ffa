"""Remakes the corpus of the base generator from Debian packages, or writes its data card.

    python tools/make_base_corpus.py OUT [--packages FOLDER] [--metal FOLDER]
    python tools/make_base_corpus.py --card

The pieces and their licences stand in `base_corpus.toml` beside this file. Packages that are not in
the folder yet come from `apt-get download`. Each piece keeps its bytes: it is written to
`OUT/<package>/<name>` without decoding. `--metal` names the folder of metal songs that are mixed
from stems. Pieces that are missing or differ from the table are listed, and the exit status is 1.
"""

import argparse
import hashlib
import io
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import BadZipFile, ZipFile

TABLE = Path(__file__).parent / "base_corpus.toml"
CARD = Path(__file__).parents[1] / "src/riffsmith/models/base-corpus.md"
_INTRODUCTION = """\
# The corpus of the base generator

The base generator is trained on music of many kinds before it learns the style of somebody's own
recordings. This page lists every piece of that corpus. `tools/make_base_corpus.py` wrote the page
from `tools/base_corpus.toml` and remakes the corpus itself from the packages.

## How the pieces were chosen

All pieces come from packages of Debian. A piece is here only if the package names a licence for
it, in its copyright file or in a file beside the music, and if that licence is CC0, CC BY, CC
BY-SA, MIT, BSD or the public domain. Where the author offers the GPL or a Creative Commons licence,
the latter was chosen, and the table says so. For some packages the statement covers all their art
or all their data and not each piece by name: `0ad-data`, `flare-game`, `megaglest-data`,
`caveexpress-data`, `raincat-data`, `pax-britannica-data`, `freeorion-data`, and the packages with
the BSD licence. The bytes of each file are those of the package; nothing was encoded again. The
metal songs by El Senator and Muldjord and by Carlos Viola Iborra are mixed from the stems in their
packages.

The packages name several authors for a group of files of `ufoai-music`; the names of the files and
their tags tell who wrote which. The kinds of music are rough: they were chosen from titles, tags
and the games, not by listening.

## What was left out

- Pieces under the GPL alone, as in `asc-music`, `planetblupi-music-ogg`, `warzone2100-music`,
  `supertux-data`, and parts of `ufoai-music`, `naev-data` and `supertuxkart-data`.
- Pieces whose own licence or origin is unclear: `openclonk-data`; the music of four factions of
  `megaglest-data`, part of which comes from elsewhere; *Motherload* in `naev-data`; pieces in
  `supertuxkart-data` and `redeclipse-data` that no paragraph names.
- Pieces whose licence limits selling, as in `drascula-music`.
- Sound effects, wind and rain, speech, and everything shorter than 45 seconds.
- The faster variants that `supertuxkart-data` has of its own pieces.
- The songs *Fear* and *Farewell* by Obsidian Shell and *Mutilated mime* by El Senator and Muldjord,
  with which results are judged. All other music of `marsshooter-data`, `openarena`,
  `unknown-horizons` and `wordwarvi-sound` is kept for blind tests.

## Credit

Whoever passes the corpus or parts of it on must name the authors below and keep the licences. The
licences named CC are those of Creative Commons; their texts are in the packages' copyright files.
"""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One piece of the table.

    Attributes:
        package: Debian package that holds the piece.
        path: File inside the package, or the zip container; empty for a song of the metal folder.
        member: Name inside the container; empty without a container.
        local: File inside the metal folder; empty for a piece that is taken from the package.
        title: Title of the piece.
        author: Whom to credit.
        licence: Licence under which the piece was taken.
        stated: Where the package names that licence.
        kind: Rough kind of music.
        seconds: Length of the piece.
        sha256: Hash of the file's bytes, in hexadecimal.
    """

    package: str
    path: str = ""
    member: str = ""
    local: str = ""
    title: str
    author: str
    licence: str
    stated: str
    kind: str
    seconds: float
    sha256: str

    @property
    def target(self) -> Path:
        """Where the piece lies in the corpus."""
        name = (self.local or self.member or self.path).rpartition("/")[2].replace(" ", "_")
        return Path(self.package) / (name if "." in name else f"{name}.ogg")


def main() -> None:
    """Remakes the corpus, or writes the data card."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("out", nargs="?", type=Path, help="folder to write the corpus to")
    parser.add_argument("--packages", type=Path, help="folder of .deb files, kept")
    parser.add_argument("--metal", type=Path, help="folder of the metal songs mixed from stems")
    parser.add_argument("--card", action="store_true", help="write the data card instead")
    options = parser.parse_args()
    pieces = read_table()
    if options.card:
        CARD.write_text(write_card(pieces), encoding="utf-8")
        return
    if options.out is None:
        parser.error("name the folder to write the corpus to, or use --card")
    with TemporaryDirectory() as temporary:
        packages = options.packages or Path(temporary)
        packages.mkdir(parents=True, exist_ok=True)
        faults = list(make_corpus(pieces, options.out, packages, options.metal))
    print(f"{len(pieces) - len(faults)} of {len(pieces)} pieces are in {options.out}")
    for fault in faults:
        print(f"  {fault}", file=sys.stderr)
    if faults:
        raise SystemExit(f"{len(faults)} pieces are missing or differ from {TABLE.name}: see above")


def read_table(path: Path = TABLE) -> list[Piece]:
    """Reads the table of pieces.

    Args:
        path: TOML file with one section `[[piece]]` for each piece.
    """
    return [Piece(**each) for each in tomllib.loads(path.read_text(encoding="utf-8"))["piece"]]


def make_corpus(
    pieces: Iterable[Piece], out: Path, packages: Path, metal: Path | None
) -> Iterator[str]:
    """Writes the pieces that can be had and yields a sentence for each that cannot.

    A piece whose bytes differ from the table is reported and not written.

    Args:
        pieces: Pieces to write.
        out: Folder of the corpus.
        packages: Folder of the packages; missing ones are downloaded into it.
        metal: Folder of the metal songs, or `None` to report them as missing.
    """
    ordered = sorted(pieces, key=lambda piece: piece.package)
    for package, group in groupby(ordered, key=lambda piece: piece.package):
        wanted = [piece for piece in group if not _is_complete(piece, out)]
        from_package = [piece for piece in wanted if not piece.local]
        contents: dict[Piece, bytes] = {}
        reason = f"not found in the package {package}"
        if from_package:
            try:
                contents = read_package(find_package(package, packages), from_package)
            except (OSError, subprocess.CalledProcessError, tarfile.TarError, BadZipFile) as error:
                reason = f"the package {package} could not be read: {error}"
        for piece in wanted:
            if piece.local:
                source = metal / piece.local if metal else None
                content = source.read_bytes() if source and source.is_file() else None
                why = f"not found as {piece.local} in the folder that --metal names"
            else:
                content, why = contents.get(piece), reason
            if content is None:
                yield f"{piece.target}: {why}"
            elif (found := hashlib.sha256(content).hexdigest()) != piece.sha256:
                yield f"{piece.target}: sha256 is {found}, expected {piece.sha256}"
            else:
                target = out / piece.target
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)


def _is_complete(piece: Piece, out: Path) -> bool:
    target = out / piece.target
    return target.is_file() and hashlib.sha256(target.read_bytes()).hexdigest() == piece.sha256


def find_package(package: str, folder: Path) -> Path:
    """Finds a package's file in a folder, and downloads it into the folder if it is not there.

    Args:
        package: Name of the package.
        folder: Folder of .deb files.

    Raises:
        FileNotFoundError: The download brought no file.
    """
    if not any(folder.glob(f"{package}_*.deb")):
        print(f"{package} is downloaded", flush=True)
        subprocess.run(["apt-get", "download", package], cwd=folder, check=True)
    found = sorted(folder.glob(f"{package}_*.deb"))
    if not found:
        raise FileNotFoundError(f"apt-get download brought no file {package}_*.deb to {folder}")
    return found[-1]


def read_package(package: Path, pieces: Iterable[Piece]) -> dict[Piece, bytes]:
    """Reads pieces from a package without unpacking the rest of it.

    Args:
        package: A .deb file.
        pieces: Pieces of that package; those it does not have are left out of the result.
    """
    wanted: dict[str, list[Piece]] = {}
    for piece in pieces:
        wanted.setdefault(piece.path, []).append(piece)
    contents: dict[Piece, bytes] = {}
    command = ["dpkg-deb", "--fsys-tarfile", str(package.resolve())]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE) as process,
        tarfile.open(fileobj=process.stdout, mode="r|") as archive,
    ):
        for entry in archive:
            here = wanted.pop(entry.name.removeprefix("./"), [])
            file = archive.extractfile(entry) if here and entry.isfile() else None
            if file is None:
                continue
            if not here[0].member:
                contents[here[0]] = file.read()
            else:
                contents |= _read_container(file.read(), here)
            if not wanted:
                process.terminate()  # the rest of a large package need not be decompressed
                break
    return contents


def _read_container(content: bytes, pieces: Iterable[Piece]) -> dict[Piece, bytes]:
    with ZipFile(io.BytesIO(content)) as container:
        names = set(container.namelist())
        return {piece: container.read(piece.member) for piece in pieces if piece.member in names}


def write_card(pieces: list[Piece]) -> str:
    """Writes the data card in Markdown.

    Args:
        pieces: All pieces of the table.
    """
    hours = sum(piece.seconds for piece in pieces) / 3600
    parts = [
        _INTRODUCTION,
        f"## Totals\n\nThe corpus has {len(pieces)} pieces and {hours:.1f} hours.\n",
        _write_totals("package", pieces, lambda piece: piece.package),
        _write_totals("licence", pieces, lambda piece: piece.licence.partition(" (")[0]),
        _write_totals("kind of music", pieces, lambda piece: piece.kind),
        "## Pieces\n",
    ]
    for package, group in groupby(pieces, key=lambda piece: piece.package):
        rows = "".join(
            f"| {piece.title} | {piece.target.name} | {piece.seconds / 60:.1f} | {piece.author} "
            f"| {piece.licence} | {piece.stated} |\n"
            for piece in group
        )
        parts.append(
            f"### {package}\n\n| piece | file | minutes | author | licence | stated in |\n"
            f"|---|---|---|---|---|---|\n{rows}"
        )
    return "\n".join(parts)


def _write_totals(heading: str, pieces: list[Piece], key: Callable[[Piece], str]) -> str:
    minutes: dict[str, list[float]] = {}
    for piece in pieces:
        minutes.setdefault(key(piece), []).append(piece.seconds / 60)
    rows = "".join(
        f"| {name} | {len(each)} | {sum(each):.0f} |\n"
        for name, each in sorted(minutes.items(), key=lambda item: -sum(item[1]))
    )
    return f"| {heading} | pieces | minutes |\n|---|---|---|\n{rows}"


if __name__ == "__main__":
    main()
