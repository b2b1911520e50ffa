"""Changes of controls by messages, for readers that look now and then."""

from threading import Lock

from riffsmith.controls import Controls
from riffsmith.remote.control_state import CONTROL_FIELDS, Value, read_control


class ControlChanges:
    """The newest change of each control. Several threads may use it.

    Changes are counted, so that a reader asks for what came after the last one that it has seen.
    """

    def __init__(self) -> None:
        self._newest: dict[str, tuple[int, Value]] = {}
        self._count = 0
        self._lock = Lock()

    def set(self, name: str, value: Value) -> None:
        """Notes a change of a control.

        The value that it was set to before counts, too: a reader may have changed it since.

        Args:
            name: One of `CONTROL_FIELDS`.
            value: The new value. `None`: the seed decides.

        Raises:
            SettingsError: There is no such control, or the value has the wrong type or is out of
                range.
        """
        field, found = read_control(name, value)
        if found is not None:
            Controls(**{"morph_seed": 0, field: found})  # checks its range
        self._note({field: found})

    def reset(self) -> None:
        """Notes that all controls are left to the seed."""
        self._note(dict.fromkeys(CONTROL_FIELDS.values()))

    def after(self, count: int) -> tuple[int, dict[str, Value]]:
        """The changes that came after so many, by the fields of `Controls`.

        Args:
            count: Number of changes that the reader has seen.

        Returns:
            The number of changes up to now; and the newest value of each control that was changed
            since. `None`: the seed decides.
        """
        with self._lock:
            changed = {
                field: value for field, (number, value) in self._newest.items() if number > count
            }
            return self._count, changed

    def _note(self, values: dict[str, Value]) -> None:
        with self._lock:
            self._count += 1
            self._newest.update({field: (self._count, value) for field, value in values.items()})
