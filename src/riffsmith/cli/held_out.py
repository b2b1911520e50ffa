"""Which recordings are held out of a training, and why, in sentences for the console."""

from collections.abc import Sequence

from riffsmith.config import CorpusSettings
from riffsmith.corpus import CorpusPlan, Manifest, PlannedRecording, find_parts
from riffsmith.messages import Count, format_position

_MOST_NAMES = 10
_PURPOSE = "The training does not use what is held out; scores compare with it."
_WHY_CUT = (
    " There are too few recordings of similar length to hold out a whole one, so the longest is "
    "cut. Its two parts are more alike than two recordings are, so scores look better than they "
    "would with more recordings. --hold-out none trains on all."
)


def describe_corpus_split(manifest: Manifest, *, is_chosen: bool) -> str:
    """Says what of a corpus is held out, how much, why, and what for.

    Args:
        manifest: Manifest of the corpus.
        is_chosen: Whether somebody chose it, or the choice is past.
    """
    return _describe(manifest.recordings, None if is_chosen else manifest.settings)


def describe_plan(plan: CorpusPlan, chosen_by: CorpusSettings | None) -> str:
    """Says what of a folder is going to be held out, how much, why, and what for.

    Args:
        plan: What the corpus will hold.
        chosen_by: Settings of the corpus that it is chosen by. `None`: somebody named it.
    """
    return _describe(plan.recordings, chosen_by)


def _describe(recordings: Sequence[PlannedRecording], chosen_by: CorpusSettings | None) -> str:
    held_out = [recording for recording in recordings if recording.split == "held_out"]
    if not held_out:
        why = ""
        if chosen_by is not None and chosen_by.held_out_fraction:
            why = (
                " There is too little to divide: one recording is too short to be cut, and "
                "recordings that share music stay together."
            )
        return (
            "held out: nothing. The training uses every recording, so scores cannot be measured: "
            f"they compare with recordings that it does not use.{why}"
        )
    count = len({recording.source.path for recording in recordings})
    names = ", ".join(recording.source.path for recording in held_out[:_MOST_NAMES])
    if len(held_out) > _MOST_NAMES:
        names += f" and {len(held_out) - _MOST_NAMES} more"
    # A recording that is cut is in the list twice, and the gap between its stretches counts, too.
    lengths = {recording.source.path: recording.source.seconds for recording in recordings}
    seconds = sum(recording.seconds for recording in held_out)
    amount = f"{seconds / 60:.1f} of {sum(lengths.values()) / 60:.1f} minutes"
    stretch = held_out[0].stretch
    if stretch is None:
        amount = f"{len(held_out)} of {Count(count):recording|recordings}, {amount}"
        why = "" if chosen_by is None else _explain_whole(chosen_by) + _explain_parts(recordings)
        return f"held out: {names} ({amount}). {_PURPOSE}{why}"
    used = next(
        each.seconds for each in recordings if each.stretch is not None and each.split == "train"
    )
    why = "" if chosen_by is None else _WHY_CUT
    return (
        f"held out: {names} from {format_position(stretch.start_seconds)} on ({amount}). The "
        f"training uses that recording up to {format_position(used)}. {_PURPOSE}{why}"
    )


def _explain_parts(recordings: Sequence[PlannedRecording]) -> str:
    """Says which recordings stay together because of their names; nothing where none do."""
    found = find_parts(recordings)
    if not found:
        return ""
    paths = {recording.source.path for parts in found for recording in parts}
    first, second, *_ = (recording.source.path for recording in found[0])
    text = (
        f" By their names {len(paths)} recordings are parts of "
        f"{Count(len(found)):longer recording|longer recordings}, such as {first} and {second}"
    )
    if any(len({recording.split for recording in parts}) > 1 for parts in found):
        return f"{text}; they are divided, because otherwise nothing could be held out."
    return f"{text}, and such parts stay on the same side."


def _explain_whole(settings: CorpusSettings) -> str:
    return (
        f" It is about {settings.held_out_fraction:.0%} of the music, in whole recordings that are "
        "chosen by their content. --hold-out NAME chooses others; --hold-out none trains on all."
    )
