"""`no_grad`, `detect_anomaly` and `scope`: what they change, how they nest, and whom they reach."""

import asyncio
import math
import threading

import pytest

import engine
from engine import Parameter, Value, detect_anomaly, no_grad, scope


def test_without_recording_every_result_is_a_leaf():
    x = Value(3.0)
    with no_grad():
        y = x * x + engine.dot([x], [x], x)
    assert (y.data, y.op, y.args, y.partials) == (21.0, None, (), ())
    z = y * x
    z.backward()
    assert (x.grad, y.grad) == (21.0, 3.0)


def test_recording_is_back_after_the_block_and_after_an_error_in_it():
    x = Value(3.0)
    with pytest.raises(ZeroDivisionError), no_grad(), scope("s"), detect_anomaly():
        x / 0
    y = x * x
    assert (y.args, y.scope) == ((x, x), None)
    assert (x * 1e300 * 1e300).data == math.inf


@pytest.mark.parametrize(
    ("f", "message"),
    [
        (lambda x: x.exp(), "exp gave inf; its operands: a = 1000 ('x')"),
        (lambda x: x * math.inf - math.inf, "mul gave inf; its operands: a = 1000 ('x'), b = inf"),
        (lambda x: x.relu() * math.nan, "mul gave nan; its operands: a = 1000 = relu(…), b = nan"),
        (
            lambda x: (x - 1000).sqrt(),
            "sqrt has a local derivative of inf with respect to operand 1; "
            "its operands: a = 0 = sub(…)",
        ),
        (
            lambda x: engine.sum([x] * 9 + [math.inf]),
            "sum gave inf; its operands: operand 1 = 1000 ('x'), operand 2 = 1000 ('x'), "
            "operand 3 = 1000 ('x'), operand 4 = 1000 ('x'), operand 5 = 1000 ('x'), "
            "operand 6 = 1000 ('x'), … 4 more",
        ),
    ],
)
def test_the_first_infinity_or_nan_is_an_error_that_names_its_node(f, message):
    x = Value(1000.0, label="x")
    f(x)
    with detect_anomaly(), pytest.raises(FloatingPointError) as caught:
        f(x)
    assert str(caught.value) == message


def test_an_infinite_gradient_is_an_error_that_names_its_node():
    x = Value(0.0, label="x")
    y = (x * 1e200) * 1e200
    y.label = "y"
    y.backward()
    assert x.grad == math.inf
    with (
        detect_anomaly(),
        pytest.raises(FloatingPointError, match=r"^backward: .* of 0 \('x'\) is inf"),
    ):
        y.backward()


def test_a_nan_gradient_is_found_at_the_node_where_it_arises():
    x = Value(0.0, label="x")
    h = x * 1e200
    h.label = "h"
    y = h * 1e200 * 1e200 * -1.0 + h * 1e300 * 1e300
    y.backward()
    assert math.isnan(h.grad)
    with (
        detect_anomaly(),
        pytest.raises(FloatingPointError, match=r"of 0 = mul\(…\) \('h'\) is nan$"),
    ):
        y.backward()


def test_anomalies_are_found_without_recording_as_well_and_finite_numbers_pass():
    x = Value(1000.0)
    with detect_anomaly(), no_grad():
        assert (x + 1).data == 1001.0
        with pytest.raises(FloatingPointError, match="exp gave inf"):
            x.exp()
    with detect_anomaly():
        (x * x).backward()
    assert x.grad == 2000.0


def test_scopes_nest_outermost_first():
    x = Value(1.0)
    with scope("layer 1"):
        a = x + 1
        with scope("neuron 2"):
            b = a * 2
        c = b - 1
    assert [node.scope for node in (a, b, c, c * 2)] == [
        "layer 1",
        "layer 1 / neuron 2",
        "layer 1",
        None,
    ]


def test_a_scope_is_where_a_leaf_was_made_too():
    with scope("layer 1"), scope("neuron 2"):
        x, w = Value(1.0), Parameter(2.0)
    assert x.scope == w.scope == "layer 1 / neuron 2"
    assert Value(1.0).scope is None


def test_the_managers_nest_in_any_order_and_each_changes_its_own():
    x = Value(1000.0)
    with scope("a"), no_grad(), scope("b"), detect_anomaly():
        y = x + 1
        with pytest.raises(FloatingPointError):
            x.exp()
    assert (y.scope, y.op) == ("a / b", None)
    with detect_anomaly(), scope("c"):
        z = x * x
    assert (z.scope, z.args) == ("c", (x, x))


def test_the_managers_are_decorators_too_at_every_call():
    x = Value(1000.0)

    @no_grad()
    def predict(value):
        return value * 2

    @scope("loss")
    def loss(value):
        return value * 3

    @detect_anomaly()
    def explode(value):
        return value.exp()

    for _ in range(2):
        assert predict(x).op is None
        assert (loss(x).scope, loss(x).args) == ("loss", (x, 3.0))
        with pytest.raises(FloatingPointError):
            explode(x)
    assert (x * 2).args == (x, 2.0)
    assert predict.__name__ == "predict"


def test_a_manager_can_be_left_and_entered_again():
    for _ in range(3):
        with no_grad():
            assert (Value(1.0) + 1).op is None
        assert (Value(1.0) + 1).op is not None


def test_threads_never_see_each_others_modes():
    inside, done = threading.Event(), threading.Event()
    found = {}

    def without_recording():
        with no_grad(), scope("elsewhere"):
            inside.set()
            done.wait(10)
            found["there"] = Value(2.0) * 3

    thread = threading.Thread(target=without_recording)
    thread.start()
    assert inside.wait(10)
    found["here"] = Value(2.0) * 3
    done.set()
    thread.join(10)
    assert (found["here"].op.name, found["here"].scope) == ("mul", None)
    assert (found["there"].op, found["there"].scope) == (None, "elsewhere")


def test_tasks_never_see_each_others_modes():
    async def work(name, pause):
        nodes = []
        with scope(name):
            for _ in range(5):
                nodes.append(Value(1.0) + 1)
                await pause()
            with no_grad():
                await pause()
                nodes.append(Value(1.0) + 1)
        return nodes

    async def main():
        return await asyncio.gather(*[work(name, lambda: asyncio.sleep(0)) for name in "abc"])

    with scope("outer"):
        results = asyncio.run(main())
    for name, nodes in zip("abc", results):
        assert [node.scope for node in nodes] == [f"outer / {name}"] * 6
        assert [node.op is None for node in nodes] == [False] * 5 + [True]
