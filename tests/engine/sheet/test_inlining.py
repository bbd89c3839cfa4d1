"""Operations that a formula calls: written out where they are computed, called by name in texts."""

import ast
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Value, apply, gradient
from engine.sheet.dialects import LATEX, TEXT
from engine.sheet.evaluate import forward
from engine.sheet.formula import FUNCTIONS, FormulaError, read
from engine.sheet.inlining import inlined, replaced
from engine.sheet.op import Op
from engine.sheet.ops import SHEET
from tests.engine.sampling import rows

CALLED = [op for op in SHEET if not op.sequences and op.name not in FUNCTIONS]


@pytest.mark.parametrize("op", CALLED, ids=lambda op: op.name)
@given(data=st.data())
def test_a_formula_may_call_any_operation_on_numbers(op, data):
    row = data.draw(rows(op))
    names = [*op.operands, *op.constants]
    call = f"{op.name}({', '.join(names)})"
    operands = " ".join(op.operands)
    ones = ("1",) * len(op.operands)
    caller = Op("f", "f", call, ones, operands=operands, constants=op.constants)
    assert forward(caller)(*row) == forward(op)(*row)


def test_what_is_written_out_holds_functions_of_libraries_only():
    for op in CALLED:
        tree = inlined(read(f"{op.name}({', '.join([*op.operands, *op.constants])})"))
        called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call)}
        assert called <= FUNCTIONS | {"max", "min"}


def test_constants_are_given_or_have_their_default():
    tree = inlined(read("leaky_relu(-b) + leaky_relu(b, 0.5)"))
    assert ast.unparse(tree) == (
        "(0.01 * -b if -b <= 0 else -b) + (0.5 * b if b <= 0 else b)"
    )  # fmt: skip


@pytest.mark.parametrize(
    "call",
    ["leaky_relu()", "leaky_relu(a, a, a)", "pow(a)", "hinge(a)", "logsumexp(a)", "mean(a)"],
)
def test_another_number_of_arguments_is_refused_and_so_are_sequences(call):
    with pytest.raises(FormulaError, match="not one of the known functions with its number of"):
        read(call, {"a"})


def test_names_are_replaced_all_at_once_and_never_those_of_functions():
    tree = replaced(read("a * exp(b)"), {"a": read("b"), "b": read("a"), "exp": read("c")})
    assert ast.unparse(tree) == "b * exp(a)"


def test_the_absolute_value_of_a_negative_is_spelled_as_that_of_the_number():
    assert ast.unparse(inlined(read("abs(-a) + abs(-(a + b))"))) == "abs(a) + abs(a + b)"


def test_texts_keep_the_call_and_can_be_read_back():
    for op in CALLED:
        if op.symbol.isidentifier():
            tree = read(f"{op.name}({', '.join([*op.operands, *op.constants])})")
            text = TEXT.write(tree)
            assert text.startswith(f"{op.symbol}(")
            assert ast.dump(read(text)) == ast.dump(tree)
    assert LATEX.write(read("silu(a)")) == r"\operatorname{SiLU}\left(a\right)"
    assert LATEX.write(read("sigmoid(a)")) == r"\sigma\left(a\right)"


def test_an_operation_of_ones_own_calls_the_sheet_everywhere():
    slopes = ("silu(a) + a * (sigmoid(a) + silu(a) * sigmoid(-a))",)
    gate = Op("gate", "gate", "a * silu(a)", slopes)

    def slope(a):
        return gradient(apply(gate, x := Value(a)), x).data

    x = Value(0.75)
    y = apply(gate, x)
    y.backward()
    sigmoid = 1 / (1 + math.exp(-0.75))
    assert y.data == pytest.approx(0.75**2 * sigmoid, rel=1e-15)
    assert x.grad == pytest.approx((2 * 0.75 + 0.75**2 * (1 - sigmoid)) * sigmoid, rel=1e-15)
    assert slope(0.75) == x.grad
    second = (slope(0.75 + 1e-5) - slope(0.75 - 1e-5)) / 2e-5
    assert gradient(gradient(y, x), x).data == pytest.approx(second, rel=1e-8)
