"""Gradients that wait until the end read nothing that has changed by then."""

import pytest
from hypothesis import Phase, assume, example, given, settings
from hypothesis import strategies as st

import engine
from engine import Parameter, Value
from engine.programs.llvm.weights import all_gradients, deferred_gradients
from engine.programs.lower.lowering import lower
from engine.programs.recording import Recording
from nn import SGD, Adam, Optimizer
from tests.engine.programs.models import (
    assert_trains,
    chosen,
    leaves,
    network,
    over_ways,
    table,
    trained_on_nodes,
    weights,
)

PARAMETERS, INPUTS = 30, 12
ROWS = table(5, INPUTS, -1.0, 1.0)
NUMBERS = [number / 3 for number in weights(PARAMETERS)]
OWN = (
    ("speed", "decay * speed + learning_rate * gradient + 0.001 * gradient * gradient"),
    ("gradient", "gradient + 0.1 * parameter"),
    ("parameter", "parameter - speed - decay * 0.01 * gradient"),
)
RULES = {
    "SGD": lambda p: SGD(p, 0.02),
    "momentum": lambda p: SGD(p, 0.02, momentum=0.5, weight_decay=0.1),
    "Adam": lambda p: Adam(p, 0.01),
    "a rule of one's own": lambda p: Optimizer(p, OWN, learning_rate=0.02, decay=0.5),
}

# A row of operands, neighbours or not, below or above the length from which sums become loops.
SLICES = st.tuples(
    st.integers(0, PARAMETERS - 1), st.integers(4, 12), st.sampled_from([1, 1, 1, -1, 2])
)
KINDS = st.sampled_from(["parameters", "inputs", "products", "shifted"])
TERMS = st.tuples(KINDS, SLICES, KINDS, SLICES, st.sampled_from(["dot", "sum", "tanh", "factor"]))


def row(kind, place, inputs, parameters):
    start, length, stride = place
    chosen = [parameters[(start + i * stride) % PARAMETERS] for i in range(length)]
    match kind:
        case "inputs":
            return inputs[:length]
        case "products":
            return [p * x for p, x in zip(chosen, inputs)]
        case "shifted":
            return [(p + parameters[start]).sin() for p in chosen]
    return chosen


def build_of(terms):
    def build(inputs, parameters):
        found = []
        for one, first, other, second, form in terms:
            a, b = row(one, first, inputs, parameters), row(other, second, inputs, parameters)
            length = min(len(a), len(b))
            product = engine.dot(a[:length], b[:length])
            found.append(
                {
                    "dot": lambda p=product: p,
                    "sum": lambda p=product, a=a: p * engine.sum(a),
                    "tanh": lambda p=product: p.tanh(),
                    "factor": lambda p=product, s=second: p * parameters[s[0]],
                }[form]()
            )
        return (engine.mean(found).tanh() - inputs[0]) ** 2

    return build


WEIGHTS, OTHERS = (0, 10, 1), (10, 10, 1)


@over_ways
@pytest.mark.filterwarnings("ignore:compile. the output does not depend on")
@pytest.mark.parametrize("batch_size", [1, 3])
@settings(max_examples=5, phases=[Phase.explicit, Phase.generate])
@given(terms=st.lists(TERMS, min_size=1, max_size=3), rule=st.sampled_from(list(RULES)))
@example(terms=[("parameters", WEIGHTS, "parameters", OTHERS, "dot")], rule="SGD")
@example(terms=[("parameters", WEIGHTS, "parameters", WEIGHTS, "dot")], rule="SGD")
@example(
    terms=[
        ("parameters", WEIGHTS, "parameters", OTHERS, "tanh"),
        ("parameters", OTHERS, "inputs", OTHERS, "factor"),
    ],
    rule="momentum",
)
def test_training_on_products_of_parameters(way, batch_size, terms, rule):
    assume(any("parameters" in term for term in terms))
    build = build_of(terms)
    wanted, numbers, _ = trained_on_nodes(build, ROWS, NUMBERS, RULES[rule], 2, batch_size)
    given, parameters = leaves(INPUTS, NUMBERS)
    with chosen(way) as backend:
        optimizer = RULES[rule](parameters)
        loss = build(given, parameters)
        used = engine.compile(loss, given, parameters, optimizer, backend)
        means = used.train(ROWS, epochs=2, batch_size=batch_size)
    assert means == pytest.approx(wanted, rel=1e-12)
    assert [p.data for p in parameters] == pytest.approx(numbers, rel=1e-12, abs=1e-14)


WIDE, MANY = network([9, 11, 3])
WIDE_INPUTS = 9 + 3


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("batch_size", [1, 2, 3, 4, 5, 33, 70])
def test_batches_of_less_and_of_more_than_a_tile(batch_size, rule):
    rows = table(75, WIDE_INPUTS, -1.0, 1.0)
    numbers = [number / 3 for number in weights(MANY)]
    assert_trains(WIDE, rows, numbers, RULES[rule], 1, batch_size, "single")


def test_rows_lie_in_lanes_where_every_gradient_can_wait():
    def waiting(build, inputs, count):
        given, parameters = leaves(inputs, weights(count))
        kernel = lower(Recording([build(given, parameters)], given, parameters), longest=7)
        return sorted(
            index
            for each in all_gradients(kernel)
            for index in getattr(each.target, "indices", [getattr(each.target, "index", 0)])
        )

    assert waiting(WIDE, WIDE_INPUTS, MANY) == list(range(MANY))
    # A bias that all neurons share gets contributions from each.
    assert waiting(lambda x, p: engine.dot(p[:9], x) * engine.dot(p[9:18], x) * p[0], 9, 18) == []
    # Of few weights, there is little to wait for.
    assert waiting(lambda x, p: (p[0] * x[0]).tanh(), 1, 1) == []


def test_written_out_gradients_wait_where_they_read_less_than_they_are():
    def waiting(build, inputs, count):
        given, parameters = leaves(inputs, weights(count))
        kernel = lower(Recording([build(given, parameters)], given, parameters), longest=7)
        return len(all_gradients(kernel, written_out=True))

    small, nine = network([2, 2, 1])
    assert waiting(small, 3, nine) == 9
    # Of single products, each has an adjoint of its own.
    assert waiting(lambda x, p: p[0] * x[0] + p[1] * x[1] + p[2] * x[2], 3, 3) == 0
    assert waiting(lambda x, p: engine.dot(p[:2], x) * p[0] + engine.dot(p[2:], x), 2, 4) == 0


def deferred(loss, inputs, parameters, single):
    program = lower(Recording([loss], inputs, parameters), longest=7)
    return [each.target.start for each in deferred_gradients(program, single)]


def test_what_is_deferred():
    x = [Value(1.0) for _ in range(10)]
    w, v = [Parameter(0.5) for _ in range(10)], [Parameter(0.25) for _ in range(10)]
    both = engine.dot(w, v)
    # Before an update of each, both would do; with one after the other, neither may be deferred.
    assert sorted(deferred(both, x, w + v, single=False)) == [0, 10]
    assert deferred(both, x, w + v, single=True) == []
    ordinary = engine.dot(w, x) + engine.dot(v, x).tanh()
    assert sorted(deferred(ordinary, x, w + v, single=True)) == [0, 10]
    # To what both sums use, two of them contribute.
    assert deferred(engine.dot(w, x) * engine.dot(w, x), x, w, single=False) == []
