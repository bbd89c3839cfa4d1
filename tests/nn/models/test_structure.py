"""Which models have a structure, when it is another one, and which of them are known."""

from engine import Parameter, Value
from nn import MLP, Layer, Module, Neuron, Sequential
from nn.models.structure import combined, structure_of


class Doubled(Layer):
    def __call__(self, inputs):
        return [2 * output for output in super().__call__(inputs)]


class Alone(Module):
    def __init__(self):
        self.inner = MLP(1, [1])


def test_a_model_of_neurons_has_them_in_order():
    model = Sequential(Layer(2, 2), Sequential(Neuron(2)))
    structure = structure_of(model)
    first, second = model.layers
    assert structure.neurons == [*first.neurons, second.layers[0]]
    assert structure.known
    assert structure.leaves == model.parameters()
    assert structure_of(Sequential()).neurons == []


def test_functions_and_modules_with_a_call_of_their_own_have_none():
    for model in (abs, Alone(), Doubled(1, 2), Sequential(Layer(1, 1), abs)):
        assert structure_of(model) is None
    assert combined(None, [Neuron(1), abs]) is None


def test_a_function_of_the_users_own_is_not_known():
    assert not structure_of(Neuron(1, lambda z: z * 2)).known
    neuron = Neuron(1)
    neuron.respond = lambda operands: Value(1.0)
    assert not structure_of(neuron).known


def test_the_key_is_that_of_the_graph():
    model = MLP(1, [2, 1], "tanh", seed=1)
    key = structure_of(model).key
    model.layers[0].neurons[0].bias.data = 3.0
    assert structure_of(model).key == key
    model.layers[0].neurons[0].activation = "relu"
    assert structure_of(model).key != key
    model.layers[0].neurons[0].activation = "tanh"
    assert structure_of(model).key == key
    for bias in (Parameter(3.0), 3.0):
        model.layers[0].neurons[0].bias = bias
        assert structure_of(model).key != key


def test_how_neurons_are_put_together_is_a_part_of_the_key():
    neurons = [Neuron(2), Neuron(2)]
    layer, one = Layer(2, 2), Layer(2, 1)
    layer.neurons, one.neurons = neurons, neurons
    keys = [structure_of(each).key for each in (layer, one, Sequential(*neurons))]
    assert len(set(keys)) == 3
    assert structure_of(Sequential(layer)).key not in keys
    # A plain number is not a leaf.
    neurons[0].bias = 0.5
    assert structure_of(layer).leaves == [*neurons[0].weights, *neurons[1].weights, neurons[1].bias]
