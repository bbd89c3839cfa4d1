"""What neurons and layers accept, and how they refuse everything else."""

import math
import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Value
from engine.sheet.ops import ACTIVATIONS
from nn import MLP, Layer, Neuron, Sequential
from tests.nn.shared import INPUTS, network, to_12_digits

TAKERS = {
    "neuron": Neuron,
    "layer": lambda inputs: Layer(inputs, 2),
    "network": lambda inputs: MLP(inputs, [2, 1]),
    "sequential": lambda inputs: Sequential(Layer(inputs, 2), Layer(2, 1)),
}
over_takers = pytest.mark.parametrize("make", TAKERS.values(), ids=TAKERS)


# karpathy/micrograd #107: a wrong input length is silently cut.


@over_takers
@given(wanted=st.integers(1, 5), given_=st.integers(0, 7), as_values=st.booleans())
def test_a_wrong_number_of_inputs_is_refused_with_both_numbers(make, wanted, given_, as_values):
    module = make(wanted)
    row = [Value(1.0) if as_values else 1.0] * given_
    if wanted == given_:
        module(row)
        return
    inputs = "1 input" if wanted == 1 else f"{wanted} inputs"
    were = "1 was" if given_ == 1 else f"{given_} were"
    with pytest.raises(ValueError, match=rf"\) takes {inputs}, {were} given$"):
        module(row)


@over_takers
def test_a_bare_number_is_one_input(make):
    one, two = make(1), make(2)
    one(3.0)
    one(Value(3.0))
    with pytest.raises(ValueError, match=r"takes 2 inputs, 1 was given$"):
        two(3.0)


@over_takers
@pytest.mark.parametrize("position", [0, 1])
@pytest.mark.parametrize("other", [1.0, 1, Value(1.0), np.float64(1.0)], ids=repr)
@pytest.mark.parametrize("bad", ["8", None, 1j, b"8", [8.0], {}], ids=repr)
def test_an_input_that_is_not_a_number_is_refused(make, position, other, bad):
    row = [other, other]
    row[position] = bad
    with pytest.raises(TypeError, match=re.escape(f"must be a real number, not {bad!r}")):
        make(2)(row)


@over_takers
@pytest.mark.parametrize("bad", ["88", b"88", {8: 80, 80: 8}, {8.0, 80.0}], ids=repr)
def test_inputs_without_an_order_and_texts_are_refused(make, bad):
    """Their elements could be taken for numbers, silently and in any order."""
    with pytest.raises(TypeError, match=rf"takes numbers in order, not .*{type(bad).__name__}"):
        make(2)(bad)


@pytest.mark.parametrize("bad", [None, "8", 1j], ids=repr)
def test_a_bare_input_that_is_not_a_number_is_refused(bad):
    with pytest.raises(TypeError, match=type(bad).__name__):
        Neuron(1)(bad)


@pytest.mark.parametrize(
    "row",
    [
        (8, 80),
        [8, 80],
        [8.0, 80],
        [8, Value(80)],
        [Value(8), 80.0],
        [Value(8), Value(80)],
        np.array([8.0, 80.0]),
        np.array([8, 80], dtype=np.int8),
        list(np.array([8.0, 80.0], dtype=np.float32)),
        range(8, 81, 72),
        [Fraction(8), Fraction(80)],
        dict.fromkeys([8, 80]).keys(),
    ],
    ids=repr,
)
def test_rows_of_all_kinds_give_the_same_prediction(row):
    """HIPS/autograd#482: an int input is refused."""
    assert network()(row).data == 18.0


def test_a_generator_and_map_are_rows():
    assert network()(x for x in INPUTS).data == 18.0
    assert network()(map(Value, INPUTS)).data == 18.0


@pytest.mark.parametrize("x", [3, 3.0, np.float64(3), np.array(3.0), Value(3)], ids=repr)
def test_one_input_may_stand_bare(x):
    assert MLP(1, [1], init="ones")(x).data == 3.0


def test_gradients_reach_inputs_that_are_values():
    x1, x2 = Value(8.0), Value(80.0)
    network()([x1, x2]).backward()
    assert (x1.grad, x2.grad) == to_12_digits((0.2, 0.2))


# Sizes.


@pytest.mark.parametrize("size", [0, -1, True, False, 2.0, "2", None], ids=repr)
@pytest.mark.parametrize(
    "make",
    [
        Neuron,
        lambda size: Layer(size, 1),
        lambda size: Layer(1, size),
        lambda size: MLP(size, [1]),
        lambda size: MLP(1, [1, size, 1]),
    ],
    ids=["neuron", "layer inputs", "layer outputs", "network inputs", "network layer"],
)
def test_sizes_are_whole_numbers_of_at_least_1(make, size):
    with pytest.raises(ValueError, match=re.escape(f"needs sizes of at least 1, not {size!r}")):
        make(size)


def test_a_network_has_a_layer():
    with pytest.raises(ValueError, match=r"^an MLP needs at least one layer: nouts is empty$"):
        MLP(2, [])


# Activations.

KINDS = ["linear", *(op.name for op in ACTIVATIONS)]
MAKERS = {
    "neuron": lambda kind: Neuron(1, kind),
    "layer": lambda kind: Layer(1, 2, kind),
    "hidden": lambda kind: MLP(1, [2, 1], activation=kind),
    "output": lambda kind: MLP(1, [2, 1], output=kind),
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize("bad", ["rleu", "", "ReLU", None, 3, ["relu"]], ids=repr)
def test_an_unknown_activation_is_refused_with_the_known_ones(make, bad):
    message = f"unknown activation {bad!r}; known: {', '.join(KINDS)}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        make(bad)


@pytest.mark.parametrize("kind", KINDS)
@given(x=st.floats(-3, 3))
def test_each_activation_by_name_or_as_a_function_is_the_same(kind, x):
    def function(z):
        return z if kind == "linear" else getattr(z, kind)()

    by_name = MLP(1, [2, 1], kind, kind, init="ones")
    by_function = MLP(1, [2, 1], function, function, init="ones")
    assert by_name(x).data == by_function(x).data
    for model in (by_name, by_function):
        model(x).backward()
    slopes = [[p.grad for p in model.parameters()] for model in (by_name, by_function)]
    assert slopes[0] == slopes[1]


def test_true_and_false_and_nonlin_say_relu_and_linear():
    kinds = [Neuron(1, True), Neuron(1, False), Neuron(1, nonlin=True), Neuron(1, nonlin=False)]
    assert [neuron.activation for neuron in kinds] == ["relu", "linear", "relu", "linear"]


def test_an_activation_that_leaves_the_graph_is_refused():
    """`math.tanh` of a Value is a float: gradients would end there."""
    with pytest.raises(TypeError, match="tanh"):
        Neuron(1, math.tanh)(1.0)
