"""Worksheets: the matrix form of both passes, read from the graph."""

import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Parameter, Value
from engine.sheet.evaluate import partials
from engine.sheet.ops import ACTIVATIONS, OPERATIONS
from nn import LOSSES, MLP, Layer, Sequential, squared_error, worksheet


def slope(activation: str, z: float, out: float) -> float:
    """g′(z), from the sheet."""
    if activation == "linear":
        return 1.0
    op = OPERATIONS[activation]
    return partials(op)(z, *op.constants.values(), out)[0]


@given(
    sizes=st.lists(st.integers(1, 4), min_size=1, max_size=4),
    activation=st.sampled_from(["linear", *(op.name for op in ACTIVATIONS)]),
    seed=st.integers(0, 1000),
)
def test_the_numbers_are_those_of_the_matrix_form(sizes, activation, seed):
    model = MLP(2, sizes, activation=activation, seed=seed)
    x, y = [0.5, -1.25], [0.75] * sizes[-1]
    sheet = worksheet(model, x, y)
    before = np.array(x)
    for layer in sheet.layers:
        z = np.array(layer.weights) @ before + layer.biases
        assert layer.inputs == pytest.approx(before, rel=1e-12)
        assert layer.z == pytest.approx(z, rel=1e-12, abs=1e-15)
        before = np.array(layer.outputs)
    upstream = 2 * (before - y) / len(y)
    for layer in reversed(sheet.layers):
        slopes = [slope(layer.activation, z, a) for z, a in zip(layer.z, layer.outputs)]
        delta = upstream * slopes
        assert layer.delta == pytest.approx(delta, rel=1e-12, abs=1e-15)
        assert layer.bias_gradients == layer.delta
        expected = np.outer(delta, layer.inputs)
        assert np.array(layer.weight_gradients) == pytest.approx(expected, rel=1e-12, abs=1e-15)
        upstream = np.array(layer.weights).T @ delta


@pytest.mark.parametrize("loss", list(LOSSES))
def test_with_every_loss_the_gradients_are_those_of_backward(loss):
    model = MLP(2, [3, 2], activation="tanh", output="sigmoid", seed=1)
    target = 1 if loss == "cross_entropy" else [1.0, 0.0]
    sheet = worksheet(model, [0.5, -1.0], target, loss)
    model.zero_grad()
    LOSSES[loss](target, model([0.5, -1.0])).backward()
    for layer, numbers in zip(model.layers, sheet.layers):
        weights = [[w.grad for w in neuron.weights] for neuron in layer.neurons]
        assert numbers.weight_gradients == weights
        assert numbers.bias_gradients == [neuron.bias.grad for neuron in layer.neurons]


def test_no_gradient_of_the_model_changes():
    model = MLP(2, [2, 1], seed=1)
    for parameter in model.parameters():
        parameter.grad = 5.0
    worksheet(model, [1.0, 2.0], 3.0)
    assert [parameter.grad for parameter in model.parameters()] == [5.0] * 9


def test_the_lesson_in_text():
    model = MLP(2, [2, 1], activation="linear", init="constant")
    for parameter, number in zip(model.layers[1].parameters(), [1.0, 1.0, 0.4]):
        parameter.data = number
    assert worksheet(model, [8, 80], 3).text.splitlines() == [
        "Layer 1, linear",
        "  W1                    [0.1  0.1 ; 0.1  0.1]",
        "  b1                    [0 ; 0]",
        "  x                     [8 ; 80]",
        "  z1 = W1·x + b1        [8.8 ; 8.8]",
        "  a1 = g(z1)            [8.8 ; 8.8]",
        "  δ1 = W2ᵀ·δ2 ⊙ g′(z1)  [30 ; 30]",
        "  ∂L/∂W1 = δ1·xᵀ        [240  2400 ; 240  2400]",
        "  ∂L/∂b1 = δ1           [30 ; 30]",
        "",
        "Layer 2, linear",
        "  W2                   [1  1]",
        "  b2                   [0.4]",
        "  a1                   [8.8 ; 8.8]",
        "  z2 = W2·a1 + b2      [18]",
        "  a2 = g(z2)           [18]",
        "  δ2 = ∂L/∂ŷ ⊙ g′(z2)  [30]",
        "  ∂L/∂W2 = δ2·a1ᵀ      [264  264]",
        "  ∂L/∂b2 = δ2          [30]",
        "",
        "L = 225",
    ]


def test_latex_is_balanced_and_has_the_numbers():
    latex = worksheet(MLP(3, [8, 1], seed=2), [1.0, -2.0, 1e-7], 1.0).latex
    assert latex.count("{") == latex.count("}")
    assert latex.count(r"\begin{bmatrix}") == latex.count(r"\end{bmatrix}") == 16
    assert r"\begin{bmatrix} 1 \\ -2 \\ 1 \cdot 10^{-7} \end{bmatrix}" in latex
    assert r"\delta_{1} = W_{2}^T \cdot \delta_{2} \odot g'(z_{1})" in latex


def test_long_rows_and_columns_are_abbreviated():
    sheet = worksheet(MLP(9, [7, 1], init="ones"), range(1, 10), 0.0)
    lines = sheet.text.splitlines()
    assert lines[1].endswith(
        "[" + " ; ".join([*["1  1  1  1  …  1"] * 4, "…", "1  1  1  1  …  1"]) + "]"
    )
    assert lines[3].endswith("[1 ; 2 ; 3 ; 4 ; … ; 9]")


def test_values_arrays_and_a_bare_number_are_inputs_too():
    model = MLP(1, [1], init="ones")
    sheets = [
        worksheet(model, x, 3.0).text for x in (2.0, [2], np.array([2.0]), [Value(2.0, label="x")])
    ]
    assert sheets == [sheets[0]] * 4


def test_a_model_is_left_as_it_was_and_any_other_object_is_refused():
    model = Sequential(Layer(2, 2, seed=1), Layer(2, 1, "linear", seed=2))
    before = copy.deepcopy(model.state_dict())
    assert worksheet(model, [1.0, 2.0], 3.0).loss.data == squared_error(3, model([1.0, 2.0])).data
    assert model.state_dict() == before
    for other in (Parameter(1.0), None, Layer(2, 1), Sequential(Layer(2, 1), abs)):
        with pytest.raises(TypeError, match=r"^worksheet needs an MLP or a Sequential of Layers"):
            worksheet(other, [1.0, 2.0], 3.0)


def test_wrong_inputs_raise_what_the_model_and_the_loss_raise():
    model = MLP(2, [2], seed=1)
    with pytest.raises(ValueError, match=r"takes 2 inputs, 1 was given"):
        worksheet(model, [1.0], [1.0, 2.0])
    with pytest.raises(ValueError, match=r"1 targets for 2 predictions"):
        worksheet(model, [1.0, 2.0], 3.0)
    with pytest.raises(ValueError, match="unknown loss 'mse'"):
        worksheet(model, [1.0, 2.0], [3.0, 4.0], "mse")


def test_neurons_that_share_weights_and_layers_that_are_used_twice_have_their_own_numbers():
    model = MLP(2, [2, 1], "linear", init="ones")
    one, two = model.layers[0].neurons
    two.weights = one.weights
    two.bias.data = 5.0
    assert worksheet(model, [1.0, 2.0], 3.0).layers[0].z == [3.0, 8.0]

    layer = Layer(2, 2, "linear", init="ones")
    sheet = worksheet(Sequential(layer, layer), [1.0, 2.0], [3.0, 1.0])
    assert [use.inputs for use in sheet.layers] == [[1.0, 2.0], [3.0, 3.0]]
    assert [use.z for use in sheet.layers] == [[3.0, 3.0], [6.0, 6.0]]
    first, second = sheet.layers
    sheet.loss.backward()
    # The gradient of a weight is the sum over its uses.
    total = first.weight_gradients[0][0] + second.weight_gradients[0][0]
    assert layer.neurons[0].weights[0].grad == pytest.approx(total)


def test_a_plain_number_may_stand_for_a_weight():
    model = MLP(2, [1], init="ones")
    model.layers[0].neurons[0].weights[0] = 2
    (sheet,) = worksheet(model, [1.0, 2.0], 3.0).layers
    assert (sheet.weights, sheet.z) == ([[2.0, 1.0]], [4.0])


def test_numbers_have_the_digits_that_were_asked_for():
    model, row = MLP(1, [1], init="ones"), ([22 / 7], 0.0)
    assert worksheet(model, *row).text == worksheet(model, *row, digits=4).text
    sheet = worksheet(model, *row, digits=9)
    assert "z1 = W1·x + b1       [3.14285714]" in sheet.text
    assert sheet.text.endswith("L = 9.87755102")
    assert r"\begin{bmatrix} 3.14285714 \end{bmatrix}" in sheet._repr_latex_()
    with pytest.raises(ValueError, match=r"^worksheet: digits must be .* not 0 .int.$"):
        worksheet(model, *row, digits=0)
