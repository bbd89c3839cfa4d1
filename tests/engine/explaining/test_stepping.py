"""Steps: the lesson line by line, and every contribution and running sum true of any graph."""

import pytest
from hypothesis import given

from engine import Value, dot, minimum, squared_error, steps, topological_order
from tests.engine.sampling import graphs


def test_the_steps_of_a_small_graph_to_the_letter():
    w, x, b, y = (Value(k, label) for k, label in zip((0.5, 8.0, -1.0, 2.0), "wxby"))
    prediction = dot([w], [x], b)
    loss = squared_error(y, prediction.relu())
    found = steps(loss, names={"ŷ": prediction, "L": loss})
    assert (
        found.table()
        == """\
Forward
   1  y = 2
   2  w = 0.5
   3  x = 8
   4  b = −1
   5  ŷ = w·x + b = 0.5·8 + (−1) = 3
   6  t1 = ReLU(ŷ) = ReLU(3) = 3
   7  L = (y − t1)² = (2 − 3)² = 1
Backward
   8  grad(L) = 1
   9  grad(y) += 1 × (−2) → −2
  10  grad(t1) += 1 × 2 → 2
  11  grad(ŷ) += 2 × 1 → 2
  12  grad(w) += 2 × 8 → 16
  13  grad(x) += 2 × 0.5 → 1
  14  grad(b) += 2 × 1 → 2"""
    )


def test_a_node_that_is_used_twice_receives_twice():
    a = Value(3.0, label="a")
    y = a * a + a
    assert [step.text for step in steps(y, locals())][-4:] == [
        "grad(t1) += 1 × 1 → 1",
        "grad(a) += 1 × 1 → 1",
        "grad(a) += 1 × 3 → 4",
        "grad(a) += 1 × 3 → 7",
    ]


def test_next_gives_one_step_after_the_other_and_each_prints_itself():
    w, x = Value(3.0, label="w"), Value(2.0, label="x")
    walk = steps(w * x)
    first = next(walk)
    assert (first.phase, first.node, first.value) == ("forward", w, 3.0)
    assert (first.upstream, first.local) == (None, None)
    assert repr(first) == first.text == "w = 3"
    assert [repr(step) for step in walk] == [
        "x = 2",
        "t1 = w·x = 3·2 = 6",
        "grad(t1) = 1",
        "grad(w) += 1 × 2 → 2",
        "grad(x) += 1 × 3 → 3",
    ]
    with pytest.raises(StopIteration):
        next(walk)


def test_the_table_is_of_all_steps_wherever_the_walk_stands():
    x = Value(2.0, label="x")
    walk, fresh = steps(x.exp() * x), steps(x.exp() * x)
    next(walk)
    next(walk)
    assert walk.table() == fresh.table()
    assert next(walk).text == [*fresh][2].text


def test_the_echo_of_all_steps_says_how_many_nodes_there_are_and_walks_nowhere():
    x = Value(2.0, label="x")
    walk = steps(x * 3)
    assert repr(walk).startswith("Steps of 2 nodes")
    assert next(walk).node is x


def test_a_leaf_has_its_number_and_a_gradient_of_one():
    assert [step.text for step in steps(Value(-2.0, label="x"))] == ["x = −2", "grad(x) = 1"]


@given(nodes=graphs())
def test_the_forward_pass_is_every_node_once_with_its_number_operands_first(nodes):
    forward = [step for step in steps(nodes[-1]) if step.phase == "forward"]
    assert [step.node for step in forward] == topological_order(nodes[-1])
    assert all(step.value == step.node.data for step in forward)


@given(nodes=graphs())
def test_the_running_sums_end_at_the_gradients_of_backward(nodes):
    y = nodes[-1]
    found = {step.node: step.value for step in steps(y) if step.phase == "backward"}
    assert all(node.grad == 0.0 for node in topological_order(y))
    y.backward()
    assert list(found.values()) == pytest.approx([node.grad for node in found], rel=1e-12)
    assert set(found) == set(topological_order(y))


@given(nodes=graphs())
def test_each_step_adds_upstream_times_local_and_upstream_is_complete(nodes):
    first, *backward = [step for step in steps(nodes[-1]) if step.phase == "backward"]
    assert (first.node, first.value) == (nodes[-1], 1.0)
    total = {first.node: 1.0}
    for step in backward:
        total[step.node] = total.get(step.node, 0.0) + step.upstream * step.local
        assert step.value == total[step.node]
    edges = [
        (node, partial)
        for node in reversed(topological_order(nodes[-1]))
        for partial in node.partials
        if partial is not None
    ]
    assert [(step.upstream, step.local) for step in backward] == [
        (total[node], partial) for node, partial in edges
    ]


def test_numbers_that_are_not_finite_are_steps_like_any_other():
    x = Value(0.0, label="x")
    texts = [step.text for step in steps(x.sqrt() ** 2)]
    assert texts[-2:] == ["grad(t1) += 1 × 0 → 0", "grad(x) += 0 × inf → nan"]


def test_where_a_path_ends_nothing_is_added_and_the_step_says_so():
    x = Value(1000.0, label="x")
    texts = [step.text for step in steps(minimum([x.exp(), 5.0]))]
    assert texts[-2:] == [
        "grad(t1) += 1 × 0 → 0 (the path ends here)",
        "grad(x) += 0 × inf → 0 (no path leads here)",
    ]
