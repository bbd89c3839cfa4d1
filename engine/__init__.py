"""A scalar autograd engine: numbers that remember how they were computed.

>>> from engine import Value
>>> x = Value(3.0, label="x")
>>> y = x**2 + x.sin()
>>> y.backward()
>>> x.grad == 2 * 3 + __import__("math").cos(3)
True
"""

from __future__ import annotations

from importlib import import_module

from engine import first_use
from engine.context import detect_anomaly, no_grad, scope
from engine.native import core as core
from engine.op import Op
from engine.ops import OFFERED
from engine.value import Parameter, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from engine.careful import apply as apply
    from engine.check import check_gradients as check_gradients
    from engine.compositions import kl_divergence as kl_divergence
    from engine.compositions import prod as prod
    from engine.custom import operation as operation
    from engine.derivative import gradient as gradient
    from engine.derivative import hessian as hessian
    from engine.derivative import jacobian as jacobian
    from engine.drawing import draw as draw
    from engine.explanation import explain as explain
    from engine.functions import *  # noqa: F403
    from engine.graph import leaves as leaves
    from engine.graph import topological_order as topological_order
    from engine.programs.program import Program as Program
    from engine.programs.program import compile as compile
    from engine.stepping import steps as steps
    from engine.text_tree import tree as tree
    from engine.transforms import grad as grad
    from engine.transforms import hvp as hvp
    from engine.transforms import jvp as jvp
    from engine.transforms import value_and_grad as value_and_grad
    from engine.transforms import vjp as vjp

# What is imported when it is first used, so that `import engine` stays light. No module has the
# name of something in it: the import of the module would put it in the place of that.
_LAZY = {
    **{op.name: "engine.functions" for op in OFFERED},
    "apply": "engine.careful",
    "clip": "engine.functions",
    "Program": "engine.programs.program",
    "check_gradients": "engine.check",
    "compile": "engine.programs.program",
    "draw": "engine.drawing",
    "explain": "engine.explanation",
    "grad": "engine.transforms",
    "gradient": "engine.derivative",
    "hessian": "engine.derivative",
    "hvp": "engine.transforms",
    "jacobian": "engine.derivative",
    "jvp": "engine.transforms",
    "kl_divergence": "engine.compositions",
    "leaves": "engine.graph",
    "log_softmax": "engine.functions",
    "operation": "engine.custom",
    "prod": "engine.compositions",
    "softmax": "engine.functions",
    "source": "engine.functions",
    "steps": "engine.stepping",
    "topological_order": "engine.graph",
    "tree": "engine.text_tree",
    "value_and_grad": "engine.transforms",
    "vjp": "engine.transforms",
}
first_use.install()

__all__ = ["Op", "Parameter", "Value", "detect_anomaly", "no_grad", "scope"]
# `from engine import *` leaves Python's own functions alone; engine.sum is there by name.
__all__ += [name for name in _LAZY if name not in ("compile", "round", "sum")]


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module 'engine' has no attribute {name!r}")
    value: object = getattr(import_module(_LAZY[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
