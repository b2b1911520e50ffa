"""One listener's endless piece."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from riffsmith.studio.errors import ConflictError, StudioError
from riffsmith.studio.library import Playable
from riffsmith.studio.pcm import FRAME_BYTES, to_pcm
from riffsmith.studio.schemas import BegunWith
from riffsmith.synthesis import AudioPrompt, Controls, Stream

_KEPT_CHUNKS = 8
_CHUNKS_AHEAD = 4
"""So many, because a new stretch takes a while, above all where several listeners need one."""
_KEPT_TURNS = 200
REMEMBERED_SECONDS = 660.0
"""So far back can be heard again and kept as a clip, unless it was turned very often."""
_AT_HAND_SECONDS = 10.0
"""So far back without computing the piece anew."""
_FURTHEST_AHEAD_SECONDS = 60.0
_READY_SECONDS = 1.5
"""Of what was asked for, counted from where it could be heard if it were ready at once."""
_FIRST_PULL_SECONDS = 0.75
"""Ready to be sent when a turn is answered."""
_ON_THE_WAY_SECONDS = 0.15
"""Until a listener has an answer and the samples after it."""


@dataclass(frozen=True)
class Turn:
    """What was asked of a piece from a sample on."""

    at: int
    controls: Controls


@dataclass(frozen=True)
class Begun:
    """What a piece begins with, for the network and for people."""

    guide: AudioPrompt
    told: BegunWith


@dataclass(frozen=True)
class _Wish:
    """To hear something else."""

    number: int
    asked_at: float
    at: int
    hearing: int | None


class Player:
    """Samples by their position, computed when asked for and a chunk ahead.

    May be used by several threads: reading, looking ahead and turning do not disturb each other.
    Memory does not grow, however long and however often turned.
    """

    def __init__(
        self,
        model: Playable,
        seed: int,
        controls: Controls,
        begun: Begun | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begins a piece; nothing is computed yet.

        Raises:
            ModelError: The model plays clips alone.
        """
        self.model, self.seed, self._clock = model, seed, clock
        self.begun_with = begun and begun.told
        self._stream = Stream(model.latent_bundle(), seed, controls, begun and begun.guide)
        self._record = self._stream.without_cache()  # never read: what clips are computed from
        self._turns = [Turn(0, controls)]
        self._stream_begins = self._record_begins = 0
        self._size = self._stream.chunk_samples
        self._chunks: dict[int, bytes] = {}
        self._served = 0
        self._newest_wish = 0
        self._turning = Lock()  # taken in this order
        self._computing = Lock()
        self._state = Lock()  # held for a moment alone

    @property
    def sample_rate(self) -> int:
        """In Hz."""
        return self.model.sample_rate

    def pcm(self, start: int, count: int) -> bytes:
        """Samples [start, start + count) as 16-bit PCM.

        Raises:
            ConflictError: They were played too long ago.
        """
        with self._state:
            self._served = max(self._served, start + count)
        numbers = self._stream.chunk_numbers(start, count)
        content = b"".join(map(self._chunk, numbers))
        begin = (start - numbers.start * self._size) * FRAME_BYTES
        return content[begin : begin + count * FRAME_BYTES]

    def is_ready(self, start: int, count: int) -> bool:
        """Whether samples can be had without computing."""
        with self._state:
            return all(
                number in self._chunks for number in self._stream.chunk_numbers(start, count)
            )

    def look_ahead(self) -> None:
        """Computes the first chunk that is missing after what was asked for last, if any."""
        ready = self.chunks_ready()
        if ready < _CHUNKS_AHEAD:
            self._chunk(-(-self._served // self._size) + ready)

    def chunks_ready(self) -> int:
        """How many there are, one behind the other, after what was asked for last.

        None is missing while a turn is made ready, which will ask for others.
        """
        if self._turning.locked():
            return _CHUNKS_AHEAD
        with self._state:
            following = -(-self._served // self._size)
            numbers = range(following, following + _CHUNKS_AHEAD)
            missing = (place for place, number in enumerate(numbers) if number not in self._chunks)
            return next(missing, _CHUNKS_AHEAD)

    def turn(self, controls: Controls, at: int = 0, hearing: int | None = None) -> int:
        """Asks something else from a sample on.

        What is heard until then stays as it is. The way from there is computed first, while the
        piece as it was can be read on; of several wishes at once only the newest is carried out.

        Args:
            controls: What is asked.
            at: Not before this sample.
            hearing: The sample that the listener hears now, one after the other from there on; what
                he has read and not heard may be replaced. None: what was read stays.

        Returns:
            The sample from which it is heard, and from which on it has to be read anew: `at`, or as
            soon after it as it is ready.

        Raises:
            StudioError: The sample is further ahead than a minute.
        """
        with self._state:
            if at > self._served + _FURTHEST_AHEAD_SECONDS * self.sample_rate:
                raise StudioError(
                    f"sample {at} is more than {_FURTHEST_AHEAD_SECONDS:g} s beyond what was "
                    f"played ({self._served}): turn it when it comes near"
                )
            self._newest_wish += 1
            wish = _Wish(self._newest_wish, self._clock(), at, hearing)
        with self._turning:
            with self._state:
                start, stream, record = self._earliest(wish), self._stream, self._record
                if wish.number != self._newest_wish:
                    return start
            soon = round(_READY_SECONDS * self.sample_rate)
            with_controls = stream.with_controls(start, controls)
            with_controls.make_ready(start, soon)
            with self._computing:
                stream.read(start, soon)  # what it goes over from
                with self._state:
                    heard = self._earliest(wish)
                    self._stream = with_controls.with_change_at(heard)
                    self._record = record.with_controls(start, controls).with_change_at(heard)
                    self._note(Turn(heard, controls))
            first_pull = round(_FIRST_PULL_SECONDS * self.sample_rate)
            for number in self._stream.chunk_numbers(heard, first_pull):
                self._chunk(number)
            return heard

    def _earliest(self, wish: _Wish) -> int:
        """The first sample that can be heard otherwise by whom wishes so."""
        if wish.hearing is None:
            return max(wish.at, self._served)
        passed = self._clock() - wish.asked_at + _ON_THE_WAY_SECONDS
        reached = max(wish.hearing, self._stream_begins) + round(passed * self.sample_rate)
        return max(wish.at, min(self._served, reached))

    def _note(self, turn: Turn) -> None:
        """Forgets what is heard otherwise after a turn, and what is long over."""
        self._served = min(self._served, turn.at)
        self._turns = [*(earlier for earlier in self._turns if earlier.at < turn.at), turn]
        self._forget()
        self._chunks = {
            number: chunk
            for number, chunk in self._chunks.items()
            if (number + 1) * self._size <= turn.at
        }

    def piece(self, start: int, stop: int) -> tuple[Stream, list[Turn]]:
        """What was heard from one sample to another, to be read by somebody else, and the turns.

        Raises:
            ConflictError: It was played too long ago.
        """
        with self._state:
            self._refuse_forgotten(start)
            turns = [turn for turn in self._turns if turn.at < stop]
            earlier = [turn for turn in turns if turn.at <= start]
            return self._record.without_cache(), turns[max(0, len(earlier) - 1) :]

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
                self._keep(number, chunk)
            return chunk

    def _keep(self, number: int, chunk: bytes) -> None:
        while len(self._chunks) >= _KEPT_CHUNKS:
            del self._chunks[next(iter(self._chunks))]
        self._chunks[number] = chunk

    def _forget(self) -> None:
        """Lets go of turns that cannot be heard any more."""
        now = min(self._served, self._turns[-1].at)
        begins = self._begin(now - _AT_HAND_SECONDS * self.sample_rate)
        self._stream_begins = max(self._stream_begins, begins)
        self._stream.forget(self._stream_begins)
        oldest = self._turns[-_KEPT_TURNS:][0].at
        begins = max(oldest, now - REMEMBERED_SECONDS * self.sample_rate)
        self._record_begins = max(self._record_begins, self._begin(begins))
        self._record.forget(self._record_begins)
        over = [turn.at for turn in self._turns if turn.at <= self._record_begins]
        self._turns = self._turns[max(0, len(over) - 1) :]

    def _begin(self, sample: float) -> int:
        """Of the chunk that a sample lies in."""
        return max(0, int(sample // self._size) * self._size)

    def _refuse_forgotten(self, start: int) -> None:
        if start < self._record_begins:
            seconds = self._record_begins / self.sample_rate
            raise ConflictError(
                f"sample {start} was played too long ago: this piece is remembered from second "
                f"{seconds:.0f} on"
            )
