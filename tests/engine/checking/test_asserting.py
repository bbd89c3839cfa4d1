"""Backward passes by hand, against the graph."""

import numpy as np
import pytest

import nn
from engine import Parameter, Value, assert_gradients, check_gradients
from engine.checking.asserting import WrongGradients


def message(check, *arguments, **options):
    with pytest.raises(WrongGradients) as caught:
        check(*arguments, **options)
    return str(caught.value)


@pytest.fixture
def network():
    model = nn.MLP(2, [2, 3, 1], "tanh", seed=3)
    loss = nn.squared_error(1.0, model([0.5, -0.7]))
    loss.backward()
    return model, loss


def arrays(model, rows="neurons"):
    found = {}
    for k, layer in enumerate(model.layers, 1):
        weights = np.array([[w.grad for w in neuron.weights] for neuron in layer.neurons])
        found[f"dW{k}"] = weights if rows == "neurons" else weights.T
        found[f"db{k}"] = np.array([[neuron.bias.grad] for neuron in layer.neurons])
    return found


def test_right_ones_pass_as_numbers_of_any_library(network):
    model, loss = network
    mine = {name: np.float32(p.grad) for name, p in model.named_parameters()}
    assert assert_gradients(mine, loss)
    assert nn.assert_gradients(mine, loss, model)
    # A node may be the key, an inner one too.
    nodes = {parameter: parameter.grad for parameter in model.parameters()}
    assert assert_gradients(nodes | {loss: 1.0}, loss)


def test_all_that_is_wrong_is_in_one_table(network):
    model, loss = network
    mine = {name: p.grad for name, p in model.named_parameters()}
    mine["w111"] *= -1
    mine["b21"] *= 2
    mine["w121"] = float("nan")
    del mine["b31"]
    said = message(assert_gradients, {**mine, "w999": 1.0}, loss)
    lines = said.splitlines()
    assert lines[0] == ("3 of 18 gradients are wrong, 1 name is missing, 1 name is unknown:")
    assert [line.split()[0] for line in lines[1:5]] == ["name", "w111", "w121", "b21"]
    assert "-1 " in lines[2]
    assert "sign: " in lines[2]
    assert "it is nan" in lines[3]
    assert "constant: the constant 2" in lines[4]
    assert lines[5] == "missing: b31"
    assert lines[6].startswith("not a node: w999; known: b11, b12, ")


@pytest.mark.parametrize("rows", ["neurons", "inputs"])
def test_arrays_are_read_by_their_shape(network, rows):
    model, loss = network
    mine = arrays(model, rows)
    assert nn.assert_gradients(mine, loss, model)
    assert nn.assert_gradients({k: a.tolist() for k, a in mine.items()}, loss, model)
    # A square one is read as the others are, and that is said.
    mine["dW1"] = mine["dW1"].T
    said = message(nn.assert_gradients, mine, loss, model)
    assert said.startswith("2 of 19 gradients are wrong:")
    assert "other node: this is ∂y/∂w121, not ∂y/∂w112" in said
    other = "inputs" if rows == "neurons" else "neurons"
    note = f"rows were read as {rows}, of which 2 differ; read as {other}, 0 would"
    assert said.endswith(f"dW1 is 2×2; its {note}")


@pytest.mark.parametrize(
    ("key", "array", "words"),
    [
        ("W2", [[1, 2], [3, 4]], r"W2 is of the shape 2×2; layer 2 has 3 neurons of 2 inputs: 3×2"),
        ("b2", [1, 2], "b2 is of the shape 2; layer 2 has 3 biases"),
        ("W9", [1, 2], "there is no layer 9; the model has 3"),
        ("W1", [[1, 2], [3]], "its rows are not of one length"),
    ],
)
def test_arrays_of_another_shape(network, key, array, words):
    model, loss = network
    with pytest.raises(ValueError, match=words):
        nn.assert_gradients({key: array}, loss, model)


def test_arrays_that_are_missing_or_unknown(network):
    model, loss = network
    mine = arrays(model)
    del mine["db3"]
    said = message(nn.assert_gradients, mine | {"gamma": 1.0}, loss, model)
    assert "missing: b31" in said
    assert "not a node: gamma; known: w111" in said


def test_a_parameter_that_the_loss_does_not_use():
    model = nn.MLP(2, [1], init="ones")
    loss = nn.squared_error(3, model([8, 80])) + 0
    other = nn.MLP(1, [1], init="ones")
    assert nn.assert_gradients({"w111": 0, "b11": 0}, loss, other)
    said = message(nn.assert_gradients, {"w111": 1, "b11": 0}, loss, other)
    assert "y is not computed from w111" in said


def test_what_is_not_an_argument(network):
    model, loss = network
    with pytest.raises(TypeError, match="takes a mapping of names to numbers"):
        assert_gradients([1.0], loss)
    with pytest.raises(TypeError, match="the gradient of w111 must be a real number"):
        assert_gradients({"w111": "3"}, loss)
    with pytest.raises(TypeError, match="model must be a Module"):
        nn.assert_gradients({}, loss, 3)
    with pytest.raises(ValueError, match="tolerance must be between 0 and 1"):
        assert_gradients({"w111": 1.0}, loss, tolerance=2)
    model.parameters()[0].data += 1
    with pytest.raises(ValueError, match="the graph is out of date"):
        assert_gradients({"w111": 1.0}, loss)


def test_the_parameters_of_a_model_are_checked_by_their_names():
    model = nn.MLP(2, [2, 1], "tanh", seed=1)
    before = model.state_dict()
    assert check_gradients(lambda m: nn.squared_error(0.3, m([0.5, -1.0])), model)

    def wrong(m):
        penalty = sum(p.data**2 for p in m.parameters() if isinstance(p, Parameter))
        return nn.squared_error(0.3, m([0.5, -1.0])) + penalty

    with pytest.raises(AssertionError, match=r"6 of 9 derivatives.*\n.*\n +∂f/∂w111 "):
        check_gradients(wrong, model)
    assert model.state_dict() == before
    with pytest.raises(ValueError, match="has no parameters to check"):
        check_gradients(lambda m: Value(1.0), nn.Module())
