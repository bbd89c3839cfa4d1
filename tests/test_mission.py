"""Every number of the mission: one neuron per layer, ten nodes to ten, CGPA and IQ to LPA."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine import Parameter, Value
from engine.sheet.ops import ACTIVATIONS
from nn import MLP, SGD, Layer, binary_cross_entropy, fit, squared_error
from tests.nn.shared import (
    GRADIENTS,
    INPUTS,
    PARAMETERS,
    TARGET,
    gradients,
    network,
    numbers,
    to_12_digits,
)

KINDS = ["linear", *(op.name for op in ACTIVATIONS)]
sizes = st.integers(1, 4)
seeds = st.integers(0, 10**6)
moderate = st.floats(-10, 10)


# A. One neuron per layer, worked by hand.


@pytest.fixture
def by_hand() -> SimpleNamespace:
    """x = 2, y = 1, m1 = 3, m2 = 0.5, after the backward pass."""
    x, y = 2, 1
    m1, m2 = Parameter(3), Parameter(0.5)
    a1 = m1 * x
    z2 = a1 * m2
    prediction = z2.relu()
    loss = (prediction - y) ** 2 / 2
    loss.backward()
    return SimpleNamespace(m1=m1, m2=m2, a1=a1, z2=z2, prediction=prediction, loss=loss)


@pytest.mark.parametrize(
    ("name", "number"), [("a1", 6.0), ("z2", 3.0), ("prediction", 3.0), ("loss", 2.0)]
)
def test_a_forward_is_exact(by_hand, name, number):
    assert getattr(by_hand, name).data == number


@pytest.mark.parametrize(("name", "number"), [("prediction", 2.0), ("m2", 12.0), ("m1", 2.0)])
def test_a_backward_is_exact(by_hand, name, number):
    assert getattr(by_hand, name).grad == number


def test_a_one_step_of_a_tenth(by_hand):
    SGD([by_hand.m1, by_hand.m2], learning_rate=0.1).step()
    assert (by_hand.m2.data, by_hand.m1.data) == to_12_digits((-0.7, 2.8))


def response(kind: str, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The activation and its slope, elementwise, each from a graph of that one operation."""
    if kind == "linear":
        return z, np.ones_like(z)
    leaves = [Value(number) for number in z]
    outputs = [getattr(leaf, kind)() for leaf in leaves]
    for output in outputs:
        output.backward()
    return np.array([node.data for node in outputs]), np.array([leaf.grad for leaf in leaves])


@pytest.mark.parametrize("hidden", KINDS)
@given(output=st.sampled_from(KINDS), inputs=sizes, width=sizes, outputs=sizes, seed=seeds)
@example(output="relu", inputs=1, width=1, outputs=1, seed=0)
def test_a_the_general_form_holds_for_any_activations_and_widths(
    hidden, output, inputs, width, outputs, seed
):
    source = np.random.default_rng(seed)
    shapes = [(width, inputs), width, (outputs, width), outputs, inputs, outputs]
    w1, b1, w2, b2, x, y = (source.uniform(-1, 1, shape) for shape in shapes)
    model = MLP(inputs, [width, outputs], activation=hidden, output=output)
    flat = [*np.column_stack([w1, b1]).ravel(), *np.column_stack([w2, b2]).ravel()]
    for parameter, number in zip(model.parameters(), flat, strict=True):
        parameter.data = float(number)
    squared_error(y, model(x)).backward()
    optimizer = SGD(model.parameters(), learning_rate=0.1)

    z1 = w1 @ x + b1
    a1, slope1 = response(hidden, z1)
    prediction, slope2 = response(output, w2 @ a1 + b2)
    delta2 = 2 * (prediction - y) / outputs * slope2
    delta1 = (w2.T @ delta2) * slope1
    expected = [
        *np.column_stack([np.outer(delta1, x), delta1]).ravel(),
        *np.column_stack([np.outer(delta2, a1), delta2]).ravel(),
    ]
    assert [parameter.grad for parameter in model.parameters()] == to_12_digits(expected)
    optimizer.step()
    assert numbers(model) == to_12_digits(list(np.array(flat) - 0.1 * np.array(expected)))


@given(y=st.floats(0, 1), p=st.floats(0.001, 0.999))
def test_a_binary_cross_entropy_is_its_formula(y, p):
    prediction = Value(p)
    loss = binary_cross_entropy(y, prediction)
    loss.backward()
    assert loss.data == to_12_digits(-y * math.log(p) - (1 - y) * math.log(1 - p))
    assert prediction.grad == to_12_digits(-y / p + (1 - y) / (1 - p))


# B. Ten nodes to ten nodes.


@given(seed=seeds)
def test_b_a_hundred_scalar_weights_are_one_matrix(seed):
    source = np.random.default_rng(seed)
    weights, biases = source.uniform(-1, 1, (10, 10)), source.uniform(-1, 1, 10)
    a, y = source.uniform(-1, 1, 10), source.uniform(-1, 1, 10)
    layer = Layer(10, 10, "linear")
    for neuron, row, bias in zip(layer.neurons, weights, biases, strict=True):
        neuron.bias.data = float(bias)
        for weight, number in zip(neuron.weights, row, strict=True):
            weight.data = float(number)
    z = layer(a)
    squared_error(y, z).backward()
    assert [node.data for node in z] == to_12_digits(list(weights @ a + biases))

    delta = [node.grad for node in z]
    assert delta == to_12_digits(list(2 * (weights @ a + biases - y) / 10))
    found = [[weight.grad for weight in neuron.weights] for neuron in layer.neurons]
    assert found[0][0] == delta[0] * a[0]
    assert found == [[d * a_j for a_j in a] for d in delta]
    assert [neuron.bias.grad for neuron in layer.neurons] == delta

    SGD(layer.parameters(), learning_rate=0.1).step()
    updated = [[weight.data for weight in neuron.weights] for neuron in layer.neurons]
    assert np.array(updated) == to_12_digits(weights - 0.1 * np.outer(delta, a))


# C. The 2-2-1 network: CGPA and IQ to LPA.


def test_c_the_student_of_the_lesson():
    model = network()
    prediction = model(INPUTS)
    loss = squared_error(TARGET, prediction)
    hidden = [node.data for node in prediction.args if getattr(node, "label", "") in ("o11", "o12")]
    assert hidden == to_12_digits([8.8, 8.8])
    assert (prediction.data, loss.data) == (18.0, 225.0)
    loss.backward()
    assert prediction.grad == 30.0
    assert gradients(model) == to_12_digits(GRADIENTS)


@pytest.mark.parametrize("name", GRADIENTS)
def test_c_the_update_is_old_minus_a_tenth_of_the_gradient(name):
    model = network()
    squared_error(TARGET, model(INPUTS)).backward()
    SGD(model.parameters(), learning_rate=0.1).step()
    assert model.state_dict()[name] == to_12_digits(PARAMETERS[name] - 0.1 * GRADIENTS[name])


def test_c_the_training_loop_makes_the_same_update():
    model = network()
    fit(model, [(INPUTS, TARGET)], "squared_error", SGD(model.parameters(), 0.1), epochs=1)
    updated = {name: PARAMETERS[name] - 0.1 * GRADIENTS[name] for name in PARAMETERS}
    assert model.state_dict() == to_12_digits(updated)


@given(
    state=st.fixed_dictionaries(dict.fromkeys(PARAMETERS, moderate)),
    x1=moderate,
    x2=moderate,
    y=moderate,
)
def test_c_the_nine_derivatives_are_the_lesson_s_chains(state, x1, x2, y):
    model = network()
    model.load_state_dict(state)
    prediction = model([x1, x2])
    squared_error(y, prediction).backward()

    w = SimpleNamespace(**state)
    o11 = w.w111 * x1 + w.w121 * x2 + w.b11
    o12 = w.w112 * x1 + w.w122 * x2 + w.b12
    y_hat = w.w211 * o11 + w.w221 * o12 + w.b21
    assert prediction.data == pytest.approx(y_hat, rel=1e-12, abs=1e-10)
    outside = -2 * (y - prediction.data)
    expected = {
        "w211": outside * o11, "w221": outside * o12, "b21": outside,
        "w111": outside * w.w211 * x1, "w121": outside * w.w211 * x2, "b11": outside * w.w211,
        "w112": outside * w.w221 * x1, "w122": outside * w.w221 * x2, "b12": outside * w.w221,
    }  # fmt: skip
    assert gradients(model) == pytest.approx(expected, rel=1e-12, abs=1e-9)


def test_c_with_all_weights_one_the_prediction_is_176():
    model = MLP(2, [2, 1], activation="linear", init="ones")
    assert model.state_dict() == {name: float(name[0] == "w") for name in PARAMETERS}
    assert model(INPUTS).data == 176.0


def test_c_random_initialisation_is_available_by_name():
    model = MLP(2, [2, 1], activation="linear", init="uniform", seed=1)
    weights = [number for name, number in model.state_dict().items() if name[0] == "w"]
    assert len(set(weights)) == 6
    assert all(-1 <= weight <= 1 for weight in weights)
