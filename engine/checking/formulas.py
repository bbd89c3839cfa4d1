"""`check_formula`: whether a derived formula is the gradient, at random numbers."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping, Sequence
from typing import Any

from engine.base.numbers import given
from engine.base.spelling import spelled
from engine.checking.diagnosing import Diagnosis, chain_of, diagnosed
from engine.checking.factors import computed
from engine.checking.tape import Run
from engine.graph.arguments import as_value
from engine.graph.naming import names_of_caller
from engine.graph.value import Value
from engine.sheet.inlining import replaced
from engine.sheet.typed import read_typed


def check_formula(
    y: Value, x: Value, formula: str, names: Mapping[str, Any] | None = None
) -> Diagnosis:
    """Says whether a formula is ∂y/∂x, and if it is not, which of the usual slips it has.

    The formula is compared at the graph's own numbers and at several random ones, so nothing is
    right by chance. Its names are the labels of the graph's nodes, inner ones too, and of others
    the names of the caller's variables, or of `names`, a mapping. It is written as on paper or in
    Python: `*`, `·` or nothing for a product, `^` or `**`, `²`, `−`, `σ'(z)` for a derivative,
    `yhat` for ŷ, `delta` for δ, and the functions of the sheet. It is read, never run as code.

    The result is that of `diagnose`: `kind` is "right", a slip, or "unknown".

    Raises FormulaError, a ValueError, where the formula cannot be read, with the place and what was
    expected; TypeError for a formula that is not text, and what `diagnose` raises for y and x.

    >>> x, w, t = Value(2.0, label="x"), Value(0.5, label="w"), Value(1.0, label="y")
    >>> prediction = (w * x).tanh()
    >>> prediction.label = "ŷ"
    >>> loss = (t - prediction) ** 2
    >>> loss.label = "L"
    >>> check_formula(loss, w, "−2(y − yhat)·(1 − ŷ²)·x")
    right: ∂L/∂w = −0.4005
    >>> check_formula(loss, w, "-2*(y - yhat)*x").kind
    'factor missing'
    >>> check_formula(loss, w, "-2*(y - q)")
    Traceback (most recent call last):
    FormulaError: formula, character 9: unknown name q; known: L, w, x, y, ŷ
      -2*(y - q)
              ^
    """
    as_value(y, "check_formula: y")
    as_value(x, "check_formula: x")
    if not isinstance(formula, str):
        raise TypeError(f"check_formula: the formula must be text, not {given(formula)}")
    chain = chain_of(y, x, names_of_caller(names), "check_formula")
    # By numbers, because Python reads some names alike that are not, such as x₁ and x1.
    numbered = {name: f"v{i}" for i, name in enumerate(chain.named)}
    tree = _read(formula, list(chain.named))
    value = computed(replaced(tree, {name: ast.Name(own) for name, own in numbered.items()}))

    def claim(run: Run) -> float:
        places = {numbered[name]: chain.tape.place[node] for name, node in chain.named.items()}
        return value({name: run.data[place] for name, place in places.items()})

    claims = [claim(run) for run in (chain.tape.here, *chain.tape.elsewhere)]
    if not math.isfinite(claims[0]):
        raise ValueError(f"check_formula: the formula is {claims[0]!r} at the graph's own numbers")
    return diagnosed(chain, claims)


def _read(formula: str, names: Sequence[str]) -> ast.expr:
    """The tree of a formula over the names, which may be spelled in ASCII."""
    typed = {name: name for name in names}
    for name in names:
        for other in (spelled(name, "ascii"), spelled(name, "ascii").replace("_", "")):
            typed.setdefault(other, name)
    return read_typed(formula, typed)
