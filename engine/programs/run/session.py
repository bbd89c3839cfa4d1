"""A program over its rows, for a training loop of one's own."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from engine.base.numbers import count_of
from engine.graph.bulk import all_finite, assign_all, assignments, read_all
from engine.graph.messages import describe
from engine.programs.lower.rules import Optimizer, UpdateRule
from engine.programs.recording import Recording
from engine.programs.replay import replay, without_dead_ends
from engine.programs.run import remembered
from engine.programs.run.backend import Backend, Outcome
from engine.programs.run.numbers import Numbers
from engine.programs.run.remembered import words
from engine.programs.run.rows import Rows

Copied = tuple["array[float]", "array[float]", int]
# The bytes of a line of the processor's cache.
_LINE = 64


class Session:
    """What `Program.session` returns: rows, and the numbers that training on them changes.

    `parameters`, `state` (what the rule remembers) and `steps` (the updates so far) are copied from
    the `Value`s and the optimiser at the start, and `save` copies them back. In between no node is
    touched: that is what makes a loop over `train` fast. The optimiser's settings are those of the
    moment. Of its dictionaries everything is taken by its name in the rule.

    Raises ValueError for an optimiser whose settings or state are not those of its rule.
    """

    def __init__(
        self,
        recording: Recording,
        optimizer: Optimizer | None,
        rule: UpdateRule | None,
        rows: Rows,
        backend: Backend,
        several: bool = False,
    ) -> None:
        self.recording = recording
        self.optimizer = optimizer
        self.rows, self.backend = rows, backend
        self.several = several
        self.setting_names = rule.setting_names if rule else []
        self.state_names = rule.state_names if rule else []
        self.parameters = array("d", [0.0] * len(recording.parameters))
        self.state = array("d", [0.0] * (len(self.parameters) * len(self.state_names)))
        self.steps = 0
        # Whether the `Value`s and the optimiser hold the same numbers, so that no copy is needed.
        self.saved = False
        self._places = tuple(enumerate(self.setting_names))
        self._settings = array("d", [0.0] * len(self._places))
        self._order = array("q")
        self._space, self._start = array("d"), 0
        self._assignments: int | None = None
        self.load()

    def reuse(self, rows: Rows, backend: Backend) -> None:
        """Other rows, and the numbers as they are now: what has not changed is not read again."""
        self.rows, self.backend = rows, backend
        # Before they are read: another thread may assign more.
        counted = assignments()
        if counted is None or counted != self._assignments:
            # In place, as all that is assigned here: compiled code may know where they lie.
            read_all(self.recording.parameters, self.parameters)
            self._assignments = counted
        optimizer = self.optimizer
        if optimizer is not None:
            if self.state_names or optimizer.state:
                count = len(self.parameters)
                remembered.load(optimizer.state, self.state_names, count, self.state)
            self.steps = optimizer.steps

    def order(self) -> array[int]:
        """The numbers of the rows as they come, only to be read."""
        count = self.rows.count
        if len(self._order) != count:
            self._order = array("q", range(count))
        return self._order

    def space(self, length: int) -> int:
        """The address of memory for so many numbers, whatever they are: the same for every call.

        No vector lies across two lines of the processor's cache there.
        """
        if length + _LINE // 8 > len(self._space):
            self._space = array("d", [0.0]) * (length + _LINE // 8)
            start: int = self._space.buffer_info()[0]
            self._start = start + -start % _LINE
        return self._start

    def train(
        self,
        order: Sequence[int] | None = None,
        batch_size: int = 1,
        epochs: int = 1,
        total: int | None = None,
        *,
        trusted: bool = False,
    ) -> Outcome:
        """Trains on the rows in this order, by default as they come, and says how far that came.

        An update follows each batch, by its mean gradient. Nothing is raised where a number is not
        finite any more: then `failed` is true of the outcome, the numbers are those at that moment,
        and `check` raises. `total`: the number of rows in an epoch of which `order` is a part; the
        losses are shares of the mean over so many. `trusted`: the arguments are not looked at, and
        `order` is an `array("q")`; compiled code then reads whatever row it is told.

        Raises ValueError for rows that there are not, and of a program without an optimiser.
        """
        if trusted and isinstance(order, array):
            numbers: array[int] = order
        else:
            numbers, batch_size, epochs = self._checked(order, batch_size, epochs)
        outcome = self.backend.train(self, numbers, batch_size, epochs, total or len(numbers))
        if self.state_names and not all_finite(self.state):
            count = len(self.parameters)
            outcome.memory = remembered.overflow(self.state_names, count, self.state)
        return outcome

    def gradients(self) -> tuple[float, Numbers]:
        """The mean loss over all rows, and its derivative by every parameter, in their order.

        Raises FloatingPointError, or what the operation raises, where a loss is not finite.
        """
        self.check_trainable()
        outcome, found = self.backend.gradients(self)
        self.check(outcome)
        return outcome.means[0], found if isinstance(found, Numbers) else Numbers(found)

    def outputs(self) -> list[float]:
        """The outputs of every row, one row after the other; nan where one is undefined."""
        return self.backend.outputs(self)

    def check(self, outcome: Outcome) -> None:
        """Raises FloatingPointError, or what the operation raises, where training failed."""
        if outcome.row is not None:
            self.on_nodes(outcome.row)
            raise FloatingPointError(
                f"epoch {len(outcome.means) + 1}: the loss of rows[{outcome.row}] became "
                f"{outcome.loss}; smaller steps often help"
            )
        if outcome.parameter is not None:
            leaf = self.recording.parameters[outcome.parameter]
            raise FloatingPointError(
                f"epoch {len(outcome.means) + 1}: {describe(leaf)} became "
                f"{self.parameters[outcome.parameter]}; smaller steps often help"
            )
        if outcome.memory is not None:
            raise FloatingPointError(
                f"in the optimiser {outcome.memory}; max_norm keeps gradients small"
            )

    def check_trainable(self) -> None:
        """ValueError for a program that has no gradients."""
        if self.several or not self.recording.parameters:
            raise ValueError(
                "this program has no gradients: it was compiled "
                + ("for several outputs" if self.several else "without parameters")
            )

    def on_nodes(self, row: int) -> list[float]:
        """The outputs of a row, computed on nodes; raises what that raises."""
        try:
            outputs, _ = replay(self.recording, self.parameters, self.rows.row(row))
            return without_dead_ends(outputs)
        except (ArithmeticError, ValueError) as error:
            raise type(error)(f"rows[{row}]: {error}") from error

    def _checked(
        self, order: Sequence[int] | None, batch_size: int, epochs: int
    ) -> tuple[array[int], int, int]:
        """The arguments of `train` as compiled code takes them."""
        if self.optimizer is None or self.several or not self.recording.parameters:
            self.check_trainable()
            raise ValueError("this program has no optimiser: compile(…, optimizer=nn.SGD(…))")
        if order is None:
            numbers = self.order()
        else:
            numbers, count = array("q", order), self.rows.count
            if not numbers or min(numbers) < 0 or max(numbers) >= count:
                raise ValueError(f"order must hold numbers of rows, from 0 to {count - 1}")
        size = count_of(batch_size, "batch_size")
        if size > len(numbers):
            size = len(numbers)
        return numbers, size, count_of(epochs, "epochs")

    def load(self) -> None:
        """Takes over the numbers of the parameters and the optimiser as they are now."""
        self._assignments = None
        self.reuse(self.rows, self.backend)

    def settings(self) -> array[float]:
        """The optimiser's settings as they are now, in an array that the next call fills anew."""
        assert self.optimizer is not None
        given, names = self.optimizer.settings, self.setting_names
        if [*given] != names and given.keys() != set(names):
            raise ValueError(
                f"the optimiser's settings are {words(given)}; its rule uses {words(names)}"
            )
        for place, name in self._places:
            self._settings[place] = given[name]
        return self._settings

    def copy(self) -> Copied:
        """The numbers as they are now, for `restore`."""
        return self.parameters[:], self.state[:], self.steps

    def restore(self, copied: Copied | None) -> None:
        """Goes back to what `copy` returned; for None, to the numbers of the `Value`s."""
        if copied is None:
            self.load()
        else:
            self.parameters[:], self.state[:], self.steps = copied

    def save(self) -> None:
        """Copies the numbers to the parameters and the optimiser."""
        self._assignments = assign_all(self.recording.parameters, self.parameters)
        optimizer = self.optimizer
        if optimizer is not None:
            if self.state_names or optimizer.state:
                count = len(self.parameters)
                remembered.save(optimizer.state, self.state_names, count, self.state)
            optimizer.steps = self.steps
