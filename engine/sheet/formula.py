"""Formulas: the small language of the sheet, read and checked.

A formula is a Python expression made of names, numbers, + − * / // % **, comparisons, and/or,
`x if condition else y`, and calls of the functions below or of any operation of the sheet on
numbers; everything else is refused when it is read. `engine.sheet.dialects` writes a formula again,
as Python, text or LaTeX; `engine.sheet.inlining` writes its operations out.

`read` also takes the signs of written mathematics, so that the text dialect can be read back:

>>> from engine.sheet.dialects import TEXT
>>> TEXT.write(read("-2 * (y - p)"))
'−2·(y − p)'
>>> ast.unparse(read("−2·(y − p)"))
'-2 * (y - p)'
"""

from __future__ import annotations

import ast
import sys
from collections import deque
from collections.abc import Collection, Iterator

from engine.sheet.ops import OPERATIONS
from engine.sheet.reductions import REDUCTIONS

# What libraries of mathematics have. Any other function of a formula is a line of the sheet.
# `floor`, `ceil`, `trunc` and `round` give floats; `round` of two near ones the even one.
FUNCTIONS = frozenset(
    "abs exp exp2 expm1 log log2 log10 log1p sqrt cbrt sin cos tan asin acos atan atan2 "
    "sinh cosh tanh asinh acosh atanh erf erfc hypot copysign floor ceil trunc round".split()
)
# All others take one number.
OF_TWO_NUMBERS = frozenset({"atan2", "copysign", "hypot"})
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
        "∛": "cbrt",
        "π": "pi",
        "Σ": "sum",
        "²": "**2",
        "³": "**3",
    }
)

# By these, too, a formula may call an operation: σ(a), SiLU(a).
SYMBOLS = {
    op.symbol: op.name
    for op in OPERATIONS.values()
    if op.symbol.isidentifier() and not op.sequences
}

# Characters of a formula in an error, and how deep one may nest that is computed.
_MOST_SHOWN = 200
_MOST_LEVELS = 60

_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
_COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)


class FormulaError(ValueError):
    """A formula holds something that is not part of the language.

    `position`: where in the text, counted from 0; known of what somebody typed.
    """

    position: int | None = None


def read(text: str, names: Collection[str] | None = None) -> ast.expr:
    """The checked syntax tree of a formula; `names`, when given, are all it may refer to."""
    spelled = text.translate(_SIGNS).replace(" = ", " == ").replace(" mod ", " % ")
    shown = shortened(text)
    try:
        tree = ast.parse(spelled.strip(), mode="eval").body
        check(tree, shown, None if names is None else CONSTANTS.union(names))
    except SyntaxError as error:
        raise FormulaError(f"formula {shown} is not an expression: {error.msg}") from None
    except (RecursionError, MemoryError):
        # Python's parser runs out of its own stack with the latter.
        raise FormulaError(f"formula {shown} is nested too deep") from None
    except UnicodeEncodeError:
        raise FormulaError(f"formula {shown} holds half of a character") from None
    return tree


def shortened(text: str) -> str:
    """A formula in a message."""
    return repr(text) if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]!r}…"


def read_finite(text: str, names: Collection[str]) -> ast.expr:
    """The same of a formula that is to be computed: its numbers must be floats, its depth bounded.

    Texts, which are only read back, round the largest of them beyond the floats.
    """
    tree = read(text, names)
    # What is derived from a formula nests deeper, and Python compiles only so many levels.
    level: list[ast.expr] = [tree]
    for _ in range(_MOST_LEVELS):
        level = [part for node in level for part in children(node)]
    if level:
        raise FormulaError(
            f"formula {shortened(text)} is nested too deep: at most {_MOST_LEVELS} levels, of "
            "which every term of a sum is one; call one operation in another"
        )
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and not node.value <= sys.float_info.max:  # type: ignore[operator]
            raise FormulaError(
                f"formula {shortened(text)}: a number in it is too large for a float"
            )
    return tree


def check(tree: ast.expr, shown: str, names: Collection[str] | None = None) -> None:
    """FormulaError where something is not allowed; operations get their names for their symbols."""
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name):
        tree.func.id = SYMBOLS.get(tree.func.id, tree.func.id)
    match tree:
        case ast.Name(id=name) if names is None or name in names:
            pass
        case ast.Name(id=name):
            raise FormulaError(
                f"formula {shown}: unknown name {name!r}; known: {', '.join(sorted(names or ()))}"
            )
        case ast.Constant(value=bool()):
            raise FormulaError(f"formula {shown}: {ast.unparse(tree)} is not a number")
        case ast.Constant(value=int() | float()):
            pass
        case ast.UnaryOp(op=ast.USub()) | ast.IfExp() | ast.BoolOp():
            _check_parts(tree, shown, names)
        case ast.BinOp(op=operator) if isinstance(operator, _OPERATORS):
            _check_parts(tree, shown, names)
        case ast.Compare(ops=[operator]) if isinstance(operator, _COMPARISONS):
            _check_parts(tree, shown, names)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if takes(
            name, len(arguments)
        ):
            for argument in arguments:
                check(argument, shown, names)
        case ast.Call(func=ast.Name(id=name)):
            known = sorted(FUNCTIONS | REDUCTIONS.keys() | OPERATIONS.keys())
            raise FormulaError(
                f"formula {shown}: {ast.unparse(tree)} is not one of the known functions with its "
                f"number of arguments: {', '.join(known)}"
            )
        case _:
            raise FormulaError(
                f"formula {shown}: {ast.unparse(tree)!r} is not allowed in a formula"
            )


def takes(name: str, count: int) -> bool:
    """Whether a formula may call the function of this name with so many arguments.

    An operation takes its operands, and then as many of its constants as are given.

    >>> takes("exp", 1), takes("leaky_relu", 1), takes("leaky_relu", 2), takes("pow", 1)
    (True, True, True, False)
    """
    if name in FUNCTIONS:
        return count == 1 + (name in OF_TWO_NUMBERS)
    if name in REDUCTIONS:
        return count == 1 or (count == 2 and bool(REDUCTIONS[name].of_two))
    op = OPERATIONS.get(name)
    if op is None or op.sequences:
        return False
    required = sum(default is None for default in op.constants.values())
    return 0 <= count - len(op.operands) - required <= len(op.constants) - required


def _check_parts(tree: ast.expr, shown: str, names: Collection[str] | None) -> None:
    for part in children(tree):
        check(part, shown, names)


def is_reduction(tree: ast.AST) -> bool:
    """Whether the node is `sum(…)`, `max(…)` or `min(…)` over a sequence."""
    match tree:
        case ast.Call(func=ast.Name(id=name), args=[_]):
            return name in REDUCTIONS
    return False


def children(node: ast.expr) -> list[ast.expr]:
    """The parts of a formula's part; of a choice, the condition comes first."""
    match node:
        case ast.UnaryOp(operand=operand):
            return [operand]
        case ast.BinOp(left=left, right=right):
            return [left, right]
        case ast.Compare(left=left, comparators=comparators):
            return [left, *comparators]
        case ast.BoolOp(values=values):
            return values
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return [test, body, orelse]
        case ast.Call(args=arguments):
            return arguments
    return []


def names_in(tree: ast.expr) -> Iterator[str]:
    """The operands and constants that a formula refers to, each once, in order of appearance."""
    seen: dict[str, None] = {}
    waiting = deque([tree])
    while waiting:
        node = waiting.popleft()
        if not isinstance(node, ast.Name):
            waiting.extend(children(node))
        elif node.id not in CONSTANTS:
            seen[node.id] = None
    return iter(seen)
