"""The shortest way through a known model gives the numbers and gradients of the model itself."""

import math

import pytest

from engine import Value, softmax
from nn import MLP, Layer, Neuron, Sequential
from nn.models.straight import straight_outputs

ROW = [0.75, -0.5]


class Odd(MLP):
    """Computes something of its own."""

    def __call__(self, inputs):
        return super().__call__([x * 2 for x in inputs])


KNOWN = {
    "neuron": lambda: Neuron(2, "sigmoid", seed=1),
    "layer": lambda: Layer(2, 3, "tanh", seed=1),
    "layer of one": lambda: Layer(2, 1, "selu", seed=1),
    "network": lambda: MLP(2, [3, 2], seed=2),
    "one in the middle": lambda: MLP(2, [3, 1, 2], "tanh", seed=3),
    "nested": lambda: Sequential(MLP(2, [3, 2], "softplus", seed=4), Neuron(2, "gelu", seed=5)),
}


def numbers(outputs):
    return [output.data for output in (outputs if isinstance(outputs, list) else [outputs])]


@pytest.mark.parametrize("make", KNOWN.values(), ids=KNOWN)
def test_it_gives_the_outputs_and_gradients_of_the_model(make):
    model = make()
    found, expected = straight_outputs(model)(ROW), model(ROW)
    assert type(found) is type(expected)
    assert numbers(found) == numbers(expected)
    gradients = []
    for outputs in (found, expected):
        model.zero_grad()
        for output in outputs if isinstance(outputs, list) else [outputs]:
            output.backward()
        gradients.append([p.grad for p in model.parameters()])
    assert gradients[0] == gradients[1] != [0.0] * len(gradients[0])


def test_what_is_not_of_layers_and_activations_alone_has_no_short_way():
    own = Neuron(2, lambda x: x * 2)
    empty = Sequential()
    mixed = Sequential(Layer(2, 2), math.fsum)
    probabilities = Sequential(Layer(2, 2), softmax)
    between = Sequential(Layer(2, 2), softmax, Layer(2, 1))
    nested = Layer(2, 2)
    nested.neurons[1] = Layer(2, 2)
    custom = (Odd(2, [1]), own, Layer(2, 2, Value.tanh), mixed, lambda x: x)
    for model in (*custom, empty, probabilities, between, nested):
        assert straight_outputs(model) is None
