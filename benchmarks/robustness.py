"""Robustness in one table: kills, errors of the disk, damaged files, requests, listeners.

    python benchmarks/robustness.py
    python benchmarks/robustness.py kills requests --kills 10 --requests 500
    python benchmarks/robustness.py --json > table.json

Parts can be named; all are done otherwise. Printed as a Markdown table: what was done, how often,
how often something went wrong, and seconds. Below it stands what went wrong; then the status is 1.

- kills: commands are killed, at random times and before random system calls (with `strace`), while
  they prepare, fit, train, write a checkpoint or a preview, generate and export. The same command
  then ends, and has to leave the files of one that was never killed, bit for bit.
- disk: system calls of commands end in ENOSPC, EIO and others (with `strace`). The command has to
  say so in one plain line, and the same command afterwards to leave the same files.
- files: damaged models, corpora, runs, clips and audio files are read. Each has to be refused, or
  read as it was.
- requests: schemathesis sends requests to a running studio.
- listeners: several listen to a studio at once. Wrong are parts that come after they should have
  been played, and parts with too few samples.

`crashes.py`, `damaged_files.py`, `damaged_audio.py`, `studio_requests.py` and `studio_load.py` do
the work. All of it takes about an hour on two cores, on Linux.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory

from row import Row

MOST_PRINTED = 10
"""Sentences that are printed about what went wrong in one part."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of: {', '.join(PARTS)}")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--disk-errors", type=int, default=11)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--listeners", type=int, default=8)
    parser.add_argument("--minutes", type=float, default=10.0, help="that the listeners listen")
    parser.add_argument("--json", action="store_true", help="print the table as JSON")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - PARTS.keys():
        parser.error(f"unknown part {', '.join(sorted(unknown))}: choose of {', '.join(PARTS)}")
    rows = dict[str, Row]()
    for part in asked.parts or PARTS:
        print(f"{part} …", file=sys.stderr, flush=True)
        began = time.perf_counter()
        rows[part] = PARTS[part](asked)
        rows[part].seconds = round(time.perf_counter() - began, 1)
    from machine import describe_machine

    if asked.json:
        table = {part: asdict(row) for part, row in rows.items()}
        print(json.dumps({"machine": describe_machine(), "parts": table}, indent=1))
    else:
        print_table(describe_machine(), rows)
    sys.exit(any(row.wrong for row in rows.values()))


def print_table(machine: str, rows: dict[str, Row]) -> None:
    """Prints Markdown, and what went wrong below it."""
    print(f"{machine}\n")
    print("| part | what | times | went wrong | seconds | remarks |")
    print("|---|---|---:|---:|---:|---|")
    for part, row in rows.items():
        counts = f"{row.done:,} | {len(row.wrong):,} | {row.seconds:,.0f}"
        print(f"| {part} | {row.what} | {counts} | {row.remark} |")
    for part, row in rows.items():
        for text in row.wrong[:MOST_PRINTED]:
            print(f"\n{part}: {text}")


# The processes that are killed import this file, so each part imports what it needs.


def kill(asked: argparse.Namespace) -> Row:
    """Kills commands; what is left is compared when they have ended."""
    from crashes import kill_commands

    return kill_commands(asked.kills)


def fail_disk(asked: argparse.Namespace) -> Row:
    """Lets system calls of commands fail."""
    from crashes import fail_disks

    return fail_disks(asked.disk_errors)


def read_damaged_files(asked: argparse.Namespace) -> Row:
    """Reads damaged copies of each kind of file, about equally often."""
    from damaged_audio import FORMATS, damage_audio
    from damaged_files import damage_file, make_files

    row = Row("damaged files that were read")
    with TemporaryDirectory() as name:
        kinds = make_files(Path(name))
        share = ceil(asked.files / (len(kinds) + len(FORMATS)))
        for title, kind in kinds.items():
            row.wrong += damage_file(title, kind, share).faults
    row.wrong += (audio := damage_audio(share * len(FORMATS))).faults
    row.done = share * (len(kinds) + len(FORMATS))
    row.remark = (
        f"{len(kinds)} kinds of files of models, corpora, runs and clips, {len(FORMATS)} of audio; "
        f"the slowest audio file took {audio.slowest[0]:.1f} s"
    )
    return row


def send_random_requests(asked: argparse.Namespace) -> Row:
    """Sends random requests to a studio."""
    from studio_requests import send_requests

    return send_requests(asked.requests)


def serve_listeners(asked: argparse.Namespace) -> Row:
    """Plays to several listeners at once, who pull as the page does."""
    import httpx2
    from studio_load import listen_together, studio

    listeners, minutes = asked.listeners, asked.minutes
    row = Row(f"parts of .75 s for {listeners} listeners, {minutes:g} minutes")
    with TemporaryDirectory() as home, studio(Path(home)) as (address, _):
        try:
            sessions = listen_together(address, listeners, minutes)
        except httpx2.HTTPError as error:
            row.wrong.append(f"the studio did not answer: {error!r}")
            return row
    row.done = sum(session.parts for session in sessions)
    for number, session in enumerate(sessions, 1):
        for count, how in ((session.gaps, "late"), (session.broken_parts, "broken")):
            row.wrong += [f"a part for listener {number} was {how}"] * count
    changes = [seconds for session in sessions for seconds in session.changes]
    row.remark = (
        f"at least {min(session.least_ready for session in sessions):.2f} s were ready; "
        f"{len(changes)} changes of controls were heard after {max(changes, default=0):.2f} s at "
        f"most, {sum(session.late_changes for session in sessions)} of them not seamlessly"
    )
    return row


PARTS: dict[str, Callable[[argparse.Namespace], Row]] = {
    "kills": kill,
    "disk": fail_disk,
    "files": read_damaged_files,
    "requests": send_random_requests,
    "listeners": serve_listeners,
}


if __name__ == "__main__":
    main()
