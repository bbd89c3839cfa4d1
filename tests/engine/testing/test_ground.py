"""Scales by hand, and where the ground ends."""

import pytest

from engine import Value, gradient
from engine.sheet.ops import OPERATIONS
from engine.testing import Ground, Recipe, Step
from engine.testing.ground import is_exact, is_well_defined, scales


def test_a_scale_is_the_sum_over_paths_of_absolute_products():
    x, w = Value(3.0), Value(-2.0)
    product = x * w
    y = product - x
    found = scales(y)
    # By itself 6; from x with 2·3, from w with 3·2.
    assert found[product] == 6 + 6 + 6
    assert found[y] == 9 + 18 + 3


def test_what_cancels_keeps_the_scale_of_what_it_was():
    x = Value(1e10)
    y = (x + 1.0) - x
    assert y.data == 1.0
    assert scales(y)[y] == 1 + (1e10 + 1) + 1e10 + 1e10


def test_a_local_derivative_of_zero_hides_what_is_infinite():
    x = Value(1000.0)
    hidden = (x.exp() * -1.0).relu()
    assert scales(hidden)[hidden] < 1


def test_gradients_have_scales_of_their_own():
    x = Value(2.0)
    slope = gradient(x * x * x, x)
    assert slope.data == 12
    assert scales(slope)[slope] > 12


@pytest.mark.parametrize(
    ("name", "exact"),
    [
        *[(name, True) for name in "add div abs relu leaky_relu sqrt maximum hinge".split()],
        *[(name, False) for name in "sum mean dot exp pow erf sigmoid".split()],
    ],
)
def test_what_ieee_rounds_correctly(name, exact):
    assert is_exact(OPERATIONS[name]) is exact


def ground(*numbers, **options):
    return Ground(numbers, **options)


def test_outside_a_domain_or_where_a_derivative_is_infinite():
    assert not ground(-1.0).add(Step("log", (0,)))
    assert not ground(0.0).add(Step("sqrt", (0,)))
    assert not ground(1e308).add(Step("exp", (0,)))
    assert not ground(1e200).add(Step("mul", (0, 0)))
    assert ground(0.0).add(Step("exp", (0,)))


def test_on_a_kink_only_what_is_exact():
    on = ground(0.0)
    assert on.add(Step("relu", (0,)))
    assert not ground(0.0, exact_leaves=False).add(Step("relu", (0,)))
    assert on.add(Step("sin", (0,)))
    assert not on.add(Step("relu", (2,)))
    assert not on.add(Step("abs", (2,)))


def test_near_a_kink_is_relative_to_what_cancelled():
    def difference(offset):
        own = ground(1.0)
        assert own.add(Step("exp", (0,)))
        assert own.add(Step("add", (1, offset)))
        assert own.add(Step("sub", (2, 1)))
        return own

    assert not difference(1e-12).add(Step("relu", (3,)))
    assert difference(1e-3).add(Step("relu", (3,)))


def test_equal_operands_of_a_maximum():
    own = ground(0.5)
    assert own.add(Step("exp", (0,)))
    assert own.add(Step("exp", (0,)))
    assert own.add(Step("maximum", ((1, 1),)))
    assert not own.add(Step("maximum", ((1, 2),)))
    assert own.add(Step("maximum", ((0, 0),)))


def test_a_kink_of_the_second_derivative():
    own = ground(1.0, 0.0)
    assert own.add(Step("huber", (0, 1), (1.0,)))
    assert own.add(Step("cos", (1,)))
    assert not own.add(Step("huber", (3, 1), (1.0,)))


def test_a_recipe_is_well_defined_on_all_its_rows():
    recipe = Recipe(((1.0,), (2.0,)), (1.0,), (Step("mul", (0, 1)), Step("log", (2,))))
    assert is_well_defined(recipe)
    assert not is_well_defined(Recipe(((1.0,), (-2.0,)), recipe.parameters, recipe.steps))
