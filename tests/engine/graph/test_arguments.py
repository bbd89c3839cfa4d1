"""Arguments that must be Values are looked at before anything is done."""

import numpy as np
import pytest

import engine
from engine import (
    Value,
    draw,
    explain,
    gradient,
    hessian,
    jacobian,
    leaves,
    steps,
    topological_order,
    tree,
)

NO_VALUES = [5.0, "y", None, {"y": 1}, [Value(1.0)], np.array(1.0)]


def numbers(rows):
    return [[item.data for item in row] for row in rows]


@pytest.mark.parametrize("kind", [list, tuple, iter, np.array, dict.fromkeys], ids=str)
def test_any_iterable_in_order_is_gone_through_once(kind):
    a, b = Value(2.0), Value(3.0)
    y = a * a * b

    def xs():
        given = kind([a, b])
        return given.keys() if kind == dict.fromkeys else given

    assert [item.data for item in gradient(y, xs())] == [12.0, 4.0]
    assert numbers(hessian(y, xs())) == [[6.0, 4.0], [4.0, 0.0]]
    assert numbers(jacobian((v for v in [y, a]), xs())) == [[12.0, 4.0], [1.0, 0.0]]


@pytest.mark.parametrize(
    "xs",
    [{"a": Value(1.0)}, {Value(1.0)}, frozenset(), "ab", b"ab", 3.0, None, np.array(1.0)],
    ids=repr,
)
def test_what_has_no_order_or_no_values_is_refused_with_what_to_pass(xs):
    y = Value(2.0) * 2
    for name, call in {
        "gradient": lambda: gradient(y, xs),
        "jacobian": lambda: jacobian([y], xs),
        "hessian": lambda: hessian(y, xs),
    }.items():
        with pytest.raises(
            TypeError, match=f"^{name}: xs must be Values in order, .*; pass a list$"
        ):
            call()
    with pytest.raises(
        TypeError, match=r"^jacobian: ys must be Values in order, not Value\(4, grad"
    ):
        jacobian(y, [y])


@pytest.mark.parametrize("item", [2.0, None, "a", [Value(1.0)]], ids=repr)
def test_an_item_that_is_not_a_value_is_named_by_its_place(item):
    a = Value(2.0)
    with pytest.raises(TypeError, match=r"^gradient: xs\[1\] must be a Value, not "):
        gradient(a * a, [a, item])
    with pytest.raises(TypeError, match=r"^jacobian: ys\[1\] must be a Value, not "):
        jacobian([a, item], [a])


@pytest.mark.parametrize("bad", NO_VALUES, ids=repr)
def test_an_output_that_is_not_a_value_is_named(bad):
    x = Value(1.0)
    for name, call in {
        "gradient": lambda: gradient(bad, [x]),
        "hessian": lambda: hessian(bad, [x]),
        "draw": lambda: draw(bad),
        "explain": lambda: explain(bad),
        "steps": lambda: steps(bad),
        "tree": lambda: tree(bad),
    }.items():
        with pytest.raises(TypeError, match=f"^{name}: y must be a Value, not "):
            call()
    for walk in (leaves, topological_order):
        with pytest.raises(TypeError, match=r"^a walk over a graph takes Values, each"):
            walk(x, bad)


def test_several_outputs_are_for_the_jacobian():
    with pytest.raises(TypeError, match=r"for several outputs there is jacobian\(ys, xs\)$"):
        gradient([Value(1.0)], [Value(1.0)])


def test_a_refused_call_changes_nothing():
    a = Value(2.0)
    y = a * a
    y.backward()
    with pytest.raises(TypeError):
        gradient(y, [a, 1.0])
    assert (y.grad, a.grad, engine.leaves(y)) == (1.0, 4.0, [a])


@pytest.mark.parametrize("read", [draw, explain, steps, tree])
def test_of_several_outputs_it_is_said_what_to_choose(read):
    a, b = Value(1.0), Value(2.0)
    for given, many, choice in [
        ([a, b], "list of 2", r"y\[0\], .* engine.sum\(y\)"),
        ((a, b), "tuple of 2", r"y\[0\], .* engine.sum\(y\)"),
        ({"loss": b}, "dict of 1", r"y\['loss'\], .* engine.sum\(y.values\(\)\)"),
        (np.array([[a, b], [b, a]]), "ndarray of 4", r"y\[0\], "),
    ]:
        with pytest.raises(TypeError, match=f"y must be a Value, not a {many}: .* {choice}"):
            read(given)
