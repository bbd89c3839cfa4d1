"""Kinds of operations are seen in their formulas, those of a user's own operations too."""

import ast

import pytest

from engine import Value, apply
from engine.explaining.explanation import explain
from engine.sheet.kinds import factor, is_power, is_rectifier, is_weighted_sum, total
from engine.sheet.op import Op
from engine.sheet.ops import OPERATIONS

SQUARES = Op("squares", "squares", "sum(a ** 2)", ("2 * a",), operands="a*")
SCORE = Op("score", "score", "sum(q * k)", ("k", "q"), operands="q* k*")
SCALED = Op("scaled", "scaled", "sum(c * a)", ("c",), operands="a*", constants={"c": 2.0})


@pytest.mark.parametrize(
    ("op", "term", "others"),
    [
        (OPERATIONS["dot"], "weights * inputs", ("bias",)),
        (OPERATIONS["sum"], "a", ()),
        (SQUARES, "a ** 2", ()),
        (SCORE, "q * k", ()),
    ],
    ids=repr,
)
def test_what_is_added_up(op, term, others):
    found = total(op)
    assert (ast.unparse(found.term), found.others) == (term, others)


@pytest.mark.parametrize("name", "add mean maximum logsumexp norm var exp_total".split())
def test_what_does_more_than_add_up_is_not_a_total(name):
    assert total(OPERATIONS[name]) is None


def test_a_total_with_a_constant_in_its_terms_is_none():
    assert total(SCALED) is None


def test_a_weighted_sum_of_ones_own():
    assert [is_weighted_sum(op) for op in (SCORE, SQUARES, OPERATIONS["sum"])] == [1, 0, 0]


def test_a_power_has_a_constant_as_exponent():
    assert is_power(OPERATIONS["pow"])
    assert not any(is_power(OPERATIONS[name]) for name in ("power", "squared_error", "exp2"))


def test_a_rectifier_of_another_slope_is_none():
    half = Op("half", "half", "0 if a <= 0 else a / 2", ("0 if a <= 0 else 0.5",))
    steep = Op("steep", "steep", "-a if a <= 0 else a", ("-1 if a <= 0 else 1",))
    assert [is_rectifier(op) for op in (OPERATIONS["relu"], half, steep)] == [1, 0, 0]


@pytest.mark.parametrize("name", "log sqrt acosh clamp maximum hypot sum exp abs selu".split())
def test_the_others_are_not_rectifiers(name):
    assert not is_rectifier(OPERATIONS[name])


def test_a_factor_is_the_operand_that_is_the_partial_derivative():
    assert factor(SCORE, "q") == "k"
    assert factor(OPERATIONS["exp"], "a") is factor(OPERATIONS["dot"], "bias") is None


@pytest.mark.parametrize("op", [OPERATIONS["dot"], OPERATIONS["clamp"], SCORE], ids=repr)
def test_places_and_positions_are_inverse(op):
    count = 2 * len(op.sequences) + len(op.operands) + len(op.constants)
    for position in range(count):
        assert op.position(count, *op.place(count, position)) == position


def test_an_operation_of_ones_own_is_explained_by_its_terms():
    q = [Value(2.0, label="q1"), Value(3.0, label="q2")]
    k = [Value(5.0, label="k1"), Value(7.0, label="k2")]
    node = apply(SCORE, q, k)
    assert node.data == 31.0
    assert "q1·k1 + q2·k2" in str(explain(node * 2, q[0], names={}))
