"""The program of a live page under Node; the differential test-bed has it on random graphs."""

import math

import pytest

from engine import Parameter, Value, compile, relu
from engine.graph.walks import topological_order
from engine.page.described import edges_of
from engine.page.notation import local_form
from engine.page.program import program_source
from engine.programs.recording import Recording
from engine.testing import approx
from nn import SGD
from tests.differential.page_programs import called, in_node, numbers_of
from tests.engine.programs.running import needs_node

pytestmark = needs_node


def at(output, *points):
    """The numbers of a graph where its leaves have others, in their order: values, gradients, local
    derivatives, whether paths go on, branches."""
    places = [i for i, node in enumerate(topological_order(output)) if node.op is None]
    rows = in_node(called(output, [list(zip(places, point)) for point in points]))
    assert all(done == ["1"] for done, *_ in rows)
    return [list(map(numbers_of, lists)) for _, *lists in rows]


def test_a_branch_ends_a_path_and_says_which_formula_holds():
    x, w = Value(2.0, label="x"), Parameter(3.0, label="w")
    y = relu(x) * w
    (values, gradients, slopes, alive, branches), negative = at(y, (2, 3), (-2, 3))
    assert values == [2, 2, 3, 6]
    assert (slopes, alive, branches) == ([3, 2, 1], [1, 1, 1], [0, 0, 1])
    assert gradients == [3, 3, 2, 1]
    values, gradients, slopes, alive, branches = negative
    assert values == [-2, 0, 3, 0]
    assert (slopes, alive, branches) == ([3, 0, 0], [1, 1, 0], [0, 0, 0])
    assert gradients == [0, 3, 0, 1]


def test_nothing_passes_the_end_of_a_path_not_even_an_infinite_number():
    x = Value(2.0, label="x")
    y = relu(x**0.5 - 5)
    ((_, gradients, slopes, alive, _),) = at(y, (0,))
    assert slopes[-1] == math.inf
    assert (alive[0], gradients[0]) == (0, 0)


def test_where_an_operation_is_undefined_it_and_what_follows_has_no_number():
    x = Value(2.0, label="x")
    y = (x - 1).log() * 2
    ((done, values, *_),) = in_node(called(y, [[(0, 0.5)]]))
    assert (done, values) == (["NaN"], ["0.5", "-0.5", "undefined", "undefined"])


@pytest.mark.parametrize("epochs", [1, 5])
def test_training_is_that_of_a_program(epochs):
    x, t = Value(1.0, label="x"), Value(1.0, label="t")
    w, b = Parameter(0.5, label="w"), Parameter(0.25, label="b")
    loss = (relu(w * x + b) - t) ** 2
    order = topological_order(loss)
    edges = edges_of(order)
    recording = Recording([loss], [x, t], [w, b])
    program = program_source(order, edges, [local_form(*edge) for edge in edges], recording)
    rows = [[1, 2], [2, 3], [3, 5]]
    steps, parameters, losses = in_node(
        f"((program) => {{ const p = [0.5, 0.25], losses = new Array({epochs}).fill(0);"
        f"const steps = program.train(p, [], [0.05], {rows}, [0, 1, 2], 3, 3, {epochs}, 1 / 3, 0, "
        f"losses, [0, 0], [0, 0]); return [steps, p, losses]; }})({program})"
    )
    optimizer = SGD([w, b], learning_rate=0.05)
    means = compile(loss, [x, t], [w, b], optimizer).train(rows, epochs=epochs, batch_size=3)
    assert steps == epochs
    assert losses == approx(means, rel=1e-12)
    assert parameters == approx([w.data, b.data], rel=1e-12)
