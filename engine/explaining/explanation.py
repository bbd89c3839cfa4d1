"""Any gradient of a graph, explained: the chain in symbols, in formulas, in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, overload

from engine.base.numbers import DIGITS, digits_of
from engine.eager.current import check_current
from engine.explaining.paths import Explanation
from engine.explaining.table import GradientTable
from engine.graph.arguments import as_output, as_value
from engine.graph.naming import Naming, names_of_caller
from engine.graph.value import Value
from engine.graph.walks import topological_order


@overload
def explain(
    y: Value,
    x: Value,
    names: Mapping[str, Any] | None = None,
    limit: int = 4,
    digits: int = DIGITS,
) -> Explanation: ...
@overload
def explain(
    y: Value,
    x: None = None,
    names: Mapping[str, Any] | None = None,
    limit: int = 4,
    digits: int = DIGITS,
) -> GradientTable: ...
def explain(
    y: Value,
    x: Value | None = None,
    names: Mapping[str, Any] | None = None,
    limit: int = 4,
    digits: int = DIGITS,
) -> Explanation | GradientTable:
    """Explains ∂y/∂x, or without x the gradients of all parameters of y as a table.

    For each path from y back to x: the chain in symbols, the local derivatives as formulas over the
    names of the graph, the same with numbers, and their product, which is what the path contributes
    to ∂y/∂x; then the sum over the paths. Of more than `limit` paths, those with the largest
    products are listed. Where something is 0 it is said why. `.words` says the same in sentences,
    with x nudged. Needs no `backward`. Linear in the size of the graph, whatever the number of
    paths.

    Nodes have their labels, or else the names of the caller's variables, or else t1, t2 … in the
    order in which they are computed, with a line that says what they are. `names`: other variables
    than the caller's, as a mapping; none with `{}`.

    `digits`: how many significant digits numbers have, 1 to 17; more where a line needs them to
    come to what it says, and what it says is told in as many.

    Raises TypeError where y or x is not a `Value`, ValueError where a leaf's `data` has changed
    since y was computed, naming the leaf, and for another limit or number of digits.

    >>> x, w = Value(2.0, label="x"), Value(3.0, label="w")
    >>> y = (w * x).tanh()
    >>> explain(y, w)
    ∂y/∂w = ∂y/∂t1 · ∂t1/∂w
          = (1 − y²) · x
          = (1 − 0.999987712²) · 2
          = 2.458e−05 · 2
          = 4.915e−05
    <BLANKLINE>
    where t1 = w·x = 6
    >>> explain(x / 7, digits=9)
       value       ∂t1/∂·  chain
    x      2  0.142857143  0.142857143
    <BLANKLINE>
    where t1 = x/7 = 0.285714286
    """
    names = names_of_caller(names)
    as_output(y, "explain: y")
    if x is not None:
        as_value(x, "explain: x")
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
        raise ValueError(f"explain: limit must be a whole number of at least 1, not {limit!r}")
    digits = digits_of(digits, "explain")
    check_current(topological_order(y), derivatives=True)
    if x is None:
        return GradientTable(y, names, digits)
    return Explanation(y, x, Naming([*topological_order(y), x], names), limit, digits)
