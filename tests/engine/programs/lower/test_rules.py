"""Update rules: read, what is the same for all parameters taken out, and written as Python."""

import ast
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Parameter, Value
from engine.programs.lower.rules import UpdateRule, remembered
from engine.programs.lower.update import update
from engine.programs.write.python import PythonWriter
from engine.sheet.defining import compile_source
from engine.sheet.evaluate import FAST, IEEE
from engine.sheet.formula import FormulaError
from engine.sheet.ieee import NAMESPACE
from nn import SGD, Adam
from tests.nn.shared import OPTIMIZERS, to_12_digits

ADAM = Adam([Parameter(1.0)])


def function(rule, nodes=False, count=2):
    """The rule as a Python function."""
    writer = PythonWriter(IEEE)
    of_numbers = "\n".join(writer.function(update(rule, count))) + "\n"
    source = writer.update_of_nodes(rule) if nodes else of_numbers
    return compile_source(source, f"<rule {id(rule)} {nodes} {count}>", NAMESPACE)["update"]


def unparsed(pairs):
    return [(name, ast.unparse(tree)) for name, tree in pairs]


def test_what_a_rule_remembers_is_what_it_uses_before_it_computes_it():
    assert remembered(ADAM.rule) == ["mean", "square"]
    assert remembered((("b", "a + gradient"), ("a", "b"), ("parameter", "a"))) == ["a"]
    assert remembered((("gradient", "gradient + parameter"), ("parameter", "gradient"))) == []


def test_what_is_the_same_for_all_parameters_is_computed_once():
    rule = UpdateRule(ADAM.rule, list(ADAM.settings))
    assert unparsed(rule.shared) == [
        ("shared_1", "1 - beta1"),
        ("shared_2", "1 - beta2"),
        ("shared_3", "1 - beta1 ** step"),
        ("shared_4", "1 - beta2 ** step"),
    ]
    assert unparsed(rule.each)[1:5] == [
        ("mean", "beta1 * mean + shared_1 * gradient"),
        ("square", "beta2 * square + shared_2 * gradient * gradient"),
        ("corrected_mean", "mean / shared_3"),
        ("corrected_square", "square / shared_4"),
    ]


def test_a_target_without_parameters_is_shared_and_equal_parts_are_found_again():
    rule = UpdateRule(
        (
            ("slower", "rate / (1 + step)"),
            ("gradient", "(1 + step) * gradient"),
            ("parameter", "parameter - slower * gradient if rate > 0 else parameter"),
        ),
        ["rate"],
    )
    assert unparsed(rule.shared) == [("slower", "rate / (1 + step)"), ("shared_2", "1 + step")]
    assert unparsed(rule.each) == [
        ("gradient", "shared_2 * gradient"),
        ("parameter", "parameter - slower * gradient if rate > 0 else parameter"),
    ]


def test_reductions_go_over_all_parameters_before_anything_changes():
    formulas = (
        ("norm", "sqrt(sum(gradient ** 2))"),
        ("parameter", "parameter - rate * gradient / norm + max(parameter)"),
    )
    rule = UpdateRule(formulas, ["rate"])
    kinds = [(kind, ast.unparse(tree)) for _, kind, tree in rule.reductions]
    assert kinds == [("sum", "gradient ** 2"), ("max", "parameter")]
    parameters = [1.0, 2.0]
    function(rule)(parameters, [3.0, 4.0], 1.0, [0.5], [])
    assert parameters == to_12_digits([1 - 0.5 * 3 / 5 + 2, 2 - 0.5 * 4 / 5 + 2])


@pytest.mark.parametrize("text", ["sum(gradient * velocity)", "max(step)"])
def test_a_reduction_over_what_changes_in_the_step_is_refused(text):
    with pytest.raises(ValueError, match="goes over parameters and gradients as they are"):
        UpdateRule((("velocity", "velocity + gradient"), ("parameter", text)), [])


def test_an_unknown_name_is_refused():
    with pytest.raises(FormulaError, match=r"unknown name 'rat'; known: .*rate"):
        UpdateRule((("parameter", "parameter - rat * gradient"),), ["rate"])


def test_the_function_as_it_is_written():
    optimizer = SGD([Parameter(1.0)], 0.1, momentum=0.9)
    rule = UpdateRule(optimizer.rule, list(optimizer.settings))
    assert list(PythonWriter().function(update(rule, 7))) == [
        "def update(parameters, means, step, settings, state):",
        '    """Changes the parameters by their mean gradients."""',
        "    learning_rate = settings[0]",
        "    momentum = settings[1]",
        "    for i in range(7):",
        "        gradient_i = means[i]",
        "        velocity = state[0][i]",
        "        velocity = momentum * velocity + gradient_i",
        "        gradient_i = velocity",
        "        parameters[i] = parameters[i] - learning_rate * gradient_i",
        "        state[0][i] = velocity",
    ]
    assert PythonWriter(FAST).update_of_nodes(rule).splitlines() == [
        "def update(parameters, step, learning_rate, momentum, all_velocity):",
        "    for i, node in enumerate(parameters):",
        "        gradient_i = node._grad_",
        "        velocity = all_velocity[i]",
        "        velocity = momentum * velocity + gradient_i",
        "        gradient_i = velocity",
        "        node._data_ = node._data_ - learning_rate * gradient_i",
        "        all_velocity[i] = velocity",
    ]


@pytest.mark.parametrize("nodes", [False, True], ids=["numbers", "nodes"])
def test_what_changes_before_it_is_read_is_read_as_it_then_is(nodes):
    rule = UpdateRule(
        (
            ("gradient", "step + 1"),
            ("parameter", "2 * step"),
            ("shift", "parameter + gradient"),
            ("parameter", "shift"),
        ),
        [],
    )
    leaves = [Parameter(7.0)]
    leaves[0].grad = 5.0
    if nodes:
        function(rule, nodes)(leaves, 10.0)
        assert leaves[0].data == 31.0
    else:
        plain = [7.0]
        function(rule, count=1)(plain, [5.0], 10.0, [], [])
        assert plain == [31.0]


numbers = st.floats(-10, 10)
steps = st.lists(st.tuples(numbers, numbers), min_size=1, max_size=3)


@pytest.mark.parametrize("kind", OPTIMIZERS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("nodes", [False, True], ids=["numbers", "nodes"])
@given(start=st.tuples(numbers, numbers), path=steps)
def test_a_rule_on_numbers_does_what_the_optimizer_does(kind, nodes, start, path):
    leaves = [Parameter(number) for number in start]
    optimizer = kind(leaves, weight_decay=0.1)
    rule = UpdateRule(optimizer.rule, list(optimizer.settings))
    change, given_settings = function(rule, nodes), list(optimizer.settings.values())
    parameters = [Value(number) for number in start]
    plain, state = list(start), [[0.0, 0.0] for _ in rule.remembered]
    for number, gradients in enumerate(path, 1):
        for leaf, gradient in zip(leaves, gradients, strict=True):
            leaf.grad = gradient
        optimizer.step()
        if nodes:
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter.grad = gradient
            change(parameters, float(number), *given_settings, *state)
            plain = [parameter.data for parameter in parameters]
        else:
            change(plain, list(gradients), float(number), given_settings, state)
    assert plain == to_12_digits([leaf.data for leaf in leaves])
    assert state == [to_12_digits(column) for column in optimizer.state.values()]
    assert all(map(math.isfinite, plain))
