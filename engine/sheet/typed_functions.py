"""The functions that a typed formula may call: by which names, with how many numbers."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence
from difflib import get_close_matches

from engine.sheet.formula import FUNCTIONS, SYMBOLS, read, takes
from engine.sheet.inlining import replaced
from engine.sheet.ops import OPERATIONS
from engine.sheet.reductions import REDUCTIONS

# What else people call functions of the sheet.
_ALSO = {
    "√": "sqrt", "∛": "cbrt", "ln": "log", "log₂": "log2", "sgn": "sign", "sigma": "sigmoid",
    "swish": "silu", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arsinh": "asinh",
    "arcosh": "acosh", "artanh": "atanh", "arcsinh": "asinh", "arccosh": "acosh",
    "arctanh": "atanh",
}  # fmt: skip
_PRIMES = {"'": 1, "′": 1, "’": 1, "″": 2}


def function_named(name: str) -> str | None:
    """The function of the sheet that somebody calls so, in small letters or large.

    >>> function_named("ReLU"), function_named("Tanh"), function_named("ln"), function_named("f")
    ('relu', 'tanh', 'log', None)
    """
    for spelled in (name, name.lower()):
        found = _ALSO.get(spelled, SYMBOLS.get(spelled, spelled))
        if counts(found):
            return found
    return None


def counts(function: str) -> list[int]:
    """With how many numbers a formula may call the function; none for what is not one."""
    # What reduces a sequence has none to reduce here.
    return [n for n in range(1, 8) if takes(function, n) and (n > 1 or function not in REDUCTIONS)]


def nearest(name: str, known: Collection[str]) -> str:
    """What may be meant, for a message."""
    near = get_close_matches(name, sorted(known), 1)
    if near:
        return f"; {near[0]} is meant?"
    return f"; known: {', '.join(sorted(known))}" if 0 < len(known) <= 12 else ""


ALL = frozenset(name for name in (*FUNCTIONS, *OPERATIONS, *REDUCTIONS) if counts(name))


def without_primes(name: str) -> tuple[str, int]:
    """The name, and how many derivatives its primes ask for.

    >>> without_primes("σ′"), without_primes("f''")
    (('σ', 1), ('f', 2))
    """
    bare = name.rstrip("".join(_PRIMES))
    return bare, sum(_PRIMES[sign] for sign in name[len(bare) :])


def derivative(name: str, arguments: Sequence[ast.expr]) -> ast.expr | None:
    """What f'(a) stands for, as the sheet says it; None of a function of several numbers."""
    op = OPERATIONS.get(name)
    if op is None or len(op.operands) > 1:
        return None
    given: dict[str, ast.expr] = {
        constant: ast.Constant(default)
        for constant, default in op.constants.items()
        if default is not None
    }
    given |= dict(zip((*op.operands, *op.constants), arguments))
    given["out"] = ast.Call(ast.Name(name), [*arguments], [])
    return replaced(read(op.partials[0]), given)
