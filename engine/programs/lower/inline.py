"""Calls within the loops replaced by what they call, on which small programs spend their time.

A function can stand where it is called if it returns at its end only. Its arguments become names,
as far as they are not called the same at the place of the call.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.programs.lower.ir import Assign, Function, Result, Statement, Variable


def inlined(functions: Sequence[Function], wanted: str) -> list[Function]:
    """The functions that one of them needs, it included, with the calls in them replaced."""
    known: dict[str, Function] = {}
    sought = _needed(functions, wanted)
    for function in functions:
        if function.name in sought:
            body = list(_Inlining(function, known).block(function.body))
            known[function.name] = replace(function, body=body)
    left = _needed(list(known.values()), wanted)
    return [function for name, function in known.items() if name in left]


def _needed(functions: Sequence[Function], wanted: str) -> set[str]:
    """The names of a function and of those that it calls, callees of callees included."""
    names = {wanted}
    for function in reversed(functions):
        if function.name in names:
            names.update(_calls(function.body))
    return names


def _calls(statements: Sequence[Statement]) -> Iterator[str]:
    for statement in statements:
        match statement:
            case ast.For(body=body) | ast.If(body=body):
                yield from _calls(body)
            case ast.stmt():
                for part in ast.walk(statement):
                    if isinstance(part, ast.Call) and isinstance(part.func, ast.Name):
                        yield part.func.id


class _Inlining:
    """Within a function, whose own arguments must stay what they are."""

    def __init__(self, function: Function, known: Mapping[str, Function]) -> None:
        self.arguments = function.arguments
        self.known = known

    def block(self, statements: Sequence[Statement]) -> Iterator[Any]:
        for statement in statements:
            found: list[Statement] | None = None
            match statement:
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.Call() as call):
                    found = self.called(call, name)
                case ast.Expr(value=ast.Call() as call):
                    found = self.called(call, "")
                case ast.For(target=target, iter=head, body=body):
                    found = [ast.For(target, head, list(self.block(body)), [])]
                case ast.If(test=test, body=body):
                    found = [ast.If(test, list(self.block(body)), [])]
            yield from [statement] if found is None else found

    def called(self, call: ast.Call, target: str) -> list[Statement] | None:
        """The statements of a called function, the last of which sets `target`; None to keep it."""
        assert isinstance(call.func, ast.Name)
        function = self.known.get(call.func.id)
        if function is None or _returns_within(function):
            return None
        body: list[Statement] = []
        for (name, kind), argument in zip(function.arguments.items(), call.args, strict=True):
            if isinstance(argument, ast.Name) and argument.id == name:
                continue
            if name in self.arguments:
                return None
            body.append(ast.AnnAssign(ast.Name(name), ast.Name(kind), argument, 1))
        body += function.body
        match body[-1]:
            case Result() | ast.Return() if not target:
                del body[-1]
            case Result(operand):
                body[-1] = Assign(Variable("temporary", 0, target), ast.Name("x"), {"x": operand})
            case ast.Return(value=ast.expr() as value):
                body[-1] = ast.AnnAssign(ast.Name(target), ast.Name("float"), value, 1)
        return body


def _returns_within(function: Function) -> bool:
    """Whether it can return before its end."""
    inner = [s for s in function.body[:-1] if isinstance(s, ast.stmt)]
    trees = [*inner, *function.body[-1:]] if isinstance(function.body[-1], ast.For) else inner
    return any(_has_return(tree) for tree in trees)


def _has_return(statement: object) -> bool:
    match statement:
        case ast.Return():
            return True
        case ast.For(body=body) | ast.If(body=body):
            return any(map(_has_return, body))
    return False
