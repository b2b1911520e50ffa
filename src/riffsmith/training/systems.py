"""Settings → the system that they describe."""

import torch

from riffsmith.config import LatentSettings
from riffsmith.corpus import Corpus
from riffsmith.errors import SettingsError
from riffsmith.runs.folder import RunFolder, RunRecord
from riffsmith.training.distributed import ProcessGroup
from riffsmith.training.latent.system import LatentSystem
from riffsmith.training.observer import OnStage
from riffsmith.training.picture.system import PictureSystem
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
        record: What the run was started with.
        corpus: What it is trained on.
        device: Where the networks live.
        run: Where a system may keep what it made of the corpus.
        on_stage: Told what is made ready before the first step.
        process_group: That trains it.

    Raises:
        SettingsError: The system cannot be trained by several processes.
    """
    settings = record.settings
    if isinstance(settings, LatentSettings):
        return LatentSystem(record, settings, corpus, device, run, on_stage, process_group)
    if process_group.size > 1:
        raise SettingsError(
            f"{process_group.size} processes found, and preset {record.preset} trains in one: call "
            "`riffsmith train` without torchrun, or choose --preset latent"
        )
    return PictureSystem(record, settings, corpus, device)
