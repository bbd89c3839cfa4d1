"""Models as modules of PyTorch and back: outputs and gradients on both sides."""

import math
import re
from pathlib import Path

import pytest

import engine
from engine import Parameter
from engine.sheet.ops import ACTIVATIONS
from nn import MLP, Layer, Module, Neuron, Sequential, from_torch, load_arrays, to_torch

torch = pytest.importorskip("torch", reason="the exchange with PyTorch needs torch")
INPUTS = [[0.3, -1.1, 2.0], [-4.0, 0.5, 0.25], [30.0, -25.0, 14.0]]


def assert_same(model, module, inputs=INPUTS, tolerance=1e-12):
    """Outputs, and the gradients of the sum of their squares, agree."""
    for row in inputs:
        model.zero_grad()
        module.zero_grad()
        outputs = model(row)
        outputs = outputs if isinstance(outputs, list) else [outputs]
        engine.sum(y * y for y in outputs).backward()
        tensors = module(torch.tensor(row, dtype=torch.float64))
        (tensors**2).sum().backward()
        assert_close([y.data for y in outputs], tensors.tolist(), tolerance)
        trained = [p for p in module.parameters() if p.requires_grad]
        assert_close(
            sorted(parameter.grad for parameter in model.parameters()),
            sorted(number for p in trained for number in p.grad.flatten().tolist()),
            tolerance,
        )


def assert_close(ours, theirs, tolerance):
    # PyTorch's own tails have fewer digits.
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs):
        assert math.isclose(a, b, rel_tol=tolerance, abs_tol=tolerance / 10), (a, b)


@pytest.mark.parametrize("activation", [op.name for op in ACTIVATIONS] + ["linear"])
def test_every_activation_gives_the_same_outputs_and_gradients_and_comes_back(activation):
    model = MLP(3, [4, 2], activation, output=activation, seed=3)
    module = to_torch(model)
    # Its slope 1/6 has 32 bits in PyTorch.
    assert_same(model, module, tolerance=1e-6 if activation == "hardsigmoid" else 1e-12)
    again = from_torch(module)
    assert again.state_dict() == model.state_dict()
    assert [layer.neurons[0].activation for layer in again] == [activation] * 2
    assert str(to_torch(again)) == str(module)


def test_a_neuron_a_layer_and_nested_layers_go_out():
    for model in (
        Neuron(3, "tanh", seed=1),
        Layer(3, 2, "sigmoid", seed=1),
        Sequential(Sequential(Layer(3, 2, seed=1)), Layer(2, 3, "linear"), engine.softmax),
        Sequential(Layer(3, 3, "linear", seed=2), engine.log_softmax),
    ):
        assert_same(model, to_torch(model))


def test_numbers_that_are_not_trained_stay_so_on_both_sides():
    model = MLP(3, [2, 1], "tanh", seed=1)
    for neuron in model.layers[0].neurons:
        neuron.weights = [weight.data for weight in neuron.weights]
    model.layers[1].neurons[0].bias = 0.0
    module = to_torch(model)
    assert [(name, p.requires_grad) for name, p in module.named_parameters()] == [
        ("0.weight", False), ("0.bias", True), ("2.weight", True),
    ]  # fmt: skip
    assert module[2].bias is None
    assert_same(model, module)
    again = from_torch(module)
    assert [len(layer.parameters()) for layer in again] == [2, 2]
    assert_same(again, module)


def test_what_pytorch_trains_comes_back():
    model = MLP(3, [3, 1], "tanh", seed=1)
    module = to_torch(model)
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
    module(torch.ones(3, dtype=torch.float64)).sum().backward()
    optimizer.step()
    assert model.state_dict() == from_torch(to_torch(model)).state_dict()
    load_arrays(model, module.state_dict())
    assert_same(model, module)


def test_a_model_of_32_bits_comes_in_exactly():
    module = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.Identity(), torch.nn.Softplus())
    model = from_torch(module)
    assert str(model) == "Sequential(Layer(3 → 2 softplus); 8 parameters)"
    state = module.double().state_dict()
    assert [p.data for p in model.layers[0].neurons[1].weights] == state["0.weight"][1].tolist()
    assert_same(model, module, INPUTS[:2])
    assert str(from_torch(torch.nn.Linear(3, 1))) == "Sequential(Layer(3 → 1 linear); 4 parameters)"


def test_the_example_of_the_page_runs():
    page = Path(engine.__file__).parents[1] / "docs" / "exchange.md"
    blocks = re.findall(r"(?ms)^```python\n(import torch.*?)^```$", page.read_text("utf-8"))
    assert len(blocks) == 1
    exec(blocks[0], {})


def test_modules_without_a_counterpart_are_all_named():
    nn = torch.nn
    module = nn.Sequential(
        nn.Tanh(), nn.Linear(3, 3), nn.Sequential(nn.LeakyReLU(0.2), nn.Dropout(0.5)), nn.Softmax(0)
    )
    with pytest.raises(ValueError, match="nothing here corresponds to") as caught:
        from_torch(module)
    assert str(caught.value).partition(" corresponds to ")[2] == (
        "0: Tanh() does not follow a Linear; 2.0: LeakyReLU(negative_slope=0.2); "
        "2.1: Dropout(p=0.5, inplace=False); 3: Softmax(dim=0)"
    )
    with pytest.raises(TypeError, match="takes a module of PyTorch, not 3"):
        from_torch(3)


class Twice(Module):
    def __init__(self):
        self.layer = Layer(1, 1)

    def __call__(self, inputs):
        return self.layer([self.layer(inputs)])


def test_models_without_a_counterpart_are_refused():
    with pytest.raises(ValueError, match="is not made of neurons, layers and Sequential alone"):
        to_torch(Twice())
    layer = Layer(1, 1, "linear")
    with pytest.raises(ValueError, match="a parameter is used in two places"):
        to_torch(Sequential(layer, layer))
    mixed = Layer(1, 2, "tanh")
    mixed.neurons[1].activation = "relu"
    half = Layer(2, 1, lambda z: z * z)
    half.neurons[0].weights[0] = 1.0
    with pytest.raises(
        ValueError, match="no one activation that PyTorch knows: relu, tanh; "
    ) as caught:
        to_torch(Sequential(mixed, half))
    assert "<lambda>" in str(caught.value)
    assert "its weight is trained in part" in str(caught.value)
    assert isinstance(half.neurons[0].weights[1], Parameter)
