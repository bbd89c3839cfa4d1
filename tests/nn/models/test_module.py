"""Modules find their parameters once each, name them, and copy with them."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Parameter, Value
from engine.sheet.ops import ACTIVATIONS
from nn import MLP, Layer, Module, Neuron, Sequential
from tests.copies import over_copies
from tests.nn.shared import INPUTS, PARAMETERS, network, numbers


class Line(Module):
    """A module of a user's own, without labels."""

    def __init__(self, slope=2.0, offset=1.0):
        self.slope, self.offset = Parameter(slope), Parameter(offset)

    def __call__(self, x):
        return self.slope * x + self.offset


class Holder(Module):
    """Keeps whatever it is given, in order."""

    def __init__(self, **attributes):
        vars(self).update(attributes)


# Finding.


def test_parameters_are_found_in_attributes_modules_and_containers_in_order():
    a, b, c, d, e = (Parameter(float(i)) for i in range(5))
    line = Line()
    line.slope, line.offset = c, d
    holder = Holder(first=a, some=[b, (line, {"last": e})], name="text", count=3, nothing=None)
    assert holder.parameters() == [a, b, c, d, e]
    assert [name for name, _ in holder.named_parameters()] == [
        "first", "some.0", "some.1.0.slope", "some.1.0.offset", "some.1.1.last",
    ]  # fmt: skip


def test_a_shared_parameter_is_found_once():
    shared = Line()
    holder = Holder(first=shared, second=shared, own=shared.slope, again=[shared.offset])
    assert holder.parameters() == [shared.slope, shared.offset]
    assert list(holder.state_dict()) == ["first.slope", "first.offset"]


def test_a_module_that_knows_its_parent_has_its_parameters_once():
    parent, child = Holder(weight=Parameter(1.0)), Holder(weight=Parameter(2.0))
    parent.child, child.parent = child, parent
    assert parent.parameters() == [parent.weight, child.weight]


def test_values_that_are_not_parameters_are_not_trained():
    holder = Holder(data=Value(1.0), weight=Parameter(2.0), result=Parameter(3.0) * 2)
    assert holder.parameters() == [holder.weight]


def test_a_module_may_say_itself_what_its_parameters_are():
    """Modules written for micrograd override `parameters` and keep plain Values."""

    class Own(Module):
        def __init__(self):
            self.w, self.hidden = Value(2.0), [Value(3.0)]

        def parameters(self):
            return [*self.hidden, self.w]

    own = Own()
    assert own.state_dict() == {"hidden.0": 3.0, "w": 2.0}
    (own.w * own.hidden[0]).backward()
    own.zero_grad()
    assert (own.w.grad, own.hidden[0].grad) == (0.0, 0.0)
    own.load_state_dict({"w": 5.0, "hidden.0": 7.0})
    assert (own.w.data, own.hidden[0].data) == (5.0, 7.0)


# Naming.


def test_labels_are_the_names_where_all_are_there_and_distinct():
    assert list(network().state_dict()) == list(PARAMETERS)
    pair = Holder(left=Neuron(1), right=Line())
    assert list(pair.state_dict()) == [
        "left.weights.0", "left.bias", "right.slope", "right.offset",
    ]  # fmt: skip
    twins = Holder(left=Neuron(1), right=Neuron(1))
    assert list(twins.state_dict()) == [
        "left.weights.0", "left.bias", "right.weights.0", "right.bias",
    ]  # fmt: skip


def test_nested_networks_with_equal_labels_are_named_by_their_paths():
    net = Sequential(Sequential(Layer(1, 1)), Layer(1, 1))
    names = [
        f"layers.{i}.neurons.0.{part}"
        for i in ("0.layers.0", "1")
        for part in ("weights.0", "bias")
    ]
    assert list(net.state_dict()) == names


def test_parameters_that_no_attribute_holds_are_numbered():
    hidden = [Parameter(1.0), Parameter(2.0)]

    class Hidden(Module):
        def parameters(self):
            return hidden

    assert Hidden().state_dict() == {"parameters.0": 1.0, "parameters.1": 2.0}


def test_zero_grad_clears_every_gradient():
    model = network()
    model(INPUTS).backward()
    assert all(parameter.grad != 0 for parameter in model.parameters())
    model.zero_grad()
    assert [parameter.grad for parameter in model.parameters()] == [0.0] * 9


# State.


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=9, max_size=9))
def test_a_state_goes_round_bit_for_bit(row):
    state = dict(zip(PARAMETERS, row))
    model = network()
    model.load_state_dict(state)
    found = model.state_dict()
    assert [(name, number.hex()) for name, number in found.items()] == [
        (name, number.hex()) for name, number in state.items()
    ]
    again = network()
    again.load_state_dict(dict(reversed(found.items())))
    assert [number.hex() for number in numbers(again)] == [number.hex() for number in row]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.pop("b21"), "it holds 8 parameters, this model has 9; missing: b21"),
        (lambda s: s.update(w999=1.0), "it holds 10 parameters, this model has 9; unknown: w999"),
        (lambda s: s.update(x=s.pop("b11")), "missing: b11; unknown: x"),
        (lambda s: s.clear(), "missing: b11, b12, b21, w111, w112 and 4 more"),
    ],
)
def test_the_state_of_another_model_is_refused_and_nothing_changed(change, message):
    model, state = network(), dict.fromkeys(PARAMETERS, 7.0)
    change(state)
    with pytest.raises(ValueError, match=rf"^the state is that of another model: .*{message}$"):
        model.load_state_dict(state)
    assert model.state_dict() == PARAMETERS


@pytest.mark.parametrize("name", ["w111", "b21"])
@pytest.mark.parametrize(
    "bad",
    [math.nan, math.inf, -math.inf, "1", None, True, 1j, [1.0], 10**400],
    ids=lambda b: repr(b)[:9],
)
def test_a_state_with_what_is_not_a_finite_number_is_refused_and_nothing_changed(name, bad):
    model = network()
    message = (
        rf"^the state holds {re.escape(repr(bad)[:9])}.* for {name}; a finite number is needed$"
    )
    with pytest.raises(ValueError, match=message):
        model.load_state_dict({**dict.fromkeys(PARAMETERS, 7.0), name: bad})
    assert model.state_dict() == PARAMETERS


# Copying.


@over_copies
@pytest.mark.parametrize("kind", ["linear", *(op.name for op in ACTIVATIONS)])
def test_a_copy_predicts_the_same_and_is_independent(duplicate, kind):
    model = MLP(2, [3, 2], activation=kind, output=kind, seed=1)
    twin = duplicate(model)
    before = [output.data for output in model([0.5, -1.0])]
    outputs = twin([0.5, -1.0])
    assert [output.data for output in outputs] == before
    assert (list(twin.state_dict()), repr(twin)) == (list(model.state_dict()), repr(model))
    sum(outputs).backward()
    assert any(parameter.grad for parameter in twin.parameters())
    assert not any(parameter.grad for parameter in model.parameters())
    for parameter in twin.parameters():
        parameter.data += 1.0
    assert [output.data for output in model([0.5, -1.0])] == before


@over_copies
def test_a_copy_shares_what_the_model_shares(duplicate):
    shared = Layer(1, 1, "linear", init="ones")
    twin = duplicate(Sequential(shared, shared))
    assert twin.layers[0] is twin.layers[1] is not shared
    assert len(twin.parameters()) == 2
    tied = Holder(one=shared, two=Holder(weight=shared.neurons[0].weights[0]))
    twin = duplicate(tied)
    assert twin.two.weight is twin.one.neurons[0].weights[0] is not shared.neurons[0].weights[0]
