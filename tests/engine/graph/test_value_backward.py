"""The reverse pass: sums over all paths, what a second pass does, and what it leaves alone."""

import gc
import math
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st

import engine
from engine import Value
from tests.engine.sampling import graphs


def gradients_by_paths(output):
    """∂output/∂node as the sum over all paths, each in its own right: exponential, but plain."""
    totals = {}

    def follow(node, product):
        totals[node] = totals.get(node, 0.0) + product
        for operand, partial in zip(node.args, node.partials):
            if partial is not None:
                follow(operand, product * partial)

    follow(output, 1.0)
    return totals


@given(nodes=graphs(size=5))
def test_the_gradient_is_the_sum_over_all_paths_of_the_products_of_local_derivatives(nodes):
    nodes[-1].backward()
    totals = gradients_by_paths(nodes[-1])
    for node in nodes:
        assert node.grad == pytest.approx(totals.get(node, 0.0), rel=1e-9, abs=1e-12)


def test_an_operand_used_twice_has_two_edges_and_both_count():
    """Seen in micrograd: `a + a` drawn with one edge; #2: reuse."""
    a = Value(3.0)
    b = a + a
    assert (b.args, b.partials) == ((a, a), (1.0, 1.0))
    b.backward()
    assert a.grad == 2.0


def test_a_node_passes_its_gradient_on_only_when_it_is_complete():
    """karpathy/micrograd #21, #68, #91, #96: why a topological order?

    h is used by y directly and through a longer path; a walk that visits h when it first meets it
    would pass on half of its gradient, or pass the first half twice.
    """
    x = Value(2.0)
    h = x * x
    longer = (h * 3) * 5
    for y in (h + longer, longer + h):
        x.grad = 0.0
        y.backward()
        assert (x.grad, h.grad) == (64.0, 16.0)


def test_a_second_backward_doubles_the_leaves_and_nothing_else():
    """karpathy/micrograd #53, #54, #63, #102; pytorch/pytorch#46588: no error either."""
    x, w = Value(2.0), Value(5.0)
    h = x * w
    y = h * h
    y.backward()
    assert (x.grad, w.grad, h.grad, y.grad) == (100.0, 40.0, 20.0, 1.0)
    y.backward()
    assert (x.grad, w.grad, h.grad, y.grad) == (200.0, 80.0, 20.0, 1.0)


def test_inner_nodes_need_no_zeroing_and_leaves_are_zeroed_by_hand():
    """karpathy/micrograd #25, #32: confusion about zeroing inner nodes."""
    x = Value(2.0)
    y = (x * 3) ** 2
    y.backward()
    x.grad = 0.0
    y.backward()
    assert x.grad == 36.0


def test_outputs_that_share_nodes_add_up_in_the_leaves_and_inner_nodes_hold_the_latest():
    x = Value(2.0)
    h = x * x
    first, second = h * 3, h * 5
    first.backward()
    assert (x.grad, h.grad) == (12.0, 3.0)
    second.backward()
    assert (x.grad, h.grad, first.grad, second.grad) == (32.0, 5.0, 1.0, 1.0)


def test_backward_from_an_inner_node_and_then_from_the_output():
    """karpathy/micrograd #2: reuse of a non-leaf."""
    x = Value(3.0)
    h = x * 2
    h.backward()
    y = h * h
    y.backward()
    assert (x.grad, h.grad) == (2.0 + 24.0, 12.0)


def test_backward_of_a_leaf_adds_one_each_time():
    x = Value(3.0)
    x.backward()
    x.backward()
    assert x.grad == 2.0


def test_a_changed_leaf_does_not_change_the_gradient_of_what_was_computed_before():
    a, b = Value(3.0), Value(4.0)
    y = a * b
    a.data, b.data = 100.0, 200.0
    y.backward()
    assert (y.data, a.grad, b.grad) == (12.0, 4.0, 3.0)


def test_an_update_between_two_passes_uses_the_old_and_then_the_new_number():
    w = Value(1.0)
    for expected in (2.0, 1.0, 0.5):
        loss = w * w
        w.grad = 0.0
        loss.backward()
        assert w.grad == expected
        w.data -= 0.25 * w.grad


def test_constants_and_what_the_output_does_not_use_get_no_gradient():
    x, unused = Value(2.0), Value(3.0)
    beside = x * unused
    y = x * 7 + 1
    y.backward()
    assert (x.grad, unused.grad, beside.grad) == (7.0, 0.0, 0.0)


@given(nodes=graphs(), times=st.integers(1, 3))
def test_leaves_hold_as_many_times_the_gradient_as_there_were_passes(nodes, times):
    expected = [x.data for x in engine.gradient(nodes[-1], nodes[:3])]
    for _ in range(times):
        nodes[-1].backward()
    for leaf, once in zip(nodes[:3], expected):
        assert leaf.grad == pytest.approx(times * once, rel=1e-9, abs=1e-12)


def test_a_graph_is_freed_without_the_garbage_collector():
    """pytorch/pytorch#4661: a leak through gradients of gradients."""

    def train():
        x = Value(2.0)
        y = engine.dot([x, x.tanh()], [x * x, 3.0], x)
        y.backward()
        engine.hessian(y, [x])
        engine.check_gradients(lambda a: a.exp() * a, 0.5, order=2)

    def alive():
        return sum(isinstance(thing, Value) for thing in gc.get_objects())

    train()
    gc.collect()
    before = alive()
    gc.disable()
    try:
        for _ in range(5):
            train()
        assert alive() == before
    finally:
        gc.enable()


def test_a_cycle_through_an_attribute_of_a_subclass_is_collected():
    class Weight(Value):
        pass

    w = Weight(2.0)
    w.latest = engine.dot([w, 1.0], [3.0, w]).tanh() * 2
    watched = weakref.ref(w)
    del w
    gc.collect()
    assert watched() is None


def test_a_gradient_of_zero_is_passed_on_as_zero():
    x, zero = Value(1.0), Value(0.0)
    inner = x.sin()
    (inner * zero).backward()
    assert (x.grad, inner.grad, zero.grad) == (0.0, 0.0, math.sin(1.0))


def test_what_one_pass_found_alive_is_not_so_for_the_next():
    x, zero = Value(0.0), Value(0.0)
    root = x.sqrt()
    (root * zero).backward()
    assert math.isnan(x.grad)  # 0 · ∞
    x.grad = 0.0
    # Here the branch of the root is not taken.
    engine.where(0.0, root, zero).backward()
    assert (x.grad, zero.grad) == (0.0, 1.0)
