"""`fit` checks everything that it is given before it trains anything."""

import math
import re

import numpy as np
import pytest

from engine import Value
from nn import LOSSES, MLP, SGD, fit
from tests.nn.shared import INPUTS, PARAMETERS, TARGET, network

GOOD = (INPUTS, TARGET)


def refused(kind, message, data=(GOOD,), loss="squared_error", **settings):
    """`fit` fails before the first sample reaches the model."""
    model = network()
    optimizer = SGD(model.parameters(), 1e-6)
    calls = []

    def counting(row):
        calls.append(row)
        return model(row)

    with pytest.raises(kind, match=message):
        fit(counting, data, loss, optimizer, **{"epochs": 1, **settings})
    assert calls == []
    assert (model.state_dict(), optimizer.steps) == (PARAMETERS, 0)


@pytest.mark.parametrize(
    "data", [[], (), iter([]), np.empty((0, 2))], ids=["[]", "()", "iter", "array"]
)
def test_empty_data_is_refused(data):
    refused(ValueError, "^fit needs at least one data row; the data is empty$", data)


@pytest.mark.parametrize("before", [0, 1, 3])
@pytest.mark.parametrize(
    "bad",
    [3.0, None, (), (INPUTS,), (INPUTS, TARGET, 1.0), "abc", "ab", b"ab", {8.0: 3, 80.0: 4}],
    ids=repr,
)
def test_a_row_that_is_not_a_pair_is_refused_with_its_number(before, bad):
    message = f"data row {before + 1} must be a pair (inputs, target), not {bad!r}"
    refused(ValueError, f"^{re.escape(message)}$", [GOOD] * before + [bad, GOOD])


@pytest.mark.parametrize("before", [1, 3])
@pytest.mark.parametrize("length", [0, 1, 3])
def test_a_row_of_another_length_is_refused_with_its_number(before, length):
    message = f"^data row {before + 1} has {length} inputs, the first row has 2$"
    refused(ValueError, message, [GOOD] * before + [((1.0,) * length, TARGET)])


def test_a_first_row_without_inputs_is_refused():
    refused(ValueError, "^data row 1 has no inputs$", [((), TARGET)])


@pytest.mark.parametrize("before", [0, 2])
@pytest.mark.parametrize("position", [0, 1])
@pytest.mark.parametrize(
    ("bad", "kind", "message"),
    [
        (math.nan, ValueError, "is nan; a finite number is needed"),
        (math.inf, ValueError, "is inf; a finite number is needed"),
        (-math.inf, ValueError, "is -inf; a finite number is needed"),
        (np.float32("nan"), ValueError, "is nan; a finite number is needed"),
        (Value(math.nan), ValueError, "is nan; a finite number is needed"),
        ("8", TypeError, "must be a real number, not '8' (str)"),
        (None, TypeError, "must be a real number, not None (NoneType)"),
        (1j, TypeError, "must be a real number, not 1j (complex)"),
        ([8.0], TypeError, "must be a real number, not [8.0] (list)"),
    ],
    ids=repr,
)
def test_an_input_that_is_not_a_finite_number_is_refused_with_its_place(
    before, position, bad, kind, message
):
    row = list(INPUTS)
    row[position] = bad
    place = f"data row {before + 1}, input {position + 1}"
    refused(kind, f"^{re.escape(f'{place} {message}')}$", [GOOD] * before + [(row, TARGET), GOOD])


@pytest.mark.parametrize("bad", ["88", b"88", {8.0: 1, 80.0: 2}, {8.0, 80.0}, None], ids=repr)
@pytest.mark.parametrize("before", [0, 2])
def test_inputs_that_are_not_a_row_are_refused_with_their_number(before, bad):
    """Bytes, sets and the keys of a dict would be taken for numbers, silently."""
    refused(TypeError, f"^data row {before + 1}\\b", [GOOD] * before + [(bad, TARGET)])


@pytest.mark.parametrize("before", [0, 2])
@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        (math.nan, ValueError),
        (math.inf, ValueError),
        ([1.0, -math.inf], ValueError),
        ("3", TypeError),
        (None, TypeError),
        (1j, TypeError),
        ([1.0, None], TypeError),
        ("", TypeError),
        ([], ValueError),
        (b"3", TypeError),
        ({3.0: 1}, TypeError),
    ],
    ids=repr,
)
def test_a_target_that_is_not_a_finite_number_is_refused_with_its_number(before, bad, kind):
    refused(kind, f"^data row {before + 1}, target\\b", [GOOD] * before + [(INPUTS, bad), GOOD])


@pytest.mark.parametrize("name", ["epochs", "batch_size", "patience"])
@pytest.mark.parametrize("bad", [0, -1, 1.0, 2.5, True, False, "3", None], ids=repr)
def test_counts_are_whole_numbers_of_at_least_1(name, bad):
    message = f"fit: {name} must be a whole number of at least 1, not {bad!r}"
    refused(ValueError, f"^{re.escape(message)}$", **{name: bad})


def test_an_unknown_loss_is_refused_with_the_known_ones():
    message = f"unknown loss 'mse'; known: {', '.join(LOSSES)}"
    refused(ValueError, f"^{re.escape(message)}$", loss="mse")


@pytest.mark.parametrize(
    "row",
    [
        ([8, 80], 3),
        ((x for x in INPUTS), 3.0),
        (np.array([8, 80]), np.int64(3)),
        ([Value(8), Value(80)], Value(3)),
        [INPUTS, [3.0]],
        (INPUTS, (3.0,)),
        (INPUTS, np.array([3.0])),
        (np.array([8.0, 80.0]), np.array(3.0)),
    ],
    ids=lambda row: f"{type(row[0]).__name__}-{type(row[1]).__name__}",
)
def test_rows_and_targets_of_all_kinds_train_the_same(row):
    model, expected = network(), network()
    for each, data in ((model, [row]), (expected, [GOOD])):
        fit(each, data, "squared_error", SGD(each.parameters(), 1e-4), epochs=3, tolerance=None)
    assert model.state_dict() == expected.state_dict()


def test_data_may_be_a_generator_which_is_read_once():
    model, expected = network(), network()
    for each, data in ((model, (GOOD for _ in range(3))), (expected, [GOOD] * 3)):
        fit(each, data, "squared_error", SGD(each.parameters(), 1e-5), epochs=2, tolerance=None)
    assert model.state_dict() == expected.state_dict()


def test_data_that_is_changed_meanwhile_does_not_matter():
    row = [8.0, 80.0]
    seen = []

    def loss(target, prediction):
        row[:] = [math.nan]
        seen.append(target)
        return (prediction - target) ** 2

    model = network()
    history = fit(model, [(row, TARGET)], loss, SGD(model.parameters(), 1e-6), epochs=2)
    assert (history.stopped, history.losses[0], seen) == ("epochs", 225.0, [TARGET] * 2)


def test_a_bare_number_is_a_row_of_one():
    model = MLP(1, [1], init="ones")
    history = fit(model, [(2.0, 3.0)], "squared_error", SGD(model.parameters(), 0.1), epochs=1)
    assert history.losses == [1.0]
