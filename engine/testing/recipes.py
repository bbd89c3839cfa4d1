"""Recipes: graphs as lists of steps, to be built again on any leaves, by anything that computes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from engine.graph.value import Parameter, Value
from engine.sheet.op import Op
from engine.sheet.ops import OPERATIONS

# The place of a node among the leaves and the results so far; or, as a float, a constant.
Operand = int | float


@dataclass(frozen=True)
class Step:
    """One operation: its name on the sheet, its operands in order, its constants.

    An operand is the place of a node (an int: first the inputs, then the parameters, then the
    results of earlier steps) or a plain number (a float); a tuple of those for a sequence.

    >>> step = Step("dot", ((0, 2.0), (1, 1), 0.5))
    >>> step.line.symbol, [*step.places()]
    ('Σ', [0, 1, 1])
    """

    op: str
    operands: tuple[Operand | tuple[Operand, ...], ...]
    constants: tuple[float, ...] = ()

    @property
    def line(self) -> Op:
        """The operation's line of the sheet."""
        return OPERATIONS[self.op]

    def places(self) -> Iterator[int]:
        """The nodes that it uses, one after the other, as often as it uses them."""
        for operand in self.operands:
            for part in operand if isinstance(operand, tuple) else (operand,):
                if isinstance(part, int):
                    yield part

    def moved(self, place: Callable[[int], Operand]) -> Step:
        """The step with other operands in the places of nodes."""

        def one(part: Operand) -> Operand:
            return place(part) if isinstance(part, int) else part

        operands = [tuple(map(one, o)) if isinstance(o, tuple) else one(o) for o in self.operands]
        return Step(self.op, tuple(operands), self.constants)

    def apply(self, nodes: Sequence[Any], functions: Mapping[str, Callable[..., Any]]) -> Any:
        """What the function of that name gives for the nodes."""

        def one(part: Operand) -> Any:
            return nodes[part] if isinstance(part, int) else part

        operands = [[*map(one, o)] if isinstance(o, tuple) else one(o) for o in self.operands]
        return functions[self.op](*operands, *self.constants)


class Graph(NamedTuple):
    """A graph that a recipe has built: its leaves and its output.

    >>> inputs, parameters, output = Recipe(((3.0,),), (0.5,), (Step("mul", (0, 1)),)).build()
    >>> inputs[0], parameters[0], output
    (Value(3, grad=0, label='x0'), Parameter(0.5, grad=0, label='w0'), Value(1.5, grad=0))
    """

    inputs: list[Value]
    parameters: list[Value]
    output: Value


@dataclass(frozen=True)
class Recipe:
    """A graph to be built: rows of numbers for the inputs, numbers for the parameters, steps.

    The result of the last step is the output. The first row is the one to record a program from.

    >>> recipe = Recipe(rows=((3.0,), (-1.0,)), parameters=(0.5,),
    ...                 steps=(Step("mul", (0, 1)), Step("leaky_relu", (2,), (0.25,))))
    >>> recipe.build().output, recipe.build(row=1).output
    (Value(1.5, grad=0), Value(-0.125, grad=0))
    >>> print(recipe.source())
    from engine import Parameter, Value
    from engine.eager.functions import EAGER as op
    <BLANKLINE>
    x0 = Value(3.0, label="x0")  # in other rows: -1.0
    w0 = Parameter(0.5, label="w0")
    t0 = op["mul"](x0, w0)
    t1 = op["leaky_relu"](t0, 0.25)
    """

    rows: tuple[tuple[float, ...], ...]
    parameters: tuple[float, ...]
    steps: tuple[Step, ...]

    @property
    def inputs(self) -> int:
        """How many inputs there are."""
        return len(self.rows[0])

    @property
    def leaves(self) -> int:
        """How many inputs and parameters there are; the place of the first step's result."""
        return self.inputs + len(self.parameters)

    def build(self, row: int = 0) -> Graph:
        """The graph on fresh leaves that hold the numbers of a row.

        Raises what the operations raise where they are undefined.
        """
        inputs = [Value(number, f"x{i}") for i, number in enumerate(self.rows[row])]
        parameters: list[Value] = [Parameter(p, f"w{i}") for i, p in enumerate(self.parameters)]
        output = self.nodes([*inputs, *parameters])[-1]
        return Graph(inputs, parameters, output)

    def nodes(
        self, leaves: Sequence[Any], functions: Mapping[str, Callable[..., Any]] | None = None
    ) -> list[Any]:
        """The leaves and after them the result of every step.

        `functions`: what computes, by the names of the sheet; the engine, unless given.
        """
        if functions is None:
            from engine.eager.functions import EAGER

            functions = EAGER
        nodes = [*leaves]
        for step in self.steps:
            nodes.append(step.apply(nodes, functions))
        return nodes

    def pruned(self) -> Recipe:
        """Without the steps that the output does not depend on; all leaves stay."""
        needed = {self.leaves + len(self.steps) - 1}
        for place in range(self.leaves + len(self.steps) - 1, self.leaves - 1, -1):
            if place in needed:
                needed.update(self.steps[place - self.leaves].places())
        kept = [place for place in range(self.leaves + len(self.steps)) if place in needed]
        new = {place: place for place in range(self.leaves)}
        steps: list[Step] = []
        for place in kept:
            if place >= self.leaves:
                new[place] = self.leaves + len(steps)
                steps.append(self.steps[place - self.leaves].moved(new.__getitem__))
        return Recipe(self.rows, self.parameters, tuple(steps))

    # Source.

    def source(self) -> str:
        """Python that builds the graph of the first row."""
        lines = [
            "from engine import Parameter, Value",
            "from engine.eager.functions import EAGER as op",
            "",
        ]
        names: list[str] = []
        for index, number in enumerate(self.rows[0]):
            others = ", ".join(_number(row[index]) for row in self.rows[1:])
            names.append(f"x{index}")
            made = f'x{index} = Value({_number(number)}, label="x{index}")'
            lines.append(f"{made}  # in other rows: {others}" if others else made)
        for index, number in enumerate(self.parameters):
            names.append(f"w{index}")
            lines.append(f'w{index} = Parameter({_number(number)}, label="w{index}")')
        for index, step in enumerate(self.steps):
            operands = [_spelled(operand, names) for operand in step.operands]
            arguments = ", ".join([*operands, *map(_number, step.constants)])
            lines.append(f't{index} = op["{step.op}"]({arguments})')
            names.append(f"t{index}")
        return "\n".join(lines)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Hypothesis shows the recipe of a failing test so."""
        printer.text(f"{self!r}\n\n{self.source()}\n")


def _number(number: float) -> str:
    text = repr(float(number))
    return f'float("{text}")' if text.lstrip("-") in ("inf", "nan") else text


def _spelled(operand: Operand | tuple[Operand, ...], names: Sequence[str]) -> str:
    if isinstance(operand, tuple):
        return f"[{', '.join(_spelled(part, names) for part in operand)}]"
    return names[operand] if isinstance(operand, int) else _number(operand)
