"""The cache of programs: one compilation for a structure, whatever its names and numbers."""

from collections import OrderedDict

import pytest

import engine
from engine import Parameter, Value
from engine.programs.run import compiled, machine_code
from nn import MLP, SGD, Adam, Optimizer
from tests.engine.programs.models import chosen

ROWS = [[1.0, 2.0], [3.0, 4.0], [-1.0, 0.5]]


@pytest.fixture
def compilations(monkeypatch):
    """The function of each module that is compiled from here on, in a list."""
    monkeypatch.setattr(machine_code, "_compiled", OrderedDict())
    host, found = machine_code.host(), []
    genuine = host.compile

    def counted(text, function, quick):
        found.append([function.name, "quickly"] if quick else [function.name])
        return genuine(text, function, quick)

    monkeypatch.setattr(host, "compile", counted)
    return found


def use(number=0.5, labels="xyw", scale=2.0, optimizer=SGD, batch_size=1):
    """What a program says of a line through the rows."""
    first, second, third = labels
    x, y, w = Value(1.0, first), Value(1.0, second), Parameter(number, third)
    program = engine.compile((y - w * x * scale) ** 2, [x, y], [w], optimizer([w]), "llvm")
    program.train(ROWS, batch_size=batch_size)
    return program(ROWS)


def test_names_numbers_and_the_number_of_rows_change_nothing(compilations):
    use()
    before = len(compilations)
    assert before == 2
    use(number=-3.0, labels="abc", optimizer=lambda parameters: SGD(parameters, 0.7))
    assert len(compilations) == before


@pytest.mark.parametrize("other", [{"scale": 3.0}, {"optimizer": Adam}, {"batch_size": 2}])
def test_other_constants_rules_and_batches_are_compiled_anew(compilations, other):
    use()
    use(**other)
    assert sum("train" in names for names in compilations) == 2


def test_a_program_compiles_only_what_is_asked_for(compilations):
    x, w = Value(1.0), Parameter(2.0)
    program = engine.compile(w * x, [x], [w], backend="llvm")
    assert compilations == []
    program([[1.0]])
    assert compilations == [["evaluate"]]
    program.gradients([[1.0]])
    program.gradients([[2.0]] * 20)
    assert compilations == [["evaluate"], ["batch"]]


def test_the_oldest_unused_program_is_forgotten(compilations, monkeypatch):
    monkeypatch.setattr(machine_code, "_CACHED", 2)
    x = Value(1.0)

    def scaled(factor):
        assert engine.compile(x * factor, [x], backend="llvm")([[2.0]]) == [2 * factor]

    for factor in (3.0, 4.0, 3.0, 5.0, 3.0):
        scaled(factor)
    assert len(compilations) == 3
    scaled(4.0)
    assert len(compilations) == 4


def test_the_same_rule_with_settings_in_another_order(compilations):
    """A program reads the settings by their place."""
    rule = (("parameter", "parameter - rate * gradient - shift"),)
    results = []
    for settings in ({"rate": 0.5, "shift": 8.0}, {"shift": 8.0, "rate": 0.5}):
        x, w = Value(1.0), Parameter(0.0)
        optimizer = Optimizer([w], rule, **settings)
        engine.compile(w * x, [x], [w], optimizer, "llvm").train([[1.0]])
        results.append(w.data)
    assert results == [-8.5, -8.5]


def test_long_code_is_made_quickly_until_better_code_pays(compilations, monkeypatch):
    x, w = Value(1.0), Parameter(2.0)
    program = engine.compile(w * x + x, [x], [w], backend="llvm")
    text = program.source("llvm")
    assert text.count("\n") < compiled.LONG
    monkeypatch.setattr(compiled, "LONG", 1)
    # A row has four operands.
    monkeypatch.setattr(compiled, "PAYS", 2)
    found = [program([[number / 8]] * 20)[0] for number in range(40)]
    assert compilations == [["evaluate", "quickly"], ["evaluate"]]
    assert found == [number * 3 / 8 for number in range(40)]


@pytest.mark.parametrize("way", ["lanes", "single"])
@pytest.mark.parametrize("rows", [1, 11])
def test_code_that_is_made_quickly_computes_the_same_numbers(way, rows, monkeypatch):
    data = [[(7 * i + 3 * j) % 11 / 8 - 0.6 for j in range(40)] for i in range(rows)]
    monkeypatch.setattr(compiled, "LONG", 0)
    found = []
    for pays in (0, 10**9):
        monkeypatch.setattr(compiled, "PAYS", pays)
        model = MLP(38, [13, 7, 2], activation="tanh", seed=4)
        inputs = [Value(number) for number in data[0]]
        scores = model(inputs[:38])
        loss = engine.logsumexp(scores) - engine.dot(inputs[38:], scores) + engine.norm(scores)
        with chosen(way) as backend:
            parameters = model.parameters()
            program = engine.compile(loss, inputs, parameters, Adam(parameters), backend)
            losses, (mean, slopes) = program(data), program.gradients(data)
            means = program.train(data, 3, batch_size=4)
        found.append((losses, mean, [*slopes], means, [p.data for p in parameters]))
    quick, careful = found
    assert quick == careful
