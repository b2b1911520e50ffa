"""The part of a training that processes without the lead have in it."""

from riffsmith.runs.folder import RunFolder
from riffsmith.runs.record import open_run
from riffsmith.training.device import choose_device, choose_threads
from riffsmith.training.distributed import Order, ProcessGroup
from riffsmith.training.memory import keep_freed_memory
from riffsmith.training.systems import build_system


def follow(run: RunFolder, process_group: ProcessGroup) -> None:
    """Does what the leader of the crew says until it says that it is done.

    Args:
        run: The leader's folder, which this process reads: it begins when the leader has written
            its record, corpus and codec there.
        process_group: Of more than one.

    Raises:
        RunError: The run cannot be read.
        CorpusError: Nor its corpus.
    """
    order = process_group.take()
    if order == Order.STOP:
        return
    record, corpus = open_run(run)
    choose_threads(record.settings.training)
    keep_freed_memory()
    device = choose_device(record.settings.training)
    system = build_system(record, corpus, device, run, lambda title, share: None, process_group)
    while order != Order.STOP:
        if order == Order.COPY:
            process_group.copy_state(system.state)
            system.reduce_learning_rate(system.state.rollbacks)
        else:
            system.step(system.read(()))
        order = process_group.take()
