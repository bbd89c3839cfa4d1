"""Ctrl-C ends training between two updates and keeps what was learnt."""

import signal
import threading
from itertools import count

import pytest

from nn import MLP, SGD, History, fit, squared_error
from nn.train.interrupt import deferred_interrupt
from tests.nn.shared import numbers

DATA = [((0.1 * i, 1.0 - 0.2 * i), 0.3 * i) for i in range(5)]


@pytest.fixture(autouse=True)
def _python_s_own_handler():
    """As in a program that has set no handler, whatever runs the tests."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    handler = signal.signal(signal.SIGINT, before)
    assert handler is signal.default_int_handler, "the handler was not put back"


def press():
    signal.raise_signal(signal.SIGINT)


def loss_that(act, at):
    """The squared error, which acts in its call number `at`."""
    calls = count(1)

    def loss(target, prediction):
        if next(calls) == at:
            act()
        return squared_error(target, prediction)

    return loss


def train(loss="squared_error", **settings):
    """A history and the numbers learnt; a KeyboardInterrupt that gets out would end the tests."""
    model = MLP(2, [2, 1], "tanh", seed=1)
    settings = {"epochs": 3, "tolerance": None, **settings}
    try:
        history = fit(model, DATA, loss, SGD(model.parameters(), 0.1), **settings)
    except KeyboardInterrupt:
        pytest.fail("fit let the interrupt through")
    return history, numbers(model)


def after_updates(samples, batch_size=1):
    """What is learnt by the first updates alone."""
    model = MLP(2, [2, 1], "tanh", seed=1)
    optimizer = SGD(model.parameters(), 0.1)
    rows = (DATA * 3)[:samples]
    fit(model, rows, "squared_error", optimizer, epochs=1, batch_size=batch_size)
    return numbers(model)


@pytest.mark.parametrize("at", [1, 4, 6, 14])
def test_ctrl_c_lets_the_update_in_progress_finish(at):
    history, learnt = train(loss_that(press, at))
    assert learnt == after_updates(at)
    assert (history.stopped, history.where) == ("interrupted", None)
    assert history.epochs == (at - 1) // 5
    epochs = "1 whole epoch" if history.epochs == 1 else f"{history.epochs} whole epochs"
    assert history.message == f"after {epochs}; what was learnt is kept"


@pytest.mark.parametrize("epoch", [1, 2, 3])
def test_ctrl_c_in_the_last_update_of_an_epoch_counts_that_epoch_as_finished(epoch):
    whole, _ = train()
    history, learnt = train(loss_that(press, 5 * epoch))
    assert learnt == after_updates(5 * epoch)
    assert history.losses == whole.losses[:epoch]
    assert history.stopped == "interrupted", "the Ctrl-C was lost"


@pytest.mark.parametrize("at", [1, 2, 3, 5])
def test_ctrl_c_within_a_batch_lets_the_whole_batch_finish(at):
    history, learnt = train(loss_that(press, at), batch_size=3)
    assert learnt == after_updates(3 if at <= 3 else 5, batch_size=3)
    assert history.stopped == "interrupted"


def test_ctrl_c_in_the_model_is_like_ctrl_c_in_the_loss():
    inner = MLP(2, [2, 1], "tanh", seed=1)
    calls = count(1)

    def model(row):
        if next(calls) == 7:
            press()
        return inner(row)

    optimizer = SGD(inner.parameters(), 0.1)
    history = fit(model, DATA, "squared_error", optimizer, epochs=3, tolerance=None)
    assert (history.stopped, history.epochs) == ("interrupted", 1)
    assert numbers(inner) == after_updates(7)


def test_a_second_ctrl_c_stops_at_once():
    def press_twice():
        press()
        press()
        pytest.fail("the second one did not stop the loss")

    history, learnt = train(loss_that(press_twice, 4))
    assert history.stopped == "interrupted"
    assert learnt == after_updates(3)


def test_a_keyboard_interrupt_from_the_loss_itself_keeps_the_updates_before_it():
    def interrupt():
        raise KeyboardInterrupt

    history, learnt = train(loss_that(interrupt, 8))
    assert (history.stopped, history.epochs) == ("interrupted", 1)
    assert learnt == after_updates(7)


def test_the_losses_are_those_of_finished_epochs():
    whole, _ = train()
    history, _ = train(loss_that(press, 13))
    assert history.losses == whole.losses[:2]


def test_training_can_go_on_after_an_interrupt():
    model = MLP(2, [2, 1], "tanh", seed=1)
    optimizer = SGD(model.parameters(), 0.1)
    settings = {"epochs": 3, "tolerance": None}
    assert fit(model, DATA, loss_that(press, 5), optimizer, **settings).stopped == "interrupted"
    assert fit(model, DATA, "squared_error", optimizer, epochs=2, tolerance=None).epochs == 2
    assert numbers(model) == train()[1]


# The handler.


def is_pythons_own():
    return signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_handler_is_put_back_after_every_end():
    model = MLP(2, [1], seed=1)

    def fail():
        raise LookupError("no such student")

    train()
    assert is_pythons_own()
    train(loss_that(press, 1))
    assert is_pythons_own()
    with pytest.raises(LookupError):
        train(loss_that(fail, 2))
    assert is_pythons_own()
    with pytest.raises(ValueError, match="epochs"):
        fit(model, DATA, "squared_error", SGD(model.parameters()), epochs=0)
    assert is_pythons_own()


def test_after_training_ctrl_c_is_a_keyboard_interrupt_again():
    train(loss_that(press, 1))
    with pytest.raises(KeyboardInterrupt):
        press()


def test_a_handler_of_ones_own_is_left_in_place():
    calls = []

    def own(number, frame):
        calls.append(number)

    signal.signal(signal.SIGINT, own)
    history, learnt = train(loss_that(press, 4))
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    assert (handler, calls) == (own, [signal.SIGINT])
    assert (history.stopped, learnt) == ("epochs", train()[1])


def test_an_ignored_ctrl_c_stays_ignored():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    history, _ = train(loss_that(press, 4))
    assert signal.signal(signal.SIGINT, signal.default_int_handler) is signal.SIG_IGN
    assert history.stopped == "epochs"


def test_training_inside_training_leaves_ctrl_c_to_the_outer_one():
    inner_histories = []

    def train_inside():
        inner_histories.append(train(loss_that(press, 2))[0])

    history, _ = train(loss_that(train_inside, 6))
    assert inner_histories[0].stopped == "epochs"
    assert (history.stopped, history.epochs) == ("interrupted", 1)


# Other threads: only the main one may set a handler.


def in_a_thread(act):
    results = []
    thread = threading.Thread(target=lambda: results.append(act()))
    thread.start()
    thread.join()
    return results[0]


def test_training_in_a_thread_gives_the_same():
    history, learnt = in_a_thread(train)
    expected, expected_numbers = train()
    assert isinstance(history, History)
    assert (history.losses, learnt) == (expected.losses, expected_numbers)


def test_a_keyboard_interrupt_in_a_thread_ends_that_training_only():
    def interrupt():
        raise KeyboardInterrupt

    history, learnt = in_a_thread(lambda: train(loss_that(interrupt, 3)))
    assert (history.stopped, learnt) == ("interrupted", after_updates(2))


# The context manager by itself.


def test_deferred_interrupt_tells_whether_ctrl_c_was_pressed():
    with deferred_interrupt() as interrupted:
        assert interrupted() is False
        press()
        assert interrupted() is True
    assert is_pythons_own()


def test_deferred_interrupt_starts_anew_each_time():
    with deferred_interrupt():
        press()
    with deferred_interrupt() as interrupted:
        assert interrupted() is False


def test_deferred_interrupt_puts_the_handler_back_when_the_block_fails():
    with pytest.raises(ZeroDivisionError), deferred_interrupt():
        raise ZeroDivisionError
    assert is_pythons_own()
