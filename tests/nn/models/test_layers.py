"""Neurons, layers and networks: the lesson's names, and the nodes that a forward pass makes."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine import Parameter, Value, scope, softmax, topological_order
from engine.sheet.ops import ACTIVATIONS
from nn import MLP, Layer, Module, Neuron, Sequential, squared_error
from tests.nn.shared import INPUTS, network, to_12_digits


def labels(nodes):
    return [node.label for node in nodes]


def inner_nodes(output):
    return [node for node in topological_order(output) if node.op is not None]


# Names: w{layer}{input}{neuron}, b{layer}{neuron}, o{layer}{neuron}, z{layer}{neuron}.


def test_the_nine_parameters_have_the_names_of_the_lesson():
    names = ["w111", "w121", "b11", "w112", "w122", "b12", "w211", "w221", "b21"]
    assert labels(MLP(2, [2, 1]).parameters()) == names


@given(sizes=st.lists(st.integers(1, 12), min_size=2, max_size=4))
@example(sizes=[1, 12, 1])
@example(sizes=[1] * 12)
def test_names_follow_the_scheme_and_are_apart_where_an_index_passes_9(sizes):
    expected = []
    for layer, (inputs, outputs) in enumerate(pairwise(sizes), 1):
        between = "_" if max(layer, inputs, outputs) > 9 else ""
        for neuron in range(1, outputs + 1):
            for i in range(1, inputs + 1):
                expected.append(f"w{layer}{between}{i}{between}{neuron}")
            expected.append(f"b{layer}{between}{neuron}")
    model = MLP(sizes[0], sizes[1:], init="zeros")
    assert labels(model.parameters()) == list(model.state_dict()) == expected
    assert len(set(expected)) == len(expected)


def test_weight_12_of_neuron_3_is_not_confused_with_weight_1_of_neuron_23():
    names = labels(Layer(12, 3).parameters())
    assert (names[0], names[-1]) == ("w1_1_1", "b1_3")
    assert "w1_12_3" in names


def test_linear_neurons_are_labelled_o_and_the_output_y_hat():
    prediction = network()(INPUTS)
    assert labels(inner_nodes(prediction)) == ["o11", "o12", "ŷ"]


def test_with_activations_the_weighted_sums_are_labelled_z():
    prediction = MLP(2, [2, 1], activation="tanh", output="sigmoid")(INPUTS)
    assert labels(inner_nodes(prediction)) == ["z11", "o11", "z12", "o12", "z21", "ŷ"]


def test_several_outputs_are_numbered():
    assert labels(MLP(2, [2, 3])(INPUTS)) == ["ŷ1", "ŷ2", "ŷ3"]
    assert labels(MLP(2, [1, 2], output="tanh")(INPUTS)) == ["ŷ1", "ŷ2"]


def test_outside_a_network_a_layer_is_layer_1_and_a_neuron_its_neuron_1():
    assert labels(Layer(1, 2)([1.0])) == ["o11", "o12"]
    assert labels(Neuron(2).parameters()) == ["w111", "w121", "b11"]


def cubed(z):
    return z * z * z


@pytest.mark.parametrize("kind", ["linear", *(op.name for op in ACTIVATIONS), cubed])
def test_every_node_of_a_neuron_is_in_its_scope(kind):
    model = MLP(2, [2, 1], activation=kind)
    scopes = [node.scope for node in inner_nodes(model(INPUTS))]
    neurons = ["layer 1 / neuron 1", "layer 1 / neuron 2", "layer 2 / neuron 1"]
    assert list(dict.fromkeys(scopes)) == neurons
    assert scopes == sorted(scopes)


@pytest.mark.parametrize("kind", ["linear", "relu"])
def test_the_scope_of_a_neuron_is_inside_that_of_its_caller(kind):
    with scope("network"), scope("student 3"):
        output = Layer(2, 2, kind)(INPUTS)[1]
    scopes = {node.scope for node in inner_nodes(output)}
    assert scopes == {"network / student 3 / layer 1 / neuron 2"}


# Structure: a neuron is one node, so that the graph has exactly the nodes of the lesson.


def test_a_neuron_is_one_dot_node_over_weights_inputs_and_bias():
    neuron = Neuron(2, "linear", init="ones")
    x1, x2 = Value(8.0), Value(80.0)
    output = neuron([x1, x2])
    assert output.op.name == "dot"
    assert output.args == (*neuron.weights, x1, x2, neuron.bias)
    assert output.partials == (8.0, 80.0, 1.0, 1.0, 1.0)


def test_local_derivatives_are_the_inputs_and_the_weights():
    """∂o11/∂w111 = x1, ∂o11/∂w121 = x2, ∂ŷ/∂o11 = w211, ∂ŷ/∂w211 = o11."""
    model = network()
    prediction = model(INPUTS)
    by_label = {node.label: node for node in topological_order(prediction)}

    def local(output, operand):
        node = by_label[output]
        return node.partials[node.args.index(by_label[operand])]

    assert (local("o11", "w111"), local("o11", "w121"), local("o12", "w122")) == (8, 80, 80)
    assert (local("ŷ", "o11"), local("ŷ", "o12"), local("ŷ", "b21")) == (1, 1, 1)
    assert local("ŷ", "w211") == by_label["o11"].data == to_12_digits(8.8)


@pytest.mark.parametrize("op", ACTIVATIONS, ids=lambda op: op.name)
def test_an_activation_is_one_more_node(op):
    output = Neuron(2, op.name, init="ones")([0.5, 0.25])
    (weighted_sum,) = output.args[:1]
    assert (output.op, weighted_sum.op.name, weighted_sum.data) == (op, "dot", 0.75)
    assert output.data == getattr(Value(0.75), op.name)().data


def test_a_hidden_layer_of_one_neuron_trains_like_any_other():
    """karpathy/micrograd #13: a hidden layer of one neuron breaks the network."""
    model = MLP(2, [1, 1, 2], "linear", init="ones")
    first, second = outputs = model([2.0, 3.0])
    assert [output.data for output in outputs] == [5.0, 5.0]
    (first + second).backward()
    assert model.parameters()[0].grad == 4.0  # two outputs · x1


def test_a_layer_gives_a_list_and_of_one_neuron_the_value_itself():
    assert type(Layer(2, 1)(INPUTS)) is Value
    assert [type(output) for output in Layer(2, 2)(INPUTS)] == [Value, Value]
    assert type(MLP(2, [2, 1])(INPUTS)) is Value


# Sequential: karpathy/micrograd #31.


def test_sequential_is_an_mlp_that_is_put_together_by_hand():
    net = Sequential(Layer(2, 2, "linear"), Layer(2, 1, "linear"))
    net.load_state_dict(network().state_dict())
    assert net(INPUTS).data == 18.0
    assert labels(net.parameters()) == list(network().state_dict())


def test_functions_and_modules_of_ones_own_may_stand_between_layers():
    class Gain(Module):
        def __init__(self):
            self.gain = Parameter(2.0, label="gain")

        def __call__(self, outputs):
            return [self.gain * output for output in outputs]

    net = Sequential(Layer(2, 2, "linear", init="ones"), Gain(), softmax, sum)
    assert labels(net.parameters()) == ["w111", "w121", "b11", "w112", "w122", "b12", "gain"]
    assert net(INPUTS).data == to_12_digits(1.0)
    halves = Sequential(Layer(1, 2, "linear", init="ones"), softmax)([3.0])
    assert [half.data for half in halves] == to_12_digits([0.5, 0.5])


def test_sequential_refuses_layers_that_do_not_fit_when_it_is_made():
    with pytest.raises(
        ValueError,
        match=r"^Layer\(2 → 1 relu\) cannot follow Layer\(2 → 3 relu\): the sizes differ$",
    ):
        Sequential(Layer(2, 3), Layer(2, 1))


def test_a_sequence_is_one_of_its_layers():
    model = MLP(2, [3, 2, 1])
    assert len(model) == 3
    assert [model[0], model[1], model[-1]] == [*model] == model.layers
    assert model[0].neurons[2].bias.label == "b13"
    with pytest.raises(IndexError):
        model[3]
    net = Sequential(Layer(1, 2), softmax)
    assert (len(net), net[1]) == (2, softmax)
    assert len(Sequential()) == 0


def test_layers_that_a_function_separates_are_checked_when_they_are_called():
    net = Sequential(Layer(1, 3), lambda outputs: outputs[:2], Layer(3, 1))
    with pytest.raises(ValueError, match=r"^Layer\(3 → 1 relu\) takes 3 inputs, 2 were given$"):
        net([1.0])


def test_a_layer_that_is_used_twice_adds_up_its_gradients():
    shared = Layer(1, 1, "linear", init="constant")
    net = Sequential(shared, shared)
    weight, bias = parameters = net.parameters()
    assert len(parameters) == 2
    bias.data = 2.0
    net([3.0]).backward()  # w·(w·x + b) + b
    assert (weight.grad, bias.grad) == to_12_digits((2 * 0.1 * 3 + 2, 0.1 + 1))


def test_modules_show_their_sizes_and_activations():
    assert repr(Neuron(1, "tanh")) == "Neuron(1 → 1 tanh)"
    assert repr(MLP(2, [3, 1])) == ("MLP(Layer(2 → 3 relu), Layer(3 → 1 linear); 13 parameters)")
    assert repr(Sequential(Layer(2, 1))) == "Sequential(Layer(2 → 1 relu); 3 parameters)"


def test_the_loss_is_one_node_above_the_network():
    loss = squared_error(3, network()(INPUTS))
    assert [node.op.name for node in inner_nodes(loss)] == ["dot", "dot", "dot", "squared_error"]
