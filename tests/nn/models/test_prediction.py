"""`Module.predict`: what calling the model row by row gives, by every backend."""

import copy
import math
import re

import numpy as np
import pytest

from engine import Parameter, detect_anomaly, no_grad
from engine.sheet.ops import ACTIVATIONS
from nn import MLP, Layer, Module, Neuron, Sequential
from nn.models import prediction
from tests.nn.shared import BACKENDS, network, over_programs, to_12_digits

WAYS = (*BACKENDS, "auto")
ROWS = [[0.1 * i - 0.9, 0.3 * math.sin(i)] for i in range(19)]
over_ways = pytest.mark.parametrize("backend", WAYS)
over_activations = pytest.mark.parametrize(
    "activation", ["linear", *(op.name for op in ACTIVATIONS)]
)


def called(model, rows):
    outputs = [model(row) for row in rows]
    return [[o.data for o in out] if isinstance(out, list) else out.data for out in outputs]


class Line(Module):
    def __init__(self):
        self.slope = Parameter(2.0)

    def __call__(self, row):
        return self.slope * row[0] + 1


@over_ways
@over_activations
def test_predictions_are_what_calls_give(activation, backend):
    for outputs in (1, 3):
        model = MLP(2, [4, outputs], activation, activation, seed=1)
        expected = called(model, ROWS)
        assert [to_12_digits(row) for row in expected] == model.predict(ROWS, backend)


@over_ways
@pytest.mark.parametrize(
    "model",
    [
        Neuron(2, "tanh", seed=2),
        Layer(2, 3, "sigmoid", seed=2),
        Sequential(Layer(2, 3, seed=2), Neuron(3, "linear", seed=3)),
    ],
    ids=repr,
)
def test_neurons_layers_and_sequences_predict_too(model, backend):
    found = model.predict(ROWS, backend)
    assert found == [to_12_digits(row) for row in called(model, ROWS)]


@over_ways
def test_a_neuron_that_is_used_twice_and_one_row(backend):
    layer = Layer(2, 2, "tanh", seed=1)
    layer.neurons[1] = layer.neurons[0]
    assert layer.predict([[0.5, 0.25]], backend) == [to_12_digits(called(layer, [[0.5, 0.25]])[0])]


@pytest.mark.parametrize("backend", ["eager", "auto"])
def test_modules_of_ones_own_are_called_row_by_row(backend):
    assert Line().predict([[1.0], [2]], backend) == [3.0, 5.0]
    assert Line().predict(([x] for x in (1.0, 2.0)), backend) == [3.0, 5.0]
    own = Sequential(Layer(2, 2, lambda v: v * v, seed=1), lambda outputs: outputs[0])
    assert own.predict(ROWS, backend) == [to_12_digits(y) for y in called(own, ROWS)]


@over_programs
def test_a_backend_is_not_silently_another(backend):
    with pytest.raises(ValueError, match=f"^predict: backend='{backend}' compiles modules made of"):
        Line().predict([[1.0]], backend)
    with detect_anomaly(), pytest.raises(ValueError, match="not within detect_anomaly"):
        network().predict([[1.0, 2.0]], backend)


@over_ways
def test_the_parameters_are_always_the_current_ones(backend):
    model = network()
    for number in (1.0, -2.0):
        model.layers[0].neurons[0].weights[0].data = number
        assert model.predict(ROWS, backend) == to_12_digits(called(model, ROWS))


@over_ways
def test_a_changed_structure_is_recorded_anew(backend):
    model = MLP(2, [3, 1], "tanh", seed=1)
    model.predict(ROWS, backend)
    model.layers[0].neurons[1] = Neuron(2, "relu", seed=5)
    assert model.predict(ROWS, backend) == to_12_digits(called(model, ROWS))
    model.layers[1].neurons[0].bias = Parameter(7.0)
    assert model.predict(ROWS, backend) == to_12_digits(called(model, ROWS))
    model.layers[0].neurons[0].weights[0] = Parameter(3.0) * 2
    if backend in ("auto", "eager"):
        assert model.predict(ROWS, backend) == to_12_digits(called(model, ROWS))


def test_an_unchanged_structure_is_recorded_once(monkeypatch):
    made = []
    original = prediction.prediction_program
    monkeypatch.setattr(
        prediction, "prediction_program", lambda *args: made.append(args) or original(*args)
    )
    model, rows = MLP(2, [8, 1], "tanh", seed=1), ROWS * 250
    model.predict(ROWS)
    assert made == []
    for _ in range(3):
        model.predict(rows)
        model.predict(ROWS)
    assert len(made) == 1
    # A copy has parameters of its own.
    other = copy.deepcopy(model)
    other.layers[1].neurons[0].bias.data = 5.0
    assert other.predict(rows)[0] == to_12_digits(model.predict(rows)[0] + 5.0)


@over_ways
def test_contexts_change_nothing_and_no_gradient_is_touched(backend):
    model = network()
    expected = called(model, ROWS)
    with no_grad():
        assert model.predict(ROWS, backend) == to_12_digits(expected)
    assert [parameter.grad for parameter in model.parameters()] == [0.0] * 9


@over_ways
def test_arrays_are_rows(backend):
    for kind in (float, "float32"):
        rows = np.array(ROWS, kind)
        expected = called(network(), rows.tolist())
        assert network().predict(rows, backend) == to_12_digits(expected)
    assert Line().predict(np.array([[1.0], [2.0]])) == [3.0, 5.0]


@over_ways
@pytest.mark.parametrize(
    ("rows", "error", "message"),
    [
        ([], ValueError, "at least one row"),
        ([[1, 2], [3]], ValueError, "rows[1] holds 1 numbers; 2 are needed: x1, x2"),
        ([[1, 2], [3, math.nan]], ValueError, "rows[1] has x2 = nan"),
        ([[1, 2], [3, "a"]], TypeError, "rows[1], x2"),
        ([1.0, 2.0], TypeError, "rows[0] must be a row of numbers"),
    ],
)
def test_bad_rows_are_named(rows, error, message, backend):
    with pytest.raises(error, match=re.escape(message)):
        network().predict(rows, backend)


def test_what_a_module_raises_names_the_row():
    with pytest.raises(ZeroDivisionError, match=r"^rows\[1\]: "):
        Sequential(lambda row: 1 / row[0]).predict([[1.0], [0.0]])
    with pytest.raises(ValueError, match=r"^predict: unknown backend 'numpy'; known: auto"):
        network().predict(ROWS, "numpy")


# What a user changed counts.


@over_ways
def test_a_layer_that_was_left_with_one_neuron_still_gives_lists(backend):
    layer = Layer(2, 2, "tanh", seed=1)
    layer.neurons.pop()
    assert layer.predict(ROWS, backend) == [to_12_digits([row[0].data]) for row in map(layer, ROWS)]


@over_ways
def test_a_plain_number_may_stand_for_a_weight(backend):
    model = MLP(2, [2, 1], "tanh", seed=1)
    for number in (0.5, 0.75):
        model.layers[0].neurons[0].weights[0] = number
        assert model.predict(ROWS, backend) == to_12_digits(called(model, ROWS))


@over_ways
def test_a_response_of_ones_own_counts_from_when_it_is_there(backend):
    model = MLP(2, [2, 1], "tanh", seed=1)
    model.predict(ROWS, backend)
    neuron = model.layers[0].neurons[0]
    respond = neuron.respond
    for factor in (10, 3):
        neuron.respond = lambda operands, factor=factor: respond(operands) * factor
        assert model.predict(ROWS, backend) == to_12_digits(called(model, ROWS))


@over_programs
def test_a_response_that_depends_on_the_row_is_not_compiled(backend):
    model = MLP(2, [2, 1], "tanh", seed=1)
    neuron = model.layers[0].neurons[0]
    respond = neuron.respond
    neuron.respond = lambda operands: respond(operands) * (2 if float(operands[0]) > 0 else 1)
    with pytest.raises(ValueError, match="does not compute the same operations for every row"):
        model.predict(ROWS, backend)


@over_ways
def test_a_module_that_names_some_of_its_parameters(backend):
    class Head(MLP):
        def parameters(self):
            return self.layers[-1].parameters()

    model = Head(2, [2, 1], "tanh", seed=1)
    for _ in range(2):
        assert model.predict(ROWS, backend) == to_12_digits(called(model, ROWS))
        model.layers[0].neurons[0].weights[0].data += 1.0
    assert list(model.state_dict()) == ["w211", "w221", "b21"]


@over_ways
def test_an_activation_that_is_set_later(backend):
    model = MLP(2, [2, 1], "tanh", seed=1)
    model.predict(ROWS, backend)
    model.layers[0].neurons[0].activation = "relu"
    assert "relu" in repr(model)
    assert model.predict(ROWS, backend) == to_12_digits(called(model, ROWS))


@over_ways
@pytest.mark.parametrize("rows", [[5.0, 6], (5, 6.0), np.array([5.0, 6.0]), iter([5, 6])])
def test_of_one_input_rows_may_be_bare_numbers(backend, rows):
    rows = list(rows) if backend == "eager" else rows
    if iter(rows) is not rows:
        assert MLP(1, [1], init="ones").predict(rows, backend) == [5.0, 6.0]
        assert Line().predict(list(rows)) == [11.0, 13.0]


@over_ways
def test_a_masked_number_is_refused(backend):
    with pytest.raises(TypeError, match=r"rows\[0\]\[1\] is masked"):
        network().predict(np.ma.masked_array([[1.0, 2.0]], mask=[[False, True]]), backend)
