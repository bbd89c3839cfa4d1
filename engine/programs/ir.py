"""What a graph is lowered to: assignments of formulas, in the order in which they are computed.

Each backend spells them in its own language. A formula is a syntax tree of the sheet's language;
the names in it stand for variables or for numbers.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal


class Variable:
    """A number of the program: an input, a parameter, a node's value, or a derivative.

    `kind`: which array it belongs to, at `index`: "input", "parameter", "value", "adjoint" (∂/∂ of
    a node), "gradient" (∂/∂ of a parameter), or "temporary", which belongs to none. `name`: an
    identifier. `stored`: whether it must lie in that array, because a loop goes over it.
    """

    __slots__ = ("index", "kind", "name", "stored")

    def __init__(self, kind: Kind, index: int, name: str, stored: bool = False) -> None:
        self.kind = kind
        self.index = index
        self.name = name
        self.stored = stored

    def __repr__(self) -> str:
        return f"Variable({self.kind!r}, {self.index}, {self.name!r})"


Kind = Literal["input", "parameter", "value", "adjoint", "gradient", "temporary"]
Operand = Variable | float
Names = Mapping[str, Operand]


@dataclass(frozen=True)
class Span:
    """Neighbours in one array, which a loop goes over: `length` of them from `start`."""

    kind: Kind
    start: int
    length: int


@dataclass(frozen=True)
class Comment:
    """A heading in the source: the scope that the next instructions belong to."""

    text: str


@dataclass(frozen=True)
class Assign:
    """target = tree, or target += tree."""

    target: Variable
    tree: ast.expr
    names: Names
    accumulate: bool = False


@dataclass(frozen=True)
class Reduce:
    """target = the sum, the maximum or the minimum of a tree over elements.

    What an element's own names stand for is listed in `elements`; or, where each of them is a
    neighbour of the one before, said by `spans`, all of the same `length`.
    """

    target: Variable
    kind: str
    tree: ast.expr
    names: Names
    elements: Sequence[Names] = ()
    spans: Mapping[str, Span] | None = None
    length: int = 0


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


Instruction = Comment | Assign | Reduce | Map | Guard


@dataclass(frozen=True)
class Kernel:
    """A lowered graph.

    `forward` computes `outputs`; `backward`, where the program is `trained`, the derivatives of
    the only output with respect to all parameters, in `gradients` (None where it is 0). `values`:
    the length of the arrays of values and adjoints.
    """

    inputs: Sequence[Variable]
    parameters: Sequence[Variable]
    forward: Sequence[Instruction]
    backward: Sequence[Instruction]
    trained: bool
    outputs: Sequence[Operand]
    gradients: Sequence[Variable | None]
    values: int
