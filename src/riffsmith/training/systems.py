"""The system that some settings describe, and its part in a worker process."""

from typing import Any

import torch

from riffsmith.config import LatentSettings, Settings
from riffsmith.corpus import Corpus
from riffsmith.errors import SettingsError
from riffsmith.parallel import use_threads
from riffsmith.runs import RunFolder, RunRecord, open_run
from riffsmith.training.device import choose_device, count_threads, keep_freed_memory
from riffsmith.training.distributed import Command, ProcessGroup
from riffsmith.training.latent.system import LatentSystem, initialise_latent_state
from riffsmith.training.observer import OnStage
from riffsmith.training.picture.system import PictureSystem, initialise_picture_state
from riffsmith.training.state import TrainingState
from riffsmith.training.system import System


def build_system(
    record: RunRecord,
    corpus: Corpus,
    device: torch.device,
    run: RunFolder,
    on_stage: OnStage,
    process_group: ProcessGroup,
) -> System:
    """Networks and data of a run, in the state that it begins with.

    Args:
        record: Record of the run.
        corpus: Corpus that it is trained on.
        device: Device of the networks.
        run: Folder where a system may keep what it made of the corpus.
        on_stage: Called with the progress of the work before the first step.
        process_group: Processes that train the run.

    Raises:
        SettingsError: The system cannot be trained by several processes.
    """
    settings = record.settings
    if isinstance(settings, LatentSettings):
        return LatentSystem(record, settings, corpus, device, run, on_stage, process_group)
    if process_group.size > 1:
        raise SettingsError(
            f"{process_group.size} processes found, and preset {record.preset} trains in one: "
            "leave out torchrun, or choose --preset latent"
        )
    return PictureSystem(record, settings, corpus, device)


def initialise_state(
    settings: Settings, seed: int, device: torch.device
) -> TrainingState[Any, Any]:
    """Networks of any system with initial weights, which the seed decides, and their optimisers."""
    if isinstance(settings, LatentSettings):
        return initialise_latent_state(settings, seed, device)
    return initialise_picture_state(settings, seed, device)


def run_worker(run: RunFolder, process_group: ProcessGroup) -> None:
    """Follows the commands of the main process until it sends the command to stop.

    Args:
        run: Folder of the main process's run. This process reads it when the main process has
            written record, corpus and codec there.
        process_group: Group of more than one process.

    Raises:
        RunError: The run cannot be read.
        CorpusError: The corpus cannot be read.
    """
    command = process_group.receive()
    if command == Command.STOP:
        return
    record, corpus = open_run(run)
    settings = record.settings.training
    keep_freed_memory()
    with use_threads(count_threads(settings)):
        device = choose_device(settings)
        system = build_system(record, corpus, device, run, lambda *_: None, process_group)
        while command != Command.STOP:
            if command == Command.COPY_STATE:
                process_group.copy_state(system.state)
                system.apply_rollbacks(system.state.rollbacks)
            else:
                system.step(system.next_batch(system.state.step))
            command = process_group.receive()
