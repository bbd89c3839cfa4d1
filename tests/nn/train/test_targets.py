"""Targets that a loss is not meant for are refused before anything is trained."""

import re

import numpy as np
import pytest

from engine import Value
from nn import LOSSES, MLP, SGD, binary_cross_entropy, cross_entropy, fit, squared_error
from tests.nn.shared import over_backends

INPUTS = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0]]
LOGITS = "binary_cross_entropy_with_logits"


def trained(targets, loss, outputs=1, **settings):
    model = MLP(2, [3, outputs], "tanh", "sigmoid", seed=1)
    data = list(zip(INPUTS, targets))
    return fit(model, data, loss, SGD(model.parameters(), 0.1), epochs=2, **settings)


@pytest.mark.parametrize(
    ("loss", "outputs", "targets", "words"),
    [
        (
            "binary_cross_entropy",
            1,
            [1, 2, 2],
            "row 2, target is 2; binary_cross_entropy expects 0",
        ),
        (LOGITS, 1, [0, 1, -1], f"row 3, target is -1; {LOGITS} expects 0 or 1"),
        (LOGITS, 2, [[0, 1], [1, 0], [3, 1]], "row 3, target is [3, 1]"),
        ("hinge", 1, [1, 0, 1], "row 2, target is 0; hinge expects −1 or +1"),
        ("hinge", 1, [1, -1, 2.5], "row 3, target is 2.5; hinge expects −1 or +1"),
        (
            "poisson_nll",
            1,
            [1, 0, -2],
            "row 3, target is -2; poisson_nll expects a count, 0 or more",
        ),
        ("cross_entropy", 3, [0, 2, -1], "row 3, target is -1; cross_entropy expects 0, 1, 2, …"),
        ("cross_entropy", 3, [0, 1.5, 1], "row 2, target is 1.5; cross_entropy expects"),
        ("cross_entropy", 2, [[1, 0], [0, 1], [1, 1]], "row 3, target is [1, 1]; cross_entropy"),
        ("cross_entropy", 2, [[1, 0], [2, -1], [1, 0]], "row 2, target is [2, -1]"),
        (lambda y, p: None, 1, [], "fit needs at least one data row"),
    ],
)
def test_what_is_outside_the_domain_is_refused_with_what_is_expected(loss, outputs, targets, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        trained(targets, loss, outputs)
    if targets:
        with pytest.raises(ValueError, match=re.escape(f"validation data {words}")):
            trained([[0.25, 0.75][:outputs]] * 3 if outputs == 2 else [1] * 3, loss, outputs,
                    validation=list(zip(INPUTS, targets)))  # fmt: skip


@pytest.mark.parametrize(
    ("loss", "outputs", "targets"),
    [
        ("binary_cross_entropy", 1, [0, 1, 0.25]),
        (LOGITS, 1, [False, True, np.float32(1)]),
        ("hinge", 1, [-1, 1, np.int8(-1)]),
        ("poisson_nll", 1, [0, 1, 7]),
        ("cross_entropy", 3, [0, np.int64(2), 1.0]),
        ("cross_entropy", 2, np.array([[0.1, 0.9]] * 3, "float32")),
        ("squared_error", 1, [-1e9, 0, 1e9]),
        ("absolute_error", 1, [-2, 3, 0]),
        ("huber", 1, [-2, 3, 0]),
    ],
)
def test_what_is_inside_is_trained(loss, outputs, targets):
    assert trained(targets, loss, outputs).epochs == 2


def test_binary_cross_entropy_says_which_of_the_two_is_wrong():
    with pytest.raises(ValueError, match="the target 2 is not a label; it must be 0 or 1"):
        binary_cross_entropy(2, Value(1.0))
    with pytest.raises(ValueError, match=r'give the network output="sigmoid", or use binary_c'):
        binary_cross_entropy(1, Value(-0.5))


@over_backends
def test_a_linear_output_is_told_of_the_sigmoid(backend):
    model = MLP(2, [1], init="ones")
    optimizer = SGD(model.parameters(), 0.1)
    with pytest.raises(ValueError, match=r'give the network output="sigmoid".*epoch 1, sample 2'):
        fit(
            model,
            [([0.25, 0.5], 1), ([1.0, 1.0], 0)],
            "binary_cross_entropy",
            optimizer,
            3,
            backend=backend,
        )


# A loss of the user's own.

NAMES = ["cat", "dog", "cow"]


def by_name(target, prediction):
    return cross_entropy(NAMES.index(target), prediction)


@pytest.mark.parametrize("backend", ["auto", "eager"])
def test_names_of_classes_reach_a_loss_of_ones_own(backend):
    found = trained(NAMES, by_name, 3, backend=backend)
    assert found.losses == trained([0, 1, 2], "cross_entropy", 3).losses
    held_out = list(zip(INPUTS, NAMES))
    assert trained(NAMES, by_name, 3, validation=held_out).validation_losses


def test_names_do_not_reach_a_loss_of_this_package():
    with pytest.raises(TypeError, match=r"^data row 1, target: numbers in order are needed, not"):
        trained(NAMES, "cross_entropy", 3)


@pytest.mark.parametrize("backend", ["auto", "llvm"])
def test_a_loss_that_was_added_to_the_names_is_the_users(backend, monkeypatch):
    def by_sign(target, prediction):
        return prediction * 2.0 if target > 0.5 else squared_error(target, prediction)

    monkeypatch.setitem(LOSSES, "by_sign", by_sign)
    targets = [0.0, 1.0, 0.0] * 400
    model = MLP(2, [3, 1], "tanh", seed=1)
    data = list(zip(INPUTS * 400, targets))
    arguments = {"epochs": 20, "tolerance": None, "batch_size": 1200}
    if backend == "llvm":
        with pytest.raises(ValueError, match="does not compute the same operations"):
            fit(model, data, "by_sign", SGD(model.parameters()), backend=backend, **arguments)
        return
    found = fit(model, data, "by_sign", SGD(model.parameters()), backend=backend, **arguments)
    other = MLP(2, [3, 1], "tanh", seed=1)
    expected = fit(other, data, by_sign, SGD(other.parameters()), backend="eager", **arguments)
    assert found.losses == expected.losses
