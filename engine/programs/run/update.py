"""An update rule as a function over the nodes of parameters, for steps without a program."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

from engine.programs.lower.rules import Formulas, UpdateRule
from engine.programs.write.python import PythonWriter
from engine.sheet import ieee
from engine.sheet.defining import compile_source
from engine.sheet.evaluate import FAST
from engine.sheet.reductions import REDUCTIONS


@cache
def update_function(formulas: Formulas, settings: tuple[str, ...]) -> Callable[..., None]:
    """The rule as a loop over all parameters.

    It takes the parameters, the number of the step, the settings in this order, and a list for
    everything that the rule remembers, in the order of `remembered`.

    >>> from engine import Parameter
    >>> w = Parameter(1.0)
    >>> w.grad = 4.0
    >>> descend = update_function((("parameter", "parameter - rate * gradient"),), ("rate",))
    >>> descend([w], 1.0, 0.125)
    >>> w.data
    0.5
    """
    filename = f"<engine.programs: {', '.join(f'{name} = {text}' for name, text in formulas)}>"
    source = PythonWriter(FAST).update_of_nodes(UpdateRule(formulas, settings))
    # Python's own max and min lose nan.
    namespace = {**vars(math), **{name: ieee.NAMESPACE[name] for name in REDUCTIONS}}
    update: Callable[..., None] = compile_source(source, filename, namespace)["update"]
    return update
