"""Why training ends, and what the history says about it."""

import math
import re
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn import MLP, SGD, Adam, History, Optimizer, TrainingDiverged, fit, squared_error
from tests.nn.shared import INPUTS, PARAMETERS, TARGET, network, numbers, to_12_digits

LINE = [((0.0,), 1.0), ((1.0,), 3.0), ((2.0,), 5.0)]


def line_model():
    return MLP(1, [1], init="zeros")


def scripted(losses):
    """A loss function that gives these numbers one after the other, whatever is predicted."""
    remaining = iter(losses)
    return lambda target, prediction: prediction * 0.0 + next(remaining)


def fit_scripted(losses, **settings):
    model = line_model()
    optimizer = SGD(model.parameters(), 0.1)
    return fit(model, [((1.0,), 1.0)], scripted(losses), optimizer, **settings)


# The record.


@given(st.lists(st.floats(-1e6, 1e6), min_size=6, max_size=6))
def test_the_loss_of_an_epoch_is_the_mean_over_its_samples(losses):
    model = line_model()
    optimizer = SGD(model.parameters(), 0.1)
    history = fit(model, LINE, scripted(losses), optimizer, epochs=2, tolerance=None)
    assert history.losses == to_12_digits([sum(losses[:3]) / 3, sum(losses[3:]) / 3])


def test_each_loss_is_taken_just_before_the_update_it_leads_to():
    model = line_model()
    history = fit(model, LINE[1:], "squared_error", SGD(model.parameters(), 0.1), epochs=1)
    # w = b = 0 gives (3 − 0)² = 9, then w = b = 0.6 gives (5 − 1.8)² = 10.24.
    assert history.losses == to_12_digits([(9 + 10.24) / 2])


def test_a_mean_of_losses_that_is_finite_is_recorded_as_finite():
    model = line_model()
    history = fit(model, LINE[:2], scripted([1.5e308] * 2), SGD(model.parameters(), 0.1), epochs=1)
    assert history.losses == [1.5e308]


def test_all_epochs_done():
    history = fit_scripted([4.0, 2.0, 1.0], epochs=3)
    assert (history.losses, history.epochs) == ([4.0, 2.0, 1.0], 3)
    assert (history.stopped, history.where) == ("epochs", None)
    assert history.message == "all 3 epochs done"
    assert repr(history) == "History(3 epochs, loss 4 → 1 █▃▁, epochs: all 3 epochs done)"


def test_a_history_of_nothing_can_be_shown():
    history = History([], "interrupted", "after 0 whole epochs; what was learnt is kept")
    assert history.epochs == 0
    assert (
        repr(history)
        == "History(0 epochs, interrupted: after 0 whole epochs; what was learnt is kept)"
    )


# Converged.


@pytest.mark.parametrize("patience", [1, 2, 5])
def test_converged_when_the_loss_stays_for_the_patience(patience):
    history = fit_scripted([4.0, 2.0, *[1.0] * 50], epochs=50, patience=patience)
    assert (history.stopped, history.epochs) == ("converged", 3 + patience)
    assert history.message == (
        f"for {patience} epochs the loss has not fallen below its best by more than 1e-06 of it"
    )


@pytest.mark.parametrize(
    ("losses", "epochs"),
    [
        ([1.0, 0.91, 0.91, 0.91, 0.1], 4),  # a tenth of 1 is not reached three times
        ([1.0, 0.91, 0.9, 0.89, 0.88, 0.87, 0.86, 0.1], 7),  # 0.89 is more than a tenth below 1
        ([1.0, 2.0, 1.5, 1.2, 0.1], 4),  # measured from the best, not from the latest
        ([1.0, 2.0, 0.5, 3.0, 3.0, 3.0, 0.1], 6),
        ([100.0, 95.0, 92.0, 91.0, 1.0], 4),  # relative to the size of the best
        ([0.01, 0.008, 0.006, 0.004, 0.002], 5),
        ([-1.0, -1.0, -1.0, -1.0, -9.0], 4),
        ([-1.0, -1.05, -1.2, -1.3, -1.3], 5),
        ([0.0, 0.0, 0.0, 0.0, -1.0], 4),
    ],
)
def test_improvement_is_relative_to_the_best_loss(losses, epochs):
    history = fit_scripted(losses, epochs=len(losses), tolerance=0.1, patience=3)
    assert history.epochs == epochs


def test_a_tolerance_of_0_asks_for_any_improvement_at_all():
    falling = [1.0 - 1e-15 * i for i in range(20)]
    assert fit_scripted(falling, epochs=20, tolerance=0.0, patience=1).stopped == "epochs"
    assert fit_scripted([1.0] * 20, epochs=20, tolerance=0.0, patience=1).epochs == 2


def test_without_a_tolerance_all_epochs_are_done():
    history = fit_scripted([1.0] * 40, epochs=40, tolerance=None, patience=1)
    assert (history.stopped, history.epochs) == ("epochs", 40)


@pytest.mark.parametrize("bad", [math.nan, -1e-3, "0.1", math.inf], ids=repr)
def test_a_tolerance_that_means_nothing_is_refused(bad):
    with pytest.raises((ValueError, TypeError), match="tolerance"):
        fit_scripted([1.0] * 40, epochs=40, tolerance=bad)


# Diverged.


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("epoch", [1, 3])
@pytest.mark.parametrize("sample", [1, 2, 3])
def test_diverged_at_the_first_loss_that_is_not_finite(bad, epoch, sample):
    losses = [1.0] * (3 * (epoch - 1) + sample - 1) + [bad]
    model = line_model()
    with pytest.warns(TrainingDiverged) as caught:
        history = fit(model, LINE, scripted(losses), SGD(model.parameters(), 0.5), epochs=9)
    assert (history.stopped, history.where) == ("diverged", (epoch, sample))
    assert history.losses == [1.0] * (epoch - 1)
    assert history.message == (
        f"in epoch {epoch}, sample {sample}, the loss became {bad}; the parameters after epoch "
        f"{epoch - 1} were kept. A smaller learning rate often helps: 0.05 instead of 0.5"
    )
    assert [str(warning.message) for warning in caught] == [history.message]
    assert caught[0].filename == __file__


@pytest.mark.parametrize(
    "make",
    [
        lambda parameters: SGD(parameters, 0.1),
        lambda parameters: SGD(parameters, 0.1, momentum=0.9, nesterov=True),
    ],
    ids=["SGD", "nesterov"],
)
def test_a_learning_rate_too_high_leaves_the_state_of_the_last_finite_epoch(make):
    """The lesson's raw inputs: an IQ of 80 makes gradients of 2400."""
    data = [(INPUTS, TARGET), ((7.0, 100.0), 3.5)]
    model = network()
    optimizer = make(model.parameters())
    with pytest.warns(TrainingDiverged, match="0.01 instead of 0.1"):
        history = fit(model, data, "squared_error", optimizer, epochs=100, tolerance=None)
    assert history.epochs >= 1
    assert all(map(math.isfinite, [*history.losses, *numbers(model)]))

    model_until_then = network()
    until_then = make(model_until_then.parameters())
    fit(model_until_then, data, "squared_error", until_then, history.epochs, tolerance=None)
    assert model.state_dict() == model_until_then.state_dict()
    assert (optimizer.state, optimizer.steps) == (until_then.state, until_then.steps)


def test_divergence_in_the_first_epoch_keeps_the_parameters_of_the_start():
    model = network()
    optimizer = Adam(model.parameters(), 0.1)
    with pytest.warns(TrainingDiverged, match="^in epoch 1, sample 1, .* after epoch 0 were kept"):
        history = fit(model, [(INPUTS, TARGET)], scripted([math.nan]), optimizer, epochs=3)
    assert (model.state_dict(), history.losses) == (PARAMETERS, [])
    assert (optimizer.steps, optimizer.state["mean"]) == (0, [0.0] * 9)


def test_a_parameter_that_is_no_longer_finite_is_a_divergence_too():
    """A loss may stay finite while a parameter that it does not use overflows."""
    model = line_model()
    optimizer = SGD(model.parameters(), 1e300)
    with pytest.warns(TrainingDiverged, match="a parameter became inf"):
        history = fit(model, LINE[:2], lambda y, p: p * -1e300, optimizer, epochs=2, batch_size=2)
    assert (history.where, numbers(model)) == ((1, 2), [0.0, 0.0])


def test_the_sample_of_a_divergence_is_its_row_even_when_shuffled():
    data = [((float(i),), 0.0) for i in range(20)]

    def loss(target, prediction):
        return prediction * (math.nan if prediction.args[1] == 13.0 else 0.0)

    for seed in range(5):
        model = line_model()
        with pytest.warns(TrainingDiverged):
            history = fit(
                model, data, loss, SGD(model.parameters(), 0.1), 1, shuffle=True, seed=seed
            )
        assert history.where == (1, 14)


def test_an_optimiser_with_a_rule_of_its_own_may_diverge_as_well():
    model = line_model()
    rule = (("parameter", "parameter - rate * gradient"),)
    optimizer = Optimizer(model.parameters(), rule, rate=0.1)
    with pytest.warns(
        TrainingDiverged, match=re.escape("in epoch 1, sample 1, the loss became nan")
    ):
        history = fit(model, LINE, scripted([math.nan]), optimizer, epochs=1)
    assert history.stopped == "diverged"


def test_training_can_go_on_after_a_divergence():
    whole, model = line_model(), line_model()
    fit(whole, LINE, "squared_error", SGD(whole.parameters(), 0.1, 0.5), epochs=5)

    optimizer = SGD(model.parameters(), 0.1, 0.5)
    calls = count(1)

    def loss(target, prediction):
        return squared_error(target, prediction) * (math.nan if next(calls) == 8 else 1.0)

    with pytest.warns(TrainingDiverged):
        assert fit(model, LINE, loss, optimizer, epochs=5).where == (3, 2)
    fit(model, LINE, "squared_error", optimizer, epochs=3)
    assert numbers(model) == numbers(whole)
