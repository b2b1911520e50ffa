"""Whether the studio keeps several listeners supplied, and whether its memory stays flat.

    python benchmarks/studio_load.py [--listeners 8] [--minutes 10] [--hours 1]

First all listen at once, as the page does: pieces of .75 s, never more than 3 s ahead of what is
heard; each turns a knob now and then, and takes what was turned in the place of what it had. Prints
for each the time to the first sound, the gaps (pieces that came after they should have been heard),
the least that was ready, and how long it took until turns were heard, in the mean and at most. Then
one listener takes so many hours of audio as fast as they come. Prints the server's memory on the
way.
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

PIECE_SECONDS = 0.75
AHEAD_SECONDS = 3.0
LOOK_SECONDS = 0.01
TURN_SECONDS = 20.0
BRIGHTNESS = (0.2, 0.8)


@dataclass
class Heard:
    """What one listener noticed, in seconds."""

    first_sound: float
    gaps: int
    least_ready: float
    late_turns: int = 0
    turns: list[float] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--listeners", type=int, default=8)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--hours", type=float, default=1.0)
    asked = parser.parse_args()
    with TemporaryDirectory() as home, studio(Path(home)) as (address, process):
        before = process.cpu_times()
        with ThreadPoolExecutor(asked.listeners) as pool:
            seconds = [asked.minutes * 60] * asked.listeners
            found = list(
                pool.map(listen, [address] * asked.listeners, seconds, range(len(seconds)))
            )
        used = process.cpu_times()
        print(f"{asked.listeners} listeners for {asked.minutes:g} min")
        for number, heard in enumerate(found, 1):
            print(
                f"  {number}: first sound {heard.first_sound:.1f} s, {heard.gaps} gaps, never less "
                f"than {heard.least_ready:.2f} s ready, {len(heard.turns)} turns heard after "
                f"{mean(heard.turns or [0]):.2f} s, at most {max(heard.turns, default=0):.2f} s, "
                f"{heard.late_turns} of them too late for a seamless one"
            )
        share = (used.user - before.user) / (asked.minutes * 60)
        print(f"the server took {share:.0%} of a core; memory {megabytes(process):,.0f} MB")
        for minutes in take(address, asked.hours):
            print(f"  after {minutes} min of one piece: {megabytes(process):,.0f} MB", flush=True)


def listen(address: str, seconds: float, number: int) -> Heard:
    """Pulls as the page does."""
    with httpx2.Client(base_url=address, timeout=120) as client, ThreadPoolExecutor(1) as turning:
        began = time.perf_counter()
        player = client.post("/api/players", json={"model": "metal", "seed": number}).json()
        rate, key = player["sample_rate"], player["id"]

        def pull(second: float) -> None:
            place = {"start": round(second * rate), "count": round(PIECE_SECONDS * rate)}
            client.get(f"/api/players/{key}/pcm", params=place).raise_for_status()

        def turn(brightness: float, hearing: float) -> float:
            wish = {"controls": {"brightness": brightness}, "hearing": round(hearing * rate)}
            answer = client.patch(f"/api/players/{key}", json=wish)
            answer.raise_for_status()
            return answer.json()["at"] / rate

        pull(0.0)
        start = time.perf_counter()  # heard from here on
        heard = Heard(start - began, 0, PIECE_SECONDS)
        position, asked_at = PIECE_SECONDS, 0.0
        next_turn = (1 + number / 16) * TURN_SECONDS
        waiting: Future[float] | None = None
        while position < seconds:
            now = time.perf_counter() - start
            if waiting is None and now >= next_turn:
                next_turn, asked_at = next_turn + TURN_SECONDS, now
                waiting = turning.submit(turn, BRIGHTNESS[len(heard.turns) % 2], now)
            turned = waiting.result() if waiting and waiting.done() else None
            if turned is not None:
                position, waiting = turned, None
                heard.turns.append(position - asked_at)
            elif position - now > AHEAD_SECONDS - PIECE_SECONDS:
                time.sleep(LOOK_SECONDS)
                continue
            pull(position)
            ready = position - (time.perf_counter() - start)
            heard.least_ready = min(heard.least_ready, ready)
            if turned is not None and ready < 0:  # the page fades over from what it had
                heard.late_turns += 1
            elif ready < 0:  # the page waits too, and goes on from there
                heard.gaps += 1
                start -= ready
            position += PIECE_SECONDS
        client.delete(f"/api/players/{key}").raise_for_status()
    return heard


def take(address: str, hours: float) -> Iterator[int]:
    """Takes a piece without waiting; gives the minutes, ten times in all."""
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
def studio(home: Path) -> Iterator[tuple[str, psutil.Process]]:
    """A server of its own, until the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "riffsmith", "studio", "--home", str(home)]
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
