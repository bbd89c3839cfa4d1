"""Which core computes: the native one, compiled from the sheet, or Python's own.

The extension `_chaingrad` is a module apart from `engine`, so that it is found where it was
installed even if `engine` itself is read from a clone. It is used if it was made from the very
sheet that is in `engine.sheet.ops`, unless the environment variable CHAINGRAD_CORE says `python`;
with `native` it is an error if it cannot be used.
"""

from __future__ import annotations

import os

from engine.sheet.op import Op
from engine.sheet.ops import SHEET

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType
    from typing import Any

VARIABLE = "CHAINGRAD_CORE"
# Raised with every change of what the extension and the Python beside it expect of each other.
INTERFACE = 8


def fingerprint() -> str:
    """All that the sheet says about numbers, as text: what the extension was made from.

    >>> fingerprint().splitlines()[3]
    'div (a b) a / b; 1 / b; -out / b; undefined b == 0; {} {}'
    """
    return "".join(map(line_of, SHEET))


def line_of(op: Op) -> str:
    """What a line of the sheet says about numbers, as a line of text."""
    operands = " ".join([name + "*" * (name in op.sequences) for name in op.operands])
    partials = "; ".join(op.partials)
    return (
        f"{op.name} ({operands}) {op.formula}; {partials}; undefined {op.undefined or 'nowhere'}; "
        f"{op.constants} {op.defaults}\n"
    )


def _load(wanted: str) -> ModuleType | None:
    """The extension, or None for Python. ImportError where it was asked for and cannot be used."""
    if wanted not in ("", "native", "python"):
        raise ValueError(f"{VARIABLE} must be native or python, or not be set; not {wanted!r}")
    if wanted == "python":
        return None
    try:
        import _chaingrad

        if (INTERFACE, fingerprint()) != (_chaingrad.INTERFACE, _chaingrad.SHEET):
            raise ImportError(
                "the installed _chaingrad was made from another version of this package; "
                "install this one again"
            )
        _chaingrad.claim()
    except ImportError as error:
        if wanted == "native":
            raise ImportError(
                f"{VARIABLE}=native, but there is no native core to use ({error}); it is built "
                "where the package is installed with a C compiler at hand"
            ) from None
        return None
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_chaingrad.after_fork)
    module: ModuleType = _chaingrad
    return module


extension: Any = _load(os.environ.get(VARIABLE, ""))
core = "python" if extension is None else "native"


def take_over(value: type, slots: Mapping[str, str]) -> type:
    """The extension's `Value`, given what the class in Python has beside its slots.

    `slots`: by the names of attributes, those of the slots behind them. Operators and `backward`
    are the extension's own.
    """
    native: type = extension.Value
    own = set(vars(native)) - {"__doc__", "__module__"}
    for name, attribute in vars(value).items():
        if name not in own and not hasattr(attribute, "__objclass__"):
            setattr(native, name, attribute)
    for name, slot in slots.items():
        # Assigning is checked there and cheap, so code for both cores may use either name.
        setattr(native, slot, vars(native)[name])
    # In error messages the class is called by its name alone, as one in Python is.
    native.__name__ = "Value"
    return native
