"""Nodes in error messages: their numbers, their names, their operations."""

from __future__ import annotations

from engine.base.numbers import given, short

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from engine.graph.value import Value
    from engine.sheet.op import Op


def refuse_modulus() -> NoReturn:
    """Raises TypeError, for `pow` with three arguments."""
    raise TypeError(
        "pow(a, b, modulus) is not differentiable where a is a Value; pow(a, b) and a ** b are"
    )


def refuse_output(thing: object) -> NoReturn:
    """Raises TypeError, for what a walk cannot start from."""
    raise TypeError(f"a walk over a graph takes Values, each by itself, not {given(thing)}")


def describe(value: Value | float) -> str:
    """A node for an error message: its number, its name if it has one, its operation."""
    if isinstance(value, float):
        return short(value)
    made_by = "" if value.op is None else f" = {value.op.name}(…)"
    return f"{short(value.data)}{made_by}" + (f" ({value.label!r})" if value.label else "")


def describe_operands(op: Op, args: tuple[Value | float, ...]) -> str:
    """The operands of an operation for an error message, by their names on the sheet."""
    names = [*op.operands, *op.constants]
    if op.sequences or len(names) != len(args):
        names = [f"operand {position + 1}" for position in range(len(args))]
    shown = [f"{name} = {describe(arg)}" for name, arg in zip(names, args)]
    return ", ".join(shown[:6]) + (f", … {len(shown) - 6} more" if len(shown) > 6 else "")
