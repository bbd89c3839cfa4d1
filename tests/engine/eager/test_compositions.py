"""Functions of several operations: their numbers, their derivatives, and what they refuse."""

import math

import numpy as np
import pytest

import engine
from engine import Value

FACTORS = [2.0, -3.0, 0.5, 4.0]


@pytest.mark.parametrize("zeros", [(), (1,), (0, 2)], ids=str)
def test_the_derivative_of_a_product_is_the_product_of_the_others(zeros):
    numbers = [0.0 if i in zeros else x for i, x in enumerate(FACTORS)]
    values = [Value(x) for x in numbers]
    product = engine.prod(values)
    product.backward()
    assert product.data == math.prod(numbers)
    for i, value in enumerate(values):
        assert value.grad == math.prod(numbers[:i] + numbers[i + 1 :])
    second = engine.hessian(engine.prod(values), values)
    for i, row in enumerate(second):
        for j, entry in enumerate(row):
            rest = [x for place, x in enumerate(numbers) if place not in (i, j)]
            assert entry.data == (0.0 if i == j else math.prod(rest))


def test_products_of_any_sequence():
    assert engine.prod([]) == 1.0
    assert engine.prod(iter([2, np.float64(3)])) == 6.0
    x = Value(3.0)
    assert engine.prod([x]).args == (1.0, x)
    assert engine.prod(x for x in (x, 2)).data == 6.0
    with pytest.raises(TypeError, match=r"^prod: a must be a sequence of numbers, not 'ab'"):
        engine.prod("ab")
    with pytest.raises(TypeError, match=r"^prod: a must be a real number, not None"):
        engine.prod([x, None])


def test_the_divergence_of_distributions():
    p, q = [Value(x) for x in (0.5, 0.5, 0.0)], [Value(x) for x in (0.25, 0.5, 0.25)]
    loss = engine.kl_divergence(p, q)
    loss.backward()
    assert loss.data == pytest.approx(math.log(2) / 2, rel=1e-15)
    assert [x.grad for x in q] == [-2.0, -1.0, 0.0]
    assert p[0].grad == pytest.approx(1 + math.log(2), rel=1e-15)
    assert engine.kl_divergence([0.25, 0.75], [0.25, 0.75]) == 0.0


def test_distributions_of_other_lengths_or_without_a_value_are_refused():
    with pytest.raises(ValueError, match="sequences of one length; given: 2 p, 1 q"):
        engine.kl_divergence([0.5, 0.5], [1.0])
    with pytest.raises((ValueError, ZeroDivisionError), match="where q is 0, p must be 0 too"):
        engine.kl_divergence([0.5, 0.5], [Value(1.0), Value(0.0)])
