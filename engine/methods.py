"""Under which names operations are methods and operators of `Value`."""

from __future__ import annotations

from engine.ops import ACTIVATIONS, FUNCTIONS, FUNCTIONS_OF_SEVERAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

# Operators, and the names under which NumPy's functions look for a method on each object.
OPERATORS = tuple(
    f"__{name}__"
    for name in (
        "add radd sub rsub mul rmul truediv rtruediv mod rmod floordiv rfloordiv divmod rdivmod "
        "pow rpow neg abs".split()
    )
)
NUMPY_NAMES = {
    **{f"arc{name}": f"a{name}" for name in "sin cos tan sinh cosh tanh tan2".split()},
    "rint": "round",
    "fabs": "abs",
    "rad2deg": "degrees",
    "deg2rad": "radians",
    "clip": "clamp",
}
METHODS = tuple(op.name for op in FUNCTIONS + FUNCTIONS_OF_SEVERAL + ACTIVATIONS)


def method_names(operation: str) -> Iterator[str]:
    """Under which names an operation is a method: its own, and those that NumPy looks for.

    >>> list(method_names("atan2")), list(method_names("add"))
    (['atan2', 'arctan2'], [])
    """
    if operation in METHODS:
        yield operation
    yield from (numpys for numpys, ours in NUMPY_NAMES.items() if ours == operation)


def first_uses() -> dict[str, Callable[..., Any]]:
    """What `Value` has under all these names, until the first use."""
    methods = {
        name: _first_use(name, NUMPY_NAMES.get(name, name)) for name in (*METHODS, *NUMPY_NAMES)
    }
    return methods | {name: _first_use(name, None) for name in OPERATORS}


def _first_use(name: str, operation: str | None) -> Callable[..., Any]:
    """A stand-in for a method or an operator, until its first use has it generated."""

    def method(*operands: Any, **constants: Any) -> Any:
        from engine.functions import GENERATED  # puts the real operators on Value
        from engine.value import Value

        function = GENERATED[operation] if operation else getattr(Value, name)
        return function(*operands, **constants)

    method.__name__ = name
    return method
