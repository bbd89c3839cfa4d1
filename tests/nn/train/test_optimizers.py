"""Every optimiser against its rule, written again in plain Python from the papers."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from engine import Parameter
from nn import SGD, Adam, AdamW, RMSprop
from tests.nn.shared import OPTIMIZERS, to_12_digits, walk

# karpathy/micrograd #114: optimisers. Each reference yields one weight after every step.


def descent(w, gradients, learning_rate, weight_decay):
    for g in gradients:
        w -= learning_rate * (g + weight_decay * w)
        yield w


def heavy_ball(w, gradients, learning_rate, momentum, weight_decay):
    velocity = 0.0
    for g in gradients:
        velocity = momentum * velocity + g + weight_decay * w
        w -= learning_rate * velocity
        yield w


def nesterov(w, gradients, learning_rate, momentum, weight_decay):
    velocity = 0.0
    for g in gradients:
        decayed = g + weight_decay * w
        velocity = momentum * velocity + decayed
        w -= learning_rate * (decayed + momentum * velocity)
        yield w


def root_mean_square(w, gradients, learning_rate, decay, epsilon, weight_decay):
    square = 0.0
    for g in gradients:
        g += weight_decay * w
        square = decay * square + (1 - decay) * g**2
        w -= learning_rate * g / (math.sqrt(square) + epsilon)
        yield w


def adam(w, gradients, learning_rate, beta1, beta2, epsilon, weight_decay):
    first = second = 0.0
    for t, g in enumerate(gradients, 1):
        g += weight_decay * w
        first = beta1 * first + (1 - beta1) * g
        second = beta2 * second + (1 - beta2) * g**2
        # EurekaLabsAI/micrograd#2: a missing bias correction in Adam.
        corrected = first / (1 - beta1**t), second / (1 - beta2**t)
        w -= learning_rate * corrected[0] / (math.sqrt(corrected[1]) + epsilon)
        yield w


def adam_with_decoupled_decay(w, gradients, learning_rate, beta1, beta2, epsilon, weight_decay):
    first = second = 0.0
    for t, g in enumerate(gradients, 1):
        first = beta1 * first + (1 - beta1) * g
        second = beta2 * second + (1 - beta2) * g**2
        step = (first / (1 - beta1**t)) / (math.sqrt(second / (1 - beta2**t)) + epsilon)
        w -= learning_rate * (step + weight_decay * w)
        yield w


POSITIVE, SMALL, FRACTION = st.floats(1e-4, 0.5), st.floats(0, 0.5), st.floats(0.05, 0.99)
RANGES = {"learning_rate": POSITIVE, "weight_decay": SMALL, "epsilon": st.floats(1e-8, 1e-2)}
CASES = {
    "SGD": (SGD, {}, descent, "learning_rate weight_decay"),
    "momentum": (SGD, {}, heavy_ball, "learning_rate momentum weight_decay"),
    "nesterov": (SGD, {"nesterov": True}, nesterov, "learning_rate momentum weight_decay"),
    "RMSprop": (RMSprop, {}, root_mean_square, "learning_rate decay epsilon weight_decay"),
    "Adam": (Adam, {}, adam, "learning_rate beta1 beta2 epsilon weight_decay"),
    "AdamW": (
        AdamW,
        {},
        adam_with_decoupled_decay,
        "learning_rate beta1 beta2 epsilon weight_decay",
    ),
}
over_cases = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


@st.composite
def settings_of(draw, case):
    return {name: draw(RANGES.get(name, FRACTION)) for name in case[3].split()}


gradient_rows = st.lists(
    st.tuples(*[st.floats(-10, 10).filter(lambda g: abs(g) > 1e-3)] * 3), min_size=1, max_size=6
)
START = (0.5, -1.0, 3.0)


def test_every_optimiser_is_compared_here():
    assert {kind for kind, _, _, _ in CASES.values()} == set(OPTIMIZERS)
    assert {kind.__name__ for kind in OPTIMIZERS} <= set(nn.__all__)


@over_cases
@given(data=st.data(), gradients=gradient_rows)
def test_steps_are_those_of_the_paper(case, data, gradients):
    kind, extra, reference, _ = case
    settings = data.draw(settings_of(case))
    optimizer = kind([Parameter(w) for w in START], **settings, **extra)
    expected = [
        list(reference(w, [row[i] for row in gradients], **settings)) for i, w in enumerate(START)
    ]
    assert walk(optimizer, gradients) == [to_12_digits(list(row)) for row in zip(*expected)]


@given(momentum=FRACTION, learning_rate=st.floats(0.001, 0.3))
def test_nesterov_looks_one_velocity_ahead(momentum, learning_rate):
    """Sutskever et al. 2013: v := μv − ε∇f(θ + μv), θ := θ + v; the weight here is θ + μv."""
    theta, v = 2.0, 0.0
    weight = Parameter(2.0)
    optimizer = SGD([weight], learning_rate, momentum, nesterov=True)
    for _ in range(6):
        ahead = theta + momentum * v
        v = momentum * v - learning_rate * 2 * (ahead - 1)
        theta += v
        weight.grad = 2 * (weight.data - 1)
        optimizer.step()
        assert weight.data == to_12_digits(theta + momentum * v)


@pytest.mark.parametrize("kind", [Adam, AdamW])
@given(gradient=st.floats(1e-3, 1e6), sign=st.sampled_from([-1, 1]))
def test_the_first_step_of_adam_has_the_size_of_the_learning_rate(kind, gradient, sign):
    """EurekaLabsAI/micrograd#2: without the correction of the means it is about 3 times that."""
    weight = Parameter(1.0)
    optimizer = kind([weight], learning_rate=0.01, weight_decay=0.0)
    weight.grad = sign * gradient
    optimizer.step()
    assert weight.data - 1.0 == pytest.approx(-sign * 0.01, rel=2e-5)


@over_cases
@given(data=st.data(), gradients=gradient_rows)
def test_a_snapshot_brings_parameters_and_state_back(case, data, gradients):
    kind, extra, _, _ = case
    optimizer = kind([Parameter(w) for w in START], **data.draw(settings_of(case)), **extra)
    walk(optimizer, [(1.0, -2.0, 3.0)])
    restore = optimizer.snapshot()
    first = walk(optimizer, gradients)
    restore()
    assert optimizer.steps == 1
    assert walk(optimizer, gradients) == first
    restore()
    assert walk(optimizer, gradients) == first
