"""The class `Value` that computes in C, and what the core asks Python for."""

from __future__ import annotations

from engine.graph.anomalies import apply_mode, check_finite
from engine.graph.attributes import NAMES, as_seed, check_fit, checks, refuse_class, stored
from engine.graph.messages import refuse_modulus, refuse_output
from engine.graph.modes import mode_variable
from engine.graph.own import announcer
from engine.native import extension, take_over
from engine.sheet.ops import OPERATIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def connected(reference: type[Any]) -> type[Any]:
    """The native class, with the methods of the one in Python; the core is ready to compute."""
    native = take_over(reference, {name: stored(name) for name in NAMES})
    asked = {"fit": check_fit, "gradients": check_finite, "mode": apply_mode}
    asked |= {"class": refuse_class, "modulus": refuse_modulus, "output": refuse_output}
    asked |= {"seed": as_seed, "own": announcer(native)}
    extension.connect(OPERATIONS, mode_variable, checks(native) | asked)
    return native
