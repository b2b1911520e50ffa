"""A piece whose controls change while it is played."""

from pathlib import Path

import numpy as np
import pytest

from riffsmith.api import Model
from riffsmith.bundle import LatentBundle, load_bundle
from riffsmith.controls import Controls
from riffsmith.synthesis import LivePiece, Stream


@pytest.fixture(scope="module")
def bundle(latent_bundle: Path) -> LatentBundle:
    found = load_bundle(latent_bundle)
    assert isinstance(found, LatentBundle)
    return found


def wait_for_change(live: LivePiece, before: Stream) -> None:
    with live._moved:
        assert live._moved.wait_for(lambda: live._stream is not before, timeout=60)


@pytest.mark.slow
def test_the_newest_change_begins_with_the_block_after_those_that_were_played(bundle: LatentBundle):
    controls = Controls(intensity=1.0, tempo=200.0)
    with Model(bundle).live(seed=3) as live:
        blocks = live.blocks(14_000)
        heard = [next(blocks) for _ in range(10)]
        assert {len(block) for block in heard} == {800}
        before = live._stream
        live.change_controls(Controls(intensity=0.2))
        live.change_controls(controls)
        wait_for_change(live, before)
        heard += blocks
        assert list(blocks) == []
    plain = Stream(bundle, 3)
    expected = plain.with_controls(8_000, controls).read(0, 14_000)
    assert np.array_equal(np.concatenate(heard), expected)
    assert not np.array_equal(expected[9_000:], plain.read(9_000, 5_000))


def test_an_error_of_a_thread_is_raised_in_the_reader(
    bundle: LatentBundle, monkeypatch: pytest.MonkeyPatch
):
    def fail(*_: object) -> None:
        raise RuntimeError("no memory")

    monkeypatch.setattr(Stream, "make_ready", fail)
    with Model(bundle).live() as live, pytest.raises(RuntimeError, match="no memory"):
        next(live.blocks())
