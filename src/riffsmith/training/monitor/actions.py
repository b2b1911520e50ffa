"""What follows from the monitor's decisions: marks, rollbacks, the end of a run."""

from collections.abc import Callable, Mapping

from torch import Tensor

from riffsmith.corpus import Corpus
from riffsmith.errors import RunError
from riffsmith.runs import RunFolder, RunRecord
from riffsmith.runs.checkpoint import write_best_checkpoint
from riffsmith.training.distributed import Command, ProcessGroup
from riffsmith.training.monitor.events import Event, EventCode, EventKind
from riffsmith.training.monitor.monitor import Monitor, Play, open_monitor, stopped_by
from riffsmith.training.monitor.rollback import increase_penalty, roll_back
from riffsmith.training.schedule import Milestones
from riffsmith.training.state import StepMetrics
from riffsmith.training.system import System
from riffsmith.training.systems import initialise_state


class MonitorActions:
    """Checks the health of a run in training and acts on what is found."""

    def __init__(
        self,
        run: RunFolder,
        record: RunRecord,
        system: System,
        process_group: ProcessGroup,
        milestones: Milestones,
        notify: Callable[[str], None],
    ) -> None:
        """Begins without a monitor; `open_monitor` adds it.

        Args:
            run: Folder of the run.
            record: Record of the run.
            system: The networks in training.
            process_group: Processes that train the run.
            milestones: Numbers of snapshots by step.
            notify: Called with a sentence for people.
        """
        self._run, self._record, self._system = run, record, system
        self._process_group, self._milestones = process_group, milestones
        self._notify = notify
        self._settings, self._state = record.settings.training, system.state
        self._monitor: Monitor | None = None
        self.last_metrics: StepMetrics | None = None
        """Metrics of the last step of this session."""
        self.stopped_by: Event | None = None
        """The event that ended the run. `None`: nothing did."""

    def open_monitor(self, corpus: Corpus, play: Play) -> None:
        """Starts to monitor the run, from the state that its metrics hold.

        Args:
            corpus: Corpus whose music is compared with.
            play: Renders audio of the model as it would be played now.
        """
        unit = self._record.unit
        self._monitor, complaint = open_monitor(
            self._run, self._settings, unit, self._system, corpus, play
        )
        if complaint and self._state.step == 0:
            self._notify(complaint)
        self.stopped_by = stopped_by(self._run, self._state.step)
        if self.stopped_by:
            self._notify(f"stopped at step {self._state.step}: {self.stopped_by.text}")

    def is_due(self, step: int) -> bool:
        """Whether a check is due at a step between two snapshots."""
        return self._monitor is not None and self._monitor.is_due(step)

    def check(self, snapshot: int | None = None, *, is_end: bool = False) -> None:
        """Checks the run's health and acts on what is found.

        Args:
            snapshot: Number of the snapshot just taken. `None`: a check between snapshots.
            is_end: Whether the run ends here, so that a fault needs no action.

        Raises:
            RunError: The networks cannot be used any longer.
        """
        if self._monitor is None or self._state.step == 0:
            return
        for event in self._monitor.check(self.last_metrics, snapshot=snapshot, is_end=is_end):
            if event.kind in (EventKind.BEST, EventKind.OVERFITTING):
                self._log(event.kind.value, event, is_news=event.is_news)
                if event.kind == EventKind.BEST:
                    write_best_checkpoint(self._run.checkpoints, self._state.to_best_checkpoint())
            elif not is_end and event.kind == EventKind.PLATEAU:
                self._stop(event)
            elif not is_end:
                self.roll_back(event)

    def apply_rollbacks(self) -> None:
        """Applies the rollbacks so far to the system and gives its state to all processes."""
        self._system.apply_rollbacks(self._state.rollbacks)
        self._process_group.broadcast(Command.COPY_STATE)
        self._process_group.copy_state(self._state)

    def roll_back(self, event: Event) -> None:
        """Goes back to the best checkpoint with reduced learning rates, or ends the run where it
        has no rollback left.

        Args:
            event: Reason of the rollback.

        Raises:
            RunError: The networks cannot be used any longer.
        """
        limit = self._settings.monitor_rollbacks
        is_usable = event.code == EventCode.COLLAPSE
        if self._monitor is None or (self._state.rollbacks >= limit and not is_usable):
            tried = "" if self._monitor is None else f", after {limit} rollbacks"
            raise RunError(
                f"{event.text}{tried}: checkpoints and snapshots from before are kept; start a new "
                "run with a lower --config.training.learning_rate"
            )
        if self._state.rollbacks >= limit:
            self._stop(event)
            return
        step = roll_back(self._state, self._run.checkpoints, self._initial_tensors)
        self.apply_rollbacks()
        self.last_metrics = None
        changes = self._system.learning_rates(self._state.step)
        penalty = increase_penalty(self._settings, self._state.rollbacks).penalty_weight
        if penalty:
            changes["penalty_weight"] = penalty
        listed = ", ".join(
            f"{name.replace('_', ' ')} {value:.2g}" for name, value in changes.items()
        )
        target = f"step {step}" if step else "the start"
        self._log(
            "rollback",
            event,
            text=f"{event.text}: going back to {target}, with {listed}",
            values={"to_step": step, "rollbacks": self._state.rollbacks, **changes},
        )

    def _stop(self, event: Event) -> None:
        self.stopped_by = event
        rollbacks = self._state.rollbacks
        tried = f", after {rollbacks} rollbacks" if rollbacks else ""
        text = f"stopped at step {self._state.step}{tried}: {event.text}"
        self._log("stop", event, text=text)

    def _log(
        self,
        kind: str,
        event: Event,
        *,
        text: str | None = None,
        is_news: bool = True,
        values: Mapping[str, float] | None = None,
    ) -> None:
        """Writes an event to the metrics and reports it."""
        sentence = text or event.text
        step = self._state.step
        self._run.append_metrics(
            {
                "event": kind,
                "step": step,
                "snapshot": self._milestones.snapshot_number(step),
                "code": event.code.value,
                "parameters": dict(event.parameters),
                **(values or {}),
                "text": sentence,
            }
        )
        if is_news:
            self._notify(sentence)

    def _initial_tensors(self) -> dict[str, Tensor]:
        settings, device = self._record.settings, next(self._state.generator.parameters()).device
        return initialise_state(settings, self._record.seed, device).tensors()
