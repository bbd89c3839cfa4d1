"""The paths of a gradient: as many as there are, the largest first, and as much in sum as it is."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine import Value, topological_order
from engine.graph.paths import Edge, Paths
from nn import MLP
from tests.engine.sampling import graphs, same
from tests.nn.shared import INPUTS, network


def every_path(y, x):
    """All paths as tuples of edges, by the definition: too many for any but a small graph."""
    if y is x:
        return [()]
    operands = [(i, arg) for i, arg in enumerate(y.args) if isinstance(arg, Value)]
    return [(Edge(y, i), *rest) for i, arg in operands for rest in every_path(arg, x)]


def size(product):
    return math.inf if math.isnan(product) else abs(product)


def doublings(depth, double):
    """A leaf, and the node at the end of so many steps that each use the one before twice."""
    x = y = Value(1.0, label="x")
    for _ in range(depth):
        y = double(y)
    return x, y


# Found and counted.


@given(nodes=graphs(size=4), data=st.data())
def test_all_ways_are_found_in_order_and_counted(nodes, data):
    y, x = nodes[-1], data.draw(st.sampled_from(nodes))
    paths, expected = Paths(y, x), every_path(y, x)
    assert [path.edges for path in paths.in_order()] == expected
    assert paths.count == len(expected)


@given(nodes=graphs(size=4), data=st.data())
def test_the_product_of_a_path_is_that_of_its_partials_and_they_join_y_to_x(nodes, data):
    y, x = nodes[-1], data.draw(st.sampled_from(nodes))
    paths = Paths(y, x)
    for path in [*paths.in_order(), *paths.largest(5)]:
        partials = [edge.node.partials[edge.position] for edge in path.edges]
        assert [edge.partial for edge in path.edges] == partials
        assert path.product == math.prod(partials)
        operands = [edge.operand for edge in path.edges]
        assert [y, *operands] == [*(edge.node for edge in path.edges), x]


def test_the_way_back_is_the_nodes_and_the_positions_of_their_operands():
    prediction = network()(INPUTS)
    hidden = prediction.args[3]
    (_, second_weight) = hidden.args[:2]
    assert (hidden.label, second_weight.label) == ("o12", "w122")
    (path,) = Paths(prediction, second_weight).in_order()
    assert path.edges == ((prediction, 3), (hidden, 1))
    assert path.product == 80.0


@pytest.mark.parametrize(
    ("make", "products"),
    [
        (lambda x, w: x * x, [3.0, 3.0]),
        (lambda x, w: x + x, [1.0, 1.0]),
        (lambda x, w: (x + x) * x - 3, [3.0, 3.0, 6.0]),
        (lambda x, w: (x * 2) * (x + 1) * x, [24.0, 18.0, 24.0]),
        (lambda x, w: w * 2, []),
        (lambda x, w: x, [1.0]),
    ],
)
def test_small_graphs_have_the_ways_that_one_sees_in_them(make, products):
    x, w = Value(3.0), Value(5.0)
    paths = Paths(make(x, w), x)
    assert [path.product for path in paths.in_order()] == products
    assert [path.product for path in paths.largest(9)] == sorted(products, reverse=True)
    assert (paths.count, paths.gradient) == (len(products), sum(products))


def test_a_node_on_the_way_is_an_x_like_any_other():
    x = Value(2.0)
    h = x * x
    paths = Paths(h * h * x, h)
    assert [path.product for path in paths.in_order()] == [4.0 * 2.0, 4.0 * 2.0]


def test_what_is_computed_from_y_is_not_a_way_to_it():
    x = Value(2.0)
    y = x * 3
    paths = Paths(x, y)
    assert (paths.count, paths.gradient, [*paths.in_order()], [*paths.largest(3)]) == (
        0,
        0.0,
        [],
        [],
    )


# The gradient.


@given(nodes=graphs())
def test_the_gradient_is_that_of_backward_to_the_last_bit(nodes):
    found = [Paths(nodes[-1], x).gradient for x in nodes]
    nodes[-1].backward()
    assert found == [x.grad for x in nodes]


@given(nodes=graphs(size=4), data=st.data())
def test_the_products_of_all_paths_add_up_to_the_gradient(nodes, data):
    paths = Paths(nodes[-1], data.draw(st.sampled_from(nodes)))
    products = [path.product for path in paths.in_order()]
    assert math.fsum(products) == pytest.approx(paths.gradient, rel=1e-9, abs=1e-12)


# The largest.


def test_of_no_paths_there_is_none_from_a_node_to_itself_either():
    x = Value(2.0)
    assert [*Paths(x, x).largest(0)] == []
    assert [path.product for path in Paths(x, x).largest(1)] == [1.0]


@given(nodes=graphs(size=4), limit=st.integers(0, 12), data=st.data())
def test_the_largest_paths_are_those_that_sorting_all_of_them_gives(nodes, limit, data):
    paths = Paths(nodes[-1], data.draw(st.sampled_from(nodes)))
    every = {path.edges: path.product for path in paths.in_order()}
    found = [*paths.largest(limit)]
    expected = sorted(map(abs, every.values()), reverse=True)[:limit]
    # Near ties may be in any order, since products differ in their last bit.
    assert [abs(path.product) for path in found] == pytest.approx(expected, rel=1e-12)
    assert len({path.edges for path in found}) == len(found)
    assert all(every[path.edges] == path.product for path in found)


@given(
    factors=st.lists(
        st.tuples(*[st.sampled_from([0.0, -0.0, 2.0, -3.0, math.inf, -math.inf, math.nan])] * 2),
        min_size=1,
        max_size=4,
    ),
    limit=st.integers(1, 5),
)
@example(factors=[(math.inf, 2.0), (0.0, -3.0)], limit=1)
def test_partials_that_are_zero_or_not_finite_change_no_count_and_a_nan_comes_first(factors, limit):
    x = y = Value(1.0)
    for a, b in factors:
        y = y * a + x * b
    paths = Paths(y, x)
    products = [path.product for path in paths.in_order()]
    assert paths.count == len(products) == 1 + len(factors)
    expected = sorted(map(size, products), reverse=True)[:limit]
    assert [size(path.product) for path in paths.largest(limit)] == expected
    y.backward()
    assert same(paths.gradient, x.grad)


# Many.


class Watched(tuple):
    """Local derivatives that count how often they are read, so that a walk over all paths ends."""

    left = 0

    def __iter__(self):
        Watched.left -= 1
        assert Watched.left > 0, "far more reads than the graph has edges"
        return super().__iter__()


def watched(y, per_node=100):
    """The output, from now on with no more reads of its graph than so many for each node."""
    inner = [node for node in topological_order(y) if node.args]
    Watched.left = 10 * per_node * len(inner)
    for node in inner:
        node._partials_ = Watched(node.partials)
    Watched.left = per_node * len(inner)
    return y


@pytest.mark.parametrize(
    ("double", "gradient"),
    [
        (lambda y: y + y, 2.0**100),
        (lambda y: y * 0.5 + y * 0.5, 1.0),
        (lambda y: y * 0.75 + y * 0.25, 1.0),
        (lambda y: y - y * 0.5, 0.5**100),
    ],
)
def test_of_2_to_the_100_paths_the_largest_are_found_at_once(double, gradient):
    x, y = doublings(100, double)
    paths = Paths(watched(y), x)
    found = [*paths.largest(4)]
    assert (paths.count, paths.gradient) == (2**100, pytest.approx(gradient, rel=1e-12))
    assert len({path.edges for path in found}) == 4


def test_a_count_may_have_more_digits_than_a_float_could_hold():
    x, y = doublings(5000, lambda y: y * 0.5 + y * 0.5)
    paths = Paths(y, x)
    assert (paths.count, paths.gradient) == (2**5000, 1.0)


@pytest.mark.parametrize("first_input", [0.5, 0.0])
@pytest.mark.parametrize("init", ["ones", None])
def test_a_network_of_width_16_and_depth_8_has_16_to_the_7_ways_from_a_weight(init, first_input):
    model = MLP(4, [16] * 8 + [1], activation="sigmoid", init=init, seed=1)
    inputs = [Value(first_input), *map(Value, (0.25, -0.5, 1.0))]
    y, weight = model(inputs), model.parameters()[0]
    assert (Paths(y, weight).count, Paths(y, inputs[0]).count) == (16**7, 16**8)
    sizes = [abs(path.product) for path in Paths(watched(y), weight).largest(4)]
    assert len(sizes) == 4
    assert sizes == pytest.approx(sorted(sizes, reverse=True), rel=1e-12)


def test_a_long_chain_has_one_way():
    x = y = Value(1.0)
    for _ in range(20_000):
        y = -y
    (path,) = Paths(y, x).largest(4)
    assert (len(path.edges), path.product) == (20_000, 1.0)
