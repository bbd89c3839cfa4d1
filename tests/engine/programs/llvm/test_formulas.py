"""Kernel of formulas: written once, in the names and types that LLVM has for them."""

import pytest

from engine.programs.llvm.code import Code, literal
from engine.programs.llvm.formulas import LlvmFormulas
from engine.programs.llvm.library import vector_function
from engine.sheet.formula import read


def written(text, width=1, vector_functions=()):
    code = Code({})
    formulas = LlvmFormulas(code, width, vector_functions)
    register = formulas.write(read(text), {"a": "%a", "b": "%b"})
    return code, register


def test_equal_parts_are_computed_once():
    code, register = written("(a + b) * exp(a + b) + (a + b)")
    assert [line.split(" = ")[1].split(" double")[0] for line in code.lines] == [
        "fadd",
        "call",
        "fmul",
        "fadd",
    ]
    assert register == "%r4"


@pytest.mark.parametrize(
    ("exponent", "products"), [("1", 0), ("2", 1), ("3", 2), ("4", 3), ("5", None), ("0.5", None)]
)
def test_small_powers_are_products(exponent, products):
    code, _ = written(f"a ** {exponent}")
    if products is None:
        assert list(code.functions) == ["pow"]
    else:
        assert len(code.lines) == products
        assert not code.functions


def test_functions_of_vectors_where_they_are_there_and_one_lane_after_the_other_elsewhere():
    name = vector_function("exp", 4)
    assert list(written("exp(a)", 4, [name])[0].functions) == [name]
    code, _ = written("exp(a)", 4)
    assert list(code.functions) == ["exp"]
    assert sum("call double @exp" in line for line in code.lines) == 4
    # What LLVM has itself needs neither.
    assert list(written("sqrt(a)", 4)[0].functions) == ["llvm.sqrt.v4f64"]


def test_numbers_are_written_by_their_bits():
    assert literal(-0.0) == "0x8000000000000000"
    assert literal(0.1) == "0x3FB999999999999A"
    code, _ = written("a + 1", 2)
    one = "double 0x3FF0000000000000"
    assert code.lines == [f"  %r1 = fadd <2 x double> %a, <{one}, {one}>"]


def test_choices_select_one_of_two_numbers():
    code, register = written("a if a <= b and a != 0 else b")
    assert [line.strip().split(" = ")[1] for line in code.lines] == [
        "fcmp ole double %a, %b",
        "fcmp une double %a, 0x0000000000000000",
        "and i1 %r1, %r2",
        "select i1 %r3, double %a, double %b",
    ]
    assert register == "%r4"


@pytest.mark.parametrize(
    ("text", "instructions"),
    [
        ("a - b * a", ["fneg", "call"]),
        ("a + b * a", ["call"]),
        ("a - b / a", ["fdiv", "fsub"]),
        ("(a + b) * a", ["fadd", "fmul"]),
    ],
)
def test_a_change_by_a_product_is_rounded_once(text, instructions):
    code = Code({})
    LlvmFormulas(code).changed(read(text), {"a": "%a", "b": "%b"})
    assert [line.split(" = ")[1].split(" double")[0] for line in code.lines] == instructions


@pytest.mark.parametrize(
    ("method", "count", "lanes"),
    [
        ("spread", 2, [0, 1, 0, 1, 0, 1, 0, 1]),
        ("spread", 4, [0, 1, 2, 3, 0, 1, 2, 3]),
        ("repeated", 2, [0, 0, 0, 0, 1, 1, 1, 1]),
        ("repeated", 4, [0, 0, 1, 1, 2, 2, 3, 3]),
    ],
)
def test_a_vector_for_neighbours_in_lanes_of_rows(method, count, lanes):
    code = Code({})
    register = getattr(LlvmFormulas(code, 8), method)("%a", count)
    which = ", ".join(f"i32 {lane}" for lane in lanes)
    given = f"<{count} x double>"
    assert code.lines == [
        f"  {register} = shufflevector {given} %a, {given} poison, <8 x i32> <{which}>"
    ]


def test_a_vector_of_that_length_stays_what_it_is():
    code = Code({})
    assert LlvmFormulas(code, 8).spread("%a", 8) == LlvmFormulas(code, 1).repeated("%a", 1) == "%a"
    assert code.lines == []
