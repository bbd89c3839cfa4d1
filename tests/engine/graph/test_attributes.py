"""What may be assigned to the attributes of a node; what is refused changes nothing."""

import copy
import math
import pickle
from collections import UserString
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Parameter, Value
from engine.eager.functions import EAGER
from engine.sheet.ops import OPERATIONS

NO_NUMBERS = [
    "3",
    None,
    3j,
    [3.0],
    np.complex64(3),
    np.array(3j),
    np.array("3"),
    np.array("3", dtype=object),
    np.array([3.0]),
    np.datetime64("2020-01-01"),
    np.timedelta64(3, "s"),
    np.ma.masked,
    np.ma.array(3.0, mask=True),
    UserString("3"),
    memoryview(b"3"),
    object(),
]


def state(node):
    return [getattr(node, name) for name in "data grad op args partials label scope".split()]


@pytest.mark.parametrize("bad", NO_NUMBERS, ids=repr)
@pytest.mark.parametrize("name", ["data", "grad"])
def test_what_is_not_a_number_is_refused_and_nothing_changes(name, bad):
    node = Value(2.0, "a") * 3
    before = state(node)
    with pytest.raises(TypeError, match=f"^{name} must be a real number, not .*"):
        setattr(node, name, bad)
    assert state(node) == before


@pytest.mark.parametrize(
    "number", [3, True, Fraction(1, 3), Decimal("0.1"), np.float32(0.1), np.array(2), Value(5.0)]
)
def test_a_number_of_any_type_is_stored_as_a_float(number):
    node = Value(1.0)
    node.data = node.grad = number
    assert type(node.data) is type(node.grad) is float
    assert node.data == node.grad == float(number)


def test_an_integer_that_fits_no_float_is_told_by_the_attribute():
    with pytest.raises(OverflowError, match=r"^data: an integer of this size does not fit a float"):
        Value(1.0).data = 10**400


def test_the_number_of_a_value_is_assigned_without_its_history():
    """As users of PyTorch update: the number is stored, and no graph grows from step to step."""
    w = Parameter(0.0)
    for _ in range(100):
        w.grad = 0.0
        ((w * 2.0 - 6.0) ** 2).backward()
        w.data = w - 0.05 * w.grad
    assert w.data == pytest.approx(3.0, rel=1e-12)
    assert (w.op, w.args) == (None, ())


def test_no_gradient_is_zero_and_the_error_says_so():
    with pytest.raises(TypeError, match=r"^grad must be .* not None \(NoneType\); .* is 0\.0$"):
        Value(1.0).grad = None


@pytest.mark.parametrize("bad", [3, (Value(1.0),), b"b", 1.5, ["a"]], ids=repr)
def test_a_label_is_text_or_none(bad):
    node = Value(2.0, "a")
    with pytest.raises(TypeError, match=r"^label must be text or None, not "):
        node.label = bad
    with pytest.raises(TypeError, match=r"^label must be text or None, not "):
        Value(2.0, bad)
    assert node.label == "a"


def test_text_of_a_derived_class_becomes_plain_text():
    class Name(str):
        __slots__ = ()

    for label in (Name("ŷ"), np.str_("ŷ")):
        node = Value(1.0, label)
        node.scope = label
        assert (type(node.label), type(node.scope), node.label) == (str, str, "ŷ")


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (3, "^scope must be text or None"),
        ("", "empty$"),
        ("a\0b", "NUL"),
        ("half \ud800", "surrogate"),
    ],
)
def test_a_scope_is_text_of_which_a_name_can_be_made(bad, message):
    node = Value(1.0)
    with pytest.raises((TypeError, ValueError), match=message):
        node.scope = bad
    assert node.scope is None


def test_an_operation_is_one():
    node = Value(2.0) * 3
    with pytest.raises(TypeError, match=r"^op must be an Op or None, not 'mul' \(str\)"):
        node.op = "mul"
    node.op = OPERATIONS["add"]
    assert node.op.name == "add"


def test_operands_can_be_assigned_but_must_fit():
    x, y = Value(2.0), Value(3.0)
    node = x * y
    node.args, node.partials = (y, 4, x), (1, None, 0.5)
    assert (node.args, node.partials) == ((y, 4.0, x), (1.0, None, 0.5))
    assert {type(number) for number in (node.args[1], *node.partials)} == {float, type(None)}
    node.backward()
    assert (x.grad, y.grad) == (0.5, 1.0)
    with pytest.raises(ValueError, match="one local derivative for each of args: 3, not 1"):
        node.partials = (1.0,)
    with pytest.raises(ValueError, match="other way round at place 2"):
        node.partials = (1.0, 1.0, 1.0)
    with pytest.raises(TypeError, match=r"^partials: place 3 must be a real number, not 'text'"):
        node.partials = (1.0, None, "text")
    with pytest.raises(TypeError, match=r"^partials must be a tuple, not list"):
        node.partials = [1.0, None, 0.5]
    with pytest.raises(TypeError, match="args must be a tuple, not list"):
        node.args = [x]
    with pytest.raises(TypeError, match=r"^args: operand 2 must be a real number, not 'text'"):
        node.args = (x, "text")
    assert (node.args, node.partials) == ((y, 4.0, x), (1.0, None, 0.5))


def test_other_operands_have_local_derivatives_of_0_until_those_are_assigned():
    x = Value(2.0)
    node = x * 3
    node.args = (x, 3.0, x)
    assert node.partials == (0.0, None, 0.0)
    node.args = ()
    assert (node.args, node.partials) == ((), ())


@pytest.mark.parametrize("name", "data grad op args partials label scope __class__".split())
def test_no_attribute_can_be_deleted(name):
    node = Value(2.0) * 3
    before = state(node)
    with pytest.raises(AttributeError, match=f"^{name} cannot be deleted: every node has it$"):
        delattr(node, name)
    assert state(node) == before


def test_a_node_keeps_its_class():
    class Weight(Parameter):
        __slots__ = ()

    for node in (Value(1.0), Value(1.0) * 2, Parameter(1.0), Weight(1.0)):
        kind = type(node)
        for other in {Value, Parameter, Weight} - {kind}:
            with pytest.raises(TypeError, match=f"cannot be changed, from {kind.__name__}; make"):
                node.__class__ = other
        assert type(node) is node.__class__ is kind


def test_an_operand_whose_conversion_changes_the_node_is_told_and_changes_nothing_more():
    node = Value(1.0)

    class Hostile:
        def __float__(self):
            node.args = ()
            return 3.0

    node.args = tuple(Value(1.0) for _ in range(5))
    with pytest.raises(ValueError, match="one local derivative for each of args: 0, not 5"):
        node.partials = tuple(Hostile() for _ in range(5))
    assert (node.args, node.partials) == ((), ())
    node.args = (Hostile(), Value(2.0))
    assert len(node.args) == len(node.partials) == 2


@given(data=st.floats(), grad=st.floats(), label=st.none() | st.text())
def test_what_is_assigned_is_read_again_copied_and_pickled(data, grad, label):
    node = Value(0.0) * 2
    node.data, node.grad, node.label = data, grad, label
    for twin in (node, copy.copy(node), copy.deepcopy(node), pickle.loads(pickle.dumps(node))):
        assert [math.copysign(1, twin.data), math.copysign(1, twin.grad)] == [
            math.copysign(1, data),
            math.copysign(1, grad),
        ]
        assert repr((twin.data, twin.grad, twin.label)) == repr((data, grad, label))


@pytest.mark.parametrize("core_name", ["dot", "sum"])
def test_a_sequence_that_empties_another_finds_it_as_it_was_given(core_name):
    weights = [Value(1.0) for _ in range(10)]

    def emptying():
        for _ in range(10):
            weights.clear()
            yield 1.0

    if core_name == "dot":
        assert EAGER["dot"](weights, emptying()).data == 10.0
    else:
        assert EAGER["sum"](emptying()) == 10.0
    assert weights == []


def test_the_graph_can_be_read_under_the_names_of_micrograd():
    """The lectures' `draw_dot` goes through `_prev` and shows `_op`."""
    x, w = Value(2.0), Value(3.0)
    y = (x * w + x * w) * 2
    nodes, edges, stack = set(), set(), [y]
    while stack:
        node = stack.pop()
        nodes.add(node)
        edges.update((child, node) for child in node._prev)
        stack.extend(child for child in node._prev if child not in nodes)
    assert (len(nodes), len(edges)) == (6, 7)
    assert ((x * x)._prev, x._prev, x._op, y._op, x.tanh()._op) == ((x,), (), "", "·", "tanh")
    assert not hasattr(y, "_backward")
    with pytest.raises(AttributeError, match=r"\.partials holds .* engine\.steps shows"):
        y._backward()
