"""What a part of the table of `robustness.py` says."""

from dataclasses import dataclass, field


@dataclass
class Row:
    """How often something was tried, and what went wrong."""

    what: str
    """What was done."""
    done: int = 0
    wrong: list[str] = field(default_factory=list)
    """A sentence for each thing that went wrong."""
    remark: str = ""
    seconds: float = 0.0
