"""An endless piece whose controls change while it is played."""

from collections.abc import Callable, Generator
from threading import Condition, Thread

import numpy as np
from jaxtyping import Float

from riffsmith.controls import Controls
from riffsmith.parallel import Closable, single_threaded
from riffsmith.synthesis.stream import CONTROL_CHANGE_SECONDS, Stream

BLOCK_SECONDS = 0.1
"""Length of the blocks that are played. A change can begin with each of them."""
_CHUNKS_AHEAD = 2
"""Chunks that are computed beside the one that is played, about 12 s: a new latent window takes a
while."""
_READY_SECONDS = 1.5
"""Length of the changed piece that is computed before a change begins."""
_GATHER_SECONDS = 0.05
"""Time for which further changes are waited for, so that a fader's many values count as one."""


class LivePiece(Closable):
    """Blocks of a piece, computed a little ahead, and changes of its controls as soon as possible.

    One thread computes ahead, and another makes changes ready beside it, so the piece goes on as it
    was until a change can begin. Of several changes only the newest is carried out. An error of
    these threads is raised in the reader. Use a live piece in a `with` statement, which ends them.
    """

    def __init__(self, stream: Stream) -> None:
        """Starts the threads.

        Args:
            stream: Piece that from now on only this object uses.
        """
        self._stream, self._size = stream, stream.chunk_samples
        self._position = 0
        """First sample that was not handed to the reader."""
        self._ready_stop = 0
        """Number of the first chunk after the position that is not computed."""
        self._wanted: Controls | None = None
        self._is_closed = False
        self._error: BaseException | None = None
        self._moved = Condition()
        """Guards all fields above; held while they are used, never while anything is computed."""
        self._threads = [
            Thread(target=self._guard, args=(work,), name=name, daemon=True)
            for work, name in ((self._look_ahead, "ahead"), (self._change, "changing"))
        ]
        for thread in self._threads:
            thread.start()

    @property
    def sample_rate(self) -> int:
        """Sample rate in Hz."""
        return self._stream.sample_rate

    def change_controls(self, controls: Controls) -> None:
        """Changes the controls as soon as the changed piece is ready. Any thread may call it.

        Raises:
            UnknownKeyError: The controls name a key, and the model has no tonal latents.
        """
        self._stream.check_controls(controls)
        with self._moved:
            self._wanted = controls
            self._moved.notify_all()

    def blocks(
        self, samples: int | None = None
    ) -> Generator[Float[np.ndarray, "time channels"], None, None]:
        """The next samples of the piece in blocks of .1 s; waits where they are not ready.

        Args:
            samples: Samples after which the piece ends. `None`: it goes on without end.
        """
        block = round(BLOCK_SECONDS * self.sample_rate)
        while samples is None or self._position < samples:
            with self._moved:
                start = self._position
                stop = start + block if samples is None else min(start + block, samples)
                self._wait_for_chunk((stop - 1) // self._size)
                if self._must_stop:
                    error, self._error = self._error, None
                    if error is not None:
                        raise error
                    return
                stream, self._position = self._stream, stop
                self._moved.notify_all()
            stream.forget(start)
            yield stream.read(start, stop - start)

    def close(self) -> None:
        """Ends the threads, after what they are computing."""
        with self._moved:
            self._is_closed = True
            self._moved.notify_all()
        for thread in self._threads:
            thread.join()

    @property
    def _must_stop(self) -> bool:
        return self._is_closed or self._error is not None

    def _guard(self, work: Callable[[], None]) -> None:
        try:
            with single_threaded():
                work()
        except BaseException as error:  # is raised again in the reader's thread
            with self._moved:
                self._error = error
                self._moved.notify_all()

    def _wait_for_chunk(self, number: int) -> None:
        self._moved.wait_for(lambda: self._must_stop or self._ready_stop > number)

    def _missing_chunk(self) -> int | None:
        """Number of the chunk to compute next. `None`: enough of them are ready."""
        playing = self._position // self._size
        number = max(playing, self._ready_stop)
        return number if number <= playing + _CHUNKS_AHEAD else None

    def _look_ahead(self) -> None:
        while True:
            with self._moved:
                self._moved.wait_for(lambda: self._must_stop or self._missing_chunk() is not None)
                number, stream = self._missing_chunk(), self._stream
                if self._must_stop or number is None:
                    return
            stream.make_ready(number * self._size, self._size)
            with self._moved:
                if stream is self._stream:
                    self._ready_stop = number + 1
                    self._moved.notify_all()

    def _change(self) -> None:
        soon = round(_READY_SECONDS * self.sample_rate)
        crossfade = round(CONTROL_CHANGE_SECONDS * self.sample_rate)
        while True:
            with self._moved:
                self._moved.wait_for(lambda: self._must_stop or self._wanted is not None)
                self._moved.wait_for(lambda: self._must_stop, _GATHER_SECONDS)
                controls, self._wanted = self._wanted, None
                start, stream = self._position, self._stream
                if self._must_stop or controls is None:
                    return
            changed = stream.with_controls(start, controls)
            changed.make_ready(start, soon)
            with self._moved:
                start = self._position  # which has gone on meanwhile
            changed.make_ready(start, soon)
            stream.make_ready(start, soon + crossfade)  # the crossfade needs the piece as it was
            with self._moved:
                self._stream = changed.with_change_at(self._position)
                self._ready_stop = changed.chunk_numbers(start, soon).stop
                self._moved.notify_all()
