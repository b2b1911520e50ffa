"""The part of a training that processes without the lead have in it."""

from riffsmith.training.crew import Crew, Order
from riffsmith.training.memory import keep_freed_memory
from riffsmith.training.precision import choose_device, choose_threads
from riffsmith.training.run_folder import RunFolder
from riffsmith.training.start import reopen_run
from riffsmith.training.systems import build_system


def follow(run: RunFolder, crew: Crew) -> None:
    """Does what the leader of the crew says until it says that it is done.

    Args:
        run: The leader's folder, which this process reads: it begins when the leader has written
            its record, corpus and codec there.
        crew: Of more than one.

    Raises:
        RunError: The run cannot be read.
        CorpusError: Nor its corpus.
    """
    order = crew.take()
    if order == Order.STOP:
        return
    record, corpus = reopen_run(run)
    choose_threads(record.settings.training)
    keep_freed_memory()
    device = choose_device(record.settings.training)
    system = build_system(record, corpus, device, run, lambda title, share: None, crew)
    while order != Order.STOP:
        if order == Order.COPY:
            crew.copy_state(system.state)
            system.soften(system.state.rollbacks)
        else:
            system.step(system.read(()))
        order = crew.take()
