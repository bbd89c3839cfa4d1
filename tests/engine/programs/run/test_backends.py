"""Both backends against nodes, on random graphs over the whole sheet and on networks."""

from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import engine
from engine.eager.functions import EAGER
from engine.sheet.op import Op
from engine.sheet.ops import REDUCTIONS, SHEET
from nn import SGD
from tests.engine.programs.models import (
    Build,
    assert_agrees,
    chosen,
    compiled,
    leaves,
    network,
    over_backends,
    over_ways,
    table,
    trained_on_nodes,
    weights,
)

# A graph is compiled for every example, and for hundreds if examples were shrunk.
few = settings(max_examples=20, phases=[Phase.generate])


class Step:
    """One operation of a random graph: which, and which earlier nodes or constants it takes."""

    def __init__(self, op: Op, places: list[list[int | float]], constants: list[float]) -> None:
        self.op = op
        self.places = places
        self.constants = constants

    def apply(self, nodes: list[Any]) -> Any:
        operands: list[Any] = []
        for name, places in zip(self.op.operands, self.places):
            low, high = self.op.domain.get(name, (-2.0, 2.0))
            chosen = [self.within(place, nodes, low, high) for place in places]
            operands.append(chosen if name in self.op.sequences else chosen[0])
        return EAGER[self.op.name](*operands, *self.constants)

    def within(self, place: int | float, nodes: list[Any], low: float, high: float) -> Any:
        """An earlier node, moved into the domain where it has a narrow one; or a constant there."""
        middle, half = (low + high) / 2, (high - low) / 2
        if isinstance(place, float):
            return middle + half * place
        return nodes[place] if (low, high) == (-2.0, 2.0) else middle + half * nodes[place].sin()


@st.composite
def steps(draw: st.DrawFn, available: int) -> Step:
    op = draw(st.sampled_from(SHEET))
    length = draw(st.integers(1, 5)) if op.sequences else 1
    place = st.one_of(st.integers(0, available - 1), st.integers(0, available - 1), st.just(0.3))
    places = [
        draw(st.lists(place, min_size=n, max_size=n))
        for n in (length if name in op.sequences else 1 for name in op.operands)
    ]
    if not any(isinstance(p, int) for row in places for p in row):
        places[0][0] = available - 1
    # In ascending order, as limits must be.
    missing = sum(c is None for c in op.constants.values())
    given = st.lists(
        st.sampled_from([-1.0, 0.5, 2.0, 3.0, 5.0]), min_size=missing, max_size=missing
    )
    drawn = iter(sorted(draw(given)))
    constants = [next(drawn) if c is None else c for c in op.constants.values()]
    return Step(op, places, constants)


@st.composite
def builds(draw: st.DrawFn) -> Build:
    """Random graphs on three inputs and three parameters, with shared nodes and constants."""
    chain = [draw(steps(6 + i)) for i in range(draw(st.integers(1, 12)))]

    def build(inputs: list[Any], parameters: list[Any]) -> Any:
        nodes, results = [*inputs, *parameters], [parameters[0]]
        for step in chain:
            results.append(step.apply(nodes))
            # Between −2 and 2, where most operations have their domain.
            nodes.append(2 * engine.tanh(results[-1] / 2))
        return engine.mean([result * (i % 3 - 0.9) for i, result in enumerate(results)])

    return build


_NUMBERS = st.floats(-2, 2)
_ROWS = st.lists(_NUMBERS, min_size=3, max_size=3)


@over_ways
@few
@given(build=builds(), rows=st.lists(_ROWS, min_size=1, max_size=9), numbers=_ROWS)
def test_random_graphs_give_the_losses_and_gradients_of_nodes(way, build, rows, numbers):
    assert_agrees(build, rows, numbers, way)


def shared_nodes(inputs, parameters):
    (x, y), (a, b) = inputs, parameters
    double = a + a
    inner = (double * x + a * a).tanh()
    return (inner * inner + inner + b * b * b - y) ** 2 + double


@over_ways
@pytest.mark.parametrize("count", [1, 2, 7, 8, 9, 17])
def test_batches_fill_the_lanes_and_leave_remainders(way, count):
    assert_agrees(shared_nodes, table(count, 2), [0.3, -0.4], way)


@over_ways
@pytest.mark.parametrize("operation", [op.name for op in REDUCTIONS if op.name != "dot"])
def test_reductions_over_single_and_many_neighbours(way, operation):
    function = EAGER[operation]

    def build(inputs, parameters):
        products = [x * w for x, w in zip(inputs, parameters)]
        over_inputs = function([*inputs, parameters[0]])
        return function(products) * function(parameters) + over_inputs + function([products[0]])

    assert_agrees(build, table(3, 19), weights(19), way)


@over_ways
def test_equal_largest_operands_share_the_gradient(way):
    def build(inputs, parameters):
        (x,), (a, b, c) = inputs, parameters
        return engine.maximum([a, b, c, a]) * x - engine.minimum([a, c, c]) + x.relu() * a

    assert_agrees(build, [[1.0], [0.0], [-2.0]], [0.5, 0.5, 0.25], way)


LENGTHS = (7, 8, 9, 16, 17, 31, 32, 33, 64, 65, 100)


@pytest.mark.parametrize("way", ["python", "single"])
@pytest.mark.parametrize("length", LENGTHS)
def test_long_weighted_sums_over_inputs_parameters_and_nodes(way, length):
    def build(inputs, parameters):
        own, bias = parameters[:-1], parameters[-1]
        first = engine.dot(own, inputs, bias)
        # The inputs of this one are neighbours because it is the only one that uses them.
        second = engine.dot(own, [(x + bias).tanh() for x in inputs])
        return (first - second) ** 2

    assert_agrees(build, table(2, length), weights(length + 1), way)


@over_ways
def test_weights_that_two_sums_share_in_part(way):
    def build(inputs, parameters):
        x, y = inputs[:20], inputs[20:40]
        first = engine.dot(parameters[:20], x, parameters[30])
        second = engine.dot(parameters[10:30], y)
        third = engine.dot(parameters[5:25], parameters[:20], parameters[0])
        backwards = engine.dot(parameters[19::-1], x)
        return (first * second + third).tanh() + first + backwards * parameters[12]

    assert_agrees(build, table(2, 40), weights(31), way)


@over_ways
def test_a_sum_whose_inputs_are_the_weights_of_another(way):
    def build(inputs, parameters):
        made = [(w * inputs[0]).sin() for w in parameters]
        first = engine.dot(made, inputs, made[3])
        second = engine.dot(parameters, made)
        square = engine.dot(made, made)
        return first * second + square

    assert_agrees(build, table(3, 20), weights(20), way)


@over_ways
@pytest.mark.parametrize("sizes", [(2, 2, 1), (3, 9, 4), (17, 18, 2)])
def test_networks(way, sizes):
    build, count = network(sizes)
    assert_agrees(build, table(9, sizes[0] + sizes[-1]), weights(count), way)


def test_a_network_beyond_the_lanes():
    build, count = network((64, 32, 10))
    rows = table(5, 74)
    assert_agrees(build, rows, weights(count), "llvm")
    assert_agrees(build, rows[:2], weights(count), "python")


@over_ways
@pytest.mark.parametrize("batch_size", [1, 4, 32])
@pytest.mark.parametrize("sizes", [(17, 18, 2), (20, 9, 9, 1)])
def test_networks_in_training(way, sizes, batch_size):
    """Beyond the lanes a batch has ways of its own to add up the gradients of weights."""
    build, count = network(sizes)
    rows, numbers = table(9, sizes[0] + sizes[-1]), [w / 3 for w in weights(count)]
    expected = trained_on_nodes(build, rows, numbers, SGD, 2, batch_size)
    given, parameters = leaves(len(rows[0]), numbers)
    with chosen(way) as backend:
        program = engine.compile(
            build(given, parameters), given, parameters, SGD(parameters), backend
        )
        means = program.train(rows, epochs=2, batch_size=batch_size)
    assert means == pytest.approx(expected[0], rel=1e-9)
    assert [p.data for p in parameters] == pytest.approx(expected[1], rel=1e-9, abs=1e-12)


@over_backends
def test_two_runs_give_the_same_bits(backend):
    build, count = network((3, 8, 2))
    rows = table(17, 5)

    def run() -> tuple[Any, ...]:
        with chosen(backend):
            model = compiled(build, 5, weights(count), backend)
            given, parameters = model.recording.inputs, model.recording.parameters
            trained = engine.compile(
                model.recording.outputs[0], given, parameters, SGD(parameters, 0.1), backend
            )
            means = trained.train(rows, epochs=3, batch_size=4)
            return model(rows), model.gradients(rows), means, [p.data for p in parameters]

    assert run() == run()
