"""Damaged lines of `metrics.jsonl`: each costs itself alone, and is named."""

import json
from pathlib import Path

import pytest

from riffsmith.runs import RunFolder

LINES = [
    {"event": kind, "step": step, "distance": 1.5, "parameters": {"gap": 0.5}}
    for step in range(1, 6)
    for kind in ("log", "check")
]


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    run = RunFolder(tmp_path)
    for line in LINES:
        run.append_metrics(line)
    return run


def test_a_flipped_bit_costs_its_own_line_alone(run: RunFolder):
    content = run.metrics.read_bytes()
    for position in range(0, 8 * len(content), 211):
        changed = bytearray(content)
        changed[position // 8] ^= 1 << position % 8
        run.metrics.write_bytes(changed)
        found = run.read_metrics()
        assert all(line in LINES for line in found)
        assert len(found) >= len(LINES) - 1


def test_damaged_lines_are_named_once_and_dropped_by_a_resumed_run(
    run: RunFolder, caplog: pytest.LogCaptureFixture
):
    lines = run.metrics.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace(b"1.5", b"2.5")
    lines[4] = b"\xff" + lines[4]
    run.metrics.write_bytes(b"".join(lines) + b'{"event": "lo')
    for _ in range(2):
        assert run.read_metrics() == [line for n, line in enumerate(LINES) if n not in (1, 4)]
    (record,) = caplog.records
    assert record.getMessage().startswith(f"{run.metrics}: damaged and left out: line 2, 5;")
    run.forget_metrics_after(4)
    assert [line["step"] for line in run.read_metrics()] == [1, 2, 2, 3, 4, 4]
    assert len(caplog.records) == 1  # nothing is damaged any longer


def test_lines_without_a_checksum_are_damaged(run: RunFolder):
    """What is left of a file that lost nearly everything may look like a line."""
    run.metrics.write_text("".join(json.dumps(line) + "\n" for line in LINES))
    assert run.read_metrics() == []
