"""Pickles and copies of graphs: the same numbers, structure, names and sharing."""

import copy
import io
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

import engine
from engine import Op, Parameter, Value, scope, topological_order
from engine.sheet.ops import OPERATIONS
from tests.engine.sampling import graphs


class Weight(Value):
    """A subclass with attributes of its own, as a user would write it."""

    def __init__(self, data, history):
        super().__init__(data)
        self.history = history


class Frozen(Parameter):
    """A subclass with a slot of its own."""

    __slots__ = ("frozen",)


def by_pickle(protocol):
    return lambda thing: pickle.loads(pickle.dumps(thing, protocol))


COPIES = {
    **{f"protocol {n}": by_pickle(n) for n in range(2, pickle.HIGHEST_PROTOCOL + 1)},
    "deepcopy": copy.deepcopy,
}
over_copies = pytest.mark.parametrize("duplicate", COPIES.values(), ids=COPIES)


def description(node):
    return (type(node), node.data, node.grad, node.op, node.partials, node.label, node.scope)


@over_copies
@given(nodes=graphs())
def test_a_copy_has_the_same_numbers_and_the_same_structure_and_shares_nothing(duplicate, nodes):
    nodes[-1].backward()
    old = topological_order(nodes[-1])
    new = topological_order(duplicate(nodes[-1]))
    assert [description(node) for node in new] == [description(node) for node in old]
    twin = dict(zip(old, new, strict=True))
    for node in old:
        assert twin[node].args == tuple(twin.get(arg, arg) for arg in node.args)
    assert not set(old) & set(new)


@over_copies
def test_labels_scopes_gradients_and_classes_are_kept(duplicate):
    with scope("layer 1"):
        y = Parameter(2.0, label="w") * Value(3.0, label="x")
    y.label = "y"
    y.backward()
    found = duplicate(y)
    w, x = found.args
    assert (found.label, found.scope, w.label, x.label) == ("y", "layer 1", "w", "x")
    assert (type(w), type(x), w.role) == (Parameter, Value, "parameter")
    assert (found.grad, w.grad, x.grad) == (1.0, 3.0, 2.0)


@over_copies
def test_a_copy_lives_on_its_own(duplicate):
    x = Value(3.0)
    found = duplicate(x * x)
    found.backward()
    assert (found.args[0].grad, x.grad) == (6.0, 0.0)
    assert engine.gradient(found, found.args[0]).data == 6.0
    (found * 2).backward()


@over_copies
def test_values_copied_together_share_their_nodes_as_before(duplicate):
    x = Value(2.0)
    h = x * x
    y = h + x
    new_h, new_y, new_x, again = duplicate([h, y, x, h])
    assert again is new_h
    assert new_y.args == (new_h, new_x)
    assert new_h.args == (new_x, new_x)
    new_y, new_h = duplicate((y, h))
    assert new_y.args[0] is new_h


@over_copies
def test_values_shared_through_containers_and_attributes_stay_shared(duplicate):
    x = Value(2.0)
    found = duplicate({"parameters": {"x": x}, "losses": [x * 2, x * 3]})
    x2 = found["parameters"]["x"]
    assert all(loss.args[0] is x2 for loss in found["losses"])


def test_two_loads_of_one_pickle_and_two_pickles_share_nothing():
    x = Value(2.0)
    saved = pickle.dumps([x, x * x])
    first, second = pickle.loads(saved), pickle.loads(saved)
    assert first[1].args == (first[0], first[0])
    assert second[1].args == (second[0], second[0])
    assert first[0] is not second[0]
    assert pickle.loads(pickle.dumps(x)) is not first[0]


def test_one_pickler_keeps_the_sharing_over_several_values():

    x = Value(2.0)
    file = io.BytesIO()
    pickler = pickle.Pickler(file)
    pickler.dump(x * 2)
    pickler.dump(x)
    file.seek(0)
    unpickler = pickle.Unpickler(file)
    y, x2 = unpickler.load(), unpickler.load()
    assert y.args[0] is x2


@over_copies
def test_operations_of_the_sheet_are_the_very_objects_of_the_sheet(duplicate):
    assert duplicate(Value(0.5).tanh()).op is OPERATIONS["tanh"]


@over_copies
def test_an_operation_of_ones_own_travels_by_value(duplicate):
    cube = Op("tanh", "³", "a ** 3", ("3 * a ** 2",), about="named like one of the sheet")
    x = Value(2.0)
    y = engine.apply(cube, engine.apply(cube, x))
    found = duplicate(y)
    op = found.op
    assert op is not OPERATIONS["tanh"]
    assert (op.formula, op.partials, op.about) == (cube.formula, cube.partials, cube.about)
    assert found.args[0].op is op
    leaf = found.args[0].args[0]
    assert engine.gradient(found, leaf).data == 9 * 2.0**8


@over_copies
def test_attributes_of_a_subclass_are_copied_with_it(duplicate):
    w = Weight(2.0, history=[1.0, 2.0])
    found = duplicate(w * 3).args[0]
    assert (type(found), found.data, found.history) == (Weight, 2.0, [1.0, 2.0])
    found.history.append(3.0)
    assert w.history == [1.0, 2.0]


@over_copies
def test_slots_of_a_subclass_are_copied_with_it(duplicate):
    w = Frozen(2.0)
    w.frozen = True
    assert duplicate(w).frozen is True
    assert copy.copy(w).frozen is True


@over_copies
def test_an_attribute_may_lead_back_to_the_value(duplicate):
    w = Weight(2.0, history=[])
    w.history.append(w)
    found = duplicate(w)
    assert found.history[0] is found


def test_a_shallow_copy_is_another_node_on_the_same_operands():
    x, w = Value(3.0), Weight(2.0, history=[1.0])
    y = x * w
    y.label = "y"
    twin = copy.copy(y)
    assert twin is not y
    assert (twin.args, twin.label, twin.op) == (y.args, "y", y.op)
    twin.backward()
    assert (x.grad, y.grad) == (2.0, 0.0)
    other = copy.copy(w)
    other.data = 5.0
    assert (type(other), w.data, other.history is w.history) == (Weight, 2.0, True)


@given(nodes=graphs(), protocol=st.integers(2, pickle.HIGHEST_PROTOCOL))
def test_a_pickle_of_a_pickle_is_the_same(nodes, protocol):
    once = pickle.loads(pickle.dumps(nodes[-1], protocol))
    twice = pickle.loads(pickle.dumps(once, protocol))
    assert list(map(description, topological_order(twice))) == list(
        map(description, topological_order(once))
    )
