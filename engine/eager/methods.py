"""Under which names operations are methods and operators of `Value`."""

from __future__ import annotations

from engine.sheet.ops import ACTIVATIONS, FUNCTIONS, FUNCTIONS_OF_SEVERAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.sheet.op import Op

# Operators, and the operations whose functions they are.
OPERATORS = {
    f"__{side}{name}__": {"truediv": "div", "divmod": "floordiv"}.get(name, name)
    for name in "add sub mul truediv mod floordiv divmod".split()
    for side in ("", "r")
} | {"__pow__": "pow", "__rpow__": "power", "__neg__": "neg", "__abs__": "abs"}
# The names under which NumPy's functions look for a method on each object.
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


def constant_name(op: Op) -> str:
    """The name of the operation itself in generated code."""
    return op.name.upper()
