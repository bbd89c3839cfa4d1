"""The language of the sheet, extended by statements: a checked subset of Python.

A function has arguments with types, and a docstring. Its statements are declarations with a type
(`loss: float = …`), assignments to names and elements, `+=`, `*=` and `/=`,
`for i in range(…)`, `if`, `return`, calls, sums over arrays, and comments, which are strings. The
loops of all programs are written in it, once (`engine.programs.lower.loops`).
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from engine.programs.lower.ir import Comment, Function, Map, Reduce, Span, Statement, Variable


def function(text: str, sizes: Mapping[str, int]) -> Function:
    """The function of a text, in which `sizes` stand for names of sizes, such as PARAMETERS.

    What goes over all elements of arrays becomes one `Reduce` or `Map`. Raises ValueError for what
    is not part of the language.

    >>> double = function('''
    ... def double(numbers: Numbers) -> None:
    ...     "Twice each number."
    ...     for i in range(COUNT):
    ...         numbers[i] = 2.0 * numbers[i]
    ... ''', {"COUNT": 3})
    >>> double.arguments, double.body[0].target
    ({'numbers': 'Numbers'}, Span(kind='numbers', start=0, length=3, whole=True, step=0))
    """
    (definition,) = ast.parse(text.strip()).body
    if not isinstance(definition, ast.FunctionDef):
        raise ValueError(f"not a function: {text!r}")
    definition = _Sizes(sizes).visit(definition)
    arguments = {each.arg: _type(each.annotation) for each in definition.args.args}
    about = " ".join((ast.get_docstring(definition) or "").split())
    body = _block(definition.body[1:])
    return Function(definition.name, about, arguments, _type(definition.returns), body)


def statements(text: str, sizes: Mapping[str, int | str]) -> list[Any]:
    """The statements of a part of a function; `sizes` may be names as well."""
    return _block(_Sizes(sizes).visit(ast.parse(text)).body)


def expression(text: str, sizes: Mapping[str, int | str]) -> ast.expr:
    """The formula of a text, in which numbers are whole."""
    tree: ast.expr = _Sizes(sizes).visit(ast.parse(text, mode="eval").body)
    return tree


def _type(annotation: ast.expr | None) -> str:
    return ast.unparse(annotation) if annotation is not None else "None"


def _block(body: Sequence[ast.stmt]) -> list[Any]:
    return list(map(_statement, body))


def _statement(statement: ast.stmt) -> Statement:
    match statement:
        case ast.Expr(value=ast.Constant(value=str() as text)):
            return Comment(" ".join(text.split()))
        case ast.AnnAssign(
            target=ast.Name(id=name),
            value=ast.Call(
                func=ast.Name(id="sum"),
                args=[
                    ast.GeneratorExp(
                        elt=tree,
                        generators=[
                            ast.comprehension(
                                target=ast.Name(id=index), iter=ast.Call(args=[ast.Name(id=count)])
                            )
                        ],
                    )
                ],
            ),
        ):
            return _Elements(index, int(count)).reduced(name, tree)
        case ast.For(target=ast.Name(), iter=ast.Call(func=ast.Name(id="range"))):
            return _map(statement) or ast.For(
                statement.target, statement.iter, _block(statement.body), []
            )
        case ast.If(orelse=[]):
            return ast.If(statement.test, _block(statement.body), [])
        case ast.AnnAssign(target=ast.Name(), value=ast.expr()):
            return statement
        case ast.Assign(targets=[ast.Name() | ast.Subscript()]):
            return statement
        case ast.AugAssign(op=ast.Add() | ast.Mult() | ast.Div()) | ast.Expr(value=ast.Call()):
            return statement
        case ast.Return(value=ast.expr()):
            return statement
    raise ValueError(f"not part of the language of programs: {ast.unparse(statement)}")


def _map(loop: ast.For) -> Map | None:
    """A loop that sets one element after the other of an array, if it is one."""
    index, (first, *more) = loop.target, loop.body
    assert isinstance(index, ast.Name)
    assert isinstance(loop.iter, ast.Call)
    operator: ast.operator | None = None
    match first:
        case ast.AugAssign(target=ast.Subscript() as target, op=operator, value=tree):
            pass
        case ast.Assign(targets=[ast.Subscript() as target], value=tree):
            pass
        case _:
            return None
    match target, loop.iter.args:
        case (
            ast.Subscript(value=ast.Name(id=array), slice=ast.Name(id=index.id)),
            [ast.Name(id=count)],
        ) if not more and count.isdigit():
            if isinstance(operator, (ast.Mult, ast.Div)):
                tree = ast.BinOp(target, operator, tree)
            found = _Elements(index.id, int(count))
            tree = found.visit(tree)
            span = Span(array, 0, int(count), whole=True)
            return Map(span, tree, {}, found.spans, isinstance(operator, ast.Add))
    return None


class _Sizes(ast.NodeTransformer):
    """Puts sizes in. Whole numbers become names: as numbers of a formula they would be floats."""

    def __init__(self, sizes: Mapping[str, int | str]) -> None:
        self.sizes = sizes

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(str(self.sizes.get(node.id, node.id)))

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        whole = isinstance(node.value, int)
        return ast.Name(str(node.value)) if whole else node


class _Elements(ast.NodeTransformer):
    """Finds the arrays of whose elements at an index a formula is made."""

    def __init__(self, index: str, length: int) -> None:
        self.index = index
        self.length = length
        self.spans: dict[str, Span] = {}

    def reduced(self, name: str, tree: ast.expr) -> Reduce:
        """The sum of a formula over all elements."""
        target = Variable("temporary", 0, name)
        tree = self.visit(tree)
        return Reduce(target, "sum", tree, {}, (), self.spans, self.length)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        match node:
            case ast.Subscript(value=ast.Name(id=array), slice=ast.Name(id=self.index)):
                self.spans[array] = Span(array, 0, self.length, whole=True)
                return ast.Name(array)
        return self.generic_visit(node)
