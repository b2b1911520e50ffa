"""Which snapshots and previews of a run are removed."""

from functools import cached_property
from itertools import pairwise
from pathlib import Path

from riffsmith.runs import RunFolder, Unit, thin_run

MEGABYTE = bytes(1_000_000)


class Steps(RunFolder):
    """A run that counts steps, with snapshots of 10 MB and previews of 1 MB."""

    @cached_property
    def unit(self) -> Unit:
        return "step"

    def take(self, number: int) -> None:
        self.snapshot(number).mkdir(parents=True)
        (self.snapshot(number) / "card.json").write_text("{}")
        (self.snapshot(number) / "generator.safetensors").write_bytes(10 * MEGABYTE)
        self.previews.mkdir(exist_ok=True)
        self.preview(number, ".flac").write_bytes(MEGABYTE)
        self.preview(number, ".png").write_bytes(b"picture")


def test_a_run_that_is_small_enough_keeps_everything(tmp_path: Path):
    run = Steps(tmp_path)
    for number in range(0, 5000, 500):
        run.take(number)
    thin_run(run, 200)
    assert run.snapshot_numbers() == run.preview_numbers() == list(range(0, 5000, 500))


def test_however_long_a_run_is_it_keeps_its_best_its_newest_and_even_gaps(tmp_path: Path):
    run = Steps(tmp_path)
    for number in range(0, 30_000, 500):
        run.take(number)
        if number == 7500:
            run.append_metrics({"event": "best", "step": number, "snapshot": number})
        thin_run(run, 45)
    assert {7500, 29_500} < set(run.snapshot_numbers())
    assert len(run.snapshot_numbers()) == 3
    numbers = run.preview_numbers()
    assert len(numbers) == 8
    assert {0, 7500, 29_500} < set(numbers)
    gaps = [after - before for before, after in pairwise(numbers)]
    assert max(gaps) <= 4 * min(gaps)
    assert len(list(run.previews.glob("*.png"))) == 8
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) < 45_000_000


def test_what_is_needed_stays_in_a_run_that_cannot_be_small_enough(tmp_path: Path):
    run = Steps(tmp_path)
    run.append_metrics({"event": "best", "step": 500, "snapshot": 500})
    for number in range(0, 6000, 500):
        run.take(number)
    thin_run(run, 1)
    assert run.snapshot_numbers() == [500, 5500]
    assert len(run.preview_numbers()) == 8
