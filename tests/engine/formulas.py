"""Random formulas, and what a formula comes to on numbers, computed apart from the engine."""

import ast
import math
from collections.abc import Callable, Mapping

from hypothesis import settings
from hypothesis import strategies as st

from engine.sheet.formula import FUNCTIONS, OF_TWO_NUMBERS
from engine.sheet.ieee import UNLIKE_MATH
from engine.sheet.inlining import inlined
from engine.sheet.ops import OPERATIONS
from engine.sheet.reductions import REDUCTIONS

# A formula has many more shapes than an operation has interesting operands.
many = settings(max_examples=2 * settings().max_examples)

NAMES = {"a", "b"}
_NUMBERS = ("0", "1", "2", "3", "10", "0.5", "0.125", "1.75")


@st.composite
def formulas(draw: st.DrawFn, depth: int = 4, reductions: bool = False) -> str:
    """Formulas in a and b with every construction of the language, all in parentheses."""

    def part() -> str:
        return draw(formulas(depth - 1, reductions))

    def condition() -> str:
        return f"({part()}) {draw(st.sampled_from(_COMPARISONS))} ({part()})"

    kind = draw(st.sampled_from(_KINDS)) if depth else "leaf"
    match kind:
        case "leaf":
            return draw(st.sampled_from(["a", "b", "a", "b", "pi", *_NUMBERS]))
        case "binary" | "power":
            sign = "**" if kind == "power" else draw(st.sampled_from(_SIGNS))
            return f"({part()}) {sign} ({part()})"
        case "minus":
            return f"-({part()})"
        case "choice":
            return f"({part()}) if {condition()} else ({part()})"
        case "long choice":
            joined = f"({condition()}) {draw(st.sampled_from(['and', 'or']))} ({condition()})"
            both = f"({joined}) {draw(st.sampled_from(['and', 'or']))} ({condition()})"
            return f"({part()}) if ({both}) else ({part()})"
        case "larger or smaller":
            return f"{draw(st.sampled_from(['max', 'min']))}({part()}, {part()})"
        case "reduction" if reductions:
            return f"{draw(st.sampled_from(['sum', 'max', 'min']))}({part()})"
    name = draw(st.sampled_from(_FUNCTIONS))
    return f"{name}({part()}, {part()})" if name in OF_TWO_NUMBERS else f"{name}({part()})"


# The sign of nan, which only `copysign` looks at, is one thing here and another there.
_FUNCTIONS = sorted(FUNCTIONS - {"copysign"})
_SIGNS = ("+", "-", "*", "/", "//", "%")
_COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
_KINDS = (
    *["leaf", "minus", "power", "choice", "function", "reduction"],
    *["binary", "binary", "binary", "long choice", "larger or smaller"],
)


def _reduced(name: str) -> Callable[..., float]:
    """A stand-in for a reduction: a function of one number that no other part can be taken for."""
    place = [*REDUCTIONS].index(name)
    slope, offset = 3.0 - 1.75 * place, 0.25 + 2.5 * place

    def function(*numbers: float) -> float:
        if len(numbers) == 2:
            return {"max": max, "min": min}[name](*numbers)
        return slope * numbers[0] + offset

    return function


NAMESPACE = {
    **vars(math),
    "abs": abs,
    **UNLIKE_MATH,
    "largest": max,
    "smallest": min,
    **{name: _reduced(name) for name in REDUCTIONS},
}


class _Real(ast.NodeTransformer):
    """Whole numbers as floats, and powers by `math.pow`: neither huge integers nor complex ones."""

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        assert isinstance(node.value, int | float)
        return ast.Constant(float(node.value))

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Pow):
            return ast.Call(ast.Name("pow", ast.Load()), [node.left, node.right], [])
        return node


def outcome(formula: ast.expr | str, names: Mapping[str, float]) -> object:
    """The number that a formula in Python's own syntax comes to, or the kind of error it raises."""
    text = formula if isinstance(formula, str) else ast.unparse(formula)
    tree = ast.parse(text, mode="eval")
    called = {part.id for part in ast.walk(tree) if isinstance(part, ast.Name)}
    if called & OPERATIONS.keys() - FUNCTIONS - {"float"}:
        tree = ast.Expression(inlined(tree.body))
    tree = ast.fix_missing_locations(_Real().visit(tree))
    try:
        return eval(compile(tree, "formula", "eval"), NAMESPACE, dict(names))
    except (ArithmeticError, ValueError) as error:
        return type(error)
