"""The intermediate form of programs: statements, in the order in which they are computed.

Each backend spells them in its own language. A formula is a syntax tree of the sheet's language;
the names in it stand for variables or for numbers. What is the same for every graph, the loops over
rows, batches and epochs, is text in the same language (`engine.programs.lower.loops`).
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class Variable:
    """A number of the program: an input, a parameter, a node's value, or a derivative.

    `kind`: which array it belongs to, at `index`: "input", "parameter", "value", "adjoint" (∂/∂ of
    a node), "gradient" (∂/∂ of a parameter), or "temporary", which belongs to none; the loops name
    their own arrays. `name`: an identifier. `stored`: whether it must lie in that array, because a
    loop goes over it. `step`: by how much its index grows with each round of a `Roll`.
    """

    __slots__ = ("index", "kind", "name", "step", "stored")

    def __init__(
        self, kind: Kind, index: int, name: str, stored: bool = False, step: int = 0
    ) -> None:
        self.kind = kind
        self.index = index
        self.name = name
        self.stored = stored
        self.step = step

    def __repr__(self) -> str:
        return f"Variable({self.kind!r}, {self.index}, {self.name!r})"


Kind = str
Operand = Variable | float
Names = Mapping[str, Operand]


@dataclass(frozen=True)
class Span:
    """Neighbours in one array, which a loop goes over: `length` of them from `start`.

    `whole`: that these are all elements of the array. `step`: by how much its start grows with each
    round of a `Roll`.
    """

    kind: Kind
    start: int
    length: int
    whole: bool = False
    step: int = 0

    @property
    def indices(self) -> range:
        return range(self.start, self.start + self.length)


@dataclass(frozen=True)
class Comment:
    """A heading in the source: the scope that the next instructions belong to."""

    text: str


@dataclass(frozen=True)
class Assign:
    """target = tree, or target += tree.

    `fused`: a product that is added may be rounded together with the sum.
    """

    target: Variable
    tree: ast.expr
    names: Names
    accumulate: bool = False
    fused: bool = False


@dataclass(frozen=True)
class Reduce:
    """target = the sum, the maximum or the minimum of a tree over elements.

    What an element's own names stand for is listed in `elements`; or, where each of them is a
    neighbour of the one before, said by `spans`, all of the same `length`. `late`: a gradient by
    which the parameters among them are still to be updated, each before it is read. `fused`: a
    product that is added may be rounded together with the sum, as in spans it is.
    """

    target: Variable
    kind: str
    tree: ast.expr
    names: Names
    elements: Sequence[Names] = ()
    spans: Mapping[str, Span] | None = None
    length: int = 0
    late: Map | None = None
    fused: bool = False


@dataclass(frozen=True)
class Map:
    """target_i = tree, or target_i += tree, for all i of a run."""

    target: Span
    tree: ast.expr
    names: Names
    spans: Mapping[str, Span]
    accumulate: bool = False


@dataclass(frozen=True)
class Guard:
    """The row has no loss where the condition holds: `operation` is undefined there."""

    tree: ast.expr
    names: Names
    operation: str
    where: str


@dataclass(frozen=True)
class Roll:
    """The instructions of the first round again and again, each time by their steps further on.

    `rounds`: what they stand for, one after the other.
    """

    body: Sequence[Instruction]
    rounds: Sequence[Sequence[Instruction]]


@dataclass(frozen=True)
class Unpack:
    """Names for elements of an array, of which there are `length`."""

    kind: Kind
    variables: Sequence[Variable]
    length: int


@dataclass(frozen=True)
class NewArray:
    """An array of so many zeros."""

    kind: Kind
    length: int


@dataclass(frozen=True)
class Store:
    """Sets elements of an array of this length by their places."""

    kind: Kind
    elements: Mapping[int, Operand]
    length: int


@dataclass(frozen=True)
class Result:
    """The number that a function of a row comes to."""

    operand: Operand


Instruction = Comment | Assign | Reduce | Map | Guard
# After the pass `roll`.
Rolled = Instruction | Roll
# A statement of the loops is a syntax tree of Python's; see `engine.programs.lower.statements`.
Statement = Instruction | Unpack | NewArray | Store | Result | ast.stmt


# What the functions of a program are called; no formula can call anything so.
OWN_FUNCTIONS = frozenset("forward evaluate gradients update batch train show main".split())


@dataclass(frozen=True)
class Function:
    """A function of a program.

    `arguments`: their types by their names. A type is "float", "int", "Text", "Numbers" (an array
    that may be changed), "Constants" (one that is not), "Order" (of integers), "Rows" (of inputs),
    "State" (a row of numbers for each remembered name), "Outputs" (a row for each row of inputs);
    `result` may be "None".
    """

    name: str
    about: str
    arguments: Mapping[str, str]
    result: str
    body: Sequence[Statement]


@dataclass(frozen=True)
class Kernel:
    """A lowered graph.

    `forward` computes `outputs`; `backward`, where the program is `trained`, the derivatives of
    the only output with respect to all parameters. `gradients`: by the places of their parameters
    those that no instruction stores: variables, or 0. `values`: the length of the arrays of values
    and adjoints.
    """

    inputs: Sequence[Variable]
    parameters: Sequence[Variable]
    forward: Sequence[Instruction]
    backward: Sequence[Instruction]
    trained: bool
    outputs: Sequence[Operand]
    gradients: Mapping[int, Operand]
    values: int
