"""The table of a model: what it is made of, and each parameter counted once."""

import re

import pytest

from engine import Parameter, softmax
from engine.base.spelling import spelled
from nn import MLP, Layer, Module, Neuron, Sequential


class Holder(Module):
    """Keeps whatever it is given, in order."""

    def __init__(self, **attributes):
        vars(self).update(attributes)


def rows(model):
    """The cells of every line but the head; the last line must be the total of `parameters`."""
    table = [re.split(r" {3,}", line) for line in str(model.summary()).splitlines()[1:]]
    assert table[-1] == ["total", f"{len(model.parameters()):,}"]
    return table[:-1]


def test_every_layer_has_its_line_and_the_sum_that_makes_its_count():
    model = MLP(3, [4, 2], "tanh")
    assert rows(model) == [
        ["layers.0", "Layer(3 → 4 tanh)", "4·3 + 4", "16"],
        ["layers.1", "Layer(4 → 2 linear)", "2·4 + 2", "10"],
    ]
    assert rows(MLP(30, [1000])) == [
        ["layers.0", "Layer(30 → 1000 linear)", "1000·30 + 1000", "31,000"]
    ]


def test_a_layer_and_a_neuron_by_themselves():
    assert rows(Layer(3, 2)) == [["itself", "Layer(3 → 2 relu)", "2·3 + 2", "8"]]
    assert rows(Neuron(3)) == [["itself", "Neuron(3 → 1 relu)", "3 + 1", "4"]]
    assert rows(Module()) == []


def test_what_is_used_twice_is_counted_once_and_said_so():
    layer = Layer(2, 2)
    assert rows(Sequential(layer, softmax, layer)) == [
        ["layers.0", "Layer(2 → 2 relu)", "2·2 + 2", "6"],
        ["layers.1", "softmax", "0"],
        ["layers.2", "Layer(2 → 2 relu)", "0", "the same as layers.0"],
    ]
    other = Layer(2, 1, "linear")
    other.neurons[0].weights[0] = layer.neurons[0].weights[0]
    assert rows(Sequential(layer, other))[1] == [
        "layers.1", "Layer(2 → 1 linear)", "2", "1 shared with layers.0",
    ]  # fmt: skip


def test_numbers_that_are_not_parameters_are_fixed():
    neuron = Neuron(2, "linear")
    neuron.bias = 0.0
    assert rows(neuron) == [["itself", "Neuron(2 → 1 linear)", "2", "1 fixed"]]


def test_a_module_of_a_users_own():
    model = Holder(
        encoder=MLP(2, [2, 1]),
        scale=Parameter(1.0),
        table=[Parameter(0.0) for _ in range(5)],
        neurons=[Neuron(2) for _ in range(3)],
        parts={"a": Layer(1, 1), "b c": [Parameter(1.0)]},
        name="text",
    )
    model.me = model
    assert rows(model) == [
        ["encoder.layers.0", "Layer(2 → 2 relu)", "2·2 + 2", "6"],
        ["encoder.layers.1", "Layer(2 → 1 linear)", "2 + 1", "3"],
        ["scale", "Parameter", "1"],
        ["table", "list", "5"],
        ["neurons", "3 × Neuron(2 → 1 relu)", "3·2 + 3", "9"],
        ["parts.a", "Layer(1 → 1 relu)", "1 + 1", "2"],
        ["parts.['b c']", "list", "1"],
        ["me", "Holder", "0", "the same as the model"],
    ]


def test_what_parameters_leaves_out_and_what_it_adds():
    hidden = Parameter(1.0)

    class Frozen(Holder):
        def parameters(self):
            return [*self.second.parameters(), hidden]

    assert rows(Frozen(first=Layer(2, 2), second=Layer(2, 1, "linear"))) == [
        ["first", "Layer(2 → 2 relu)", "0", "6 not in parameters(): not trained"],
        ["second", "Layer(2 → 1 linear)", "2 + 1", "3"],
        ["elsewhere", "named by parameters()", "1"],
    ]


def test_an_attribute_of_that_name_stays_the_users():
    assert Holder(summary=3).summary == 3


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437", "cp932"])
def test_it_prints_on_every_stream_in_columns(encoding):
    text = spelled(MLP(2, [2, 1]).summary()[:], encoding)
    assert text.encode(encoding)
    assert len({len(line) for line in text.splitlines()}) == 1


def test_the_repr_of_any_module_says_what_it_is_made_of():
    class Net(Module):
        def __init__(self, count):
            self.blocks = [Layer(2, 2, "tanh") for _ in range(count)]
            self.gain = Parameter(1.0)

    class Empty(Module):
        pass

    class Unfinished(Module):
        def parameters(self):
            return self.never_set

    assert repr(Net(1)) == "Net(blocks.0: Layer(2 → 2 tanh), gain: Parameter; 7 parameters)"
    assert repr(Net(9)).endswith("blocks.3: Layer(2 → 2 tanh), …, gain: Parameter; 55 parameters)")
    assert (repr(Empty()), repr(Unfinished())) == ("Empty(0 parameters)", "Unfinished(…)")
