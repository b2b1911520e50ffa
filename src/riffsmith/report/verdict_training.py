"""Answers that are drawn from the training and from the corpus."""

from riffsmith.corpus import Survey
from riffsmith.report.findings_text import Finding, Grade, Subject, answer
from riffsmith.training.monitor.decisions import HEALTHY_FACTOR, OVERFITTING_ABOVE

FEW_HELD_OUT_MINUTES = 2.0
_GRADES: dict[str, Grade] = {"nearest": "good", "healthy": "caution", "newest": "unknown"}


def snapshot(subject: Subject) -> Finding:
    """Which snapshot it is, and why."""
    choice, texts = subject.choice, subject.texts
    distance = "" if choice.distance is None else texts.number(choice.distance, 2)
    values = {"epoch": choice.epoch, "count": choice.measured, "distance": distance}
    sentences = [subject.say(f"snapshot.{choice.why}", **values)]
    for mark in subject.history.marks_of("stop")[-1:]:
        reason = texts(f"reason.{mark.reason or 'plateau'}")
        sentences.append(subject.say("snapshot.stopped", epoch=round(mark.epoch), reason=reason))
    return answer("snapshot", _GRADES[choice.why], *sentences)


def collapse(subject: Subject) -> Finding:
    """Whether samples are nearly alike."""
    history, texts, epoch = subject.history, subject.texts, subject.choice.epoch
    limit = subject.record.settings.training.collapse_below
    diversity = history.diversity_of(epoch)
    if diversity is None:
        return answer("collapse", "unknown", subject.say("collapse.unknown"))
    margin = HEALTHY_FACTOR * limit
    grade = "bad" if diversity < limit else "caution" if diversity < margin else "good"
    sentences = [
        subject.say(
            f"collapse.{grade}",
            epoch=epoch,
            diversity=texts.number(diversity, 2),
            limit=texts.number(limit, 2),
        )
    ]
    later, last = history.diversities()[-1]
    if grade != "bad" and last < limit and later > epoch:
        sentences.append(
            subject.say("collapse.later", epoch=round(later), diversity=texts.number(last, 2))
        )
    back = [mark for mark in history.marks_of("rollback") if mark.reason == "collapse"]
    if back:
        sentences.append(subject.say("collapse.rollbacks", count=len(back)))
    return answer("collapse", grade, *sentences)


def overfitting(subject: Subject) -> Finding:
    """Whether the discriminator knows its training segments by heart."""
    history, texts, epoch = subject.history, subject.texts, subject.choice.epoch
    marks = history.marks_of("overfitting")
    if not history.checks:
        return answer("overfitting", "unknown", subject.say("overfitting.unwatched"))
    if marks and marks[0].epoch <= epoch:
        since = round(marks[0].epoch)
        return answer("overfitting", "bad", subject.say("overfitting.bad", epoch=since))
    gaps = [
        check.verdict_gap
        for check in history.checks
        if check.verdict_gap is not None and history.epoch_of(check.step) <= epoch
    ]
    if not gaps:
        return answer("overfitting", "unknown", subject.say("overfitting.unmeasured"))
    grade = "caution" if gaps[-1] > OVERFITTING_ABOVE else "good"
    sentences = [
        subject.say(
            f"overfitting.{grade}",
            gap=texts.number(gaps[-1], 2),
            limit=texts.number(OVERFITTING_ABOVE, 1),
        )
    ]
    if marks:
        sentences.append(subject.say("overfitting.later", epoch=round(marks[0].epoch)))
    return answer("overfitting", grade, *sentences)


def data(subject: Subject) -> Finding:
    """Whether there is enough music: as `riffsmith survey` judges a folder."""
    manifest, texts = subject.corpus.manifest, subject.texts
    sources = tuple(recording.source for recording in manifest.of_split("train"))
    survey = Survey(folder=manifest.folder, genre=None, entries=sources)
    judgement = survey.verdict()
    is_poor = judgement.startswith(("not enough", "very little"))
    grade = "bad" if is_poor else "good" if judgement == "enough material" else "caution"
    sentences = [
        subject.say(
            "data.text",
            minutes=texts.number(survey.minutes, 1),
            recordings=len(sources),
            judgement=texts.message(judgement),
        )
    ]
    held_out = sum(recording.source.seconds for recording in manifest.of_split("held_out")) / 60
    if held_out < FEW_HELD_OUT_MINUTES:
        grade = "bad" if is_poor else "caution"
        key = "data.little_held_out" if held_out else "data.nothing_held_out"
        sentences.append(subject.say(key, minutes=texts.number(held_out, 1)))
    return answer("data", grade, *sentences)
