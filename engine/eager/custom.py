"""An operation of the user's own, from its formula alone."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any

from engine.eager.lookup import function_of
from engine.sheet.differentiate import derivative
from engine.sheet.evaluate import forward, partials, undefined
from engine.sheet.formula import names_in, read
from engine.sheet.op import Op

_POINTS = 40


class Operation:
    """A function on `Value`s and numbers that computes an operation of the user's own.

    `op`: its line, as of the sheet. It pickles, and so does every graph that it is part of, by that
    line: nothing needs to be defined where it is loaded.
    """

    def __init__(self, op: Op) -> None:
        self.op = op
        self.__name__ = op.name
        self.__doc__ = op.about

    def __call__(self, *operands: Any, **constants: Any) -> Any:
        """The operation on its operands, then its constants, which may be named."""
        op = self.op
        names = [*op.operands, *op.constants]
        given = dict(zip(names, operands))
        unknown = [name for name in constants if name not in op.constants or name in given]
        missing = [name for name in names if name not in {**op.constants, **given, **constants}]
        known = {name: number for name, number in op.constants.items() if number is not None}
        arguments = {**known, **given, **constants}
        if unknown or len(operands) > len(names) or len(arguments) < len(names) or missing:
            raise TypeError(
                f"{op.name} takes {', '.join(names)}; given: {len(operands)} operands"
                + "".join(f", {name}" for name in constants)
            )
        return function_of(op)(*[arguments[name] for name in names])

    def __repr__(self) -> str:
        return f"<operation {self.op.name}: {self.op.formula}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return Operation, (self.op,)


def operation(
    name: str,
    formula: str,
    *,
    partials: Sequence[str] | None = None,
    operands: str = "",
    constants: Mapping[str, float | None] | None = None,
    symbol: str = "",
    undefined: str = "",
    kinks: str = "",
    domain: Mapping[str, tuple[float, float]] | None = None,
    about: str = "",
    advice: str = "",
) -> Operation:
    """An operation of one's own as a function on `Value`s, from its formula.

    Its derivatives, of any order, are found by the lines of the sheet, and it can be explained,
    drawn, compiled, copied and pickled as any operation of the sheet.

    `operands`: their names in order, `a` and `b` by default; a star marks a sequence, over which
    the formula takes `sum`, `max` or `min`. `constants`: further plain numbers, with their default
    or None. `partials`: one formula for each operand, which may use the value `out`; they are
    compared with the derived ones at points of the `domain` (per operand, default −2 to 2). The
    others are as on a line of the sheet: see `Op`.

    Raises FormulaError for a formula outside of the language (`engine.sheet.formula`), ValueError
    for a name that is not one and, saying where, for partials that differ from the derivatives.

    >>> from engine import Value, gradient
    >>> cube = operation("cube", "a ** 3")
    >>> x = Value(2.0, label="x")
    >>> cube(x), gradient(gradient(cube(x), x), x)
    (Value(8, grad=0), Value(12, grad=0))
    >>> operation("cube", "a ** 3", partials=["2 * a ** 2"])  # doctest: +NORMALIZE_WHITESPACE
    Traceback (most recent call last):
    ValueError: cube: the partial derivative by a is given as 2 * a ** 2, which is 4.278 at
    a = -1.463, where the derivative of a ** 3 is 6.417, by the formula 3 * a ** 2
    """
    fixed, tree = dict(constants or {}), read(formula)
    declared = operands or ("a b" if "b" in names_in(tree) and "b" not in fixed else "a")
    plain = [operand.rstrip("*") for operand in declared.split()]
    sequences = [operand[:-1] for operand in declared.split() if operand.endswith("*")]
    options: dict[str, Any] = {
        "operands": declared,
        "constants": fixed,
        "undefined": undefined,
        "kinks": kinks,
        "domain": domain,
        "about": about,
        "advice": advice,
    }
    # Names and the formula are checked before anything is derived from them.
    Op(name, symbol or name, formula, ("0",) * len(plain), **options)
    derived = tuple(ast.unparse(derivative(tree, each, plain, sequences)) for each in plain)
    op = Op(name, symbol or name, formula, derived, **options)
    if partials is not None:
        given = Op(name, symbol or name, formula, tuple(partials), **options)
        _compare(given, op)
        op = given
    return Operation(op)


def _compare(given: Op, derived: Op) -> None:
    """ValueError where the partials given are not the derivatives; over points of the domain."""
    compared = 0
    for row in _points(given):
        arguments = given.bind(row)
        if given.sequences:
            arguments.append(next(len(part) for part in arguments if isinstance(part, list)))
        if undefined(given)(*arguments)[0]:
            continue
        (out,) = forward(given)(*arguments)
        pairs = zip(
            given.operands, partials(given)(*arguments, out), partials(derived)(*arguments, out)
        )
        for place, (operand, found, right) in enumerate(pairs):
            for one, other in zip(*map(_listed, (found, right))):
                if math.isfinite(one) and math.isfinite(other):
                    compared += 1
                    if not math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-9):
                        at = ", ".join(f"{n} = {_short(x)}" for n, x in _named(given, arguments))
                        raise ValueError(
                            f"{given.name}: the partial derivative by {operand} is given as "
                            f"{given.partials[place]}, which is {one:.4g} at {at}, where the "
                            f"derivative of {given.formula} is {other:.4g}, by the formula "
                            f"{derived.partials[place]}"
                        )
    if not compared and given.operands:
        raise ValueError(
            f"{given.name}: its partial derivatives could not be compared, for the operation is "
            "undefined or infinite at all points tried; say where it is not by domain="
        )


def _points(op: Op) -> Iterator[list[float]]:
    """The same points each time; sequences of three; exponents and other constants near 2."""
    random = Random(len(op.operands))
    for _ in range(_POINTS):
        row: list[float] = []
        for name in op.operands:
            low, high = op.domain.get(name, (-2.0, 2.0))
            row += [random.uniform(low, high) for _ in range(3 if name in op.sequences else 1)]
        yield row + [2.0 if number is None else float(number) for number in op.constants.values()]


def _named(op: Op, arguments: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    return zip((*op.operands, *op.constants), arguments)


def _listed(part: Any) -> list[float]:
    return part if isinstance(part, list) else [part]


def _short(part: Any) -> str:
    if isinstance(part, list):
        return "[" + ", ".join(map(_short, part)) + "]"
    return f"{part:.4g}"
