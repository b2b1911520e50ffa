"""The endless piece of one listener."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from riffsmith.studio.errors import ConflictError, StudioError
from riffsmith.studio.library import Playable
from riffsmith.studio.messages import ProblemCode
from riffsmith.studio.playback.chunks import ChunkCache, to_pcm
from riffsmith.studio.playback.schemas import AudioPromptInfo
from riffsmith.synthesis import AudioPrompt, Controls, Stream

_CHUNKS_AHEAD = 2
"""Number of chunks that are computed before they are pulled: a new latent window takes a while."""
_KEPT_CHANGES = 200
REMEMBERED_SECONDS = 660.0
"""How far back a piece can be kept, unless its controls changed very often."""
_AT_HAND_SECONDS = 10.0
"""How far back it can be played again without computing the piece anew."""
_FURTHEST_AHEAD_SECONDS = 60.0
_READY_SECONDS = 1.5
"""Length of the changed piece that is computed before the change begins."""
_FIRST_PULL_SECONDS = 0.75
"""Length that is ready to be sent when a change is answered."""
_NETWORK_SECONDS = 0.15
"""Time until a listener has an answer and the samples after it."""


@dataclass(frozen=True)
class ControlChange:
    """Controls, and the first sample that they apply to."""

    at: int
    controls: Controls


@dataclass(frozen=True)
class _Request:
    """A request to change the controls."""

    number: int
    asked_at: float
    at: int
    position: int | None


class Player:
    """Samples of a piece by their position, computed when they are pulled and a little ahead.

    Several threads may use a player. It has three locks; a thread takes those that it needs in this
    order:

        _changing    held while a change of the controls is made ready (seconds)
        _computing   held while the stream computes a chunk (tenths of a second)
        _state       held while fields are read or written, never while anything is computed

    Memory does not grow with the piece or with the changes.
    """

    def __init__(
        self,
        model: Playable,
        seed: int,
        controls: Controls,
        prompt: AudioPrompt | None = None,
        prompt_info: AudioPromptInfo | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begins a piece; nothing is computed yet.

        Args:
            model: The model that plays.
            seed: Seed of the piece.
            controls: Controls from its beginning on.
            prompt: Music that it begins with. `None`: it begins with the seed's own.
            prompt_info: Description of that music.
            clock: Time in seconds.

        Raises:
            StudioError: The model plays clips alone.
        """
        self.model, self.seed, self.prompt_info, self._clock = model, seed, prompt_info, clock
        self._stream = Stream(model.latent_bundle(), seed, controls, prompt)
        # It is never read itself: clips are computed from copies of it.
        self._record = self._stream.without_cache()
        self._changes = [ControlChange(0, controls)]
        self._stream_begins = self._record_begins = 0
        self._size = self._stream.chunk_samples
        self._chunks = ChunkCache(self._size)
        self._served = 0
        self._newest_request = 0
        self._changing, self._computing, self._state = Lock(), Lock(), Lock()

    @property
    def sample_rate(self) -> int:
        """Sample rate in Hz."""
        return self.model.sample_rate

    def pcm(self, start: int, count: int) -> bytes:
        """Samples [start, start + count) as 16-bit PCM.

        Raises:
            ConflictError: They were played too long ago.
        """
        with self._state:
            self._served = max(self._served, start + count)
        numbers = self._stream.chunk_numbers(start, count)
        chunks = [self._chunk(number) for number in numbers]
        return self._chunks.cut(chunks, numbers.start, start, count)

    def is_ready(self, start: int, count: int) -> bool:
        """Whether samples can be had without computing."""
        with self._state:
            return all(n in self._chunks for n in self._stream.chunk_numbers(start, count))

    def look_ahead(self) -> None:
        """Computes the first chunk that is missing after what was pulled last, if any."""
        ready = self.chunks_ready()
        if ready < _CHUNKS_AHEAD:
            self._chunk(self._next_chunk() + ready)

    def chunks_ready(self) -> int:
        """Number of chunks without a gap that are there after what was pulled last.

        While a change is made ready no chunk counts as missing: others will be needed then.
        """
        if self._changing.locked():
            return _CHUNKS_AHEAD
        with self._state:
            return self._chunks.count_from(self._next_chunk(), _CHUNKS_AHEAD)

    def change_controls(self, controls: Controls, at: int = 0, position: int | None = None) -> int:
        """Changes the controls from a sample on; what is played until then stays as it is.

        The changed piece is computed first; the piece as it was can be pulled meanwhile. Of several
        requests at once only the newest is carried out.

        Args:
            controls: The new controls.
            at: The first sample that the change may apply to.
            position: The sample that the listener plays now. Samples after it that were pulled and
                not played yet may be replaced. `None`: what was pulled stays.

        Returns:
            The first sample of the change, from which on samples have to be pulled again: `at`, or
            as soon after it as the change is ready.

        Raises:
            StudioError: `at` is further ahead than a minute.
        """
        with self._state:
            played = self._served
            if at > played + _FURTHEST_AHEAD_SECONDS * self.sample_rate:
                found = {"sample": at, "seconds": _FURTHEST_AHEAD_SECONDS, "played": played}
                raise StudioError(ProblemCode.TOO_FAR_AHEAD, **found)
            self._newest_request += 1
            request = _Request(self._newest_request, self._clock(), at, position)
        with self._changing:
            with self._state:
                start, stream, record = self._earliest(request), self._stream, self._record
                if request.number != self._newest_request:
                    return start
            soon = round(_READY_SECONDS * self.sample_rate)
            changed = stream.with_controls(start, controls)
            changed.make_ready(start, soon)
            with self._computing:
                stream.read(start, soon)  # the crossfade begins with these samples
                with self._state:
                    first = self._earliest(request)
                    self._stream = changed.with_change_at(first)
                    self._record = record.with_controls(start, controls).with_change_at(first)
                    self._note(ControlChange(first, controls))
            pulled = round(_FIRST_PULL_SECONDS * self.sample_rate)
            for number in self._stream.chunk_numbers(first, pulled):
                self._chunk(number)
            return first

    def piece(self, start: int, stop: int) -> tuple[Stream, list[ControlChange]]:
        """A copy of the piece as it was played between two samples, with its control changes.

        Raises:
            ConflictError: It was played too long ago.
        """
        with self._state:
            self._refuse_forgotten(start)
            changes = [change for change in self._changes if change.at < stop]
            earlier = [change for change in changes if change.at <= start]
            return self._record.without_cache(), changes[max(0, len(earlier) - 1) :]

    def _next_chunk(self) -> int:
        """Number of the first chunk that was not pulled at all."""
        return -(-self._served // self._size)

    def _earliest(self, request: _Request) -> int:
        """The first sample that a change can still apply to."""
        if request.position is None:
            return max(request.at, self._served)
        passed = self._clock() - request.asked_at + _NETWORK_SECONDS
        reached = max(request.position, self._stream_begins) + round(passed * self.sample_rate)
        return max(request.at, min(self._served, reached))

    def _note(self, change: ControlChange) -> None:
        """Records a change, and forgets what it replaces and what lies too far back."""
        self._served = min(self._served, change.at)
        self._changes = [*(one for one in self._changes if one.at < change.at), change]
        self._forget()
        self._chunks.drop_after(change.at)

    def _chunk(self, number: int) -> bytes:
        with self._state:
            found = self._chunks.get(number)
        if found is not None:
            return found
        with self._computing:
            with self._state:
                found, stream = self._chunks.get(number), self._stream
                if found is None and number * self._size < self._stream_begins:
                    self._refuse_forgotten(number * self._size)
                    stream = self._stream = self._record.without_cache()
                    self._stream_begins = self._record_begins
            if found is not None:
                return found
            chunk = to_pcm(stream.read(number * self._size, self._size))
            with self._state:
                self._chunks.keep(number, chunk)
            return chunk

    def _forget(self) -> None:
        """Lets go of changes that lie too far back to be played again."""
        now = min(self._served, self._changes[-1].at)
        at_hand = self._chunk_begin(now - _AT_HAND_SECONDS * self.sample_rate)
        self._stream_begins = max(self._stream_begins, at_hand)
        self._stream.forget(self._stream_begins)
        oldest = self._changes[-_KEPT_CHANGES:][0].at
        begins = max(oldest, now - REMEMBERED_SECONDS * self.sample_rate)
        self._record_begins = max(self._record_begins, self._chunk_begin(begins))
        self._record.forget(self._record_begins)
        over = sum(change.at <= self._record_begins for change in self._changes)
        self._changes = self._changes[max(0, over - 1) :]

    def _chunk_begin(self, sample: float) -> int:
        """First sample of the chunk that a sample lies in."""
        return max(0, int(sample // self._size) * self._size)

    def _refuse_forgotten(self, start: int) -> None:
        if start < self._record_begins:
            second = self._record_begins / self.sample_rate
            raise ConflictError(ProblemCode.FORGOTTEN, sample=start, second=second)
