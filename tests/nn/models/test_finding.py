"""Every parameter that a module holds is found, in order and once, or refused by name."""

import re
import types
from collections import OrderedDict, UserDict, UserList, deque, namedtuple
from dataclasses import dataclass
from functools import partial

import numpy as np
import pytest

from engine import Parameter, Value
from nn import MLP, SGD, Layer, Module, Sequential


class Holder(Module):
    def __init__(self, held):
        self.held = held


@dataclass
class Pair:
    first: Parameter
    second: Parameter


@dataclass(slots=True)
class Slim:
    first: Parameter
    second: Parameter


class Plain:
    def __init__(self, first, second):
        self.first, self.second = first, second


Named = namedtuple("Named", "first second")
BY_PLACE, BY_NAME = ["held.0", "held.1"], ["held.first", "held.second"]
HOLDERS = {
    "list": (lambda a, b: [a, b], BY_PLACE),
    "tuple": (lambda a, b: (a, b), BY_PLACE),
    "named tuple": (Named, BY_PLACE),
    "deque": (lambda a, b: deque([a, b]), BY_PLACE),
    "UserList": (lambda a, b: UserList([a, b]), BY_PLACE),
    "dict values": (lambda a, b: {1: a, 2: b}.values(), BY_PLACE),
    "array": (lambda a, b: np.array([a, b], object), BY_PLACE),
    "matrix": (lambda a, b: np.array([[a], [b]], object), ["held.0.0", "held.1.0"]),
    "dict": (lambda a, b: {"first": a, "second": b}, BY_NAME),
    "OrderedDict": (lambda a, b: OrderedDict(first=a, second=b), BY_NAME),
    "UserDict": (lambda a, b: UserDict(first=a, second=b), BY_NAME),
    "proxy": (lambda a, b: types.MappingProxyType({"first": a, "second": b}), BY_NAME),
    "dataclass": (Pair, BY_NAME),
    "dataclass with slots": (Slim, BY_NAME),
    "object": (Plain, BY_NAME),
    "namespace": (lambda a, b: types.SimpleNamespace(first=a, second=b), BY_NAME),
    "partial": (lambda a, b: partial(max, a, b), ["held.args.0", "held.args.1"]),
    "keys": (lambda a, b: {"a.b": a, 1: b}, ["held.['a.b']", "held.1"]),
    "like keys": (lambda a, b: {"1": a, 1: b}, ["held.['1']", "held.1"]),
}


@pytest.mark.parametrize("kind", HOLDERS)
def test_parameters_are_found_wherever_they_are_held(kind):
    make, names = HOLDERS[kind]
    first, second = Parameter(1.0), Parameter(2.0)
    holder = Holder([make(first, second)])
    assert holder.parameters() == [first, second]
    inside = [name.replace("held", "held.0", 1) for name in names]
    assert list(holder.state_dict()) == inside
    holder.load_state_dict(dict(zip(inside, (7.0, 8.0))))
    assert (first.data, second.data) == (7.0, 8.0)


def test_what_a_class_or_a_subclass_of_a_layer_adds_is_found():
    class Scaled(MLP):
        offset = Parameter(0.5)

        def __init__(self):
            super().__init__(1, [1])
            self.scale = Parameter(2.0)

    model = Scaled()
    assert list(model.state_dict()) == [
        "layers.0.neurons.0.weights.0", "layers.0.neurons.0.bias", "scale", "offset",
    ]  # fmt: skip


def test_objects_between_layers_are_looked_into():
    gain = Plain(Parameter(1.0), None)
    assert gain.first in Sequential(Layer(1, 1), gain).parameters()
    assert gain.first in Holder(gain.__init__).parameters()


@pytest.mark.parametrize(
    ("hide", "words"),
    [
        (lambda p: {p}, "held holds the parameter Parameter(3, grad=0) in a set, which has no"),
        (lambda p: frozenset({(1, p)}), "in a set, which has no order: keep it in a list"),
        (lambda p: {"a": {p}}, "held.a holds the parameter"),
        (lambda p: lambda x: p * x, "held holds the parameter Parameter(3, grad=0) only within"),
        (lambda p: lambda x, p=p: p * x, "keep it in an attribute of the module as well"),
    ],
)
def test_what_only_a_set_or_a_function_holds_is_refused(hide, words):
    hidden = Parameter(3.0)
    holder = Holder(hide(hidden))
    for look in (holder.parameters, holder.state_dict, lambda: SGD(holder.parameters())):
        with pytest.raises(TypeError, match=re.escape(words)):
            look()
    holder.as_well = hidden
    assert holder.parameters() == [hidden]


def test_what_holds_no_parameters_is_passed_over():
    other = MLP(1, [1])
    holder = Holder([np.ones((2, 2)), range(10**9), "text", {1, 2}, Value(1.0), len, MLP, re, None])
    holder.teacher = lambda x: other(x) * 2
    later = []
    holder.unfilled = lambda: later and never
    assert holder.parameters() == []
    never = 1


def test_a_list_that_holds_itself_and_a_deep_one():
    round_about = [Parameter(1.0)]
    round_about.append(round_about)
    assert Holder(round_about).parameters() == round_about[:1]
    deep = last = []
    for _ in range(10_000):
        last.append([])
        last = last[0]
    last.append(Parameter(2.0))
    assert [p.data for p in Holder(deep).parameters()] == [2.0]


REBOUND = {
    "layers.1.neurons.0.bias": lambda n: setattr(n, "bias", n.bias - 0.1 * n.bias.grad),
    "layers.1.neurons.0.weights.1": lambda n: n.weights.__setitem__(1, n.weights[1] + 0.5 - 0.25),
    "layers.1.neurons.0.weights.0": lambda n: setattr(n, "weights", [w - 1 for w in n.weights]),
}


@pytest.mark.parametrize("path", REBOUND)
def test_a_result_in_the_place_of_a_parameter_is_named(path):
    model = MLP(2, [2, 1], seed=1)
    REBOUND[path](model.layers[1].neurons[0])
    for asks in (model.zero_grad, model.parameters, model.state_dict):
        with pytest.raises(TypeError, match=rf"^{path} is a result now.*; write x\.data -= step$"):
            asks()


def test_results_that_take_no_ones_place_may_be_held():
    weight = Parameter(2.0)
    module = Holder([weight, weight - 1.0, weight * 2.0, Value(1.0) - 2.0])
    module.gone = Parameter(1.0) * 2.0
    assert module.parameters() == [weight]
