"""The forms that a graph can be written in as text, by name."""

from __future__ import annotations

import json
from collections.abc import Callable

from engine.exchange.mermaid import to_mermaid
from engine.exchange.node_link import to_node_link
from engine.exchange.symbolic import to_sympy
from engine.exchange.tikz import to_tikz
from engine.graph.value import Value

FORMS: dict[str, Callable[[Value, int], str]] = {
    "mermaid": lambda y, digits: str(to_mermaid(y, digits=digits)),
    "tikz": lambda y, digits: str(to_tikz(y, digits=digits)),
    "json": lambda y, digits: json.dumps(to_node_link(y), indent=1, allow_nan=False),
    "sympy": lambda y, digits: str(to_sympy(y)),
}
