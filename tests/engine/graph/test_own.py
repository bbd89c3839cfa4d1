"""Attributes that programs give to nodes of their own accord, and the small methods of tensors."""

import copy
import gc
import pickle
import sys
import weakref

import pytest

from engine import Parameter, Value, scope


class Weight(Value):
    pass


class Bound(Value):
    __slots__ = ("bound",)


class Mark:
    pass


@pytest.mark.parametrize("kind", [Value, Parameter, Weight, Bound])
def test_a_node_keeps_what_it_is_given_and_no_other_node_has_it(kind):
    p, other = kind(1.0, "p"), kind(2.0)
    mark = Mark()
    p.m, p.seen = 0.0, mark
    p.m = 0.9 * p.m + 0.1
    assert (p.m, p.seen, vars(p)) == (0.1, mark, {"m": 0.1, "seen": mark})
    assert (p.data, p.label, p.scope) == (1.0, "p", None)
    assert not hasattr(other, "m")
    assert not hasattr(Value, "m")
    message = f"^'{kind.__name__}' object has no attribute 'm'$"
    with pytest.raises(AttributeError, match=message):
        print(other.m)
    del p.m
    for read, name in ((getattr, "m"), (delattr, "m"), (delattr, "never_given")):
        with pytest.raises(AttributeError, match=f"object has no attribute '{name}'$"):
            read(p, name)
    assert vars(p) == {"seen": mark}
    alive = weakref.ref(mark)
    del p, mark
    gc.collect()
    assert alive() is None


def test_a_scope_stands_beside_them():
    with scope("layer 1"):
        y = Value(2.0) * 3
        y.tag = "first"
        z = y + 1
    assert (y.scope, y.tag, z.scope) == ("layer 1", "first", "layer 1")
    y.scope = "elsewhere"
    assert (y.scope, y.tag) == ("elsewhere", "first")
    y.scope = None
    assert (y.scope, y.tag) == (None, "first")
    with pytest.raises(ValueError, match="it is empty"):
        y.scope = ""


def test_copies_have_them_too():
    x = Value(2.0, "x")
    x.m = [1.0]
    y = x * 3
    y.tag = "result"
    for other in (copy.deepcopy(y), pickle.loads(pickle.dumps(y))):
        assert (other.tag, other.args[0].m) == ("result", [1.0])
        assert other.args[0].m is not x.m
    assert copy.copy(y).tag == "result"
    assert not hasattr(y.detach(), "tag")


def test_what_a_class_has_refuses_as_ever_and_what_it_derives_comes_first():
    x = Value(1.0)
    with pytest.raises(AttributeError, match="no setter"):
        x._prev = ()
    with pytest.raises(TypeError, match="data must be a real number"):
        x.data = "text"
    x.bound, narrow = 5.0, Bound(1.0)
    assert not hasattr(narrow, "bound")
    narrow.bound = 3.0
    assert (x.bound, narrow.bound, vars(narrow)) == (5.0, 3.0, {})


def test_no_node_is_larger_for_it():
    x = Value(1.0)
    before = [sys.getsizeof(node) for node in (x, x * x, Parameter(1.0))]
    x.m = 0.0
    assert [sys.getsizeof(node) for node in (x, x * x, Parameter(1.0))] == before


def test_backward_begins_with_any_number():
    x = Value(3.0)
    y = x * x
    y.backward(0.5)
    assert (x.grad, y.grad) == (3.0, 0.5)
    y.backward(seed=2)
    assert (x.grad, y.grad) == (15.0, 2.0)
    y.backward(Value(-1.0))
    assert (x.grad, y.grad) == (9.0, -1.0)
    for seed in ("1", None, [1.0], 2j):
        with pytest.raises(TypeError, match=r"^backward: seed must be a real number, not "):
            y.backward(seed)
    assert (x.grad, y.grad) == (9.0, -1.0)
    x.backward(4.0)
    assert x.grad == 13.0


def test_zero_grad_of_a_result_is_that_of_its_graph():
    x, w = Value(3.0), Parameter(2.0)
    y = w * x + w
    y.backward()
    y.zero_grad()
    assert [node.grad for node in (x, w, y, y.args[0])] == [0.0] * 4
    y.backward()
    w.zero_grad()
    assert (w.grad, x.grad) == (0.0, 2.0)


def test_the_item_is_the_number():
    x = Value(7)
    assert type(x.item()) is float
    assert (x.item(), (x * 2).item()) == (7.0, 14.0)
