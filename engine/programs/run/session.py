"""What training keeps between epochs, whichever backend computes them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.programs.lower.rules import Optimizer, UpdateRule
from engine.programs.recording import Recording
from engine.programs.run.rows import Rows


@dataclass
class Outcome:
    """What some epochs came to.

    `means`: the mean loss of each finished epoch. `row`: the number of the row whose loss was not
    finite, which `loss` says; None if all were. `parameter`: the number of a parameter that was not
    finite at the end of an epoch. `memory`: the same of what the optimiser remembers, in words.
    """

    means: list[float]
    row: int | None = None
    loss: float = 0.0
    parameter: int | None = None
    memory: str | None = None

    @property
    def failed(self) -> bool:
        """Whether training cannot go on."""
        causes = (self.row, self.parameter, self.memory)
        return any(cause is not None for cause in causes)


class Session:
    """The numbers that training changes: parameters, what the rule remembers, the steps so far.

    They are copied from the `Value`s at the start, and `save` copies them back. Of the optimiser's
    dictionaries everything is taken by its name in the rule. Raises ValueError for rows that were
    checked for another number of inputs, and for an optimiser whose settings or state are not those
    of its rule.
    """

    def __init__(
        self,
        recording: Recording,
        optimizer: Optimizer | None,
        rows: Rows,
        rule: UpdateRule | None = None,
    ) -> None:
        if rows.width != len(recording.inputs):
            raise ValueError(
                f"the rows hold {rows.width} numbers each; the program has "
                f"{len(recording.inputs)} inputs"
            )
        self.recording = recording
        self.optimizer = optimizer
        self.rows = rows
        self.setting_names: list[str] = []
        self.state_names: list[str] = []
        if optimizer is not None:
            self.setting_names = rule.setting_names if rule else list(optimizer.settings)
            self.state_names = rule.state_names if rule else list(optimizer.state)
        self.parameters = array("d", [0.0] * len(recording.parameters))
        self.state = array("d", [0.0] * (len(self.parameters) * len(self.state_names)))
        self.steps = 0
        self.load()

    def load(self) -> None:
        """Takes over the numbers of the parameters and the optimiser as they are now."""
        # In place: compiled code may know where they lie.
        self.parameters[:] = array("d", [leaf.data for leaf in self.recording.parameters])
        if self.optimizer is not None:
            columns = self._columns()
            self.state[:] = array("d", [number for column in columns for number in column])
            self.steps = self.optimizer.steps

    def settings(self) -> array[float]:
        """The optimiser's settings as they are now."""
        assert self.optimizer is not None
        given = self.optimizer.settings
        if given.keys() != set(self.setting_names):
            raise ValueError(
                f"the optimiser's settings are {_words(given)}; its rule uses "
                f"{_words(self.setting_names)}"
            )
        return array("d", [given[name] for name in self.setting_names])

    def _columns(self) -> list[list[float]]:
        """What the optimiser remembers, in the order of the rule."""
        assert self.optimizer is not None
        state, count = self.optimizer.state, len(self.parameters)
        if state.keys() != set(self.state_names):
            raise ValueError(
                f"the optimiser remembers {_words(state)}; its rule {_words(self.state_names)}"
            )
        for name, column in state.items():
            if len(column) != count:
                raise ValueError(
                    f"the optimiser's {name} has {len(column)} numbers for {count} parameters"
                )
        return [state[name] for name in self.state_names]

    def overflowed(self) -> str | None:
        """What the optimiser remembers that is not finite any more, in words; None if all is."""
        total = sum(self.state)
        if total - total == 0:
            return None
        count = len(self.parameters)
        for place, number in enumerate(self.state):
            if number - number != 0:
                return f"{self.state_names[place // count]} became {number}"
        return None

    def copy(self) -> tuple[array[float], array[float], int]:
        """The numbers as they are now, for `restore`."""
        return self.parameters[:], self.state[:], self.steps

    def restore(self, copied: tuple[array[float], array[float], int]) -> None:
        """Goes back to what `copy` returned."""
        # In place: compiled code may know where they lie.
        self.parameters[:], self.state[:], self.steps = copied

    def save(self) -> None:
        """Copies the numbers to the parameters and the optimiser."""
        for leaf, number in zip(self.recording.parameters, self.parameters):
            leaf.data = number
        if self.optimizer is not None:
            count = len(self.parameters)
            for index, column in enumerate(self._columns()):
                column[:] = self.state[index * count : (index + 1) * count].tolist()
            self.optimizer.steps = self.steps


def _words(names: Iterable[str]) -> str:
    return ", ".join(names) or "nothing"


class Backend(Protocol):
    """How a program is computed."""

    name: str

    def outputs(self, session: Session) -> list[float]:
        """The outputs of every row, one row after the other; nan where one is undefined."""

    def gradients(self, session: Session) -> tuple[Outcome, list[float]]:
        """The mean loss over all rows, and its gradients."""

    def train(
        self, session: Session, order: Sequence[int], size: int, epochs: int, total: int
    ) -> Outcome:
        """Epochs over the rows of `order` in batches; losses count as shares of `total` rows."""
