"""`fit`: the lesson's update for one sample after the other, batches, order, errors."""

import random
import re
from itertools import count

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Value, detect_anomaly, dot, mean
from nn import LOSSES, MLP, SGD, Adam, fit, squared_error
from tests.nn.shared import (
    GRADIENTS,
    INPUTS,
    LINE,
    PARAMETERS,
    TARGET,
    network,
    numbers,
    to_12_digits,
)

small = st.floats(-2, 2)
rows = st.lists(st.tuples(st.tuples(small, small), small), min_size=1, max_size=7)


def two_layers():
    return MLP(2, [2, 1], "tanh", seed=1)


def by_hand(model, optimizer, samples):
    """One update on the mean loss of the samples, each step spelt out."""
    optimizer.zero_grad()
    mean([squared_error(y, model(x)) for x, y in samples]).backward()
    optimizer.step()


# Updates.


def test_one_student_makes_the_update_of_the_lesson():
    model = network()
    optimizer = SGD(model.parameters(), learning_rate=0.1)
    history = fit(model, [(INPUTS, TARGET)], "squared_error", optimizer, epochs=1)
    expected = {name: PARAMETERS[name] - 0.1 * GRADIENTS[name] for name in PARAMETERS}
    assert model.state_dict() == to_12_digits(expected)
    assert history.losses == [225.0]


@given(data=rows, epochs=st.integers(1, 3))
def test_samples_are_taken_one_at_a_time_and_each_makes_an_update(data, epochs):
    model, expected = two_layers(), two_layers()
    fit(model, data, "squared_error", SGD(model.parameters(), 0.05), epochs, tolerance=None)
    optimizer = SGD(expected.parameters(), 0.05)
    for _ in range(epochs):
        for sample in data:
            by_hand(expected, optimizer, [sample])
    assert numbers(model) == to_12_digits(numbers(expected))


@given(data=rows, batch_size=st.integers(1, 8))
def test_an_update_follows_the_mean_gradient_of_its_batch(data, batch_size):
    model, expected = two_layers(), two_layers()
    settings = {"epochs": 2, "batch_size": batch_size, "tolerance": None}
    fit(model, data, "squared_error", SGD(model.parameters(), 0.05, 0.9), **settings)
    optimizer = SGD(expected.parameters(), 0.05, 0.9)
    for _ in range(2):
        for start in range(0, len(data), batch_size):
            by_hand(expected, optimizer, data[start : start + batch_size])
    assert numbers(model) == to_12_digits(numbers(expected))
    assert optimizer.steps == 2 * -(-len(data) // batch_size)


def test_gradients_that_are_there_already_are_not_added():
    model, expected = two_layers(), two_layers()
    model(INPUTS).backward()
    for each in (model, expected):
        fit(each, [((0.5, 0.5), 1.0)], "squared_error", SGD(each.parameters()), epochs=1)
    assert numbers(model) == numbers(expected)


def test_the_optimiser_trains_only_the_parameters_it_was_given():
    model = network()
    optimizer = SGD(model.layers[1].parameters(), 0.1)
    fit(model, [(INPUTS, TARGET)], "squared_error", optimizer, epochs=1)
    changed = [name for name, number in model.state_dict().items() if number != PARAMETERS[name]]
    assert changed == ["w211", "w221", "b21"]


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_by_name_is_the_loss_as_a_function(name):
    found = []
    for loss in (name, LOSSES[name]):
        model = MLP(1, [3, 2], "tanh", "sigmoid", seed=2)
        other = -1.0 if name == "hinge" else 0.0
        data = [((0.5,), (1.0, other)), ((-0.5,), (other, 1.0))]
        history = fit(model, data, loss, SGD(model.parameters(), 0.5), epochs=20, tolerance=None)
        found.append((history.losses, numbers(model)))
        assert history.losses[-1] < history.losses[0]
    assert found[0] == found[1]


def test_a_model_may_be_any_function_with_parameters_somewhere():
    weight = Value(0.0)
    data = [((1.0, 2.0), 6.0)]
    fit(lambda row: dot([weight] * 2, row), data, squared_error, SGD([weight], 0.05), epochs=40)
    assert weight.data == pytest.approx(2.0, rel=1e-3)


# Order.


def visits(samples=12, epochs=3, **settings):
    """The rows in the order in which they were used, one list for each epoch."""
    seen = []

    def loss(target, prediction):
        seen.append(target)
        return prediction * 0.0

    model = MLP(1, [1], seed=1)
    data = [((1.0,), i) for i in range(samples)]
    fit(model, data, loss, SGD(model.parameters()), epochs, tolerance=None, **settings)
    return [seen[i : i + samples] for i in range(0, len(seen), samples)]


def test_without_shuffle_the_order_is_that_of_the_data():
    assert visits() == [list(range(12))] * 3


@pytest.mark.parametrize("batch_size", [1, 5])
@given(seed=st.integers(0, 10**6))
def test_shuffle_visits_every_row_once_in_a_new_order_each_epoch(batch_size, seed):
    orders = visits(shuffle=True, seed=seed, batch_size=batch_size)
    assert [sorted(order) for order in orders] == [list(range(12))] * 3
    assert orders[0] != orders[1] != orders[2]
    assert orders == visits(shuffle=True, seed=seed, batch_size=batch_size)
    assert orders != visits(shuffle=True, seed=seed + 1, batch_size=batch_size)


def test_a_seed_for_the_order_leaves_the_global_random_alone():
    before = random.getstate()
    visits(shuffle=True, seed=3)
    assert random.getstate() == before


def test_without_a_seed_the_global_random_decides_the_order():
    """As it decides the weights: `random.seed` at the top of a script makes it all repeatable."""
    orders = []
    for _ in range(2):
        random.seed(7)
        orders.append(visits(shuffle=True))
    assert orders[0] == orders[1]


# Errors in the middle: the sample is named, and what the epoch has done is undone.


def failing(error, at):
    calls = count(1)

    def loss(target, prediction):
        if next(calls) == at:
            raise error
        return squared_error(target, prediction)

    return loss


@pytest.mark.parametrize(
    "error",
    [
        ZeroDivisionError("no students"),
        ValueError("no students"),
        OverflowError("no students"),
        FloatingPointError("no students"),
        TypeError("no students"),
        LookupError("no students"),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize(("at", "epoch", "sample"), [(1, 1, 1), (11, 2, 3), (24, 3, 8)])
def test_an_error_names_epoch_and_sample_and_undoes_the_epoch(error, at, epoch, sample):
    model = MLP(1, [1], seed=1)
    optimizer = Adam(model.parameters(), 0.1)
    message = f"no students (epoch {epoch}, sample {sample})"
    with pytest.raises(type(error), match=f"^{re.escape(message)}$"):
        fit(model, LINE, failing(type(error)("no students"), at), optimizer, epochs=3)

    expected = MLP(1, [1], seed=1)
    until_then = Adam(expected.parameters(), 0.1)
    if epoch > 1:
        fit(expected, LINE, "squared_error", until_then, epochs=epoch - 1)
    assert numbers(model) == numbers(expected)
    assert (optimizer.steps, optimizer.state) == (until_then.steps, until_then.state)


def test_an_input_that_the_model_refuses_names_the_sample():
    message = r"^MLP\(.*\) takes 2 inputs, 3 were given \(epoch 1, sample 1\)$"
    model = two_layers()
    before = numbers(model)
    with pytest.raises(ValueError, match=message.replace("MLP", "Layer")):
        fit(model, [((1, 2, 3), 1.0)], "squared_error", SGD(model.parameters()), epochs=1)
    assert numbers(model) == before


def test_an_anomaly_on_the_way_back_names_the_sample_too():
    model = MLP(1, [1], "linear", init="zeros")

    def loss(target, prediction):
        return (prediction * 1e200) * 1e200

    with detect_anomaly(), pytest.raises(FloatingPointError, match=r"\(epoch 1, sample 1\)$"):
        fit(model, LINE, loss, SGD(model.parameters()), epochs=1)


def test_a_loss_that_leaves_the_graph_is_refused():
    model = two_layers()
    with pytest.raises(TypeError, match=r"^the loss must be a Value, not 3\.0 \(float\)"):
        fit(model, [(INPUTS, 1.0)], lambda y, p: 3.0, SGD(model.parameters()), epochs=1)


def test_arrays_are_data():
    model, expected = MLP(1, [1], seed=1), MLP(1, [1], seed=1)
    arrays = zip(np.array([x for x, _ in LINE]), np.array([y for _, y in LINE]))
    for each, data in ((model, arrays), (expected, LINE)):
        fit(each, data, "squared_error", SGD(each.parameters(), 0.1), epochs=5)
    assert numbers(model) == numbers(expected)
