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

from engine.eager import first_use
from engine.graph.modes import detect_anomaly, no_grad, scope
from engine.graph.value import Parameter, Value
from engine.native import core as core
from engine.sheet.op import Op
from engine.sheet.ops import OFFERED

# The version of the whole distribution; pyproject.toml reads it here.
__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from engine.checking.asserting import assert_gradients as assert_gradients
    from engine.checking.diagnosing import diagnose as diagnose
    from engine.checking.formulas import check_formula as check_formula
    from engine.drawing.views import draw as draw
    from engine.eager import functions
    from engine.eager.checked import apply as apply
    from engine.eager.compositions import kl_divergence as kl_divergence
    from engine.eager.compositions import prod as prod
    from engine.eager.custom import operation as operation
    from engine.eager.derivative import gradient as gradient
    from engine.eager.derivative import hessian as hessian
    from engine.eager.derivative import jacobian as jacobian
    from engine.eager.functions import *  # noqa: F403
    from engine.eager.parsing import parse as parse
    from engine.eager.transforms import grad as grad
    from engine.eager.transforms import hvp as hvp
    from engine.eager.transforms import jvp as jvp
    from engine.eager.transforms import value_and_grad as value_and_grad
    from engine.eager.transforms import vjp as vjp
    from engine.exchange.from_symbolic import from_sympy as from_sympy
    from engine.exchange.mermaid import to_mermaid as to_mermaid
    from engine.exchange.node_link import from_node_link as from_node_link
    from engine.exchange.node_link import to_networkx as to_networkx
    from engine.exchange.node_link import to_node_link as to_node_link
    from engine.exchange.symbolic import to_sympy as to_sympy
    from engine.exchange.tikz import to_tikz as to_tikz
    from engine.exercising.making import exercise as exercise
    from engine.exercising.making import exercises as exercises
    from engine.explaining.check import check_gradients as check_gradients
    from engine.explaining.explanation import explain as explain
    from engine.explaining.stepping import steps as steps
    from engine.explaining.text_tree import tree as tree
    from engine.graph.walks import leaves as leaves
    from engine.graph.walks import topological_order as topological_order
    from engine.page.live import explore as explore
    from engine.programs.program import Program as Program
    from engine.programs.program import compile as compile

# What is imported when it is first used, so that `import engine` stays light. No module has the
# name of something in it: the import of the module would put it in the place of that.
_LAZY = {
    **{op.name: "engine.eager.functions" for op in OFFERED},
    "apply": "engine.eager.checked",
    "clip": "engine.eager.functions",
    "Program": "engine.programs.program",
    "assert_gradients": "engine.checking.asserting",
    "check_formula": "engine.checking.formulas",
    "check_gradients": "engine.explaining.check",
    "compile": "engine.programs.program",
    "diagnose": "engine.checking.diagnosing",
    "draw": "engine.drawing.views",
    "exercise": "engine.exercising.making",
    "exercises": "engine.exercising.making",
    "explain": "engine.explaining.explanation",
    "explore": "engine.page.live",
    "from_node_link": "engine.exchange.node_link",
    "from_sympy": "engine.exchange.from_symbolic",
    "grad": "engine.eager.transforms",
    "gradient": "engine.eager.derivative",
    "hessian": "engine.eager.derivative",
    "hvp": "engine.eager.transforms",
    "jacobian": "engine.eager.derivative",
    "jvp": "engine.eager.transforms",
    "kl_divergence": "engine.eager.compositions",
    "leaves": "engine.graph.walks",
    "log_softmax": "engine.eager.functions",
    "operation": "engine.eager.custom",
    "parse": "engine.eager.parsing",
    "prod": "engine.eager.compositions",
    "softmax": "engine.eager.functions",
    "source": "engine.eager.functions",
    "steps": "engine.explaining.stepping",
    "to_mermaid": "engine.exchange.mermaid",
    "to_networkx": "engine.exchange.node_link",
    "to_node_link": "engine.exchange.node_link",
    "to_sympy": "engine.exchange.symbolic",
    "to_tikz": "engine.exchange.tikz",
    "topological_order": "engine.graph.walks",
    "tree": "engine.explaining.text_tree",
    "value_and_grad": "engine.eager.transforms",
    "vjp": "engine.eager.transforms",
}
first_use.install()

__all__ = [
    "Op",
    "Parameter",
    "Program",
    "Value",
    "apply",
    "assert_gradients",
    "check_formula",
    "check_gradients",
    "detect_anomaly",
    "diagnose",
    "draw",
    "exercise",
    "exercises",
    "explain",
    "explore",
    "from_node_link",
    "from_sympy",
    "grad",
    "gradient",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "kl_divergence",
    "leaves",
    "no_grad",
    "operation",
    "parse",
    "prod",
    "scope",
    "steps",
    "to_mermaid",
    "to_networkx",
    "to_node_link",
    "to_sympy",
    "to_tikz",
    "topological_order",
    "tree",
    "value_and_grad",
    "vjp",
]
# `from engine import *` leaves Python's own functions alone; engine.sum is there by name.
if TYPE_CHECKING:
    __all__ += functions.__all__
    __all__.remove("round")
    __all__.remove("sum")
else:
    __all__ += [name for name in _LAZY if name not in (*__all__, "compile", "round", "sum")]


def _imported(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module 'engine' has no attribute {name!r}")
    value: object = getattr(import_module(_LAZY[name]), name)
    globals()[name] = value
    return value


if not TYPE_CHECKING:
    # To type checkers, every name would be there.
    __getattr__ = _imported


def __dir__() -> list[str]:
    """The public names, for tab completion."""
    return sorted({*__all__, *_LAZY, "__version__", "core"})
