"""An optimiser's memory by name: taken over, refused where it is another's, never by position."""

import copy
import json
import re

import pytest

import engine
from engine import Parameter, Value
from nn import SGD, Adam, Optimizer
from tests.copies import by_pickle
from tests.nn.shared import over_backends, over_kinds, over_programs, walk

PATH = [[1.0, -2.0], [0.5, 0.25], [-3.0, 1.0]]


def made(kind, **settings):
    return kind([Parameter(1.0), Parameter(-1.0)], 0.1, weight_decay=0.01, **settings)


@over_kinds
@pytest.mark.parametrize("way", ["dictionary", "pickle", "copy"])
def test_a_memory_that_is_taken_over_goes_on_the_same(kind, way):
    optimizer, other = made(kind, max_norm=2.0), made(kind, max_norm=5.0)
    walk(optimizer, PATH)
    if way == "dictionary":
        other.load_state_dict(json.loads(json.dumps(optimizer.state_dict(), sort_keys=True)))
        for mine, given in zip(other.parameters, optimizer.parameters):
            mine.data = given.data
    else:
        duplicate = {"pickle": by_pickle, "copy": copy.deepcopy}[way]
        other = duplicate(optimizer)
    assert walk(other, PATH) == walk(optimizer, PATH)
    assert other.state_dict() == optimizer.state_dict()


def test_a_pickle_of_both_keeps_them_together():
    weight = Parameter(1.0)
    other, optimizer = by_pickle((weight, Adam([weight])))
    assert optimizer.parameters == [other]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s: s.update(optimizer="SGD"), "the state is of optimizer 'SGD', not 'Adam'"),
        (lambda s: s.update(parameters=3), "the state is of parameters 3, not 2"),
        (lambda s: s.pop("epochs"), "the state must hold optimizer, parameters, steps, epochs, se"),
        (lambda s: s.update(steps=-1), "steps must be a whole number of at least 0"),
        (lambda s: s.update(steps=1.5), "steps must be a whole number of at least 0"),
        (lambda s: s["settings"].pop("beta1"), "the settings must hold learning_rate, beta1"),
        (lambda s: s["settings"].update(beta1=2), "beta1 must be at least 0 and below 1, not 2"),
        (lambda s: s["state"].update(velocity=[0, 0]), "the state must hold mean, square by name"),
        (lambda s: s["state"].update(mean=[0.0]), "mean must be 2 finite numbers"),
        (lambda s: s["state"].update(mean=[0.0, float("nan")]), "mean must be 2 finite numbers"),
        (lambda s: s["state"].update(mean="00"), "mean must be 2 finite numbers"),
        (lambda s: s["state"].update(mean=[0.0, "1"]), "mean must be a real number, not '1'"),
        (lambda s: s.update(state=None), "the state must hold mean, square by name, not NoneType"),
    ],
)
def test_another_memory_is_refused_and_nothing_changed(change, words):
    optimizer = made(Adam)
    walk(optimizer, PATH)
    before = optimizer.state_dict()
    state = copy.deepcopy(before)
    change(state)
    with pytest.raises((TypeError, ValueError), match=re.escape(f"Adam: {words}")):
        optimizer.load_state_dict(state)
    assert optimizer.state_dict() == before


# Settings and state that a user put back by hand.


def program_of(optimizer, backend):
    (weight,) = optimizer.parameters
    x = Value(1.0, "x")
    return engine.compile((weight - x) ** 2, [x], [weight], optimizer, backend=backend)


def after(backend, change=lambda optimizer: None):
    weight = Parameter(0.5, "w")
    optimizer = Adam([weight], 0.1)
    program = None if backend == "eager" else program_of(optimizer, backend)
    for _ in range(4):
        if program is None:
            optimizer.zero_grad()
            ((weight - 1.0) ** 2).backward()
            optimizer.step()
        else:
            program.train([[1.0]])
        change(optimizer)
    return weight.data


def sort_names(optimizer):
    optimizer.settings = dict(sorted(optimizer.settings.items()))
    optimizer.state = dict(sorted(optimizer.state.items(), reverse=True))


@over_backends
def test_the_order_of_names_plays_no_part(backend):
    assert after(backend, sort_names) == pytest.approx(after("eager"), rel=1e-12)


@pytest.mark.parametrize("language", ["python", "c"])
def test_nor_does_it_in_sources(language):
    optimizer = Adam([Parameter(0.5, "w")], 0.1)
    before = program_of(optimizer, "python").source(language)
    sort_names(optimizer)
    assert program_of(optimizer, "python").source(language) != before  # the rule follows them
    program = program_of(optimizer, "python")
    expected = program.source(language)
    optimizer.settings = dict(reversed(optimizer.settings.items()))
    assert program.source(language) == expected


@over_backends
@pytest.mark.parametrize(
    "change",
    [
        lambda o: o.settings.pop("learning_rate"),
        lambda o: o.settings.update(lerning_rate=0.1),
        lambda o: o.state.pop("mean"),
        lambda o: o.state.update(mean=[0.0] * 3),
        lambda o: o.state.update(square=[]),
        lambda o: o.state.update(velocity=[0.0]),
    ],
    ids=range(6),
)
def test_what_is_missing_too_much_or_of_another_length_is_an_error(backend, change):
    with pytest.raises(ValueError, match=r"rule|numbers for 1 parameters"):
        after(backend, change)


# Names of rules.


@over_backends
@pytest.mark.parametrize(
    "name",
    "count i node zip enumerate parameters gradients update weight shared_1 sum_1 all_count "
    "settings state means row loss double main divide".split(),
)
def test_a_rule_may_give_any_name(backend, name):
    rule = (
        ("norm", "sqrt(sum(gradient * gradient)) + (1 - rate)"),
        (name, f"{name} + 1 + 0 * norm"),
        ("parameter", f"parameter - rate * gradient / {name}"),
    )
    weight = Parameter(0.5, "w")
    optimizer = Optimizer([weight], rule, rate=0.1)
    if backend == "eager":
        for _ in range(3):
            optimizer.zero_grad()
            ((weight - 1.0) ** 2).backward()
            optimizer.step()
    else:
        program_of(optimizer, backend).train([[1.0]], 3)
    assert weight.data == pytest.approx(0.664, rel=1e-12)
    assert optimizer.state == {name: [3.0]}


@pytest.mark.parametrize("name", ["a b", "1", "", "x=1", "for", "exp", "sum", "pi", "step"])
def test_what_no_formula_can_name_is_refused(name):
    with pytest.raises(ValueError, match="a rule"):
        Optimizer([Parameter(1.0)], ((name, "1"), ("parameter", "parameter")))
    with pytest.raises(ValueError, match="a rule"):
        Optimizer([Parameter(1.0)], (("parameter", "parameter"),), **{name: 0.1})


@pytest.mark.parametrize("first", ["llvm", "python"])
def test_a_rule_that_clips_is_the_same_for_every_backend_and_text(first):
    weight, x = Parameter(0.5, "w"), Value(1.0, "x")
    optimizer = SGD([weight], 0.1, max_norm=0.5)
    program = engine.compile((weight - x) ** 2, [x], [weight], optimizer, backend=first)
    before = program.source("python"), program.source("c")
    program.train([[1.0]])
    weight.data, optimizer.steps = 0.5, 0
    assert (program.source("python"), program.source("c")) == before
    other = engine.compile(
        (weight - x) ** 2, [x], [weight], optimizer, backend={"llvm": "python"}.get(first, "llvm")
    )
    other.train([[1.0]])
    assert weight.data == pytest.approx(0.55, rel=1e-12)


def test_a_step_of_ones_own_is_not_compiled():
    class Bounded(SGD):
        def step(self):
            super().step()

    weight = Parameter(0.5)
    with pytest.raises(ValueError, match="has a step of its own, which no program computes"):
        program_of(Bounded([weight], 0.1), "python")
    optimizer = SGD([weight], 0.1)
    optimizer.step = optimizer.step
    assert program_of(optimizer, "python").train([[1.0]]) == [0.25]
    optimizer.step = lambda: None
    with pytest.raises(ValueError, match="has a step of its own"):
        program_of(optimizer, "python")


@over_programs
def test_a_memory_that_overflows_in_a_program_is_an_error(backend):
    weight, x = Parameter(0.0), Value(1.0, "x")
    program = engine.compile(weight * x, [x], [weight], Adam([weight], 0.1), backend=backend)
    with pytest.raises(FloatingPointError, match="in the optimiser square became inf"):
        program.train([[1e200]])
    assert weight.data == 0.0
