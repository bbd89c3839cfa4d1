"""Walks over a graph: operands before their users, each node once, always in the same order."""

import math

from hypothesis import given
from hypothesis import strategies as st

import engine
from engine import Value, leaves, topological_order
from engine.graph.walks import adjoints
from tests.engine.sampling import graphs


def recursive_order(*outputs):
    """The same order in six plain lines, which only a deep graph shows to be too simple."""
    order = []

    def visit(node):
        if isinstance(node, Value) and node not in order:
            for operand in node.args:
                visit(operand)
            order.append(node)

    for output in outputs:
        visit(output)
    return order


@given(nodes=graphs())
def test_operands_come_before_the_nodes_that_use_them(nodes):
    order = topological_order(nodes[-1])
    position = {node: i for i, node in enumerate(order)}
    assert order[-1] is nodes[-1]
    for node in order:
        for operand in node.args:
            if isinstance(operand, Value):
                assert position[operand] < position[node]


def test_nothing_flows_along_a_dead_edge_be_what_flows_there_infinite():
    x = Value(-1.0)
    inner = x.relu()
    found = adjoints(inner**0.5)
    assert (found[inner], found[x]) == (math.inf, 0.0)


@given(nodes=graphs())
def test_each_node_comes_once(nodes):
    order = topological_order(nodes[-1])
    assert len(set(order)) == len(order)


@given(nodes=graphs(), data=st.data())
def test_the_order_is_depth_first_from_left_to_right_for_one_output_and_for_several(nodes, data):
    outputs = data.draw(st.lists(st.sampled_from(nodes), max_size=4))
    assert topological_order(*outputs) == recursive_order(*outputs)


def network():
    x, w, b = Value(1.0, "x"), Value(2.0, "w"), Value(3.0, "b")
    h = engine.dot([w, 5.0], [x, x], b)
    return x, w, b, h, h * h + x


def test_the_same_graph_built_twice_has_the_same_order():
    orders = [
        [node.label or node.op.name for node in topological_order(network()[-1])] for _ in "ab"
    ]
    assert orders == [["w", "x", "b", "dot", "mul", "add"]] * 2


def test_constants_are_not_nodes():
    x, w, b, h, _ = network()
    assert topological_order(h) == [w, x, b, h]


def test_a_leaf_is_a_graph_of_its_own_and_nothing_is_an_empty_one():
    x = Value(1.0)
    assert topological_order(x) == [x]
    assert topological_order() == leaves() == []


def test_several_outputs_share_what_they_have_in_common():
    x, w, b, h, y = network()
    z = h * 2
    order = topological_order(z, y)
    assert order == [w, x, b, h, z, y.args[0], y]
    assert topological_order(y, y) == topological_order(y)
    assert topological_order(y, h) == topological_order(y)


@given(nodes=graphs())
def test_the_leaves_are_what_was_given_in_topological_order(nodes):
    order = topological_order(nodes[-1])
    assert leaves(nodes[-1]) == [node for node in order if node in nodes[:3]]


def test_leaves_of_several_outputs_come_once():
    x, w, b, h, y = network()
    assert leaves(y, h, w) == [w, x, b]
    assert leaves(x) == [x]


def test_a_graph_as_wide_as_it_is_connected_is_walked_once_per_edge():
    layer = [Value(0.01 * i) for i in range(30)]
    for _ in range(20):
        layer = [engine.dot(layer, layer) * 0.01 for _ in layer]
    assert len(topological_order(*layer)) == 30 + 20 * 60
