"""Formulas: the small language of the sheet, read and checked.

A formula is a Python expression made of names, numbers, + − * / ** %, comparisons, and/or,
`x if condition else y`, and calls of the functions below; everything else is refused when it is
read. `engine.dialects` writes a formula again, as Python, text or LaTeX.

`read` also takes the signs of written mathematics, so that the text dialect can be read back:

>>> from engine.dialects import TEXT
>>> TEXT.write(read("-2 * (y - p)"))
'−2·(y − p)'
>>> ast.unparse(read("−2·(y − p)"))
'-2 * (y - p)'
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

FUNCTIONS = frozenset(
    "abs exp expm1 log log1p sqrt sin cos tan asin acos atan sinh cosh tanh erf erfc "
    "sigmoid".split()
)
# With one argument these reduce a sequence; `max` and `min` also compare two numbers.
REDUCTIONS = frozenset({"sum", "max", "min"})
CONSTANTS = frozenset({"pi"})

_SIGNS = str.maketrans(
    {
        "·": "*",
        "−": "-",
        "^": "**",
        "≤": "<=",
        "≥": ">=",
        "≠": "!=",
        "√": "sqrt",
        "π": "pi",
        "Σ": "sum",
        "σ": "sigmoid",
        "²": "**2",
        "³": "**3",
    }
)

_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.Mod)
_COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)


class FormulaError(ValueError):
    """A formula holds something that is not part of the language."""


def read(text: str, names: Collection[str] | None = None) -> ast.expr:
    """The checked syntax tree of a formula; `names`, when given, are all it may refer to."""
    spelled = text.translate(_SIGNS).replace(" = ", " == ").replace(" mod ", " % ")
    try:
        tree = ast.parse(spelled.strip(), mode="eval").body
    except SyntaxError as error:
        raise FormulaError(f"formula {text!r} is not an expression: {error.msg}") from None
    _check(tree, text, None if names is None else CONSTANTS.union(names))
    return tree


def _check(tree: ast.expr, text: str, names: Collection[str] | None) -> None:
    match tree:
        case ast.Name(id=name) if names is None or name in names:
            pass
        case ast.Name(id=name):
            raise FormulaError(
                f"formula {text!r}: unknown name {name!r}; known: {', '.join(sorted(names or ()))}"
            )
        case ast.Constant(value=bool()):
            raise FormulaError(f"formula {text!r}: {ast.unparse(tree)} is not a number")
        case ast.Constant(value=int() | float()):
            pass
        case ast.UnaryOp(op=ast.USub()) | ast.IfExp() | ast.BoolOp():
            _check_parts(tree, text, names)
        case ast.BinOp(op=operator) if isinstance(operator, _OPERATORS):
            _check_parts(tree, text, names)
        case ast.Compare(ops=[operator]) if isinstance(operator, _COMPARISONS):
            _check_parts(tree, text, names)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if (
            (name in FUNCTIONS and len(arguments) == 1)
            or (name in REDUCTIONS and len(arguments) == 1)
            or (name in ("max", "min") and len(arguments) == 2)
        ):
            for argument in arguments:
                _check(argument, text, names)
        case ast.Call(func=ast.Name(id=name)):
            raise FormulaError(
                f"formula {text!r}: {ast.unparse(tree)} is not one of the known functions with its "
                f"number of arguments: {', '.join(sorted(FUNCTIONS | REDUCTIONS))}"
            )
        case _:
            raise FormulaError(
                f"formula {text!r}: {ast.unparse(tree)!r} is not allowed in a formula"
            )


def _check_parts(tree: ast.expr, text: str, names: Collection[str] | None) -> None:
    for part in ast.iter_child_nodes(tree):
        if isinstance(part, ast.expr):
            _check(part, text, names)


def is_reduction(tree: ast.AST) -> bool:
    """Whether the node is `sum(…)`, `max(…)` or `min(…)` over a sequence."""
    match tree:
        case ast.Call(func=ast.Name(id=name), args=[_]):
            return name in REDUCTIONS
    return False


def names_in(tree: ast.expr) -> Iterator[str]:
    """The operands and constants that a formula refers to, each once, in order of appearance."""
    seen: dict[str, None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id not in FUNCTIONS | REDUCTIONS | CONSTANTS:
            seen[node.id] = None
    return iter(seen)
