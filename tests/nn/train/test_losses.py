"""Losses: values and slopes by their formulas, over one output and over several."""

import math
import re

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine import Value, check_gradients
from engine.sheet.evaluate import kink_distance
from engine.sheet.ops import OPERATIONS
from nn import LOSSES, cross_entropy
from nn.train.losses import find_loss
from tests.nn.shared import to_12_digits

ELEMENTWISE = [name for name in LOSSES if name != "cross_entropy"]
over_elementwise = pytest.mark.parametrize("name", ELEMENTWISE)


def sigmoid(z):
    return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))


# Each loss and its derivative with respect to the prediction, as in the textbooks.
FORMULAS = {
    "squared_error": lambda y, p: ((y - p) ** 2, -2 * (y - p)),
    "absolute_error": lambda y, p: (abs(y - p), math.copysign(1, p - y) if p != y else 0),
    "huber": lambda y, p: (
        ((y - p) ** 2 / 2, p - y)
        if abs(y - p) <= 1
        else (abs(y - p) - 0.5, math.copysign(1, p - y))
    ),
    "binary_cross_entropy": lambda y, p: (
        -y * math.log(p) - (1 - y) * math.log(1 - p),
        -y / p + (1 - y) / (1 - p),
    ),
    "binary_cross_entropy_with_logits": lambda y, z: (
        -y * math.log(sigmoid(z)) - (1 - y) * math.log(sigmoid(-z)),
        sigmoid(z) - y,
    ),
    "log_cosh": lambda y, p: (math.log(math.cosh(y - p)), math.tanh(p - y)),
    "poisson_nll": lambda y, p: (p - y * math.log(p), 1 - y / p),
    "poisson_nll_with_log_rate": lambda y, z: (math.exp(z) - y * z, math.exp(z) - y),
    "hinge": lambda y, p: (max(0.0, 1 - y * p), -y if y * p < 1 else 0.0),
}


@st.composite
def pairs(draw, name):
    """A target and a prediction from the domain of the loss, away from its kinks."""
    op = OPERATIONS[name]
    target, prediction = (
        draw(st.floats(*op.domain.get(operand, (-2.0, 2.0)))) for operand in op.operands
    )
    if op.kinks:
        assume(kink_distance(op)(target, prediction, *op.constants.values())[0] > 0.05)
    return target, prediction


def test_every_loss_has_its_formula_here():
    assert sorted(FORMULAS) == sorted(ELEMENTWISE)


@over_elementwise
@given(data=st.data())
def test_value_and_slope_are_those_of_the_formula(name, data):
    target, number = data.draw(pairs(name))
    prediction = Value(number)
    loss = LOSSES[name](target, prediction)
    loss.backward()
    assert (loss.data, prediction.grad) == to_12_digits(FORMULAS[name](target, number))


@over_elementwise
@given(data=st.data())
def test_a_loss_of_several_outputs_is_the_mean_and_so_are_its_slopes(name, data):
    rows = data.draw(st.lists(pairs(name), min_size=2, max_size=5))
    targets = [target for target, _ in rows]
    predictions = [Value(number) for _, number in rows]
    loss = LOSSES[name](targets, predictions)
    loss.backward()
    values, slopes = zip(*(FORMULAS[name](*row) for row in rows))
    assert loss.data == to_12_digits(sum(values) / len(rows))
    assert [p.grad for p in predictions] == to_12_digits([slope / len(rows) for slope in slopes])


@over_elementwise
@given(data=st.data())
def test_the_gradient_agrees_with_central_differences(name, data):
    target, number = data.draw(pairs(name))
    assert check_gradients(lambda p: LOSSES[name](target, p), number)
    assert check_gradients(lambda y: LOSSES[name](y, Value(number)), target)


@over_elementwise
@pytest.mark.parametrize("target", [1, True, 1.0, Value(1.0), np.float64(1), np.int8(1)], ids=repr)
def test_targets_of_all_kinds_of_numbers_give_the_same(name, target):
    expected = LOSSES[name](1.0, Value(0.25)).data
    assert LOSSES[name](target, Value(0.25)).data == expected
    assert LOSSES[name]([target], Value(0.25)).data == expected
    assert LOSSES[name](target, [Value(0.25)]).data == expected
    assert LOSSES[name]([target, target], (Value(0.25), Value(0.25))).data == expected


@over_elementwise
def test_a_row_of_an_array_is_a_list_of_targets(name):
    predictions = [Value(0.25), Value(0.5)]
    expected = LOSSES[name]([1.0, 0.0], predictions).data
    assert LOSSES[name](np.array([1, 0]), predictions).data == expected


@over_elementwise
@pytest.mark.parametrize(("targets", "predictions"), [(1, 2), (2, 1), (3, 2), (0, 1), (2, 0)])
def test_other_lengths_are_refused_with_both(name, targets, predictions):
    message = f"{name}: {targets} targets for {predictions} predictions; one is needed for each"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        LOSSES[name]([1.0] * targets, [Value(0.5)] * predictions)


@over_elementwise
@pytest.mark.parametrize("bad", ["1", None, 1j], ids=repr)
def test_a_target_that_is_not_a_number_is_refused(name, bad):
    message = re.escape(f"must be a real number, not {bad!r}")
    for target, prediction in [(bad, Value(0.5)), ([1.0, bad], [Value(0.5)] * 2)]:
        with pytest.raises(TypeError, match=message):
            LOSSES[name](target, prediction)


# At the edges.


@pytest.mark.parametrize("z", [1000.0, -1000.0, 1e300, -1e300])
def test_cross_entropy_with_logits_is_stable(z):
    for target, wanted, slope in [(float(z > 0), 0.0, 0.0), (float(z < 0), abs(z), np.sign(z))]:
        logit = Value(z)
        loss = LOSSES["binary_cross_entropy_with_logits"](target, logit)
        loss.backward()
        assert (loss.data, logit.grad) == (wanted, slope)


def test_a_certain_probability_costs_nothing_if_right_and_is_an_error_if_wrong():
    loss = LOSSES["binary_cross_entropy"]
    assert (loss(1.0, Value(1.0)).data, loss(0.0, Value(0.0)).data) == (0.0, 0.0)
    for target in (0.0, 1.0):
        with pytest.raises(ValueError, match=r"use binary_cross_entropy_with_logits$"):
            loss(target, Value(1.0 - target))


# Cross-entropy.

logit_rows = st.lists(st.floats(-30, 30), min_size=2, max_size=6)


def probabilities_of(row):
    weights = [math.exp(z - max(row)) for z in row]
    return [weight / sum(weights) for weight in weights]


@given(row=logit_rows, data=st.data())
def test_cross_entropy_is_minus_the_log_of_the_softmax(row, data):
    target = data.draw(st.integers(0, len(row) - 1))
    logits = [Value(z) for z in row]
    loss = cross_entropy(target, logits)
    loss.backward()
    softmax = probabilities_of(row)
    assert loss.data == pytest.approx(-math.log(softmax[target]), rel=1e-12, abs=1e-12)
    expected = [p - (i == target) for i, p in enumerate(softmax)]
    assert [logit.grad for logit in logits] == to_12_digits(expected)


@given(row=logit_rows, data=st.data())
def test_a_class_by_index_and_one_hot_are_the_same(row, data):
    target = data.draw(st.integers(0, len(row) - 1))
    one_hot = [float(i == target) for i in range(len(row))]
    by_index, by_row = ([Value(z) for z in row] for _ in range(2))
    losses = cross_entropy(target, by_index), cross_entropy(np.array(one_hot), by_row)
    for loss in losses:
        loss.backward()
    assert losses[0].data == to_12_digits(losses[1].data)
    assert [z.grad for z in by_index] == to_12_digits([z.grad for z in by_row])


@given(rows=st.lists(st.tuples(st.floats(0, 1), st.floats(-5, 5)), min_size=2, max_size=5))
def test_probabilities_as_targets_weigh_the_classes(rows):
    targets, row = zip(*rows)
    logits = [Value(z) for z in row]
    loss = cross_entropy(targets, logits)
    loss.backward()
    softmax = probabilities_of(row)
    assert loss.data == to_12_digits(-sum(t * math.log(p) for t, p in zip(targets, softmax)))
    expected = [sum(targets) * p - t for t, p in zip(targets, softmax)]
    assert [logit.grad for logit in logits] == to_12_digits(expected)


def test_cross_entropy_is_stable_at_1000():
    """karpathy/micrograd #93: softmax."""
    logits = [Value(1000.0), Value(-1000.0)]
    right, wrong = cross_entropy(0, logits), cross_entropy(1, logits)
    wrong.backward()
    assert (right.data, wrong.data) == (0.0, 2000.0)
    assert [logit.grad for logit in logits] == [1.0, -1.0]


@pytest.mark.parametrize("bad", [-1, 2, 0.5, 1e300, math.nan, math.inf, [-1]], ids=repr)
def test_a_class_without_a_logit_is_refused(bad):
    message = f"cross_entropy: {bad!r} is not a class; with 2 logits the classes are 0 to 1"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        cross_entropy(bad, [Value(0.0), Value(0.0)])


def test_cross_entropy_refuses_other_lengths_and_fewer_than_two_classes():
    with pytest.raises(ValueError, match=r"^cross_entropy: 3 targets for 2 logits$"):
        cross_entropy([1, 0, 0], [Value(0.0), Value(0.0)])
    for logits in ([], [Value(0.0)], Value(0.0)):
        with pytest.raises(ValueError, match=r"needs a logit for each of two or more classes$"):
            cross_entropy(0, logits)


@pytest.mark.parametrize("bad", ["0", None, [1.0, "0"]], ids=repr)
def test_a_class_that_is_not_a_number_is_refused(bad):
    with pytest.raises(TypeError, match=r"^cross_entropy: (the|a) target must be a real number"):
        cross_entropy(bad, [Value(0.0), Value(0.0)])


@pytest.mark.parametrize("name", LOSSES)
def test_losses_are_found_by_name_and_know_it(name):
    assert find_loss(name) is LOSSES[name]
    assert LOSSES[name].__name__ == name
    assert find_loss(cross_entropy) is cross_entropy


def test_an_unknown_loss_is_refused_with_the_known_ones():
    message = f"unknown loss 'mse'; known: {', '.join(LOSSES)}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        find_loss("mse")
