"""A program over its rows, for a training loop of one's own."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

from engine.base.numbers import count_of
from engine.graph.bulk import all_finite, assign_all, assignments, read_all
from engine.graph.messages import describe
from engine.programs.lower.rules import Optimizer, UpdateRule
from engine.programs.recording import Recording
from engine.programs.replay import replay, without_dead_ends
from engine.programs.run.backend import Backend, Outcome
from engine.programs.run.numbers import Numbers
from engine.programs.run.rows import Rows

# The bytes of a line of the processor's cache.
_LINE = 64


class Session:
    """What `Program.session` returns: rows, and the numbers that training on them changes.

    `parameters`, `state` (what the rule remembers) and `steps` (the updates so far) are copied from
    the `Value`s and the optimiser at the start, and `save` copies them back. In between no node is
    touched: that is what makes a loop over `train` fast. The optimiser's settings are those of the
    moment. Of its dictionaries everything is taken by its name in the rule.

    Raises ValueError for rows that were checked for another number of inputs, and for an optimiser
    whose settings or state are not those of its rule.
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
        if rows.width != len(recording.inputs):
            raise ValueError(
                f"the rows hold {rows.width} numbers each; the program has "
                f"{len(recording.inputs)} inputs"
            )
        self.recording = recording
        self.optimizer = optimizer
        self.rows = rows
        self.backend = backend
        self.several = several
        self.setting_names = rule.setting_names if rule else []
        self.state_names = rule.state_names if rule else []
        self.parameters = array("d", [0.0] * len(recording.parameters))
        self.state = array("d", [0.0] * (len(self.parameters) * len(self.state_names)))
        self.steps = 0
        self._space = array("d")
        self._assignments: int | None = None
        self.load()

    def reuse(self, rows: Rows, backend: Backend) -> None:
        """Other rows, and the numbers as they are now: what has not changed is not read again."""
        self.rows, self.backend = rows, backend
        if self._assignments is None or self._assignments != assignments():
            self._load_parameters()
        self._load_optimizer()

    def space(self, length: int) -> int:
        """The address of memory for so many numbers, whatever they are: the same for every call.

        No vector lies across two lines of the processor's cache there.
        """
        if length + _LINE // 8 > len(self._space):
            self._space = array("d", [0.0]) * (length + _LINE // 8)
        start: int = self._space.buffer_info()[0]
        return start + -start % _LINE

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
        if order is None or not trusted:
            order, batch_size, epochs = self._checked(order, batch_size, epochs)
        outcome = self.backend.train(self, order, batch_size, epochs, total or len(order))
        outcome.memory = self._overflow()
        return outcome

    def gradients(self) -> tuple[float, Numbers]:
        """The mean loss over all rows, and its derivative by every parameter, in their order.

        Raises FloatingPointError, or what the operation raises, where a loss is not finite.
        """
        self.check_trainable()
        outcome, found = self.backend.gradients(self)
        self.check(outcome)
        return outcome.means[0], Numbers(found)

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
    ) -> tuple[Sequence[int], int, int]:
        """The arguments of `train` as compiled code takes them."""
        self.check_trainable()
        if self.optimizer is None:
            raise ValueError("this program has no optimiser: compile(…, optimizer=nn.SGD(…))")
        count = self.rows.count
        if order is None:
            numbers: Sequence[int] = range(count)
        else:
            numbers = array("q", order)
            if not numbers or min(numbers) < 0 or max(numbers) >= count:
                raise ValueError(f"order must hold numbers of rows, from 0 to {count - 1}")
        size = min(count_of(batch_size, "batch_size"), len(numbers))
        return numbers, size, count_of(epochs, "epochs")

    def load(self) -> None:
        """Takes over the numbers of the parameters and the optimiser as they are now."""
        self._load_parameters()
        self._load_optimizer()

    def _load_parameters(self) -> None:
        # In place, as all that is assigned here: compiled code may know where they lie.
        read_all(self.recording.parameters, self.parameters)
        self._assignments = assignments()

    def _load_optimizer(self) -> None:
        if self.optimizer is not None:
            columns = self._columns()
            if columns:
                self.state[:] = array("d", [number for column in columns for number in column])
            self.steps = self.optimizer.steps

    def settings(self) -> array[float]:
        """The optimiser's settings as they are now."""
        assert self.optimizer is not None
        given, names = self.optimizer.settings, self.setting_names
        if [*given] == names:
            return array("d", given.values())
        if given.keys() != set(names):
            raise ValueError(
                f"the optimiser's settings are {_words(given)}; its rule uses {_words(names)}"
            )
        return array("d", [given[name] for name in names])

    def _columns(self) -> list[list[float]]:
        """What the optimiser remembers, in the order of the rule."""
        assert self.optimizer is not None
        state, count = self.optimizer.state, len(self.parameters)
        if not state and not self.state_names:
            return []
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

    def _overflow(self) -> str | None:
        """What the optimiser remembers that is not finite any more, in words; None if all is."""
        if not self.state_names or all_finite(self.state):
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
        self.parameters[:], self.state[:], self.steps = copied

    def save(self) -> None:
        """Copies the numbers to the parameters and the optimiser."""
        assign_all(self.recording.parameters, self.parameters)
        self._assignments = assignments()
        if self.optimizer is not None:
            count = len(self.parameters)
            for index, column in enumerate(self._columns()):
                column[:] = self.state[index * count : (index + 1) * count].tolist()
            self.optimizer.steps = self.steps


def _words(names: Iterable[str]) -> str:
    return ", ".join(names) or "nothing"
