"""Validation data in `fit`: what is recorded, when training stops, which parameters are kept."""

import math
import re

import pytest
from matplotlib.figure import Figure

from engine import Parameter
from nn import MLP, SGD, Adam, History, TrainingDiverged, fit, squared_error
from tests.nn.shared import numbers, over_backends, to_12_digits

# Descent on (w − 2)² takes w from 0 to 2; the validation data would rather have 1.
DATA, HELD_OUT = [((1.0,), 2.0)], [((1.0,), 1.0), ((2.0,), 2.0)]


def single(**settings):
    weight = Parameter(0.0, label="w")
    optimizer = SGD([weight], 0.1, momentum=0.5)
    settings = {"epochs": 100, "patience": 3, "tolerance": 0.0, "validation": HELD_OUT, **settings}
    history = fit(lambda row: weight * row[0], DATA, squared_error, optimizer, **settings)
    return history, weight.data, optimizer


def path():
    """The weight, its velocity and both losses after every epoch, by hand."""
    w = v = 0.0
    for _ in range(100):
        loss = (2 - w) ** 2
        v = 0.5 * v - 2 * (2 - w)
        w -= 0.1 * v
        yield w, v, loss, ((1 - w) ** 2 + (2 - 2 * w) ** 2) / 2


def test_training_stops_when_the_validation_loss_rises_and_the_best_epoch_is_kept():
    history, weight, optimizer = single()
    steps = list(path())
    held_out = [row[3] for row in steps]
    best = held_out.index(min(held_out[:10]))
    assert history.epochs == best + 1 + 3
    assert history.losses == to_12_digits([row[2] for row in steps[: best + 4]])
    assert history.validation_losses == to_12_digits(held_out[: best + 4])
    assert history.best_epoch == best + 1 == optimizer.steps
    assert (weight, optimizer.state["velocity"][0]) == to_12_digits(steps[best][:2])
    assert history.stopped == "early stopping"
    assert history.message == (
        "for 3 epochs the validation loss has not fallen below its best by more than 0 of it; kept "
        f"are the parameters after epoch {best + 1}, with the lowest validation loss, "
        f"{held_out[best]:.4g}"
    )


def test_without_a_tolerance_all_epochs_are_done_and_the_best_is_kept():
    history, weight, _ = single(tolerance=None, epochs=20)
    assert (history.stopped, history.epochs) == ("epochs", 20)
    assert weight == to_12_digits(list(path())[history.best_epoch - 1][0])
    assert history.message.startswith("all 20 epochs done; kept are the parameters after epoch ")


def test_validation_data_are_not_learnt_from():
    trained = []
    for held_out in (None, [((0.5, 0.5), 1000.0)]):
        model = MLP(2, [3, 1], "tanh", seed=1)
        optimizer = Adam(model.parameters(), 0.01)
        rows = [((0.1, 0.2), 1.0), ((0.3, -0.2), 2.0)]
        fit(model, rows, "squared_error", optimizer, 6, validation=held_out, shuffle=True, seed=1)
        trained.append(numbers(model))
    assert trained[0] == trained[1]


def test_a_validation_loss_that_is_not_finite_is_never_the_best():
    model = MLP(1, [1], "linear", init="ones")
    held_out = [((1e200,), 0.0)]
    rows = [((0.1,), 1.0)]
    history = fit(
        model, rows, "squared_error", SGD(model.parameters()), 50, patience=4, validation=held_out
    )
    assert history.validation_losses == [math.inf] * 4
    assert (history.stopped, history.best_epoch) == ("early stopping", None)
    assert "kept" not in history.message
    assert "validation inf" not in repr(history)


@over_backends
def test_after_divergence_the_best_epoch_is_kept(backend):
    model = MLP(1, [1], "linear", init="zeros")
    optimizer = SGD(model.parameters(), 1.5)
    settings = {"tolerance": None, "backend": backend, "validation": [((1.0,), 3.0)]}
    with pytest.warns(TrainingDiverged, match="kept are the parameters after epoch 1, with"):
        history = fit(model, [((1.0,), 2.0)], "squared_error", optimizer, 2000, **settings)
    assert (history.stopped, history.best_epoch, optimizer.steps) == ("diverged", 1, 1)
    assert numbers(model) == [6.0, 6.0]


@pytest.mark.parametrize(
    ("held_out", "error", "message"),
    [
        ([], ValueError, "fit needs at least one validation data row; the validation data is"),
        ([1.0], ValueError, "validation data row 1 must be a pair (inputs, target), not 1.0"),
        (
            [((1.0,), 2.0), ((1.0, 2.0), 2.0)],
            ValueError,
            "validation data row 2 has 2 inputs, the first row of the data has 1",
        ),
        ([((math.nan,), 2.0)], ValueError, "validation data row 1, input 1 is nan"),
        ([((1.0,), "x")], TypeError, "validation data row 1, target"),
    ],
)
def test_validation_data_are_checked_like_data(held_out, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}"):
        single(validation=held_out)


def test_the_history_shows_both_losses():
    history = History([4.0, 2.0, 1.0], "epochs", "done", None, [5.0, 3.0, 3.5])
    assert (
        repr(history)
        == "History(3 epochs, loss 4 → 1 █▃▁, validation 5 → 3 in epoch 2, epochs: done)"
    )
    ax = history.plot(Figure().subplots())
    _, held_out, best, *_ = ax.lines
    assert list(held_out.get_ydata()) == [5.0, 3.0, 3.5]
    assert (list(best.get_xdata()), list(best.get_ydata())) == ([2], [3.0])
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["training", "validation, after it", "lowest: epoch 2, 3"]


def test_the_best_epoch_is_kept_when_a_program_can_no_longer_be_used():
    model, seen = MLP(2, [3, 1], "tanh", seed=1), []
    rows = [((0.1, 0.2), 0.3), ((0.4, -0.2), 0.1), ((-0.3, 0.5), 0.2)]

    def take_over(history):
        seen.append(numbers(model))
        if history.epochs == 2:
            neuron = model.layers[0].neurons[0]
            neuron.respond = lambda operands, respond=neuron.respond: respond(operands) * 50

    optimizer = SGD(model.parameters(), 0.05)
    settings = {"tolerance": 0.0, "patience": 2, "validation": rows[:1], "callback": take_over}
    history = fit(model, rows, "squared_error", optimizer, 600, **settings)
    assert (history.best_epoch, history.epochs) == (2, 4)
    assert numbers(model) == seen[1]
