"""Under which names operations are methods and operators of `Value`."""

from __future__ import annotations

from engine.sheet.ops import ACTIVATIONS, FUNCTIONS, FUNCTIONS_OF_SEVERAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

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
