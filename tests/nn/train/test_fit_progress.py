"""`fit` shows a bar on a terminal, on runs of more than a second, and nothing anywhere else."""

import io
import math
import sys
from contextlib import nullcontext, redirect_stderr
from itertools import count

import pytest

from nn import MLP, SGD, TrainingDiverged, fit, squared_error
from tests.nn.shared import LINE, numbers


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def _slow_clock(monkeypatch):
    """A clock for tqdm on which every epoch takes two seconds; without its watching thread."""
    seconds = count(0, 2)
    monkeypatch.setattr("tqdm.std.time", lambda: float(next(seconds)))
    monkeypatch.setattr("tqdm.std.tqdm.monitor_interval", 0)


def learnt(**settings):
    """The history, the parameters, and what a terminal has shown meanwhile."""
    model = MLP(1, [1], seed=1)
    with redirect_stderr(Terminal()) as terminal:
        history = fit(model, LINE, "squared_error", SGD(model.parameters(), 0.1), 5, **settings)
    return history, numbers(model), terminal.getvalue()


@pytest.mark.usefixtures("_slow_clock")
def test_a_terminal_shows_a_bar_with_epochs_and_loss_and_changes_nothing():
    history, parameters, shown = learnt()
    assert "5/5" in shown
    assert "epoch" in shown
    assert f"loss {history.losses[-1]:.4g}" in shown
    assert learnt(progress=False) == (history, parameters, "")


@pytest.mark.usefixtures("_slow_clock")
@pytest.mark.parametrize("end", [KeyboardInterrupt, ZeroDivisionError, None])
def test_the_bar_is_taken_away_when_training_ends_early(end):
    calls = count(1)

    def loss(target, prediction):
        if next(calls) > 2 * len(LINE):
            if end is None:
                return prediction * math.nan
            raise end
        return squared_error(target, prediction)

    model = MLP(1, [1], seed=1)
    ends = {
        ZeroDivisionError: pytest.raises(ZeroDivisionError),
        None: pytest.warns(TrainingDiverged),
    }
    with redirect_stderr(Terminal()) as terminal, ends.get(end, nullcontext()):
        fit(model, LINE, loss, SGD(model.parameters()), epochs=5)
    shown = terminal.getvalue()
    assert "2/5" in shown
    assert shown.rsplit("\r", 2)[1].isspace()


def test_a_short_run_shows_nothing():
    assert learnt()[2].strip() == ""


@pytest.mark.usefixtures("_slow_clock")
def test_without_tqdm_a_terminal_shows_nothing_and_training_goes_on(monkeypatch):
    expected = learnt(progress=False)
    monkeypatch.setitem(sys.modules, "tqdm", None)
    assert learnt() == expected


@pytest.mark.usefixtures("_slow_clock")
def test_where_there_is_no_terminal_nothing_is_shown(capsys):
    model = MLP(1, [1], seed=1)
    fit(model, LINE, "squared_error", SGD(model.parameters(), 0.1), 5)
    assert capsys.readouterr() == ("", "")


def test_training_works_without_a_standard_error_stream():
    """As in programs without a console, where Python sets it to None."""
    model = MLP(1, [1], seed=1)
    with redirect_stderr(None):
        fit(model, LINE, "squared_error", SGD(model.parameters(), 0.1), 5)
    assert numbers(model) == learnt()[1]
