"""What lies behind a branch that was not taken adds nothing to a compiled gradient."""

import math
from array import array

import pytest

import engine
from engine import Parameter, Value, gradient
from engine.eager.functions import EAGER
from engine.programs.lower.dead_ends import DeadEnds
from engine.programs.lower.ir import Assign, Map
from engine.programs.lower.lowering import lower
from engine.programs.lower.op_formulas import formulas_of, operation_of
from engine.programs.lower.variables import Variables
from engine.programs.recording import Recording
from engine.sheet.computation import DEAD
from engine.sheet.derived import partial_of
from engine.sheet.dialects import TEXT
from engine.sheet.formula import names_in
from engine.sheet.ops import OPERATIONS, SHEET
from nn import SGD
from tests.engine.graph.test_dead_branches import DEAD as DEAD_ENDS
from tests.engine.graph.test_dead_branches import TRUE_ZEROS
from tests.engine.programs.models import chosen, over_ways
from tests.engine.programs.running import languages, printed
from tests.engine.sampling import over_sheet, same

CASES = [
    *((f, at, slope) for f, at, slope in DEAD_ENDS if math.isfinite(f(Value(at)).data)),
    *((f, at, math.nan) for f, at in TRUE_ZEROS),
]


@over_ways
def test_gradients_are_those_of_nodes(way):
    for f, at, slope in CASES:
        x, w = Value(1.0, "x"), Parameter(at, "w")
        with chosen(way) as backend:
            program = engine.compile(f(w * x), [x], [w], backend=backend)
            for count in (1, 3):
                (found,) = program.gradients([[1.0]] * count)[1]
                assert same(found, slope), program.source("python")


@over_ways
@pytest.mark.parametrize("batch_size", [1, 3])
def test_training_goes_on(way, batch_size):
    x, w, v = Value(1.0, "x"), Parameter(1.0, "w"), Parameter(2.0, "v")
    bounded = engine.minimum([(1000 * x * w).exp(), 5.0])
    rows = [[1.0], [2.0], [1.0]]
    with chosen(way) as backend:
        program = engine.compile(bounded + v * v, [x], [w, v], SGD([w, v], 0.1), backend)
        assert program.gradients(rows) == (9.0, [0.0, 4.0])
        program.train(rows, epochs=2, batch_size=batch_size)
    assert w.data == 1.0
    assert v.data == pytest.approx(2 * 0.8 ** (2 * 3 // batch_size))


@languages
def test_sources_leave_out_what_is_dead(language, tmp_path):
    """All at once, each on a parameter of its own."""
    leaves = [Parameter(at, f"w{i}") for i, (_, at, _) in enumerate(CASES)]
    nodes = [f(leaf * 1.0) for (f, _, _), leaf in zip(CASES, leaves)]
    slopes = [slope for _, _, slope in CASES]
    if language == "python":
        # There 1/0 raises, which the backend computes again on nodes.
        kept = [i for i, slope in enumerate(slopes) if math.isfinite(slope)]
        leaves, nodes, slopes = ([row[i] for i in kept] for row in (leaves, nodes, slopes))
    found = printed(engine.compile(engine.sum(nodes), [], leaves), language, tmp_path)["gradient"]
    for (_, number), slope in zip(found, slopes):
        assert same(number, slope)


def test_long_sums_behind_dead_ends():
    """Loops over neighbours, whose other factors are infinite."""

    def build(inputs, parameters):
        raised = [(1000 * x).exp() for x in inputs]
        first = engine.dot(parameters[:10], raised).relu()
        return engine.minimum([first, 7.0]) + engine.dot(parameters[10:], inputs)

    x = [Value(1.0, f"x{i}") for i in range(10)]
    for sign, value in ((1.0, 7.0), (-1.0, 0.0)):
        w = [Parameter(sign) for _ in range(10)] + [Parameter(1.0) for _ in range(10)]
        for way in ("python", "lanes", "single"):
            with chosen(way) as backend:
                program = engine.compile(build(x, w), x, w, SGD(w, 0.5), backend)
                found = program.gradients([[1.0] * 10] * 3)
                program.train([[1.0] * 10])
            assert found == (value + 10.0, array("d", [0.0] * 10 + [1.0] * 10))
            assert [p.data for p in w] == [sign] * 10 + [0.5] * 10
            for p in w[10:]:
                p.data = 1.0


# What is asked.


def ends(loss, inputs, parameters):
    recording = Recording([loss], inputs, parameters)
    return DeadEnds(recording, {node: operation_of(node) for node in recording.nodes}, {})


def test_networks_of_relu_ask_nothing():
    x, w = [Value(0.5) for _ in range(4)], [Parameter(0.25) for _ in range(16)]
    hidden = [engine.dot(w[i : i + 4], x).relu() for i in (0, 4, 8)]
    again = [engine.dot(w[9:12], hidden).leaky_relu(), engine.dot(w[13:], hidden).relu().tanh()]
    loss = engine.hinge(1.0, engine.dot(again, w[:2]))
    found = ends(loss, x, w)
    assert found.asked == set()
    assert hidden[0] not in found.sure
    program = lower(Recording([loss], x, w))
    trees = [step.tree for step in program.backward if isinstance(step, (Assign, Map))]
    assert not any("live" in TEXT.write(tree) for tree in trees)


def test_only_nodes_before_an_infinite_partial_are_asked():
    x, w = Value(0.5), Parameter(0.25)
    inner = w * x
    raised = inner.exp()
    outer = raised * 2
    loss = outer.relu() + (w * 3).relu()
    found = ends(loss, [x], [w])
    assert found.asked == {outer, raised}
    assert found.reached >= {loss, outer, raised, inner, w}


def test_rows_of_leaves_as_one_change_nothing():
    x, w = [Value(0.5) for _ in range(10)], [Parameter(0.25) for _ in range(21)]
    root = engine.dot(w[:10], x).sqrt()
    loss = engine.minimum([root.relu(), 7.0]) + engine.dot(w[10:20], x) * w[20]
    recording = Recording([loss], x, w)
    variables = Variables(recording, longest=7)
    assert {(span.kind, span.length) for span in variables.spans.values()} == {
        ("parameter", 10),
        ("input", 10),
    }
    each, as_one = (
        DeadEnds(recording, variables.operations, spans) for spans in ({}, variables.spans)
    )
    assert root in each.asked
    assert as_one.asked == each.asked
    assert as_one.infinite == each.infinite
    for found, expected in ((as_one.reached, each.reached), (as_one.sure, each.sure)):
        assert found == expected.difference(w[:20])
    listed = [
        {node: {name: [*places] for name, places in edges.items()} for node, edges in own.items()}
        for own in (each.edges, as_one.edges)
    ]
    assert listed[0] == listed[1]


def test_a_plain_zero_is_the_end_and_a_leaf_of_zero_is_not():
    w = Parameter(0.25)
    root = w.sqrt()
    assert w not in ends(root * 0.0 + Parameter(1.0), [], [w]).reached
    assert w in ends(root * Value(0.0), [], [w]).reached
    keys = [Recording([root * zero], [], [w]).key() for zero in (0.0, Value(0.0))]
    assert keys[0] != keys[1]


def derived(op, depth):
    """The operation, and those that its derivatives are made of."""
    yield op
    if depth:
        for operand in op.operands:
            partial = partial_of(op, operand)
            parts = [partial, *(part for _, part in partial.reductions), partial.weighted]
            for part in parts:
                if part is not None:
                    yield from derived(part.op, depth - 1)


@over_sheet
def test_no_dead_end_is_left_in_what_is_computed(op):
    for own in derived(op, 2):
        constants = tuple(1.5 if value is None else value for value in own.constants.values())
        for length in (1, 3) if own.sequences else (0,):
            found = formulas_of(own, constants, length)
            steps = [*found.computation.before, *found.computation.after]
            trees = [found.computation.value, *(step.tree for step in steps)]
            for contribution in found.contributions.values():
                if not contribution.is_nothing:
                    trees += contribution.partial, contribution.product, contribution.guarded
            assert not any(DEAD in names_in(tree) for tree in trees)


# Higher orders.

# A slope is a derivative already: of it one order less; and of the long series of sinc.
CONDITIONAL = [
    (op, 2 if op.name.endswith("_slope") or op.name == "sinc" else 3)
    for op in SHEET
    if not op.sequences and " if " in " ".join([op.formula, *op.partials])
]
CONDITIONAL += [(OPERATIONS[name], 3) for name in ("atan", "atan2", "hypot")]


@pytest.mark.parametrize(("op", "order"), CONDITIONAL, ids=lambda item: getattr(item, "name", item))
def test_derivatives_to_the_third_order_on_both_sides_of_every_choice(op, order):
    """Compiled once, from numbers on one side; eagerly anew for each row."""
    constants = [1.5 if default is None else default for default in op.constants.values()]
    function = EAGER[op.name]
    ranges = [op.domain.get(operand, (-2.0, 2.0)) for operand in op.operands]
    parts = [[(0.13 + 0.377 * i + 0.251 * j) % 1 for j in range(len(ranges))] for i in range(7)]
    rows = [[low + (high - low) * part for part, (low, high) in zip(row, ranges)] for row in parts]

    def derivatives(leaves):
        value = function(*leaves, *constants)
        x, found = leaves[-1], [value]
        for _ in range(order):
            found.append(gradient(found[-1] * 1.0, x))
        return found

    leaves = [Value(number, f"x{i}") for i, number in enumerate(rows[0])]
    results = derivatives(leaves)
    expected = [[float(n) for n in derivatives(list(map(Value, row)))] for row in rows]
    for backend in ("python", "llvm"):
        found = engine.compile(results, leaves, backend=backend)(rows)
        for row, numbers, wanted in zip(rows, found, expected):
            assert numbers == pytest.approx(wanted, rel=1e-11, abs=1e-12), row
