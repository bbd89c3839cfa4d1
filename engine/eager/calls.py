"""A function called on variables of its own, so that what comes out can be differentiated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from engine.base.numbers import as_number
from engine.eager.derivative import gradient
from engine.eager.functions import dot
from engine.graph.modes import mode_variable, settled
from engine.graph.structures import Row, argument_names, flatten, holds_values
from engine.graph.value import Value
from engine.graph.walks import adjoints, topological_order

# The variables of all derivatives that are under way around the current one.
_under_way: ContextVar[frozenset[Value]] = ContextVar("under_way", default=frozenset())


@contextmanager
def recording() -> Iterator[None]:
    """Computes with recording, even inside `no_grad`."""
    mode = settled()
    if mode is None or mode.recording:
        yield
        return
    token = mode_variable.set(None)
    try:
        yield
    finally:
        mode_variable.reset(token)


class Call:
    """One call of a function on variables of its own, and what comes out of it.

    `variables`: a node for each number of the arguments at `positions`. `goes_on`: whether results
    are Values, because an argument is one, or something that is being differentiated was used.
    """

    def __init__(
        self,
        f: Callable[..., Any],
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        positions: Sequence[int],
    ) -> None:
        names = argument_names(f, len(args))
        self.rows = [flatten(args[position], names[position]) for position in positions]
        self.goes_on = holds_values(args) or holds_values(kwargs)
        self.variables: list[Value] = []
        with recording():
            given = list(args)
            for position, row in zip(positions, self.rows):
                nodes = list(map(_variable, row.numbers, row.names))
                self.variables += nodes
                given[position] = row.rebuild(nodes)
            outer = _under_way.get()
            token = _under_way.set(outer.union(self.variables))
            try:
                self.result = f(*given, **kwargs)
            finally:
                _under_way.reset(token)

    def look_at(self, outputs: Sequence[Any]) -> None:
        """Whether the outputs depend on what is being differentiated around this call."""
        outer = _under_way.get()
        if outer and not self.goes_on:
            nodes = [y for y in outputs if isinstance(y, Value)]
            self.goes_on = any(node in outer for node in topological_order(*nodes))

    def gradients(self, y: Any, goes_on: bool = False) -> list[Any]:
        """The derivative of y with respect to each variable."""
        self.look_at([y])
        if not isinstance(y, Value):
            return [0.0] * len(self.variables)
        if goes_on or self.goes_on:
            return gradient(y, self.variables)
        known = adjoints(y)
        return [known.get(variable, 0.0) for variable in self.variables]

    def like_arguments(self, numbers: Sequence[Any], goes_on: bool = False) -> list[Any]:
        """A number for each variable, in the structures of the arguments, for the caller."""
        given = iter([self.out(number, goes_on) for number in numbers])
        return [row.build(given) for row in self.rows]

    def out(self, number: Any, goes_on: bool = False) -> Any:
        """A number of the result, as what it is given to the caller."""
        if not goes_on and not self.goes_on:
            return float(number)
        mode = settled()
        recorded = mode is None or mode.recording
        return number if recorded and isinstance(number, Value) else Value(float(number))

    def out_of(self, structure: Any) -> Any:
        """Whatever else f returned, its Values as `out` gives them."""
        if isinstance(structure, Value):
            return self.out(structure)
        if isinstance(structure, dict):
            return {key: self.out_of(value) for key, value in structure.items()}
        if type(structure) in (list, tuple):
            return type(structure)(map(self.out_of, structure))
        return structure


def _variable(number: Any, name: str) -> Value:
    # A Value gets a node above it: the same Value, used by f from elsewhere, is not this variable.
    return number * 1.0 if isinstance(number, Value) else Value(number, label=name)


def weighted(weights: Sequence[Any], ys: Sequence[Any]) -> Any:
    """Σ weight · y over the y that are Values; a weight of 0 asks for nothing."""
    pairs = [
        (weight, y)
        for weight, y in zip(weights, ys)
        if isinstance(y, Value) and (isinstance(weight, Value) or weight != 0)
    ]
    if not pairs:
        return 0.0
    return dot([weight for weight, _ in pairs], [y for _, y in pairs])


def like(row: Row, structure: Any, what: str, other: str) -> Row:
    """The row of a structure that must have the form of another."""
    found = flatten(structure, what)
    expected = flatten(row.rebuild([0.0] * len(row.numbers)), what)
    if found.names != expected.names:
        raise ValueError(
            f"{what} must have the structure of {other}: {len(expected.names)} numbers such as "
            f"{expected.rebuild(expected.numbers)!r}, not {structure!r}"
        )
    return found


def one_number(y: Any) -> Any:
    if isinstance(y, Value):
        return y
    try:
        return as_number(y, "the result of f")
    except TypeError:
        raise TypeError(
            f"f must return one number, a Value, not {y!r} ({type(y).__name__}); "
            "several outputs have derivatives by vjp and jvp, and by jacobian if they are Values"
        ) from None
