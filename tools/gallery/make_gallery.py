"""Makes `docs/listen.html` with its clips and pictures.

    python tools/gallery/make_gallery.py [--run RUN]

Each clip is made by the command that the page shows. `--run` names the folder of a training of
preset `latent`, whose snapshots are drawn anew; without it that picture stays as it is.
"""

import argparse
import json
import shlex
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from riffsmith.api import Audio, read_audio
from riffsmith.evaluation.measures import measure_notes
from riffsmith.features import MelTransform
from riffsmith.plotting import draw_plain_spectrogram
from riffsmith.report import write_evolution
from riffsmith.runs import RunFolder

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
AUDIO = DOCS / "audio"
SONG_TITLE = "Internal Degeneration"
SONG = ROOT / "src" / "riffsmith" / "demo_corpus" / "metal" / "internal_degeneration.ogg"
SONG_BEGIN_SECONDS, SONG_SECONDS = 60, 12
SAMPLE_RATE = 44_100
PICTURE_FRAMES, PICTURE_RANGE_DB = 900, 80.0

CREDITS = """\
# Credits of the clips

The model `metal` of Riffsmith made the clips in this folder. They are offered under CC BY-SA 4.0,
as is the model: it was trained on music by Obsidian Shell, Muldjord (El Senator) and Carlos Viola
Iborra, and began with a base model that heard 298 pieces by
[many authors](../../src/riffsmith/models/base-corpus.md). Their works and licences are listed in
[the notice of the models](../../src/riffsmith/models/NOTICE.md), and in
[listen.html](../listen.html), where the clips can be played.

`original.ogg` is a part of "{song}" by El Senator / Muldjord, 2009, under
[CC BY-SA 3.0](../../src/riffsmith/demo_corpus/CREDITS.md), encoded again.

| clip | command |
|---|---|
{rows}
"""


@dataclass(frozen=True)
class Recording:
    """A sound of the page."""

    name: str
    """Name of its files without ending."""
    title: str = ""
    note: str = ""
    options: str = ""
    """Options of `riffsmith generate`."""
    command: str = ""
    facts: str = ""
    """What was measured in it."""

    @property
    def loops(self) -> bool:
        return "--loop" in self.options


CLIPS = (
    Recording("plain", "As it plays by itself", options="--seconds 25 --seed 7"),
    Recording(
        "loud",
        "Loud and fast",
        "The same seed, with two controls.",
        "--seconds 25 --seed 7 --intensity 0.9 --tempo 150",
    ),
    Recording(
        "calm",
        "Calm and slow",
        "The same seed again.",
        "--seconds 25 --seed 7 --intensity 0.1 --tempo 90",
    ),
    Recording(
        "wandering",
        "Wandering",
        "Another seed, which moves through all kinds of passages of the training songs.",
        "--seconds 25 --seed 12 --variation 1",
    ),
    Recording(
        "loop",
        "A loop",
        "Four bars at exactly 140 beats a minute, which repeat without a seam.",
        "--seed 4 --loop --bars 4 --tempo 140",
    ),
)


def main() -> None:
    """Writes page, clips, pictures and credits."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--run", type=Path, help="folder of a training whose snapshots are drawn")
    run = parser.parse_args().run
    AUDIO.mkdir(exist_ok=True)
    clips = [make_clip(clip) for clip in CLIPS]
    original, reconstruction = make_pair()
    if run is not None:
        write_evolution(RunFolder(run), DOCS / "evolution-latent.png")
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    page = environment.get_template("page.html").render(
        clips=clips, original=original, reconstruction=reconstruction, song=SONG_TITLE
    )
    write(DOCS / "listen.html", page)
    rows = "\n".join(f"| `{c.name}.ogg` | `{c.command}` |" for c in [*clips, reconstruction])
    write(AUDIO / "CREDITS.md", CREDITS.format(song=SONG_TITLE, rows=rows))


def make_clip(clip: Recording) -> Recording:
    """Makes a clip by its command, and its picture."""
    command = f"riffsmith generate metal {clip.name}.ogg {clip.options}"
    call(command)
    return finish(clip, command)


def make_pair() -> tuple[Recording, Recording]:
    """A part of a real recording, and what the codec keeps of it."""
    song = read_audio(SONG, SAMPLE_RATE)
    begin = SONG_BEGIN_SECONDS * SAMPLE_RATE
    part = song.samples[begin : begin + SONG_SECONDS * SAMPLE_RATE]
    Audio(part, SAMPLE_RATE).save(AUDIO / "original.ogg")
    command = "riffsmith reconstruct original.ogg reconstruction.ogg"
    found = json.loads(call(f"{command} --json"))
    original, reconstruction = Recording("original"), Recording("reconstruction")
    kept = f"note F1 {found['note_f1']:.2f} (1 if all notes are kept and none is added)"
    return finish(original, ""), finish(reconstruction, command, kept)


def finish(recording: Recording, command: str, fact: str = "") -> Recording:
    """Draws the picture of a recording and measures its notes."""
    mono = read_audio(AUDIO / f"{recording.name}.ogg", SAMPLE_RATE).samples.mean(1)
    hop = max(1, len(mono) // PICTURE_FRAMES)
    mel_db = MelTransform(SAMPLE_RATE, 4096, hop, 96).to_db(torch.from_numpy(mono)[None])[0]
    top = float(mel_db.max())
    picture = draw_plain_spectrogram(mel_db, (top - PICTURE_RANGE_DB, top))
    (AUDIO / f"{recording.name}.png").write_bytes(picture)
    notes = measure_notes(mono, SAMPLE_RATE)["notes"]
    measured = f"{len(mono) / SAMPLE_RATE:.1f} s, {notes:.1f} notes at a time"
    facts = f"{measured}, {fact}" if fact else measured
    return replace(recording, command=command, facts=facts)


def call(command: str) -> str:
    """Runs a command of Riffsmith in the folder of the clips and returns what it prints."""
    _, *arguments = shlex.split(command)
    done = subprocess.run(
        [sys.executable, "-m", "riffsmith", *arguments],
        cwd=AUDIO,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


def write(path: Path, text: str) -> None:
    """Writes a text file with Unix line endings."""
    path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
