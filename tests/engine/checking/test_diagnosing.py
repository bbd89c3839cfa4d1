"""Slips are named rightly, and nothing right is accused."""

import random

import pytest

import nn
from engine import Parameter, Value, diagnose, gradient, mean
from engine.checking.diagnosing import KINDS
from engine.checking.digits import rounding
from tests.engine.checking.measuring import Table, any_graphs, claims


def neuron():
    """(y − σ(w·x + b))² with labels."""
    leaves = {"w": 0.5, "x": 2.0, "b": -0.3, "y": 3.0}
    w, x, b, y = (Value(number, name) for name, number in leaves.items())
    z = w * x + b
    a = z.sigmoid()
    loss = (y - a) ** 2
    z.label, a.label, loss.label = "z", "ŷ", "L"
    return loss, w, x, a


def test_of_the_usual_slips_nine_in_ten_are_named_rightly_and_nothing_right_is_accused():
    found = [c for c in claims(random.Random(3)) if c.how != "by its number"]
    table = Table(iter(random.Random(0).sample(found, 170)))
    assert table.share() >= 0.9, str(table)
    assert table.share("right") == 1, str(table)
    assert table.share("unknown") == 1, str(table)
    assert {kind for kind, _ in table.named} == set(KINDS)


def test_in_graphs_of_any_operations_as_well():
    table = Table(any_graphs(random.Random(5), 25))
    assert table.share() >= 0.9, str(table)
    assert table.share("right") == 1, str(table)


def test_digits_that_are_typed_decide():
    slow = "earlier gradient added", "unknown"
    found = [claim for claim in claims(random.Random(4)) if claim.kind not in slow]
    table = Table(iter(random.Random(1).sample(found, 60)), digits=4)
    assert table.share() >= 0.85, str(table)
    assert rounding(0.197) == pytest.approx(0.00051)
    assert rounding(1.0) == pytest.approx(0.0051)
    assert rounding(1234567.0) == 0


def test_the_text_names_the_factor_with_numbers_and_the_right_gradient():
    loss, w, _x, a = neuron()
    found = diagnose(loss, w, -2 * (3 - a.data) * 2.0)
    assert found.kind == "factor missing"
    assert str(found) == (
        "factor missing: the local derivative of σ, ŷ·(1 − ŷ) = 0.2217, is missing "
        "between ŷ and z\n"
        "∂L/∂w = −2.068, not −9.327"
    )
    assert found.right == gradient(loss, w).data
    assert found.line == str(found).splitlines()[0]


@pytest.mark.parametrize(
    ("times", "kind", "words"),
    [
        (-1, "sign", "the minus of"),
        (0.5, "constant", "the constant 2 of 2·"),
        (2.0, "constant", "is there twice"),
        (0.25, "other node", "w = 0.5 stands where x = 2 belongs"),
        (1.7, "unknown", "none of the usual slips"),
        (0.0, "path missing", "L does depend on w"),
    ],
)
def test_the_kind_and_the_words(times, kind, words):
    loss, w, _, _ = neuron()
    found = diagnose(loss, w, times * gradient(loss, w).data)
    assert found.kind == kind
    # The minus is that of y − ŷ, which is not a factor of one local derivative.
    assert words in found.line or "everything is right but the sign" in found.line


def test_two_slips_that_fit_are_both_told():
    x, w = Value(2.0, "x"), Value(0.7, "w")
    y = w * x
    y.label = "y"
    found = diagnose(y, w, 4.0)
    assert (found.kind, found.others[0]) == ("factor doubled", "earlier gradient added")
    assert "It may also be earlier gradient added" in found.text


def test_a_function_is_tried_at_several_points():
    loss, w, _, _ = neuron()
    assert diagnose(loss, w, lambda y, ŷ, x: -2 * (y - ŷ) * ŷ * (1 - ŷ) * x).kind == "right"
    # At the numbers of the graph x is 4·w; at others it is not.
    by_chance = diagnose(loss, w, lambda y, ŷ, w: -2 * (y - ŷ) * ŷ * (1 - ŷ) * 4 * w)
    assert by_chance.kind == "unknown"
    assert "at these numbers only" in by_chance.line
    with pytest.raises(TypeError, match="'q', which is not a node; known: L, b, w, x, y, z, ŷ"):
        diagnose(loss, w, lambda q: q)


def steps(rate=0.1):
    """A model after one step of training on the same row, and its loss before and after it."""
    model = nn.MLP(2, [2, 1], "tanh", seed=5)
    before = nn.squared_error(1.0, model([0.5, -0.8]))
    before.backward()
    weight = model.parameters()[0]
    return model, weight, before


def test_the_loop_without_zero_grad():
    model, weight, _ = steps()
    nn.SGD(model.parameters(), learning_rate=0.1).step()
    loss = nn.squared_error(1.0, model([0.5, -0.8]))
    loss.backward()
    found = diagnose(loss, weight, weight.grad)
    assert found.kind == "earlier gradient added"
    assert "zero_grad" in found.line
    # Also where only the number is known.
    claimed, weight.grad = weight.grad, 0.0
    found = diagnose(loss, weight, claimed)
    assert found.kind == "earlier gradient added"
    assert "learning rate of 0.1" in found.line


def test_the_parameter_after_its_update():
    _model, weight, loss = steps()
    claimed = weight.data - 0.1 * weight.grad
    assert diagnose(loss, weight, claimed).kind == "after the update"
    # As code has it: the graph is that of before, the parameter has moved.
    grad, weight.data = weight.grad, claimed
    assert diagnose(loss, weight, weight.data).kind == "after the update"
    assert diagnose(loss, weight, grad).kind == "right"
    assert diagnose(loss, weight, -grad).kind == "sign"


def test_large_graphs_are_soon_done():
    source = random.Random(1)
    model = nn.MLP(2, [4, 1], "tanh", seed=1)
    rows = [[source.random(), source.random()] for _ in range(60)]
    loss = mean([nn.squared_error(source.random(), model(row)) for row in rows])
    weight = model.parameters()[0]
    right = gradient(loss, weight).data
    assert diagnose(loss, weight, 60 * right).kind == "constant"
    deep = weight
    for _ in range(5000):
        deep = deep.sin() + 0.1
    assert diagnose(deep, weight, -gradient(deep, weight).data or 1.0).kind in ("sign", "unknown")


@pytest.mark.parametrize(
    ("claimed", "kind", "message"),
    [
        ("3", TypeError, "the claimed gradient must be a real number, not '3'"),
        (None, TypeError, "must be a real number"),
        (float("nan"), ValueError, "the claimed gradient is nan; it must be finite"),
    ],
)
def test_what_is_not_a_claim(claimed, kind, message):
    loss, w, _, _ = neuron()
    with pytest.raises(kind, match=message):
        diagnose(loss, w, claimed)


def test_what_is_not_a_graph():
    loss, w, _, _ = neuron()
    with pytest.raises(TypeError, match=r"diagnose: x must be a Value, not 2\.0"):
        diagnose(loss, 2.0, 1.0)
    with pytest.raises(ValueError, match="L is not computed from q"):
        diagnose(loss, Parameter(1.0, "q"), 1.0)
    with pytest.raises(TypeError, match="names takes a mapping"):
        diagnose(loss, w, 1.0, names=["w"])
