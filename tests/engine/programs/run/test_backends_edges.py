"""Where backends could part from nodes: rounding to 0, infinities, signs of zero, last rows."""

import math

import pytest

import engine
from engine import Parameter, Value
from engine.eager.functions import EAGER
from engine.sheet.ops import SHEET
from nn import SGD
from tests.engine.programs.models import (
    chosen,
    compiled,
    eager,
    over_backends,
    over_ways,
)

# A difference of these squares or products is 0 only if both are rounded.
UNEVEN = [0.1, 0.3, 1.3, 1e-5, 7e10]
DIFFERENCES = {
    "squares": lambda x, y: x * x - y * y,
    "powers": lambda x, y: x**2 - y**2,
    "products": lambda x, y: 0.7 * x - y * 0.7,
    "a sum with a negative product": lambda x, y: x * y + (-x) * y,
    "a weighted sum": lambda x, y: engine.dot([x, y], [x, -y]),
    "a sum of products": lambda x, y: engine.sum([x * x, -(y * y)]),
    "with a square": lambda x, y: engine.squared_error(x, 0.0) - y * y,
}


@over_ways
@pytest.mark.parametrize("difference", DIFFERENCES.values(), ids=DIFFERENCES.keys())
def test_a_difference_that_is_zero_on_nodes_is_zero(way, difference):
    def build(inputs, parameters):
        return abs(difference(*inputs)).sqrt() + parameters[0]

    with chosen(way) as backend:
        program = compiled(build, 2, [0.5], backend)
        assert program([[a, a] for a in UNEVEN]) == [0.5] * len(UNEVEN)


@over_ways
def test_gradients_that_cancel_on_nodes_cancel(way):
    def build(inputs, parameters):
        (x, y), (w,) = inputs, parameters
        inner = w.tanh()
        return (w * x) - (w * y) + inner * x - inner * y

    rows = [[a, a] for a in UNEVEN]
    assert eager(build, rows, [0.3])[1] == [0.0]
    with chosen(way) as backend:
        assert compiled(build, 2, [0.3], backend).gradients(rows) == (0.0, [0.0])


OVERFLOWS = {
    "a difference": lambda x, y: x * 10 - y * 10,
    "a weighted sum": lambda x, y: engine.dot([x, y], [10.0, -10.0]),
    "a sum": lambda x, y: engine.sum([x * 10, y * -10]),
}


@over_ways
@pytest.mark.parametrize("overflow", OVERFLOWS.values(), ids=OVERFLOWS.keys())
def test_infinity_less_infinity_is_nan(way, overflow):
    def build(inputs, parameters):
        return (overflow(*inputs) * parameters[0]).tanh()

    with chosen(way) as backend:
        assert math.isnan(compiled(build, 2, [0.5], backend)([[1e308, 1e308]])[0])


@over_ways
@pytest.mark.parametrize("count", range(1, 20))
def test_an_infinite_gradient_in_any_row(way, count):
    """asin has an infinite slope at 1; in which lane that row lies is of no importance."""

    def build(inputs, parameters):
        return (inputs[0] * parameters[0]).asin() + parameters[1] * inputs[0]

    with chosen(way) as backend:
        program = compiled(build, 1, [1.0, 2.0], backend)
        for place in {0, count // 2, count - 1}:
            rows = [[1.0 if row == place else 0.25] for row in range(count)]
            losses, gradients = eager(build, rows, [1.0, 2.0])
            mean, found = program.gradients(rows)
            assert mean == pytest.approx(math.fsum(losses) / count, rel=1e-13)
            assert found.tolist() == [math.inf, pytest.approx(gradients[1], rel=1e-13)]


@over_ways
def test_a_batch_that_is_not_a_multiple_of_the_lanes_fails_as_on_nodes(way):
    w, v, x = Parameter(0.0, "w"), Parameter(2.0, "v"), Value(1.0, "x")
    for size in (1, 3, 5, 8):
        w.data, v.data = 0.0, 2.0
        with chosen(way) as backend:
            program = engine.compile(w.sqrt() + v * x, [x], [w, v], SGD([w, v]), backend)
            with pytest.raises(FloatingPointError, match=r"'w'.* became -inf"):
                program.train([[1.0]] * size, batch_size=size)


ODD = "add sub mul div neg pow sqrt sin tan asin atan sinh expm1 log1p erf tanh".split()


@over_ways
@pytest.mark.parametrize("name", ODD)
def test_minus_zero_keeps_its_sign(way, name):
    """Also where the operation can be undefined."""
    op = next(op for op in SHEET if op.name == name)
    second = {"add": -0.0, "sub": 0.0, "pow": 3.0}.get(name, 2.0)

    def build(inputs, parameters):
        operands = [inputs[0], *([second] if len(op.operands) + len(op.constants) > 1 else [])]
        return EAGER[name](*operands)

    x = Value(-0.0)
    wanted = build([x], []).data
    with chosen(way) as backend:
        program = engine.compile([build([x], []), x], [x], backend=backend)
        (found, same), (positive, _) = program([[-0.0], [0.0]])
    assert (found, math.copysign(1.0, found)) == (0.0, math.copysign(1.0, wanted))
    assert math.copysign(1.0, same) == -1.0
    assert math.copysign(1.0, positive) == math.copysign(1.0, build([Value(0.0)], []).data)


@over_backends
@pytest.mark.parametrize("count", [2, 3, 5, 8, 9])
def test_means_of_numbers_whose_sum_overflows(backend, count):
    x, w, v = Value(1.0, "x"), Parameter(0.0, "w"), Parameter(1.0, "v")
    slopes = engine.compile(w * x + v, [x], [w, v], backend=backend)
    mean, (steep, flat) = slopes.gradients([[1e308]] * count)
    assert (mean, steep) == (pytest.approx(1.0), pytest.approx(1e308, rel=1e-15))
    assert flat == pytest.approx(1.0, rel=1e-15)
    losses = engine.compile(w * x + 1e308, [x], [w], backend=backend)
    mean, (slope,) = losses.gradients([[1.0]] * count)
    assert (mean, slope) == (pytest.approx(1e308, rel=1e-15), pytest.approx(1.0, rel=1e-15))


@over_ways
@pytest.mark.parametrize("batch_size", [2, 3, 5])
def test_training_on_batches_whose_sums_overflow(way, batch_size):
    rows = [[1e308, 1.0], [1e308, 1.0], [1e308, 1.0], [2.0, 3.0], [0.5, -1.0]]

    def build(inputs, parameters):
        (x, y), (a, b) = inputs, parameters
        return a * x + b * y

    numbers = [0.0, 0.5]
    w, given = [Parameter(n) for n in numbers], [Value(1.0), Value(1.0)]
    optimizer = SGD(w, 1e-309)
    with chosen(way) as backend:
        program = engine.compile(build(given, w), given, w, optimizer, backend)
        means = program.train(rows, epochs=3, batch_size=batch_size)
    by_hand, mean_by_hand = [0.0, 0.5], []
    for _ in range(3):
        mean = 0.0
        for start in range(0, 5, batch_size):
            batch = rows[start : start + batch_size]
            mean += sum((by_hand[0] * x + by_hand[1] * y) / 5 for x, y in batch)
            slopes = [math.fsum(row[i] / len(batch) for row in batch) for i in (0, 1)]
            by_hand = [n - 1e-309 * slope for n, slope in zip(by_hand, slopes)]
        mean_by_hand.append(mean)
    assert means == pytest.approx(mean_by_hand, rel=1e-12)
    assert [p.data for p in w] == pytest.approx(by_hand, rel=1e-12)
    assert optimizer.steps == 3 * -(-5 // batch_size)


@over_ways
@pytest.mark.parametrize("batch_size", [1, 3])
def test_a_parameter_of_minus_zero_keeps_its_sign_in_training(way, batch_size):
    """Its gradient is 0, and minus zero less 0 is minus zero; less minus zero it would be 0."""
    x, w, sign = Value(1.0, "x"), Parameter(0.5, "w"), Parameter(-0.0, "sign")
    with chosen(way) as backend:
        loss = engine.copysign(w, sign) * x
        program = engine.compile(loss, [x], [w, sign], SGD([w, sign], 0.125), backend)
        program.train([[1.0]] * 3, batch_size=batch_size)
    assert w.data == 0.5 + 0.125 * 3 / batch_size
    assert math.copysign(1.0, sign.data) == -1.0


@over_ways
@pytest.mark.parametrize("operation", [engine.maximum, engine.minimum])
def test_of_zeros_of_both_signs_the_first_is_taken(way, operation):
    with chosen(way) as backend:
        program = compiled(lambda x, _: operation(x), 2, [], backend)
        found = program([[0.0, -0.0], [-0.0, 0.0]])
    assert [math.copysign(1.0, number) for number in found] == [1.0, -1.0]
