"""Passes over the loops: each takes a function of their text and returns a faster one.

They change how rows are gone through, and leave to the text what a row is computed for. What the
text cannot say is called by name, and is the backend's own, as `gradients` is.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from copy import copy
from dataclasses import replace
from typing import Any

from engine.programs.lower.ir import Function
from engine.programs.lower.statements import expression, statements
from engine.sheet.inlining import mapped, replaced

_TILES = """
for first in range(START, STOP, LENGTH):
    end: int = first + LENGTH if first + LENGTH < STOP else STOP
    weights(parameters, gradient, row_gradient, end - first, first == START)
"""
_BEFORE_LANES = """
for i in range(PARAMETERS):
    full[i] = 0.0
left: int = (stop - start) % WIDTH
if left != 0:
    for i in range(PARAMETERS):
        rest[i] = 0.0
"""
_AFTER_LANES = """
if left != 0:
    for i in range(PARAMETERS):
        full[i] += counted(rest[i], left)
for i in range(PARAMETERS):
    gradient[i] += total(full[i])
"""


def in_place(batch: Function) -> Function:
    """Every row adds to `gradient` by `add_gradients`, so that it needs no gradient of its own.

    It starts at 0, and the sums are the result: an update can weigh them as it reads them.
    """
    _, index, (second, stop), (row, *_), (*_, result) = _around(batch)
    assert isinstance(second, ast.BinOp)

    def adding(node: ast.expr) -> ast.expr:
        match node:
            case ast.Call(func=ast.Name(id="gradients"), args=[parameters, inputs, _]):
                return _call("add_gradients", parameters, inputs, ast.Name("gradient"))
        return node

    rows = _loop(index, [second.left, stop], [_with(row, adding)])
    return replace(batch, body=[*statements("loss: float = 0.0", {}), rows, result])


def strip_mined(batch: Function, length: int, last: bool = True) -> Function:
    """Rows in tiles: `weights` adds after each of them what could wait for all of its rows.

    What a row has computed is `kept` until then, by its number in the tile. Without `last` the last
    tile is left to the update, which adds and uses a gradient without storing it.
    """
    before, index, (start, stop, *step), (row,), after = _around(batch)
    number = expression("ROW - first", {"ROW": index})

    def keeping(node: ast.expr) -> ast.expr:
        match node:
            case ast.Call(func=ast.Name(id="add_gradients"), args=[parameters, row, gradient]):
                return _call("add_gradients", parameters, _call("kept", row, number), gradient)
        return node

    names: dict[str, int | str] = {"START": ast.unparse(start), "STOP": ast.unparse(stop)}
    (tiles,) = statements(_TILES, {**names, "LENGTH": length})
    bounds = [ast.Name("first"), ast.Name("end"), *step]
    if not last:
        tiles.body[1:] = [ast.If(expression("end < STOP", names), tiles.body[1:], [])]
    tiles.body.insert(1, _loop(index, bounds, [_with(row, keeping)]))
    return replace(batch, body=[*before, tiles, *after])


def in_lanes(function: Function, width: int, parameters: int = 0) -> Function:
    """So many rows at a time, one in each lane of a vector, which `gathered` fills.

    Where the last vector is not full, lanes beyond the end repeat the last row. Its gradients have
    a place of their own, and are added for the lanes that count: a weight of 0 would not do, since
    0·∞ is nan. Without `parameters` rows add to no gradient.
    """
    before, index, (*start, stop), (statement,), after = _around(function)
    names: dict[str, int | str] = {"ROW": index, "STOP": ast.unparse(stop)}
    names.update(WIDTH=width, PARAMETERS=parameters)
    place = expression("ROW + lane if ROW + lane < STOP else STOP - 1", names)
    places = [replaced(place, {"lane": ast.Name(str(lane))}) for lane in range(width)]

    def gathered(row: ast.expr) -> ast.expr:
        return _call("gathered", *(replaced(row, {index: place}) for place in places))

    body = _with_rows(statement, gathered)
    if isinstance(body, ast.AugAssign):
        gradient = expression("rest if STOP - ROW < WIDTH else full", names)
        shares = replaced(body.value, {"gradient": gradient} if parameters else {})
        counted = expression("total(counted(shares, STOP - ROW))", names)
        body.value = replaced(counted, {"shares": shares})
    if isinstance(body, ast.AugAssign) and parameters:
        before += statements(_BEFORE_LANES, names)
        after[:0] = statements(_AFTER_LANES, names)
    bounds = [*(start or [ast.Name("0")]), stop, ast.Name(str(width))]
    return replace(function, body=[*before, _loop(index, bounds, [body]), *after])


def with_late_updates(train: Function) -> Function:
    """Of steps of one row: a row is given what it needs to make the updates of the one before.

    Only after the last row of an epoch all are made at once.
    """

    rule = [ast.Name(name) for name in ("start", "steps", "settings", "state")]

    def after_last(node: ast.expr) -> ast.expr:
        match node:
            case ast.Call(func=ast.Name(id="gradients"), args=given):
                return _call("gradients_after", *given, *rule)
            case ast.Call(func=ast.Name(id="update"), args=given):
                return _call("update", *given, expression("start == count - size", {}))
        return node

    def change(statement: Any) -> Any:
        match statement:
            case ast.For(target=target, iter=head, body=body):
                return ast.For(target, head, [*map(change, body)], [])
            case ast.AnnAssign() | ast.Expr():
                return _with(statement, after_last)
        return statement

    return replace(train, body=[*map(change, train.body)])


_Statements = list[Any]


def _around(
    function: Function,
) -> tuple[_Statements, str, list[ast.expr], _Statements, _Statements]:
    """The loop over rows, its index, bounds and body, between what stands before and after it."""
    statements = list(function.body)
    for place, loop in enumerate(statements):
        match loop:
            case ast.For(target=ast.Name(id=index), iter=ast.Call(args=bounds), body=body):
                return statements[:place], index, bounds, body, statements[place + 1 :]
    raise ValueError(f"{function.name} has no loop over rows")


def _loop(index: str, bounds: list[ast.expr], body: list[ast.stmt]) -> ast.For:
    return ast.For(ast.Name(index), _call("range", *bounds), body, [])


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name), list(arguments), [])


def _with(statement: ast.stmt, change: Callable[[ast.expr], ast.expr]) -> Any:
    """The statement with another value."""
    new: Any = copy(statement)
    new.value = mapped(new.value, change)
    return new


def _with_rows(statement: ast.stmt, change: Callable[[ast.expr], ast.expr]) -> Any:
    """The statement with something else in the place of a row."""

    def other(node: ast.expr) -> ast.expr:
        match node:
            case ast.Subscript(value=ast.Name(id="rows")):
                return change(node)
        return node

    return _with(statement, other)
