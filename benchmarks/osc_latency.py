"""How long an OSC message takes until `play --osc` sounds different: `osc_latency.py [MODEL]`.

It plays a piece as the sound card would, a block of .1 s at a time, sends a message over the
loopback interface, and looks for the first sample that differs from the unchanged piece. It prints
the whole time and its parts. What is computed for a change is also given as a multiple of the time
that it takes alone, because the machine may be busy. The buffer of a sound card is not part of it.
"""

import socket
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import numpy as np
import torch
from jaxtyping import Float

from riffsmith.bundle import LatentBundle
from riffsmith.controls import Controls
from riffsmith.pipeline.models import open_model
from riffsmith.remote import ControlState, OscReceiver, ProblemReporter, bind_udp
from riffsmith.synthesis import LivePiece, Stream
from riffsmith.synthesis.live_piece import BLOCK_SECONDS

TRIALS = 7
SEND_SECONDS = 2.03
"""When the first message is sent. Each trial sends it a little later within a block."""
LONGEST_SECONDS = 20.0
CHANGED = Controls(intensity=0.95)
DATAGRAM = b"/riffsmith/intensity".ljust(24, b"\0") + b",f\0\0" + struct.pack(">f", 0.95)
AUDIBLE = 0.01
"""A difference of this height, −40 dB of full scale, counts as heard."""


@dataclass(frozen=True)
class Trial:
    """Seconds from the message on."""

    received: float
    """Until the controls were handed to the piece."""
    ready: float
    """Until the changed piece was computed."""
    heard: float
    """Until the first different sample is played."""


class TimedStream(Stream):
    """A stream that tells when a changed piece is ready."""

    on_ready: Callable[[], None]

    def with_change_at(self, start: int) -> Stream:
        """As that of a stream."""
        changed = super().with_change_at(start)
        self.on_ready()
        return changed


def main(name: str = "metal") -> None:
    torch.set_num_threads(1)
    bundle = open_model(name)
    assert isinstance(bundle, LatentBundle)
    plain = Stream(bundle, 0)
    unchanged = plain.read(0, round(LONGEST_SECONDS * plain.sample_rate))
    alone = median(time_alone(plain) for _ in range(3))
    offsets = np.arange(TRIALS) / TRIALS * BLOCK_SECONDS
    trials = [run_trial(bundle, unchanged, SEND_SECONDS + offset) for offset in offsets]
    computing = [trial.ready - trial.received for trial in trials]
    heard = [trial.heard for trial in trials]
    print(
        f"from the message to the change: {median(heard):.2f} s "
        f"(median of {TRIALS}, {min(heard):.2f} to {max(heard):.2f} s)"
    )
    print(f"  message to the piece: {1000 * median(t.received for t in trials):.1f} ms")
    print(
        f"  waiting for more messages, and computing the change: {median(computing):.2f} s, "
        f"{median(computing) / alone:.1f} times what the computing takes alone ({alone:.2f} s)"
    )
    print(
        "  until the block that has it is played: "
        f"{median(trial.heard - trial.ready for trial in trials):.2f} s"
    )


def time_alone(stream: Stream) -> float:
    """Seconds in which a control change is computed when nothing else is."""
    began = time.perf_counter()
    start = round(SEND_SECONDS * stream.sample_rate)
    stream.with_controls(start, CHANGED).make_ready(start, round(1.5 * stream.sample_rate))
    return time.perf_counter() - began


def run_trial(
    bundle: LatentBundle, unchanged: Float[np.ndarray, "time channels"], send_at: float
) -> Trial:
    """Plays from the beginning at the pace of a sound card, and sends a message meanwhile.

    Args:
        bundle: Model to play.
        unchanged: What the piece is without the message.
        send_at: Second of the piece at which the message is sent.
    """
    received, ready = list[float](), list[float]()
    stream = TimedStream(bundle, 0)
    stream.on_ready = lambda: ready.append(time.perf_counter())
    with LivePiece(stream) as piece, bind_udp("127.0.0.1", 0) as port:

        def change(controls: Controls) -> None:
            received.append(time.perf_counter())
            piece.change_controls(controls)

        state = ControlState(Controls(), change)
        with (
            OscReceiver(port, state, ProblemReporter(print)),
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client,
        ):
            blocks, position, began, sent = piece.blocks(), 0, 0.0, 0.0
            for block in blocks:
                began = began or time.perf_counter()  # the first block has to be computed
                due = began + position / piece.sample_rate
                while (now := time.perf_counter()) < due:
                    if not sent and now >= began + send_at:
                        client.sendto(DATAGRAM, port.getsockname())
                        sent = time.perf_counter()
                    time.sleep(0.001)
                same = unchanged[position : position + len(block)]
                if len(same) < len(block):
                    raise RuntimeError(f"no change was heard within {LONGEST_SECONDS:g} s")
                different = np.flatnonzero(np.abs(block - same).max(axis=1) > AUDIBLE)
                if sent and len(different):
                    heard = due + different[0] / piece.sample_rate
                    return Trial(received[0] - sent, ready[0] - sent, heard - sent)
                position += len(block)
    raise RuntimeError("the piece ended before the change")


if __name__ == "__main__":
    main(*sys.argv[1:])
