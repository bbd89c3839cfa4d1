"""Nodes in words: their formulas over the names of nodes, their local derivatives, in numbers too.

What `explain`, `steps` and `tree` have in common. Everything comes from the sheet.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from engine.base.numbers import DIGITS, MOST_DIGITS, short, shown
from engine.graph.naming import Naming
from engine.graph.value import Value
from engine.sheet.dialect import ATOM, PRODUCT, SUM, Dialect, Names, Piece
from engine.sheet.dialects import Latex, Text
from engine.sheet.formula import is_reduction, read
from engine.sheet.kinds import total
from engine.sheet.mathml import MathML
from engine.sheet.op import Op
from engine.sheet.specialize import specialize, value_at

# What stands for a node in a text, such as a `Naming`; for a constant its number.
Named = Callable[["Value | float"], "str | float | Piece"]
# Of more operands than this only the first and the last are written.
_OPERANDS = 6

# The same few formulas are written for every node; nothing here changes their trees.
_formula = cache(read)


class Rounding(Dialect):
    """A dialect whose numbers have so many significant digits."""

    def __init__(self, digits: int = DIGITS) -> None:
        self.digits = digits

    def number(self, value: float) -> str:
        return short(value, self.digits)


class RoundingText(Rounding, Text):
    """Written mathematics in one line."""

    def number(self, value: float) -> str:
        return shown(value, self.digits)


class RoundingLatex(Rounding, Latex):
    """Written mathematics in LaTeX."""


class RoundingMathML(Rounding, MathML):
    """Written mathematics for browsers."""


TEXT, LATEX = RoundingText(), RoundingLatex()


def expression(
    node: Value, naming: Named, *, numbers: bool = False, dialect: Rounding = TEXT
) -> str:
    """The right side of the node's equation, over the names of its operands or their numbers.

    >>> a, b = Value(2.0, label="a"), Value(3.0, label="b")
    >>> expression(a * b, Naming([a, b])), expression((a * b).tanh(), Naming([a, b]), numbers=True)
    ('a·b', 'tanh(6)')
    """
    op = node.op
    if op is None:
        return dialect.signed(node.data)[0]
    shown_as = float if numbers else naming
    grouped = dict(zip((*op.operands, *op.constants), op.bind(node.args)))
    added = total(op)
    if added is not None:
        sequences = [name for name in op.operands if name in op.sequences]
        rows = zip(*(grouped[name] for name in sequences))
        terms = [(dict(zip(sequences, map(shown_as, row))), added.term) for row in rows]
        for name in added.others:
            other = grouped[name]
            if isinstance(other, Value) or other != op.defaults.get(name):
                terms.append(({name: shown_as(other)}, ast.Name(name)))
        return _joined(terms, dialect, dialect.infix[ast.Add], SUM)
    if op.sequences:
        elements = [
            element
            for name in op.operands
            for element in (grouped[name] if name in op.sequences else [grouped[name]])
        ]
        terms = [({"a": shown_as(element)}, _formula("a")) for element in elements]
        return dialect.applied(op.symbol, _joined(terms, dialect, dialect.comma, 0))
    arguments = {name: shown_as(group) for name, group in grouped.items()}
    if op.symbol.isalpha():
        written = [dialect.write(ast.Name(name), arguments) for name in op.operands]
        return dialect.applied(op.symbol, dialect.comma.join(written))
    formula = _formula(op.taught.get("out", op.formula))
    if op.constants:
        constants = {name: float(grouped[name]) for name in op.constants}
        formula = specialize(formula, constants, constants)
    return dialect.write(formula, arguments)


def _joined(
    terms: Sequence[tuple[Names, ast.expr]], dialect: Dialect, separator: str, precedence: int
) -> str:
    if len(terms) > _OPERANDS:
        hidden: tuple[Names, ast.expr] = ({"a": "…"}, ast.Name("a"))
        terms = [*terms[: _OPERANDS - 2], hidden, terms[-1]]
    first, *rest = terms
    written = [dialect.within(first[1], precedence, first[0])]
    place_of_rest = dialect.after if precedence else dialect.within
    written += [place_of_rest(tree, precedence, names) for names, tree in rest]
    return separator.join(written)


def local_derivative(
    node: Value,
    position: int,
    naming: Naming,
    *,
    numbers: bool = False,
    dialect: Rounding = TEXT,
    beside: bool = False,
) -> str:
    """The local derivative with respect to one operand, as a factor of a product.

    Of a formula with a choice, the branch that holds. `beside`: to the right of another factor.

    >>> z = Value(3.0, label="z")
    >>> local_derivative(z**2, 0, Naming([z])), local_derivative(z.relu(), 0, Naming([z]))
    ('2·z', '1')
    """
    op = node.op
    assert op is not None
    operand, args, values = at_operand(node, position)
    formula = _partial(op, operand, values, node.partials[position])
    names: Names
    if any(map(is_reduction, ast.walk(formula))):
        # A sum over all operands would be longer than it is clear.
        formula, names = ast.Name("partial"), {"partial": node.partials[position] or 0.0}
    else:
        digits = _literal_digits(formula, dialect.digits)
        formula = specialize(formula, values, {name: values[name] for name in op.constants})
        names = values if numbers else {name: naming(arg) for name, arg in args.items()}
        if numbers:
            digits = _digits(formula, values, node.partials[position] or 0.0, dialect.digits)
        dialect = type(dialect)(digits)
    return (dialect.after if beside else dialect.within)(formula, PRODUCT, names)


def at_operand(
    node: Value, position: int
) -> tuple[str, dict[str, Value | float], dict[str, float]]:
    """The name of the operand at a position, and for the names of its partial nodes and numbers."""
    op = node.op
    assert op is not None
    operand, index = op.place(len(node.args), position)
    args: dict[str, Any] = {"out": node}
    for name, group in zip((*op.operands, *op.constants), op.bind(node.args)):
        # In the partial of a sequence its name stands for the element with the same index.
        args[name] = group[index] if name in op.sequences else group
        if name in op.sequences:
            args["n"] = float(len(group))
    return operand, args, {name: float(arg) for name, arg in args.items()}


def _literal_digits(formula: ast.expr, wanted: int) -> int:
    """How many digits are needed for the numbers of the sheet's own text, such as 0.044715."""
    literals: list[Any] = [
        part.value for part in ast.walk(formula) if isinstance(part, ast.Constant)
    ]
    for digits in _from(wanted):
        if all(float(short(number, digits)) == number for number in literals):
            return digits
    return MOST_DIGITS


def _partial(op: Op, operand: str, values: Mapping[str, float], number: float | None) -> ast.expr:
    """The partial derivative; in its textbook form, where that comes to the same number."""
    if operand in op.taught:
        tree = _formula(op.taught[operand])
        known = number is not None and not any(map(is_reduction, ast.walk(tree)))
        if known and math.isclose(value_at(tree, values), number or 0.0, rel_tol=1e-9):
            return tree
    return _formula(op.partials[op.operands.index(operand)])


def _digits(formula: ast.expr, values: Mapping[str, float], result: float, wanted: int) -> int:
    """How many digits the numbers need for the formula to come to what is said of it.

    As many as are wanted, but 1 − 0.999987712² would read 1 − 1² in four.
    """
    # A single digit may be off by a half of the number, and 1 − 1² is still no 2e−05.
    close = min(0.5, 20 * 10.0**-wanted)
    for digits in _from(wanted):
        rounded = {name: float(short(value, digits)) for name, value in values.items()}
        if math.isclose(value_at(formula, rounded), result, rel_tol=close):
            return digits
    return wanted if math.isnan(result) else MOST_DIGITS


def _from(wanted: int) -> list[int]:
    """The numbers of digits to try: those wanted first."""
    return [wanted, *(digits for digits in (4, 6, 9, 12) if digits > wanted)]


def counted(count: int) -> str:
    """A whole number of any size; a very large one by its power of ten.

    >>> counted(4294967296), counted(2**5000)
    ('4,294,967,296', 'about 10^1505')
    """
    return f"{count:,}" if count < 10**21 else f"about 10^{int(count.bit_length() * math.log10(2))}"


def number(value: float, *, dialect: Rounding = TEXT, beside: bool = False) -> str:
    """In the digits of the dialect; `beside` another factor, a negative number gets parentheses."""
    text, precedence = dialect.signed(value)
    return dialect.parentheses(text) if beside and precedence < ATOM else text
