"""Whether the studio keeps several listeners supplied, and whether its memory stays flat.

    python benchmarks/studio_load.py [--listeners 8] [--minutes 10] [--hours 1]

First all listen at once, as the page does: pieces of .75 s, never more than 1.5 s ahead of what is
heard; each turns a knob now and then. Prints for each the time to the first sound, the gaps (pieces
that came after they should have been heard), the least that was ready, and the longest time until a
turn was heard. Then one listener takes so many hours of audio as fast as they come. Prints the
server's memory on the way.
"""

import argparse
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
import psutil

PIECE_SECONDS = 0.75
AHEAD_SECONDS = 1.5
TURN_SECONDS = 20.0
BRIGHTNESS = (0.2, 0.8)


@dataclass
class Heard:
    """What one listener noticed, in seconds."""

    first_sound: float
    gaps: int
    least_ready: float
    longest_turn: float


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
                f"than {heard.least_ready:.2f} s ready, turns within {heard.longest_turn:.1f} s"
            )
        share = (used.user - before.user) / (asked.minutes * 60)
        print(f"the server took {share:.0%} of a core; memory {megabytes(process):,.0f} MB")
        for minutes in take(address, asked.hours):
            print(f"  after {minutes} min of one piece: {megabytes(process):,.0f} MB", flush=True)


def listen(address: str, seconds: float, number: int) -> Heard:
    """Pulls as the page does."""
    with httpx2.Client(base_url=address, timeout=120) as client:
        began = time.perf_counter()
        player = client.post("/api/players", json={"model": "metal", "seed": number}).json()
        rate, key = player["sample_rate"], player["id"]
        count = round(PIECE_SECONDS * rate)
        client.get(
            f"/api/players/{key}/pcm", params={"start": 0, "count": count}
        ).raise_for_status()
        start = time.perf_counter()  # heard from here on
        heard = Heard(start - began, 0, PIECE_SECONDS, 0.0)
        position, turned = PIECE_SECONDS, 0
        with ThreadPoolExecutor(1) as turning:
            turns = []
            while position < seconds:
                spare = AHEAD_SECONDS - PIECE_SECONDS
                time.sleep(max(0.0, position - spare - (time.perf_counter() - start)))
                answer = client.get(
                    f"/api/players/{key}/pcm",
                    params={"start": round(position * rate), "count": count},
                )
                answer.raise_for_status()
                ready = position - (time.perf_counter() - start)
                heard.least_ready = min(heard.least_ready, ready)
                if ready < 0:  # the page waits too, and goes on from there
                    heard.gaps += 1
                    start -= ready
                position += PIECE_SECONDS
                if position > (turned + 1 + number / 16) * TURN_SECONDS:
                    turned += 1
                    wish: dict[str, object] = {"at": round(position * rate)}
                    wish["controls"] = {"brightness": BRIGHTNESS[turned % 2]}
                    now = time.perf_counter() - start
                    turns.append(turning.submit(turn, client, key, wish, rate, now))
            heard.longest_turn = max([pending.result() for pending in turns], default=0.0)
        client.delete(f"/api/players/{key}").raise_for_status()
    return heard


def turn(
    client: httpx2.Client, key: str, wish: dict[str, object], rate: int, asked_at: float
) -> float:
    """Seconds from the asking to the moment when it is heard."""
    answer = client.patch(f"/api/players/{key}", json=wish)
    answer.raise_for_status()
    return answer.json()["at"] / rate - asked_at


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
