"""Load test of the studio: whether several listeners get their music in time, and memory.

    python benchmarks/studio_load.py [--listeners 8] [--minutes 10] [--hours 1]

First all listeners play at once, as the page does: they pull 0.75 s at a time, never more than 3 s
ahead of what they play. Each changes a control now and then, and takes the changed samples in the
place of what it had. Printed for each listener: the time to the first sound, the gaps (samples that
came after they should have been played), the least that was ready, and how long it took until
changes were heard, on average and at most. Then one listener takes hours of audio as fast as they
come. The server's memory is printed on the way.
"""

import argparse
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

import httpx2
import psutil

PULL_SECONDS = 0.75
AHEAD_SECONDS = 3.0
LOOK_SECONDS = 0.01
CHANGE_SECONDS = 20.0
BRIGHTNESS = (0.2, 0.8)
BYTES_OF_SAMPLE = 4
"""Two channels of 16 bit."""


@dataclass
class Session:
    """Measurements of one listener, in seconds."""

    first_sound: float
    gaps: int
    least_ready: float
    parts: int = 0
    """Parts of the piece that were pulled."""
    broken_parts: int = 0
    """Parts with another number of samples than were asked for."""
    late_changes: int = 0
    changes: list[float] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--listeners", type=int, default=8)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--hours", type=float, default=1.0)
    asked = parser.parse_args()
    with TemporaryDirectory() as home, studio(Path(home)) as (address, process):
        before = process.cpu_times()
        found = listen_together(address, asked.listeners, asked.minutes)
        used = process.cpu_times()
        print(f"{asked.listeners} listeners for {asked.minutes:g} min")
        for number, session in enumerate(found, 1):
            changes = session.changes or [0.0]
            print(
                f"  {number}: first sound {session.first_sound:.1f} s, {session.gaps} gaps, never "
                f"less than {session.least_ready:.2f} s ready, {len(session.changes)} changes "
                f"heard after {mean(changes):.2f} s, at most {max(changes):.2f} s, "
                f"{session.late_changes} of them too late for a seamless one"
            )
        fraction = (used.user - before.user) / (asked.minutes * 60)
        print(f"the server took {fraction:.0%} of a core; memory {megabytes(process):,.0f} MB")
        for minutes in take(address, asked.hours):
            print(f"  after {minutes} min of one piece: {megabytes(process):,.0f} MB", flush=True)


def listen_together(address: str, listeners: int, minutes: float) -> list[Session]:
    """Plays pieces at the same time."""
    with ThreadPoolExecutor(listeners) as pool:
        seconds = [minutes * 60] * listeners
        return list(pool.map(listen, [address] * listeners, seconds, range(listeners)))


def listen(address: str, seconds: float, number: int) -> Session:
    """Plays a piece as the page does."""
    with httpx2.Client(base_url=address, timeout=120) as client, ThreadPoolExecutor(1) as changing:
        began = time.perf_counter()
        player = client.post("/api/players", json={"model": "metal", "seed": number}).json()
        rate, key = player["sample_rate"], player["id"]

        def pull(second: float) -> bool:
            """Returns whether the part was whole."""
            place = {"start": round(second * rate), "count": round(PULL_SECONDS * rate)}
            answer = client.get(f"/api/players/{key}/pcm", params=place).raise_for_status()
            return len(answer.content) == place["count"] * BYTES_OF_SAMPLE

        def change(brightness: float, position: float) -> float:
            body = {"controls": {"brightness": brightness}, "position": round(position * rate)}
            answer = client.patch(f"/api/players/{key}", json=body)
            answer.raise_for_status()
            return answer.json()["at"] / rate

        pull(0.0)
        start = time.perf_counter()  # played from here on
        session = Session(start - began, 0, PULL_SECONDS)
        position, asked_at = PULL_SECONDS, 0.0
        next_change = (1 + number / 16) * CHANGE_SECONDS
        waiting: Future[float] | None = None
        while position < seconds:
            now = time.perf_counter() - start
            if waiting is None and now >= next_change:
                next_change, asked_at = next_change + CHANGE_SECONDS, now
                waiting = changing.submit(change, BRIGHTNESS[len(session.changes) % 2], now)
            changed = waiting.result() if waiting and waiting.done() else None
            if changed is not None:
                position, waiting = changed, None
                session.changes.append(position - asked_at)
            elif position - now > AHEAD_SECONDS - PULL_SECONDS:
                time.sleep(LOOK_SECONDS)
                continue
            session.parts += 1
            session.broken_parts += not pull(position)
            ready = position - (time.perf_counter() - start)
            session.least_ready = min(session.least_ready, ready)
            if changed is not None and ready < 0:  # the page crossfades from what it had
                session.late_changes += 1
            elif ready < 0:  # the page waits too, and goes on from there
                session.gaps += 1
                start -= ready
            position += PULL_SECONDS
        client.delete(f"/api/players/{key}").raise_for_status()
    return session


def take(address: str, hours: float) -> Iterator[int]:
    """Takes a piece without waiting; yields the minutes, ten times in all."""
    with httpx2.Client(base_url=address, timeout=120) as client:
        player = client.post("/api/players", json={"model": "metal", "seed": 0}).json()
        rate, key = player["sample_rate"], player["id"]
        pulls = round(hours * 360)
        for number in range(pulls):
            params = {"start": number * 10 * rate, "count": 10 * rate}
            client.get(f"/api/players/{key}/pcm", params=params).raise_for_status()
            if (number + 1) % max(1, pulls // 10) == 0:
                yield round((number + 1) / 6)


@contextmanager
def studio(home: Path, *words: str) -> Iterator[tuple[str, psutil.Process]]:
    """Runs a server with more words of the command; yields its address and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "riffsmith",
        "studio",
        "--no-token",
        "--home",
        str(home),
        *words,
    ]
    with (home / "log").open("w") as log:
        server = subprocess.Popen([*command, "--port", str(port)], stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                httpx2.get(f"{address}/healthz", timeout=5).raise_for_status()
                break
            except httpx2.TransportError:
                time.sleep(0.2)
        yield address, psutil.Process(server.pid)
    finally:
        server.terminate()
        server.wait()


def megabytes(process: psutil.Process) -> float:
    return process.memory_info().rss / 1e6


if __name__ == "__main__":
    main()
