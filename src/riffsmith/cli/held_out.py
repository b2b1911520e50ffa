"""Which recordings are held out of a training, and why, in sentences for the console."""

from collections.abc import Sequence

from riffsmith.config import CorpusSettings
from riffsmith.corpus import CorpusPlan, Manifest, SurveyEntry
from riffsmith.messages import Count

_MOST_NAMES = 10


def describe_corpus_split(manifest: Manifest, *, is_chosen: bool) -> str:
    """Says which recordings of a corpus are held out, why, and what for.

    Args:
        manifest: Manifest of the corpus.
        is_chosen: Whether somebody chose them, or the choice is past.
    """
    held_out = [recording.source for recording in manifest.of_split("held_out")]
    chosen_by = None if is_chosen else manifest.settings
    return _describe(held_out, len(manifest.recordings), chosen_by)


def describe_plan(plan: CorpusPlan, chosen_by: CorpusSettings | None) -> str:
    """Says which recordings of a folder are going to be held out, why, and what for.

    Args:
        plan: What the corpus will hold.
        chosen_by: Settings of the corpus that they are chosen by. `None`: somebody named them.
    """
    return _describe(plan.held_out, len(plan.held_out) + len(plan.training), chosen_by)


def _describe(
    held_out: Sequence[SurveyEntry], recordings: int, chosen_by: CorpusSettings | None
) -> str:
    paths = [entry.path for entry in held_out]
    why = "" if chosen_by is None else _explain_choice(held_out, chosen_by)
    if not paths:
        return (
            "held out: nothing. The training uses every recording, so scores cannot be measured: "
            f"they compare with recordings that it does not use.{why}"
        )
    names = ", ".join(paths[:_MOST_NAMES])
    if len(paths) > _MOST_NAMES:
        names += f" and {len(paths) - _MOST_NAMES} more"
    return (
        f"held out: {names} ({len(paths)} of {Count(recordings):recording|recordings}). The "
        f"training does not use what is held out; scores compare with it.{why}"
    )


def _explain_choice(held_out: Sequence[SurveyEntry], settings: CorpusSettings) -> str:
    if held_out:
        return (
            f" It is {settings.held_out_fraction:.0%} of the recordings, at least one, chosen by "
            "their content. --hold-out NAME chooses others; --hold-out none trains on all."
        )
    if settings.held_out_fraction:
        return " One recording alone, or recordings that all share music, cannot be divided."
    return ""
