"""`fit` eagerly, by Python programs and by machine code: the same numbers and the same words."""

import math
import os
import re
import signal

import pytest

from engine.sheet.ops import ACTIVATIONS
from nn import (
    LOSSES,
    MLP,
    SGD,
    Adam,
    TrainingDiverged,
    cosine,
    cross_entropy,
    fit,
    step_decay,
)
from tests.nn.shared import OPTIMIZERS, numbers, over_backends, over_programs

LINEAR = "linear"
INPUTS = [(0.4 * math.sin(i), 0.4 * math.cos(2 * i)) for i in range(6)]
# Away from the edges of every domain: a probability, a sign, a class, a number.
TARGETS = {
    "binary_cross_entropy": [0.25, 0.75],
    "binary_cross_entropy_with_logits": [0.0, 1.0],
    "hinge": [-1.0, 1.0],
    "cross_entropy": [0, 1],
}
# What keeps predictions within the domain of a loss.
OUTPUTS = {"binary_cross_entropy": "sigmoid", "poisson_nll": "softplus"}


def data_for(loss):
    targets = TARGETS.get(loss, [0.3, 0.6])
    return [(row, targets[i % 2]) for i, row in enumerate(INPUTS)]


def trained(backend, loss="squared_error", activation="tanh", make=SGD, rate=0.01, **settings):
    """The parameters, the losses and the state after training by a backend."""
    outputs = 2 if loss == "cross_entropy" else 1
    output = OUTPUTS.get(loss, "linear")
    model = MLP(2, [3, outputs], activation, output, seed=3)
    optimizer = make(model.parameters(), rate)
    settings = {"epochs": 100, "batch_size": 2, "tolerance": None, **settings}
    history = fit(model, data_for(loss), loss, optimizer, backend=backend, **settings)
    return history, numbers(model), optimizer


def check_same(backend, **settings):
    expected, found = trained("eager", **settings), trained(backend, **settings)
    close = {"rel": 1e-9, "abs": 1e-11}
    assert found[0].losses == pytest.approx(expected[0].losses, **close)
    assert found[0].validation_losses == pytest.approx(expected[0].validation_losses, **close)
    assert found[1] == pytest.approx(expected[1], **close)
    assert found[2].steps == expected[2].steps > 0
    for name, remembered in expected[2].state.items():
        assert found[2].state[name] == pytest.approx(remembered, **close)
    assert (found[0].stopped, found[0].epochs) == (expected[0].stopped, expected[0].epochs)
    assert found[0].message == expected[0].message
    assert expected[0].losses[-1] != expected[0].losses[0]


# Every loss, activation and optimiser, after 100 epochs.


@over_programs
@pytest.mark.parametrize("make", OPTIMIZERS)
@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_with_every_optimiser(loss, make, backend):
    check_same(backend, loss=loss, make=make)


@over_programs
@pytest.mark.parametrize("make", OPTIMIZERS)
@pytest.mark.parametrize("activation", [LINEAR, *(op.name for op in ACTIVATIONS)])
def test_every_activation_with_every_optimiser(activation, make, backend):
    check_same(backend, activation=activation, make=make)


@over_programs
@pytest.mark.parametrize(
    "settings",
    [
        {"momentum": 0.9},
        {"momentum": 0.9, "nesterov": True},
        {"weight_decay": 0.1},
        {"max_norm": 0.05},
        {"max_norm": 0.05, "momentum": 0.9, "weight_decay": 0.1},
    ],
    ids=str,
)
def test_every_setting_of_descent(settings, backend):
    check_same(backend, make=lambda parameters, rate: SGD(parameters, rate, **settings))


@over_programs
@pytest.mark.parametrize("make", OPTIMIZERS)
def test_clipped_gradients(make, backend):
    check_same(backend, make=lambda parameters, rate: make(parameters, rate, max_norm=0.05))


@over_programs
@pytest.mark.parametrize(
    "settings",
    [
        {"batch_size": 1},
        {"batch_size": 4},
        {"batch_size": 100},
        {"shuffle": True, "seed": 5},
        {"schedule": step_decay(10, 0.7)},
        {"schedule": cosine(30), "make": Adam},
        {"validation": [((0.3, 0.1), 0.4), ((-0.2, 0.5), 0.1)]},
        {"validation": [((0.3, 0.1), -4.0)], "tolerance": 1e-6, "patience": 3, "rate": 0.1},
        {"tolerance": 0.1, "patience": 3},
    ],
    ids=str,
)
def test_every_way_to_go_through_the_data(settings, backend):
    check_same(backend, **settings)


@over_programs
def test_validation_classes_become_probabilities_too(backend):
    assert LOSSES["cross_entropy"] is cross_entropy
    check_same(backend, loss="cross_entropy", validation=[((0.1, 0.2), 1), ((0.3, -0.2), 0)])


@over_programs
def test_a_norm_of_0_is_not_divided_by(backend):
    model = MLP(1, [1], "linear", init="zeros")
    optimizer = SGD(model.parameters(), 0.1, max_norm=1.0)
    history = fit(
        model, [((1.0,), 0.0)], "squared_error", optimizer, 3, tolerance=None, backend=backend
    )
    assert (history.losses, numbers(model)) == ([0.0] * 3, [0.0, 0.0])


# The words are the same.


@over_backends
@pytest.mark.parametrize("batch_size", [1, 3])
def test_divergence_is_told_alike(backend, batch_size):
    def diverge(by):
        model = MLP(2, [3, 1], "linear", seed=3)
        optimizer = SGD(model.parameters(), 2.0)
        with pytest.warns(TrainingDiverged) as caught:
            history = fit(
                model, data_for(""), "squared_error", optimizer, 500, batch_size, backend=by
            )
        return history.message, history.where, history.epochs, str(caught[0].message), optimizer

    *expected, reference = diverge("eager")
    *found, optimizer = diverge(backend)
    assert found == expected
    assert re.search(r"^in epoch \d+, sample \d, the loss became inf", found[0])
    assert optimizer.steps == reference.steps > 0


@over_backends
def test_convergence_is_told_alike(backend):
    history, *_ = trained(backend, tolerance=0.05, patience=4)
    assert history.stopped == "converged"
    assert history.message == (
        "for 4 epochs the loss has not fallen below its best by more than 0.05 of it"
    )


@over_backends
@pytest.mark.parametrize("validated", [False, True])
def test_ctrl_c_is_told_alike(backend, validated):
    def pressing(epoch):
        if epoch == 8:
            os.kill(os.getpid(), signal.SIGINT)
        return 1.0

    more = {"validation": data_for("")} if validated else {}
    history, parameters, optimizer = trained(backend, schedule=pressing, epochs=50, **more)
    assert (history.stopped, history.epochs, optimizer.steps) == ("interrupted", 7, 21)
    assert history.message.startswith("after 7 whole epochs; what was learnt is kept")
    expected = trained("eager", epochs=7, **more)[1]
    assert parameters == pytest.approx(expected, rel=1e-9)


@over_backends
def test_an_undefined_loss_is_told_alike(backend):
    """log of a prediction of −1, after some epochs or in the validation data."""
    model = MLP(1, [1], "linear", init="ones")
    for held_out, where in ((None, "epoch 1, sample 2"), ([((-2.0,), 1.0)], "validation data row")):
        rows = [((0.5,), 0.5), *([] if held_out else [((-2.0,), 1.0)])]
        with pytest.raises(ValueError, match=f"binary_cross_entropy.*\\({where}"):
            fit(
                model,
                rows,
                "binary_cross_entropy",
                SGD(model.parameters(), 1e-3),
                epochs=5,
                backend=backend,
                validation=held_out,
            )


@over_programs
def test_a_parameter_that_overflows_within_an_epoch_is_found_at_the_next_sample(backend):
    # A program looks up from its work after 64 samples; eagerly that is not a special moment.
    data = [([1e308 if number == 63 else 0.0], 1.0) for number in range(200)]
    found = []
    for way in ("eager", backend):
        model = MLP(1, [1], init="zeros")
        optimizer = SGD(model.parameters(), learning_rate=10.0)
        with pytest.warns(TrainingDiverged):
            history = fit(model, data, "absolute_error", optimizer, epochs=3, backend=way)
        found.append((history.stopped, history.where, history.message, model.state_dict()))
    assert found[0] == found[1]
    assert found[0][:2] == ("diverged", (1, 65))
