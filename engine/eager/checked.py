"""Applying an operation, checked: the path that looks at everything and names what is wrong.

The generated functions compute at once, on the assumption that all is well; whatever is not an
ordinary number of an ordinary operation comes here and is done again from the start.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from engine.base.numbers import as_number, never_a_number
from engine.graph.messages import describe_operands
from engine.graph.recording import record
from engine.graph.value import Value
from engine.sheet.evaluate import forward, partials, plain, undefined
from engine.sheet.op import Op
from engine.sheet.ops import ARITHMETIC


def apply(op: Op, *operands: Any) -> Any:
    """The operation on `operands`, its constants after them; sequences for its sequence operands.

    A `Value` where one of the operands is one, else a float. Works for any `Op`, on the sheet or
    not, and so is the way to try an operation of one's own:

    >>> cube = Op("cube", "³", "a ** 3", ("3 * a ** 2",))
    >>> x = Value(2.0)
    >>> y = apply(cube, x)
    >>> y.backward()
    >>> y.data, x.grad
    (8.0, 12.0)

    Raises TypeError for an operand that is not a number, ValueError for sequences of different
    lengths, and what Python itself raises (ValueError, ZeroDivisionError) where the operation is
    undefined.
    """
    args: list[Value | float] = []
    numbers: list[Any] = []
    for name, operand in zip(_names(op, operands), operands, strict=True):
        if name in op.sequences:
            elements = [_operand(op, name, element) for element in _elements(op, name, operand)]
            args.extend(elements)
            numbers.append([float(element) for element in elements])
        else:
            if op in ARITHMETIC and not isinstance(operand, Value) and _is_foreign(operand):
                return NotImplemented
            scalar = _operand(op, name, operand)
            args.append(scalar)
            numbers.append(float(scalar))
    if op.sequences:
        numbers.append(_common_length(op, numbers))
    if undefined(op)(*numbers)[0]:
        raise _undefined_error(op, args, numbers)
    (out,) = forward(op)(*numbers)
    if not any(isinstance(arg, Value) for arg in args):
        return out
    flat: list[float | None] = []
    for partial in partials(op)(*numbers, out):
        flat.extend(partial if isinstance(partial, list) else [partial])
    flat.extend([None] * len(op.constants))
    other = constant_factors(op, args)
    local = [
        None if not isinstance(arg, Value) else 0 if factor == 0 else partial
        for arg, partial, factor in zip(args, flat, other, strict=True)
    ]
    return record(op, tuple(args), out, tuple(local))


def constant_factors(op: Op, args: Sequence[Value | float]) -> list[float | None]:
    """For each operand the plain number that its partial derivative is, if it is one of `args`.

    >>> constant_factors(ARITHMETIC[2], [Value(2.0), 0.0])  # ∂(a · b)/∂a is b
    [0.0, None]
    """
    grouped = dict(zip((*op.operands, *op.constants), op.bind(args)))
    found: list[float | None] = []
    for name, operand in grouped.items():
        count = len(operand) if name in op.sequences else 1
        partial = op.partials[op.operands.index(name)] if name in op.operands else ""
        other = grouped.get(partial)
        factors = other if isinstance(other, list) else [other] * count
        found += [None if isinstance(factor, Value) else factor for factor in factors]
    return found


def _names(op: Op, operands: tuple[Any, ...]) -> list[str]:
    names = [*op.operands, *op.constants]
    if len(operands) != len(names):
        raise TypeError(f"{op.name} takes {', '.join(names)}; {len(operands)} operands were given")
    return names


def _operand(op: Op, name: str, operand: Any) -> Value | float:
    if isinstance(operand, Value):
        if name in op.constants:
            raise TypeError(f"{op.name}: {name} is a constant of the operation, so a plain number")
        return operand
    return as_number(operand, f"{op.name}: {name}")


def _is_foreign(operand: Any) -> bool:
    """Whether the other side of an operator should be asked, such as a NumPy array."""
    return not never_a_number(operand) and (
        not hasattr(operand, "__float__") or getattr(operand, "ndim", 0) > 0
    )


def _elements(op: Op, name: str, operand: Any) -> Iterable[Any]:
    if isinstance(operand, (str, bytes, Value)) or not isinstance(operand, Iterable):
        raise TypeError(
            f"{op.name}: {name} must be a sequence of numbers, not {operand!r} "
            f"({type(operand).__name__})"
        )
    return operand


def _common_length(op: Op, numbers: list[Any]) -> int:
    lengths = {
        name: len(value) for name, value in zip(op.operands, numbers) if name in op.sequences
    }
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"{length} {name}" for name, length in lengths.items())
        raise ValueError(f"{op.name} needs sequences of one length; given: {shown}")
    return next(iter(lengths.values()))


def _undefined_error(op: Op, args: list[Value | float], numbers: list[Any]) -> Exception:
    """The error for an operation without a value here, of the type that Python itself raises."""
    kind: type[Exception] = ValueError
    try:
        plain(op)(*numbers)
    except ArithmeticError as error:
        kind = type(error)
    except (TypeError, ValueError):
        pass
    given = describe_operands(op, tuple(args)) or "no operands"
    advice = f"; {op.advice}" if op.advice else ""
    return kind(f"{op.name} is undefined where {op.undefined}; given: {given}{advice}")
