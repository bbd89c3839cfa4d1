"""Functions of several operands, as users call them; the sheet's own tests are in `test_ops`."""

import builtins
import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import engine
from engine import Value
from engine.sheet.ops import OFFERED, OPERATIONS, REDUCTIONS

NUMBERS = [1.5, -2.0, 0.25]
FORMS = {
    "list": list,
    "tuple": tuple,
    "generator": iter,
    "chain": itertools.chain,
    "numpy row": lambda values: np.array(list(values)),
    "keys": dict.fromkeys,
}
ONE_SEQUENCE = [op.name for op in REDUCTIONS if len(op.operands) == 1]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("name", ONE_SEQUENCE)
def test_a_sequence_may_come_in_any_form(name, form):
    function = getattr(engine, name)
    expected = function([Value(x) for x in NUMBERS])
    values = [Value(x) for x in NUMBERS]
    found = function(form(values))
    constants = OPERATIONS[name].constants.values()
    assert (found.data, found.args) == (expected.data, (*values, *constants))
    assert found.partials == expected.partials
    assert function(form(NUMBERS)) == expected.data


@pytest.mark.parametrize("weights", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("inputs", FORMS.values(), ids=FORMS)
def test_the_sequences_of_a_weighted_sum_may_come_in_any_form(weights, inputs):
    w, x, b = [Value(2.0), Value(3.0)], [5.0, 7.0], Value(11.0)
    node = engine.dot(weights(w), inputs(x), b)
    assert (node.data, node.args) == (42.0, (*w, 5.0, 7.0, b))
    assert node.partials == (5.0, 7.0, None, None, 1.0)


def test_the_operands_of_a_weighted_sum_may_be_given_by_name_and_the_bias_left_out():
    w, b = Value(2.0), Value(1.0)
    assert engine.dot(weights=[w], inputs=[3.0], bias=b).data == 7.0
    assert engine.dot(inputs=[3.0], weights=[w]).data == 6.0
    assert engine.dot([w], [3.0]).args == (w, 3.0, 0.0)


def test_a_mixed_sequence_keeps_its_numbers_as_plain_floats():
    x = Value(2.0)
    for values in ([1, x, np.float64(3)], [np.float32(1), x, 3], [x, 1, 3], [3.0, 1, x]):
        node = engine.sum(values)
        assert node.data == 6.0
        assert [type(arg) for arg in node.args].count(float) == 2
        node.backward()
    assert x.grad == 4.0


@pytest.mark.parametrize(
    ("f", "expected"),
    [
        (lambda: engine.dot([1, 2], [3, 4], 5), 16.0),
        (lambda: engine.dot([1.0], [3.0], 5.0), 8.0),
        (lambda: engine.dot([], []), 0.0),
        (lambda: engine.dot([], [], 2.0), 2.0),
        (lambda: engine.sum([1, 2.5]), 3.5),
        (lambda: engine.sum([1.0, 2.5]), 3.5),
        (lambda: engine.sum([]), 0.0),
        (lambda: engine.sum(iter([])), 0.0),
        (lambda: engine.mean(np.array([1, 2])), 1.5),
        (lambda: engine.maximum([1, np.int64(7)]), 7.0),
        (lambda: engine.minimum([np.float64(7), 9]), 7.0),
        (lambda: engine.logsumexp([0.0]), 0.0),
        (lambda: engine.tanh(0), 0.0),
        (lambda: engine.squared_error(3, 18), 225.0),
        (lambda: engine.relu(np.float32(2)), 2.0),
    ],
)
def test_constants_alone_give_a_plain_float(f, expected):
    assert f() == expected
    assert type(f()) is float


@pytest.mark.parametrize("kind", [ValueError, TypeError, KeyError, ZeroDivisionError])
@pytest.mark.parametrize("name", ["sum", "logsumexp", "dot"])
def test_an_error_of_an_iterator_is_never_taken_for_its_end(name, kind):
    def broken():
        yield Value(1.0)
        raise kind("on the way")

    operands = [broken(), [2.0, 3.0]] if name == "dot" else [broken()]
    with pytest.raises(kind, match="on the way"):
        getattr(engine, name)(*operands)


def test_an_empty_weighted_sum_is_its_bias():
    bias = Value(2.0)
    node = engine.dot([], [], bias)
    assert (node.data, node.args, node.partials) == (2.0, (bias,), (1.0,))


@pytest.mark.parametrize("name", ["maximum", "minimum"])
def test_equal_operands_share_the_gradient(name):
    values = [Value(x) for x in (1.0, 2.0, 1.0, 2.0)]
    getattr(engine, name)(values).backward()
    best = {"maximum": 2.0, "minimum": 1.0}[name]
    assert [value.grad for value in values] == [0.5 if v.data == best else 0.0 for v in values]


@pytest.mark.parametrize("name", ["maximum", "minimum"])
def test_one_operand_several_times_gets_the_whole_gradient(name):
    x = Value(2.0)
    getattr(engine, name)([x, x, x]).backward()
    assert x.grad == pytest.approx(1.0, rel=1e-15)


@pytest.mark.parametrize("name", ["maximum", "minimum"])
@pytest.mark.parametrize("position", [0, 1, 2])
def test_nan_stays_nan_at_any_position(name, position):
    numbers = [1.0, 2.0]
    numbers.insert(position, math.nan)
    function = getattr(engine, name)
    assert math.isnan(function(numbers))
    assert math.isnan(function([Value(x) for x in numbers]).data)
    assert math.isnan(function([numbers[0], Value(numbers[1]), numbers[2]]).data)


@pytest.mark.parametrize("name", ["mean", "maximum", "minimum", "logsumexp"])
def test_an_empty_sequence_has_no_such_value(name):
    with pytest.raises(
        (ValueError, ZeroDivisionError), match=rf"^{name} is undefined where n == 0"
    ):
        getattr(engine, name)([])


@pytest.mark.parametrize("kind", [Value, float])
def test_sequences_of_different_lengths_are_refused_with_both_lengths(kind):
    w, x = [kind(1.0)] * 3, [kind(1.0)] * 2
    with pytest.raises(
        ValueError, match=r"^dot needs sequences of one length; given: 3 weights, 2 inputs"
    ):
        engine.dot(w, x, 1.0)
    with pytest.raises(ValueError, match="given: 0 weights, 2 inputs"):
        engine.dot([], iter(x))


@pytest.mark.parametrize("name", ONE_SEQUENCE)
@pytest.mark.parametrize("bad", ["123", b"123", 3, 3.0, None, Value(3.0)], ids=repr)
def test_what_is_not_a_sequence_of_numbers_is_refused(name, bad):
    with pytest.raises(TypeError, match=f"^{name}: a must be a sequence of numbers, not "):
        getattr(engine, name)(bad)


def test_a_sequence_of_sequences_is_refused():
    with pytest.raises(TypeError, match=r"^sum: a must be a real number, not "):
        engine.sum([[1.0], [2.0]])
    with pytest.raises(TypeError, match=r"^dot: inputs must be a real number, not "):
        engine.dot([Value(1.0)], np.array([[1.0]]))


@pytest.mark.parametrize("count", [1, 2])
def test_an_object_that_has_data_is_not_a_value_for_that(count):
    """As the numbers of other engines have."""

    class Foreign:
        data = 5.0

    with pytest.raises(TypeError, match=r"^sum: a must be a real number, not .*Foreign"):
        engine.sum([Foreign() for _ in range(count)])
    with pytest.raises(TypeError, match=r"^dot: weights must be a real number, not .*Foreign"):
        engine.dot([Foreign()], [Value(2.0)])


def test_values_of_numpy_arrays_are_weighted_like_lists():
    w = np.array([Value(2.0), Value(3.0)])
    assert engine.dot(w, np.array([5, 7])).data == 31.0
    assert engine.logsumexp(np.zeros(2)) == pytest.approx(math.log(2), rel=1e-15)


@given(logits=st.lists(st.floats(-50, 50), min_size=1, max_size=5))
def test_softmax_gives_probabilities_in_the_order_of_the_logits(logits):
    found = engine.softmax(map(Value, logits))
    exact = [math.exp(x) / math.fsum(map(math.exp, logits)) for x in logits]
    assert [p.data for p in found] == pytest.approx(exact, rel=1e-12, abs=0)
    assert all(type(p) is Value for p in found)
    assert engine.softmax(logits) == pytest.approx(exact, rel=1e-12, abs=0)


def test_softmax_has_the_derivatives_of_softmax():
    logits = [Value(x) for x in (0.5, -1.0, 2.0)]
    p = engine.softmax(logits)
    for i, row in enumerate(engine.jacobian(p, logits)):
        exact = [p[i].data * ((i == j) - p[j].data) for j in range(3)]
        assert [entry.data for entry in row] == pytest.approx(exact, rel=1e-12)


def test_a_sum_is_one_node_however_long_it_is():
    """lmfit/uncertainties #30, #53: sums that cost quadratic time."""
    values = [Value(float(i)) for i in range(1000)]
    total = engine.sum(values)
    assert len(engine.topological_order(total)) == 1001
    assert len(engine.topological_order(builtins.sum(values))) == 2000
    assert total.data == 499500.0


def test_a_star_import_leaves_pythons_own_names_alone():
    namespace = {}
    exec("from engine import *", namespace)
    offered = set(namespace) - {"__builtins__"}
    assert not offered & set(vars(builtins))
    assert "sum" not in engine.__all__
    assert offered == set(engine.__all__)
    assert {op.name for op in OFFERED} - {"round", "sum"} <= offered


def test_functions_and_methods_are_the_same():
    assert engine.tanh is engine.eager.functions.tanh is Value.tanh
    assert engine.sum is not builtins.sum
