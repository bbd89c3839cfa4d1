"""What a live page says of nodes and edges: formulas as markup, as text, and around any numbers.

The page puts its own numbers in. A text with places for them is a list of texts and of node
numbers in turn: ["", 0, "·", 1] is the product of the first two nodes.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from engine.explaining.wording import Named, RoundingMathML, RoundingText, at_operand, expression
from engine.graph.naming import Naming
from engine.graph.value import Value
from engine.programs.lower.op_formulas import operation_of
from engine.sheet.dialect import ATOM, PRODUCT, Piece
from engine.sheet.dialects import TEXT
from engine.sheet.formula import is_reduction, read
from engine.sheet.specialize import specialize

# Before and after the number of a node: no label holds it.
_PLACE = "\0"
Words = list["str | int"]


class LocalForm(NamedTuple):
    """A local derivative in its textbook form, for any numbers.

    `branches`: its formula in each branch; none where a sum over all operands would be longer than
    it is clear. `chosen`: a formula for the number of the branch that holds. `args`: what the names
    in it stand for.
    """

    branches: list[ast.expr]
    chosen: ast.expr
    args: Mapping[str, Value | float]


def local_form(node: Value, position: int) -> LocalForm:
    """That of a node with respect to the operand at a position; its plain numbers are put in."""
    op = node.op
    assert op is not None
    operand, args, _ = at_operand(node, position)
    partial = op.partials[op.operands.index(operand)]
    constants = {name: arg for name, arg in args.items() if isinstance(arg, float)}
    tree = specialize(read(op.taught.get(operand, partial)), {}, constants)
    branches: list[ast.expr] = []
    if not any(map(is_reduction, ast.walk(tree))):
        chosen = _numbered(tree, branches)
    else:
        chosen = ast.Constant(0.0)
    return LocalForm(branches, chosen, args)


def _numbered(tree: ast.expr, branches: list[ast.expr]) -> ast.expr:
    """The choice between the numbers of the branches, which are collected."""
    if isinstance(tree, ast.IfExp):
        body = _numbered(tree.body, branches)
        return ast.IfExp(tree.test, body, _numbered(tree.orelse, branches))
    branches.append(tree)
    return ast.Constant(float(len(branches) - 1))


class Notation:
    """Writes the formulas of one graph."""

    def __init__(self, naming: Naming, numbers: Mapping[Value, int], digits: int) -> None:
        self.naming = naming
        self.numbers = numbers
        self.text, self.markup = RoundingText(digits), RoundingMathML(digits)

    def node(self, node: Value) -> dict[str, Any]:
        """The right side of the equation of an operation: markup, text, text around numbers."""
        op = node.op
        assert op is not None
        said = {
            "operation": op.name,
            **self._thrice(
                lambda dialect, named: expression(node, named, dialect=dialect), "equation"
            ),
        }
        undefined = operation_of(node).formulas.undefined
        if undefined is not None:
            grouped = zip((*op.operands, *op.constants), op.bind(node.args))
            names = {name: self.naming(arg) for name, arg in grouped if name not in op.sequences}
            said["undefined"] = TEXT.write(undefined, names)
        return said

    def edge(self, form: LocalForm) -> list[dict[str, Any]]:
        """A local derivative in each of its branches, as a factor of a product."""

        def written(tree: ast.expr) -> Callable[[Any, Named], str]:
            return lambda dialect, named: dialect.within(
                tree, PRODUCT, {name: named(arg) for name, arg in form.args.items()}
            )

        return [self._thrice(written(tree), "math") for tree in form.branches]

    def _thrice(self, write: Callable[[Any, Named], str], markup: str) -> dict[str, Any]:
        return {
            markup: write(self.markup, self.naming),
            "symbols": write(self.text, self.naming),
            "words": _words(write(self.text, self._place)),
        }

    def _place(self, node: Value | float) -> str | float | Piece:
        if not isinstance(node, Value):
            return node
        return f"{_PLACE}{self.numbers[node]}{_PLACE}", ATOM


def _words(text: str) -> Words:
    return [int(part) if i % 2 else part for i, part in enumerate(text.split(_PLACE))]
