"""What formulas have in common is computed once, before the first that needs it."""

import ast
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Value, apply, compile
from engine.sheet.computation import DEAD, computation, computation_of, hoist, needed
from engine.sheet.evaluate import forward, partials
from engine.sheet.formula import names_in, read
from engine.sheet.op import Op
from engine.sheet.specialize import specialize
from tests.engine.programs.models import over_backends
from tests.engine.sampling import over_sheet


def steps(*formulas, operands="a", **settings):
    op = Op("f", "f", formulas[0], formulas[1:], operands=operands, **settings)
    own = computation(op)
    return (
        [(step.name, ast.unparse(step.tree)) for step in own.before],
        ast.unparse(own.value),
        [(step.name, ast.unparse(step.tree)) for step in own.after],
        *map(ast.unparse, own.partials.values()),
    )


def test_a_function_that_value_and_derivative_share_is_computed_once_before_the_value():
    assert steps("a * exp(a)", "exp(a) + out") == (
        [("exp_1", "exp(a)")], "a * exp_1", [], "exp_1 + out",
    )  # fmt: skip


def test_the_largest_common_part_is_taken_out_and_what_it_shares_with_others_as_well():
    before, value, _, partial = steps("log(1 + exp(a)) + exp(a)", "log(1 + exp(a)) / exp(a)")
    assert before == [("exp_2", "exp(a)"), ("log_1", "log(1 + exp_2)")]
    assert (value, partial) == ("log_1 + exp_2", "log_1 / exp_2")


def test_what_only_derivatives_share_waits_until_after_the_value():
    assert steps("a * b", "exp(a) * b", "exp(a) + out", operands="a b") == (
        [], "a * b", [("exp_1", "exp(a)")], "exp_1 * b", "exp_1 + out",
    )  # fmt: skip


def test_what_a_choice_may_not_need_is_not_computed_before_it():
    assert steps("a if a > 0 else log(-a)", "1 if a > 0 else log(-a)")[0] == []
    # The condition is computed in any case.
    assert steps("a if exp(a) > 2 else 1", "exp(a)")[0] == [("exp_1", "exp(a)")]
    assert steps("a if a > 0 and log(a) > 2 else 1", "1 / log(a)")[0] == []


def test_sums_and_products_are_computed_again():
    assert steps("(y - p) ** 2", "2 * (y - p)", "-2 * (y - p)", operands="y p")[0] == []


def test_a_part_that_is_the_same_for_all_elements_leaves_the_loop():
    before, _, after, partial = steps("sum(a)", "(a - sum(a) / n) / exp(sum(a) / n)", operands="a*")
    assert before == [("sum_1", "a")]
    assert [tree for _, tree in after] == ["sum_1 / n", f"exp({after[0][0]})"]
    assert partial == f"(a - {after[0][0]}) / {after[1][0]}"


def test_equal_reductions_have_one_name_and_inner_ones_come_first():
    found, remaining = hoist([read("max(a) + sum(a - max(a))"), read("sum(a - max(a))")])
    assert [(step.name, ast.unparse(step.tree)) for step in found] == [
        ("max_1", "a"),
        ("sum_2", "a - max_1"),
    ]
    assert [*map(ast.unparse, remaining)] == ["max_1 + sum_2", "sum_2"]


@over_sheet
def test_a_step_refers_to_operands_and_to_steps_before_it(op):
    own = computation(op)
    known = {*op.operands, *op.constants, *(["n"] if op.sequences else [])}
    for step in own.before:
        assert set(names_in(step.tree)) <= known
        known.add(step.name)
    assert set(names_in(own.value)) <= known
    known.add("out")
    for step in own.after:
        assert set(names_in(step.tree)) <= known
        known.add(step.name)
    for partial in own.partials.values():
        assert set(names_in(partial)) <= {*known, DEAD}


def test_only_what_is_needed_is_named():
    own = computation(Op("f", "f", "exp(a) * b", ("exp(a) * b", "exp(a)"), operands="a b"))
    assert needed(own.before, [own.value]) == own.before
    assert needed(own.before, [read("a * b")]) == []


def test_constants_that_are_put_in_first_leave_more_in_common():
    op = Op("f", "f", "exp(a) if k > 0 else a", ("exp(a) if k > 0 else 1",), constants={"k": 1.0})
    assert computation(op).before == []
    found = computation_of(op, lambda tree: specialize(tree, {}, {"k": 2.0}))
    assert [ast.unparse(step.tree) for step in found.before] == ["exp(a)"]


BELL = Op("bell", "bell", "exp(-a ** 2) * a", ("exp(-a ** 2) * (1 - 2 * a ** 2)",))


@given(a=st.floats(-3, 3))
def test_values_and_derivatives_are_what_the_formulas_say(a):
    value, slope = math.exp(-a * a) * a, math.exp(-a * a) * (1 - 2 * (a * a))
    assert forward(BELL)(a) == (value,)
    assert partials(BELL)(a, value) == (slope,)


@over_backends
def test_a_program_computes_a_common_part_once_for_both_passes(backend):
    w, x = Value(0.5, label="w"), Value(1.0, label="x")
    program = compile(apply(BELL, w * x), inputs=[x], parameters=[w], backend=backend)
    assert program.source("python").split("def gradients")[1].count("= exp(") == 1
    assert program.source("c").split("gradients(")[1].count(" = exp(") == 1
    assert program.source("llvm").split("define")[2].count("call double @exp(") <= 1
    loss, found = program.gradients([[1.0]])
    assert (loss, found[0]) == pytest.approx(
        (math.exp(-0.25) * 0.5, math.exp(-0.25) * 0.5), rel=1e-15
    )
