"""Pieces by position, changed and read by several at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Semaphore

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from studios import RATE, make_run, playable, samples

from riffsmith.corpus import Corpus
from riffsmith.studio.errors import BusyError, ConflictError, NotFoundError, StudioError
from riffsmith.studio.library import Playable
from riffsmith.studio.playback import player as player_module
from riffsmith.studio.playback.chunks import from_pcm, to_pcm
from riffsmith.studio.playback.player import Player
from riffsmith.studio.playback.players import IDLE_SECONDS, MOST_PLAYERS, Players
from riffsmith.synthesis import Controls, Stream

FAST, SLOW = Controls(tempo=200.0), Controls(tempo=80.0, intensity=0.0)


@pytest.fixture(scope="module")
def model(latent_corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Playable:
    return playable(make_run(tmp_path_factory.mktemp("model") / "tiny", latent_corpus))


def begun(model: Playable, seed: int = 3) -> Player:
    return Player(model, seed, Controls())


@pytest.mark.slow
def test_pieces_of_any_size_are_the_whole(model: Playable):
    stream = Stream(model.latent_bundle(), 3)
    size = stream.chunk_samples
    whole = b"".join(to_pcm(stream.read(number * size, size)) for number in range(3))
    player = begun(model)
    for start, count in ((0, 100), (100, size), (0, 1), (size - 1, 2), (5, 2 * size)):
        assert player.pcm(start, count) == whole[4 * start : 4 * (start + count)]


@pytest.mark.slow
def test_two_at_once_give_what_each_alone_gives(model: Playable):
    alone = [begun(model, seed).pcm(0, 3 * RATE) for seed in (1, 2)]
    together = [begun(model, seed) for seed in (1, 2, 1, 2)]

    def listen(player: Player) -> bytes:
        return b"".join(player.pcm(start, RATE // 4) for start in range(0, 3 * RATE, RATE // 4))

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(listen, together)) == alone * 2


def test_what_comes_next_is_there_already(model: Playable, monkeypatch: pytest.MonkeyPatch):
    player = begun(model)
    size = Stream(model.latent_bundle(), 3).chunk_samples
    player.pcm(0, 10)
    assert not player.is_ready(0, 2 * size)
    player.look_ahead()
    assert player.is_ready(0, 2 * size)

    def refuse(*_: object) -> None:
        raise AssertionError("computed again")

    monkeypatch.setattr(Stream, "read", refuse)
    player.pcm(0, 2 * size)


@pytest.mark.slow
def test_who_has_least_is_looked_ahead_for_first(model: Playable):
    players, ready = Players(), [begun(model, seed) for seed in (1, 2, 3)]
    for player in ready:
        players.add(player)
    ready[0].look_ahead()
    ready[2].look_ahead()
    players.look_ahead()
    assert [player.chunks_ready() for player in ready] == [1, 1, 1]
    for _ in range(20):
        players.look_ahead()
    assert [player.chunks_ready() for player in ready] == [2, 2, 2]
    Players().look_ahead()  # nobody is there


@pytest.mark.slow
def test_a_change_is_heard_from_what_was_not_yet_pulled(model: Playable):
    player, plain = begun(model), samples(begun(model).pcm(0, 6 * RATE))
    first = samples(player.pcm(0, 2 * RATE))
    at = player.change_controls(FAST, RATE)  # pulled already
    assert at == 2 * RATE
    later = samples(player.pcm(at, 4 * RATE))
    assert np.array_equal(first, plain[:at])
    assert not np.array_equal(later, plain[at:])
    assert np.array_equal(samples(player.pcm(0, at)), first)


@pytest.mark.slow
def test_a_change_begins_as_soon_as_it_is_ready_after_the_position(
    model: Playable, monkeypatch: pytest.MonkeyPatch
):
    now, original = 0.0, Stream.make_ready

    def slow(stream: Stream, start: int, count: int) -> None:
        nonlocal now
        original(stream, start, count)
        now += 0.5

    monkeypatch.setattr(Stream, "make_ready", slow)
    player = Player(model, 3, Controls(), clock=lambda: now)
    plain = samples(player.pcm(0, 3 * RATE))
    at = player.change_controls(FAST, position=RATE)
    assert at == round(1.65 * RATE)
    changed = samples(player.pcm(0, 3 * RATE))
    assert np.array_equal(changed[:at], plain[:at])
    assert np.abs(changed[at + RATE // 4 :] - plain[at + RATE // 4 :].astype(int)).max() > 100
    assert (
        player.change_controls(SLOW, position=int(2.9 * RATE)) == 3 * RATE
    )  # no more than was pulled
    assert player.change_controls(SLOW, 4 * RATE, position=0) == 4 * RATE


def test_pulls_go_on_while_a_change_is_made_ready(model: Playable, monkeypatch: pytest.MonkeyPatch):
    player, plain = begun(model), samples(begun(model).pcm(0, 3 * RATE))
    original, meanwhile = Stream.make_ready, list[bytes]()

    def listening(stream: Stream, start: int, count: int) -> None:
        original(stream, start, count)
        meanwhile.append(player.pcm(0, 3 * RATE))

    monkeypatch.setattr(Stream, "make_ready", listening)
    assert player.change_controls(FAST, 0) == 3 * RATE
    assert np.array_equal(samples(meanwhile[0]), plain)


def test_of_several_changes_the_newest_is_carried_out(
    model: Playable, monkeypatch: pytest.MonkeyPatch
):
    made, asked = list[int](), Semaphore(0)

    def clock() -> float:
        asked.release()  # once for each change that is asked for, as it begins
        return 0.0

    player, original = Player(model, 3, Controls(), clock=clock), Stream.make_ready

    def counted(stream: Stream, start: int, count: int) -> None:
        made.append(start)
        if len(made) == 1:  # while the first is made ready two more are asked for
            waiting.extend(
                pool.submit(player.change_controls, controls, 0) for controls in (SLOW, FAST)
            )
            for _ in range(3):
                assert asked.acquire(timeout=30)
        original(stream, start, count)

    monkeypatch.setattr(Stream, "make_ready", counted)
    with ThreadPoolExecutor(2) as pool:
        waiting = []
        player.change_controls(Controls(brightness=1.0), 0)
    assert [future.result() for future in waiting] == [0, 0]
    assert len(made) == 2
    assert player._changes[-1].controls in (SLOW, FAST)


@pytest.mark.slow
@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_a_clip_is_what_was_heard(model: Playable, data: st.DataObject):
    """However often it was changed, and although what is over is forgotten."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(player_module, "_AT_HAND_SECONDS", 1.0)
        patch.setattr(player_module, "REMEMBERED_SECONDS", 6.0)
        player, played = begun(model), b""
        for _ in range(data.draw(st.integers(1, 12))):
            played += player.pcm(len(played) // 4, data.draw(st.integers(1, 2 * RATE)))
            if data.draw(st.booleans()):
                ahead = data.draw(st.integers(-RATE, RATE))
                spare = data.draw(st.none() | st.integers(0, 20 * RATE))
                at = player.change_controls(
                    Controls(tempo=data.draw(st.sampled_from([60.0, 120.0, 300.0]))),
                    max(0, len(played) // 4 + ahead),
                    None if spare is None else max(0, len(played) // 4 - spare),
                )
                played = played[: 4 * at]
        stop = len(played) // 4
        begin = max(player._record_begins, stop - 2 * RATE)
        piece, changes = player.piece(begin, stop)
        assert changes[0].at <= begin or len(changes) == 1
        size = piece.chunk_samples
        again = b"".join(
            to_pcm(piece.read(number * size, size))
            for number in range(begin // size, (stop - 1) // size + 1)
        )
        offset = 4 * (begin - begin // size * size)
        assert again[offset : offset + 4 * (stop - begin)] == played[4 * begin :]
        assert player.pcm(begin, stop - begin) == played[4 * begin :]


@pytest.mark.slow
def test_what_is_long_over_is_forgotten(model: Playable, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(player_module, "_KEPT_CHANGES", 5)
    monkeypatch.setattr(Stream, "make_ready", lambda *_: None)
    player, size = begun(model), Stream(model.latent_bundle(), 3).chunk_samples
    for number in range(12):
        player._served = (number + 1) * size
        player.change_controls(FAST if number % 2 else SLOW, 0)
    assert len(player._changes) <= 7
    assert _depth(player._record) <= 7
    assert len(player._chunks) <= 8
    with pytest.raises(ConflictError, match="sample 0 was played too long ago"):
        player.piece(0, RATE)
    with pytest.raises(ConflictError, match="is remembered from second"):
        player.pcm(0, 10)


def _depth(stream: Stream | None) -> int:
    return 0 if stream is None else 1 + _depth(stream._previous)


def test_a_change_far_ahead_is_refused(model: Playable):
    with pytest.raises(StudioError, match="more than 60 s beyond what was played"):
        begun(model).change_controls(FAST, 100 * RATE)


def test_idle_players_are_forgotten(model: Playable):
    now = 0.0
    players = Players(clock=lambda: now)
    first, second = (players.add(begun(model)) for _ in range(2))
    now = IDLE_SECONDS
    players.get(first)
    now += 1
    players.forget_idle()
    assert len(players) == 1
    with pytest.raises(NotFoundError, match="unused for 10 minutes"):
        players.get(second)


def test_a_new_listener_finds_room_if_somebody_has_left(model: Playable):
    now = 0.0
    players, player = Players(clock=lambda: now), begun(model)
    keys = [players.add(player) for _ in range(MOST_PLAYERS)]
    with pytest.raises(BusyError, match="16 pieces are being played"):
        players.add(player)
    now = 61.0
    for key in keys[1:]:
        players.get(key)
    players.add(player)
    assert len(players) == MOST_PLAYERS
    with pytest.raises(NotFoundError):
        players.get(keys[0])


def test_samples_come_back_from_the_wire():
    audio = np.array([[0.5, -0.5], [0.9, -0.9], [0.0, 0.1]], np.float32)
    assert np.abs(from_pcm(to_pcm(audio)) - audio).max() < 1e-4
    assert np.array_equal(from_pcm(to_pcm(audio[:, :1]))[:, 1], from_pcm(to_pcm(audio))[:, 0])


def test_a_missing_home_cannot_be_made(tmp_path: Path):
    from riffsmith.studio.home import Home

    (tmp_path / "file").write_text("")
    with pytest.raises(StudioError, match="part of the path is a file"):
        Home(tmp_path / "file" / "home")
