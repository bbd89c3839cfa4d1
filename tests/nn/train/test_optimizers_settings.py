"""What optimisers accept: settings in their ranges, leaves as parameters, rules of one's own."""

import inspect
import math
import re

import pytest

from engine import Parameter, Value
from nn import SGD, Adam, AdamW, Optimizer, RMSprop
from tests.nn.shared import OPTIMIZERS, over_kinds, to_12_digits, walk


@over_kinds
def test_the_learning_rate_may_change_between_steps(kind):
    changed, slow = kind([Parameter(1.0)], 0.1), kind([Parameter(1.0)], 0.1)
    before = walk(changed, [[2.0]])[0][0]
    assert walk(slow, [[2.0]]) == [[before]]
    changed.learning_rate = 0.3
    assert (changed.learning_rate, changed.settings["learning_rate"]) == (0.3, 0.3)
    tripled = walk(changed, [[2.0]])[0][0] - before
    assert tripled == to_12_digits(3 * (walk(slow, [[2.0]])[0][0] - before))


@pytest.mark.parametrize("bad", [0, -0.1, math.nan, math.inf])
def test_a_learning_rate_out_of_range_is_refused_and_the_old_one_kept(bad):
    optimizer = SGD([Parameter(1.0)], 0.1)
    with pytest.raises(
        ValueError, match=re.escape(f"SGD: learning_rate must be above 0, not {bad!r}")
    ):
        optimizer.learning_rate = bad
    assert optimizer.learning_rate == 0.1


BOUNDS = {
    "learning_rate": ("above 0", [0, -1e-9]),
    "epsilon": ("above 0", [0, -1e-9]),
    "momentum": ("at least 0 and below 1", [-0.1, 1, 2]),
    "decay": ("at least 0 and below 1", [-0.1, 1, 2]),
    "beta1": ("at least 0 and below 1", [-0.1, 1, 2]),
    "beta2": ("at least 0 and below 1", [-0.1, 1, 2]),
    "weight_decay": ("at least 0", [-1e-9]),
}
SETTINGS = [
    (kind, name)
    for kind in OPTIMIZERS
    for name, parameter in inspect.signature(kind).parameters.items()
    if parameter.annotation == "float"
]


@pytest.mark.parametrize(("kind", "name"), SETTINGS)
def test_settings_out_of_range_are_refused_by_name(kind, name):
    wanted, bad = BOUNDS[name]
    for value in [*bad, math.nan, math.inf]:
        message = f"{kind.__name__}: {name} must be {wanted}, not {value!r}"
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            kind([Parameter(1.0)], **{name: value})
    for value in ("0.1", None, 1j):
        message = f"{kind.__name__}: {name} must be a real number, not {value!r}"
        with pytest.raises(TypeError, match=re.escape(message)):
            kind([Parameter(1.0)], **{name: value})


def test_nesterov_needs_a_momentum():
    with pytest.raises(ValueError, match=r"^SGD: nesterov needs a momentum above 0, such as 0\.9$"):
        SGD([Parameter(1.0)], nesterov=True)


@over_kinds
def test_there_must_be_parameters_and_they_must_be_leaves(kind):
    name = kind.__name__
    with pytest.raises(ValueError, match=f"^{name} was given no parameters to train$"):
        kind([])
    for bad in (Parameter(1.0) * 2, 1.0, "w", None, [Parameter(1.0)]):
        with pytest.raises(TypeError, match=f"^{name} trains leaves of the graph, not "):
            kind([Parameter(1.0), bad])


@over_kinds
def test_plain_values_and_generators_of_parameters_are_trained_too(kind):
    leaves = [Value(1.0), Parameter(1.0)]
    optimizer = kind((leaf for leaf in leaves), 0.1)
    (row,) = walk(optimizer, [[2.0, 2.0]])
    assert row[0] == row[1] < 1.0


@over_kinds
def test_a_step_leaves_gradients_alone_and_zero_grad_clears_them(kind):
    optimizer = kind([Parameter(1.0), Parameter(2.0)])
    walk(optimizer, [[3.0, 4.0]])
    assert [parameter.grad for parameter in optimizer.parameters] == [3.0, 4.0]
    optimizer.zero_grad()
    assert [parameter.grad for parameter in optimizer.parameters] == [0.0, 0.0]


def test_two_optimisers_of_one_kind_keep_their_own_memories():
    first, second = (Adam([Parameter(1.0)], 0.1) for _ in range(2))
    walk(first, [[5.0], [5.0]])
    assert (second.steps, second.state) == (0, {"mean": [0.0], "square": [0.0]})


def test_a_rule_of_ones_own_is_formulas_that_remember():
    """Adagrad (Duchi, Hazan and Singer 2011): `total` is used before it is computed."""
    rule = (
        ("total", "total + gradient * gradient"),
        ("parameter", "parameter - rate * gradient / (sqrt(total) + 1e-8)"),
    )
    optimizer = Optimizer([Parameter(1.0)], rule, rate=0.5)
    total, expected = 0.0, 1.0
    for g in (3.0, -4.0, 0.5):
        total += g * g
        expected -= 0.5 * g / (math.sqrt(total) + 1e-8)
        assert walk(optimizer, [[g]]) == [[to_12_digits(expected)]]


def test_a_rule_with_an_unknown_name_is_refused():
    with pytest.raises(ValueError, match=r"unknown name 'rat'; known: .*\brate\b"):
        Optimizer([Parameter(1.0)], (("parameter", "parameter - rat * gradient"),), rate=0.1)


def test_an_optimiser_shows_its_settings():
    optimizer = SGD([Parameter(1.0), Parameter(1.0)], 0.1, momentum=0.9)
    assert repr(optimizer) == "SGD(2 parameters, learning_rate=0.1, momentum=0.9)"


def test_a_parameter_given_twice_is_refused():
    """It would be updated twice in every step."""
    with pytest.raises(ValueError, match=r"^Adam was given the same parameter twice$"):
        Adam([Parameter(1.0)] * 2)


def test_a_rule_may_compute_a_name_twice_and_set_parameters_by_settings_alone():
    """What is the same for all parameters is computed once, but only as long as it is the same."""
    rule = (
        ("half", "0.5 * rate"),
        ("half", "half * gradient"),
        ("parameter", "parameter - 2 * half"),
    )
    path = walk(Optimizer([Parameter(1.0), Parameter(2.0)], rule, rate=0.5), [[1.0, -4.0]])
    assert path == [[0.5, 4.0]]
    reset = (("gradient", "rate / step"), ("parameter", "gradient + rate"))
    path = walk(Optimizer([Parameter(1.0)], reset, rate=0.5), [[7.0], [7.0]])
    assert path == [[1.0], [0.75]]


# Those of the papers and of PyTorch, but a learning rate for plain descent that suits small tasks.
DEFAULTS = {
    SGD: {"learning_rate": 0.1, "momentum": 0.0, "nesterov": False, "weight_decay": 0.0},
    RMSprop: {"learning_rate": 0.01, "decay": 0.9, "epsilon": 1e-8, "weight_decay": 0.0},
    Adam: {
        **{"learning_rate": 0.001, "beta1": 0.9, "beta2": 0.999},
        **{"epsilon": 1e-8, "weight_decay": 0.0},
    },
    AdamW: {
        **{"learning_rate": 0.001, "beta1": 0.9, "beta2": 0.999},
        **{"epsilon": 1e-8, "weight_decay": 0.01},
    },
}


@over_kinds
def test_what_is_left_out_is_as_if_it_was_given(kind):
    expected = {**DEFAULTS[kind], "max_norm": None}
    parameters = inspect.signature(kind).parameters
    assert {name: parameters[name].default for name in parameters if name != "parameters"} == (
        expected
    )
    gradients = [[2.0], [-0.5], [1e-9]]
    assert walk(kind([Parameter(1.0)]), gradients) == walk(
        kind([Parameter(1.0)], **expected), gradients
    )


@over_kinds
def test_the_learning_rate_by_the_name_that_others_give_it(kind):
    message = (
        f"{kind.__name__}: lr is called learning_rate here: "
        f"{kind.__name__}(model.parameters(), learning_rate=0.3)"
    )
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        kind([Parameter(1.0)], lr=0.3)
    with pytest.raises(TypeError, match="unexpected keyword argument 'rate'"):
        kind([Parameter(1.0)], rate=0.3)


def test_an_optimiser_of_ones_own_may_call_it_lr():
    class Mine(Optimizer):
        def __init__(self, parameters, lr):
            super().__init__(parameters, (("parameter", "parameter - lr * gradient"),), lr=lr)

    assert walk(Mine([Parameter(1.0)], lr=0.5), [[1.0]]) == [[0.5]]

    class Shorter(SGD):
        """Without an `__init__`, that of its base is the one that answers."""

    with pytest.raises(TypeError, match="Shorter: lr is called learning_rate"):
        Shorter([Parameter(1.0)], lr=0.5)
