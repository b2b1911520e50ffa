"""Removal of old snapshots and previews, so that a run stays small however long it is."""

from collections.abc import Sequence

from riffsmith.files import remove
from riffsmith.runs.folder import PREVIEW_AUDIO, PREVIEW_PICTURE, RunFolder

PREVIEWS = 8
"""Previews that always stay: so many are shown side by side."""


def thin_run(run: RunFolder, megabytes: int) -> None:
    """Removes old snapshots and previews of a run until it is small enough.

    Previews go first, down to eight, then snapshots. The best and the newest snapshot stay, and
    their previews and the first one with them. The others that stay are spread evenly.

    Args:
        run: Folder of the run.
        megabytes: Size to come down to, in millions of bytes, for all that the training has
            written. The corpus, reports and measurements do not count.
    """
    chosen = {*run.snapshot_numbers()[-1:], run.best_snapshot()}
    previews = run.preview_numbers()
    needed = {*chosen, *previews[:1]}
    while len(previews) > PREVIEWS and _count_bytes(run) > megabytes * 1_000_000:
        number = _find_least_needed(previews, needed)
        previews.remove(number)
        for suffix in (PREVIEW_AUDIO, PREVIEW_PICTURE):
            remove(run.preview(number, suffix))
    snapshots = run.snapshot_numbers()
    while not chosen.issuperset(snapshots) and _count_bytes(run) > megabytes * 1_000_000:
        number = _find_least_needed(snapshots, chosen)
        snapshots.remove(number)
        remove(run.snapshot(number))


def _find_least_needed(numbers: Sequence[int], needed: set[int | None]) -> int:
    """The number whose neighbours are nearest to each other, so that the gaps stay even."""

    def gap(position: int) -> int:
        around = numbers[max(0, position - 1) : position + 2]
        return around[-1] - around[0]

    free = [position for position, number in enumerate(numbers) if number not in needed]
    return numbers[min(free, key=gap)]


def _count_bytes(run: RunFolder) -> int:
    """Bytes of all that a training writes."""
    files = [run.codec, run.piano_roll_model, run.metrics]
    for folder in (run.checkpoints, run.snapshots, run.previews):
        files += folder.rglob("*")
    return sum(path.stat().st_size for path in files if path.is_file())
