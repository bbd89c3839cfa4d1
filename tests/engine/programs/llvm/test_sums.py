"""Rows in lanes whose gradients wait for each other: each row counts, and counts once."""

import math

import pytest

import engine
from engine.programs.llvm.weights import all_gradients
from engine.programs.lower.lowering import lower
from engine.programs.recording import Recording
from engine.programs.run.llvm_host import host, is_available
from engine.programs.run.machine_code import LONGEST
from nn import SGD, Adam
from tests.engine.programs.models import (
    assert_agrees,
    assert_trains,
    chosen,
    leaves,
    network,
    table,
    weights,
)

pytestmark = pytest.mark.skipif(not is_available(), reason="llvmlite is missing")

# Enough neurons of the first layer for loops over them; of the second, a few with a rest of inputs.
NETWORK, COUNT = network([9, 13, 3])
INPUTS = 9 + 3
RULES = {
    "SGD": lambda p: SGD(p, 0.02),
    "Adam": lambda p: Adam(p, 0.01),
    "max_norm": lambda p: SGD(p, 0.02, momentum=0.5, max_norm=0.1),
}


def linear(inputs, parameters):
    """Sums of sums: what one of them hands back is a factor, and one of neighbours as well."""
    hidden = [engine.dot(parameters[k : k + 10], inputs) for k in range(0, 100, 10)]
    return engine.dot(parameters[100:], hidden) ** 2


def products(inputs, parameters):
    """Gradients that read parameters."""
    return (engine.dot(parameters[:12], parameters[12:24]) - inputs[0]).tanh()


MODELS = {
    "network": (NETWORK, INPUTS, COUNT),
    "narrow": (network([2, 8, 8, 1])[0], 3, 105),
    "small": (network([2, 2, 1])[0], 3, 9),
    "linear": (linear, 10, 110),
    "products": (products, 1, 24),
}


@pytest.fixture(params=[4, 8])
def lanes(request, monkeypatch):
    if request.param > host().width:
        pytest.skip("this machine has shorter vectors")
    monkeypatch.setattr(host(), "width", request.param)
    return request.param


def waiting(name):
    build, inputs, count = MODELS[name]
    given, parameters = leaves(inputs, weights(count))
    kernel = lower(Recording([build(given, parameters)], given, parameters), longest=LONGEST)
    return all_gradients(kernel, written_out=True)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("rows", [*range(1, 18), 100, 129])
def test_gradients_of_any_number_of_rows(lanes, name, rows):
    build, inputs, count = MODELS[name]
    assert waiting(name)
    numbers = [number / 3 for number in weights(count)]
    assert_agrees(build, table(rows, inputs, -1.0, 1.0), numbers, "lanes")


def overflowing(inputs, parameters):
    """0 · 1e200 · x, whose derivative by what is 0 is infinite where x is 1e200."""
    *row, factor = inputs
    return engine.dot(parameters[:9], row) * parameters[9] * factor + engine.dot(
        parameters[10:], row
    )


@pytest.mark.parametrize("infinite", [0, 7, 8, 9])
def test_infinite_gradients_of_one_row(infinite):
    rows = table(10, 9, 0.5, 1.5)
    rows = [[*row, 1e200 if number == infinite else 1.0] for number, row in enumerate(rows)]
    numbers = [0.0] * 9 + [1e200] + [0.5] * 9
    with chosen("lanes") as backend:
        given, parameters = leaves(10, numbers)
        loss = overflowing(given, parameters)
        mean, slopes = engine.compile(loss, given, parameters, backend=backend).gradients(rows)
    assert mean == pytest.approx(0.5 * sum(map(sum, (row[:9] for row in rows))) / 10, rel=1e-12)
    assert slopes[:10] == [math.inf] * 9 + [0.0]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("batch_size", [2, 5, 33, 129])
def test_training(lanes, batch_size, rule):
    rows = table(140, INPUTS, -1.0, 1.0)
    numbers = [number / 3 for number in weights(COUNT)]
    assert_trains(NETWORK, rows, numbers, RULES[rule], 2, batch_size, "lanes")
