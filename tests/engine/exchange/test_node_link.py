"""Graphs as node-link data: written, read back, and read by networkx."""

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings

from engine import Op, Parameter, Value, apply, leaves, scope, topological_order
from engine.exchange.node_link import from_node_link, to_networkx, to_node_link
from engine.testing import graphs
from nn import MLP, squared_error


def described(y):
    places = {node: i for i, node in enumerate(topological_order(y))}
    return [
        (
            type(node), node.op, node.data, node.grad, node.label, node.scope, node.partials,
            [places.get(arg, arg) for arg in node.args],
        )
        for node in places
    ]  # fmt: skip


@settings(max_examples=15)
@given(graphs())
def test_what_is_written_as_json_comes_back_as_it_was(recipe):
    y = recipe.build().output
    y.backward()
    text = json.dumps(to_node_link(y))
    assert described(from_node_link(json.loads(text))) == described(y)


def network():
    model = MLP(2, [3, 1], "tanh", seed=1)
    loss = squared_error(0.5, model([0.3, -1.0]))
    loss.backward()
    return loss


def test_roles_scopes_constants_and_gradients_come_back():
    loss = network()
    again = from_node_link(to_node_link(loss))
    assert described(again) == described(loss)
    assert [leaf.grad for leaf in leaves(again) if isinstance(leaf, Parameter)]
    again.backward()
    assert again.data == loss.data


def test_networkx_finds_the_gradients_as_sums_over_paths():
    networkx = pytest.importorskip("networkx", reason="the exchange with networkx needs it")
    x = Value(2.0, label="x")
    with scope("here"):
        y = (x + x) * x.exp() - x
    y.backward()
    graph = to_networkx(y)
    assert graph.number_of_edges("n1", "n2") == 2
    total = 0.0
    for path in networkx.all_simple_edge_paths(graph, "n1", graph.graph["output"]):
        product = 1.0
        for edge in path:
            product *= graph.edges[edge]["partial"]
        total += product
    assert total == pytest.approx(x.grad, rel=1e-15)
    assert networkx.is_directed_acyclic_graph(graph)

    data = networkx.node_link_data(graph, edges="edges")
    assert described(from_node_link(data)) == described(y)
    read = networkx.node_link_graph(to_node_link(y), edges="edges")
    assert networkx.utils.graphs_equal(read, graph)


def test_networkx_walks_a_network():
    networkx = pytest.importorskip("networkx", reason="the exchange with networkx needs it")
    loss = network()
    graph = to_networkx(loss)
    order = list(networkx.lexicographical_topological_sort(graph, key=lambda n: int(n[1:])))
    assert [graph.nodes[name]["value"] for name in order] == [
        node.data for node in topological_order(loss)
    ]
    assert all(int(a[1:]) < int(b[1:]) for a, b in pairwise(order))


def altered(change):
    data = to_node_link(Value(1.0, label="a") * Value(2.0, label="b"))
    change(data)
    return data


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "this is not node-link data"),
        ([], "this is not node-link data"),
        (altered(lambda d: d["graph"].update(output="n9")), "there is no node 'n9'"),
        (altered(lambda d: d["nodes"][2].update(op="mull")), "n3: no operation 'mull'"),
        (altered(lambda d: d["nodes"][2].update(op="tanh")), "n3: its operands do not fit tanh"),
        (altered(lambda d: d["edges"].pop()), "n3: its operands do not fit mul"),
        (altered(lambda d: d["edges"][0].update(source="n7")), "n3: there is no node 'n7'"),
        (altered(lambda d: d["edges"][0].update(source="n3")), "n3 is computed from itself"),
    ],
)
def test_damaged_data_are_refused(data, said):
    with pytest.raises(ValueError, match=said):
        from_node_link(data)


def test_a_leaf_needs_a_number():
    with pytest.raises(TypeError, match="n1 must be a real number, not 'one'"):
        from_node_link(altered(lambda d: d["nodes"][0].update(value="one")))


def test_an_operation_of_ones_own_goes_out_and_not_in():
    own = Op("cube", "³", "a ** 3", ("3 * a ** 2",))
    data = to_node_link(apply(own, Value(2.0)))
    assert data["nodes"][1]["op"] == "cube"
    with pytest.raises(ValueError, match="no operation 'cube'"):
        from_node_link(data)
