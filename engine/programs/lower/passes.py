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

from engine.programs.lower.ir import Function, Statement
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

    def change(node: ast.expr) -> ast.expr:
        match node:
            case ast.Call(func=ast.Name(id="gradients"), args=[parameters, row, _]):
                return _call("add_gradients", parameters, row, ast.Name("gradient"))
        return node

    _, loop, _ = _around(batch)
    match loop, batch.body[-1]:
        case (
            ast.For(iter=ast.Call(args=[ast.BinOp(left=first), stop]), body=[row, *_]),
            ast.Return(value=ast.Name(id=loss)) as result,
        ):
            start = statements(f"{loss}: float = 0.0", {})
            loop = ast.For(loop.target, _call("range", first, stop), [_with(row, change)], [])
            return replace(batch, body=[*start, loop, result])
    raise ValueError(f"no loop over the rows of a batch: {batch.name}")


def strip_mined(batch: Function, length: int) -> Function:
    """Rows in tiles: `weights` adds after each of them what could wait for all of its rows.

    What a row has computed is `kept` until then, by its number in the tile.
    """
    before, loop, after = _around(batch)
    start, stop = map(ast.unparse, _range(loop))
    number = expression("ROW - first", {"ROW": _index(loop)})
    body = [_with_rows(row, lambda row: _call("kept", row, number)) for row in loop.body]
    (tiles,) = statements(_TILES, {"START": start, "STOP": stop, "LENGTH": length})
    tiles.body.insert(1, ast.For(loop.target, expression("range(first, end)", {}), body, []))
    return replace(batch, body=[*before, tiles, *after])


def in_lanes(function: Function, width: int, parameters: int) -> Function:
    """So many rows at a time, one in each lane of a vector, which `gathered` fills.

    Where the last vector is not full, lanes beyond the end repeat the last row. Its gradients have
    a place of their own, and are added for the lanes that count: a weight of 0 would not do, since
    0·∞ is nan.
    """
    before, loop, after = _around(function)
    *start, stop = _range(loop)
    names: dict[str, int | str] = {"ROW": _index(loop), "STOP": ast.unparse(stop)}
    names.update(WIDTH=width, PARAMETERS=parameters)
    place = expression("ROW + lane if ROW + lane < STOP else STOP - 1", names)
    places = [replaced(place, {"lane": ast.Name(str(lane))}) for lane in range(width)]

    def gathered(row: ast.expr) -> ast.expr:
        return _call("gathered", *(replaced(row, {_index(loop): place}) for place in places))

    (body,) = (_with_rows(statement, gathered) for statement in loop.body)
    if isinstance(body, ast.AugAssign):
        gradient = expression("rest if STOP - ROW < WIDTH else full", names)
        value = replaced(body.value, {"gradient": gradient})
        body.value = replaced(
            expression("total(counted(value, STOP - ROW))", names), {"value": value}
        )
        before += statements(_BEFORE_LANES, names)
        after[:0] = statements(_AFTER_LANES, names)
    steps = _call("range", *(start or [ast.Name("0")]), stop, ast.Name(str(width)))
    return replace(function, body=[*before, ast.For(loop.target, steps, [body], []), *after])


def _around(function: Function) -> tuple[list[Statement], ast.For, list[Statement]]:
    """The loop over rows, between what stands before it and after it."""
    body = list(function.body)
    place, loop = next((i, each) for i, each in enumerate(body) if isinstance(each, ast.For))
    return body[:place], loop, body[place + 1 :]


def _range(loop: ast.For) -> list[ast.expr]:
    assert isinstance(loop.iter, ast.Call)
    return loop.iter.args


def _index(loop: ast.For) -> str:
    return ast.unparse(loop.target)


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
