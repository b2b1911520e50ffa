"""Commands that `torchrun` has started in several processes."""

import os


def count_processes() -> int:
    """Number of processes that `torchrun` has started; 1 where it has not started this one."""
    return int(os.environ["WORLD_SIZE"]) if "TORCHELASTIC_RUN_ID" in os.environ else 1


def is_worker() -> bool:
    """Whether `torchrun` has started this process, and another one is the main process."""
    return count_processes() > 1 and os.environ["RANK"] != "0"
