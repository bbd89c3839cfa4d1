"""`assert_gradients`: a backward pass written by hand against the graph."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from engine.base.numbers import as_number, given
from engine.checking.diagnosing import diagnose
from engine.checking.tables import Difference, table
from engine.eager.current import check_current
from engine.graph.arguments import as_value
from engine.graph.naming import Naming, names_of_caller
from engine.graph.value import Value
from engine.graph.walks import adjoints, topological_order

# Of missing or unknown names no more than this are listed.
_LISTED = 12


class WrongGradients(AssertionError):
    """Gradients of a backward pass written by hand differ from those of the graph."""


def assert_gradients(
    mine: Mapping[Any, Any],
    loss: Value,
    names: Mapping[str, Any] | None = None,
    tolerance: float = 1e-5,
) -> bool:
    """Asserts that gradients computed by hand are those of the graph of `loss`.

    `mine`: a mapping from names to numbers, of Python, NumPy or PyTorch. The names are the labels
    of nodes, inner ones too, and of others the names of the caller's variables, or of `names`; a
    node itself may be the key. A gradient may differ by `tolerance` times itself. Needs no
    `backward`, and touches no `grad`. Returns True, so that it can stand in an `assert`.

    Raises WrongGradients, an AssertionError, with all that differ in one table, what `diagnose`
    says of each, and the names that are of no node, or of a parameter that `mine` lacks. Raises
    TypeError for what is not a mapping of numbers, ValueError for a tolerance that is not between 0
    and 1, or where a leaf's `data` has changed since the loss was computed.

    >>> w, b = Value(0.5, label="w"), Value(0.1, label="b")
    >>> error = w * 3 + b - 1
    >>> loss, error.label = error**2, "d"
    >>> assert_gradients({"w": 3.6, "b": 1.2}, loss)
    True
    >>> assert_gradients({"w": 3.6, "b": 0.6, "c": 1.0}, loss)
    Traceback (most recent call last):
    WrongGradients: 1 of 2 gradients is wrong, 1 name is unknown:
      name  mine  the graph  ratio  diagnosis
      b     0.6   1.2        0.5    constant: the constant 2 of 2·d = 1.2 is missing between y and d
    not a node: c; known: b, d, w
    """
    as_value(loss, "assert_gradients: loss")
    if not isinstance(mine, Mapping):
        raise TypeError(f"assert_gradients takes a mapping of names to numbers, not {given(mine)}")
    order = topological_order(loss)
    names = names_of_caller(names)
    naming = Naming(order, names)
    variables = {id(node) for node in names.values()}
    named = {naming.text(node): node for node in order if node.label or id(node) in variables}
    nodes = {node: name for name, node in named.items()}
    claims: dict[str, tuple[Value, Any]] = {}
    unknown: list[str] = []
    for key, claimed in mine.items():
        node = named.get(key) if isinstance(key, str) else key if key in order else None
        if isinstance(node, Value):
            claims[nodes.get(node) or naming.text(node)] = node, claimed
        else:
            unknown.append(str(key))
    claimed_nodes = {node for node, _ in claims.values()}
    missing = [
        name
        for name, node in named.items()
        if node.role == "parameter" and node not in claimed_nodes
    ]
    return compare(claims, loss, tolerance, missing, unknown, sorted(named), names)


def compare(
    claims: Mapping[str, tuple[Value, Any]],
    loss: Value,
    tolerance: float,
    missing: Sequence[str] = (),
    unknown: Sequence[str] = (),
    known: Sequence[str] = (),
    names: Mapping[str, Any] | None = None,
    notes: Sequence[str] = (),
) -> bool:
    """The same for nodes that have been found by their names; `notes` end the message."""
    if not 0 < as_number(tolerance, "assert_gradients: tolerance") < 1:
        raise ValueError(f"assert_gradients: tolerance must be between 0 and 1, not {tolerance!r}")
    wrong = differences(claims, loss, tolerance, names)
    if not wrong and not missing and not unknown:
        return True
    counts = [f"{len(wrong)} of {len(claims)} gradients {'is' if len(wrong) == 1 else 'are'} wrong"]
    counts += [_counted(len(missing), "missing")] if missing else []
    counts += [_counted(len(unknown), "unknown")] if unknown else []
    lines = [", ".join(counts) + ":"]
    lines += [table(wrong)] if wrong else []
    lines += [f"missing: {_listed(missing)}"] if missing else []
    lines += [f"not a node: {_listed(unknown)}; known: {_listed(known)}"] if unknown else []
    raise WrongGradients("\n".join([*lines, *notes]))


def differences(
    claims: Mapping[str, tuple[Value, Any]],
    loss: Value,
    tolerance: float,
    names: Mapping[str, Any] | None = None,
) -> list[Difference]:
    """The claims that are not right, in their order."""
    check_current(topological_order(loss), derivatives=True)
    found = adjoints(loss)
    sizes = max((abs(found.get(node, 0.0)) for node, _ in claims.values()), default=0.0)
    wrong = []
    for name, (node, claimed) in claims.items():
        number = as_number(claimed, f"assert_gradients: the gradient of {name}")
        right = found.get(node, 0.0)
        # What is 0 but for rounding is told from 0 by the size of the others.
        if not abs(number - right) <= tolerance * abs(right) + 1e-13 * sizes:
            wrong.append(Difference(name, number, right, _line(loss, node, number, names)))
    return wrong


def _line(loss: Value, node: Value, claimed: float, names: Mapping[str, Any] | None) -> Any:
    def line() -> str:
        if not math.isfinite(claimed):
            return f"it is {claimed!r}"
        try:
            found = diagnose(loss, node, claimed, names or {})
        except ValueError as error:  # it is in no chain
            return str(error).partition(": ")[2]
        return "differs in its last digits" if found.kind == "right" else found.line

    return line


def _counted(count: int, what: str) -> str:
    return f"{count} name{'s' * (count != 1)} {'is' if count == 1 else 'are'} {what}"


def _listed(names: Sequence[str]) -> str:
    more = f", … {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return (", ".join(names[:_LISTED]) or "none") + more
