"""Several epochs at once on nodes: everything is as if they had come one by one."""

import math
import warnings
from types import SimpleNamespace

import pytest

from engine import core
from nn import MLP, SGD, Adam, Optimizer, fit
from nn.train import costs, trainers
from nn.train.eager import EagerTrainer
from nn.train.losses import squared_error

DATA = [([0.5, 1.0], 1.0), ([-1.0, 0.25], -0.5), ([2.0, 0.5], 0.75)]


def trained(one_by_one, make=lambda p: SGD(p, 0.05), data=DATA, activation="tanh", **settings):
    """What `fit` says, and the numbers; a callback makes it look at every epoch."""
    model = MLP(2, [2, 1], activation, seed=3)
    optimizer = make(model.parameters())
    callback = (lambda history: None) if one_by_one else None
    settings = {"epochs": 50, "tolerance": None} | settings
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        history = fit(
            model, data, "squared_error", optimizer, backend="eager", callback=callback, **settings
        )
    return (
        (history.losses, history.stopped, history.message, history.where),
        list(model.state_dict().values()),
        (optimizer.steps, optimizer.epochs, optimizer.state),
        [p.grad for p in model.parameters()],
    )


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"batch_size": 2},
        {"make": Adam},
        {"tolerance": 0.05, "patience": 3, "epochs": 500},
        {"epochs": 1},
        {"make": lambda p: SGD(p, 5.0), "activation": "linear", "epochs": 400},
        {"make": lambda p: SGD(p, 1e200), "activation": "linear"},
        {"make": lambda p: Adam(p, 1e307, beta1=0.0), "epochs": 200},
        {"data": DATA[:1], "epochs": 200},
        {"data": DATA * 30},
    ],
    ids="plain batch Adam plateau one diverges at-once parameters one-sample many".split(),
)
def test_epochs_at_once_are_those_that_come_one_by_one(settings):
    found, expected = trained(False, **settings), trained(True, **settings)
    assert found == expected


def calls(model, optimizer, numbers, most, interrupted=lambda: False, loss=squared_error):
    trainer = EagerTrainer(model, loss, optimizer, DATA, 1)
    return trainer, trainer.epochs(1, numbers, most, interrupted)


def test_how_many_epochs_are_computed_at_once():
    model = MLP(2, [2, 1], seed=3)
    numbers = [0, 1, 2]
    for optimizer, many, loss in (
        (SGD(model.parameters()), 21, squared_error),
        # Another rule may bring back what was not finite; a loss may look at anything.
        (Optimizer(model.parameters(), (("parameter", "parameter * 0.5"),)), 1, squared_error),
        (SGD(model.parameters()), 1, lambda y, p: (y - p) ** 2),
    ):
        assert len(calls(model, optimizer, numbers, 100, loss=loss)[1]) == many
    trainer, means = calls(model, SGD(model.parameters()), numbers, 5)
    # Too few to look for the quickest way; now there have been enough.
    assert (len(means), len(trainer.epochs(2, numbers, 20, lambda: False))) == (1, 20)


def test_ctrl_c_ends_them_after_a_whole_epoch():
    model = MLP(2, [2, 1], seed=3)
    optimizer = SGD(model.parameters(), 0.01)
    answers = iter([False] * 5 + [True] * 100)
    trainer, means = calls(model, optimizer, [2, 0, 1], 100, lambda: next(answers))
    assert (len(means), optimizer.steps) == (5, 15)
    assert all(map(math.isfinite, means))
    with pytest.raises(KeyboardInterrupt):
        trainer.epochs(5, [2, 0, 1], 100, lambda: True)


def test_no_epoch_is_computed_beyond_the_one_that_ends_training():
    model = MLP(2, [2, 1], seed=3)
    optimizer = SGD(model.parameters(), 1e-30)
    history = fit(model, DATA, "squared_error", optimizer, 500, patience=7, backend="eager")
    assert (history.stopped, history.epochs, optimizer.steps) == ("converged", 8, 24)


@pytest.mark.parametrize(
    ("imported", "expected"), [(True, [(2000, 2000), (20_000, 200)]), (False, [(20_000, 200)])]
)
def test_a_program_is_made_where_it_is_less_work_than_the_graphs(monkeypatch, imported, expected):
    """Two moons: 12 epochs of 100 updates take 41 ms on nodes.

    In 49 they are compiled, in 75 if LLVM has yet to be imported, and batches in 40 more.
    """
    modules = {"llvmlite.binding": None} if imported else {}
    monkeypatch.setattr(costs, "sys", SimpleNamespace(modules=modules))
    monkeypatch.setattr(costs, "_SAMPLE", 1.3e-6)
    monkeypatch.setattr(costs, "_WEIGHT", 22e-9)
    monkeypatch.setattr(costs, "find_spec", lambda name: name)
    chosen = [
        (samples, updates)
        for samples, updates in [(1200, 1200), (2000, 2000), (1200, 12), (20_000, 200)]
        if (work := costs.Work(samples, updates, 337)).by_program < work.on_nodes
    ]
    assert chosen == expected
    # Without LLVM a program in Python gains a third, if it is long.
    monkeypatch.setattr(costs, "find_spec", lambda name: None)
    work = [costs.Work(count, count, 337) for count in (1200, 5000)]
    assert [each.by_program < each.on_nodes for each in work] == [False, True]


def test_what_there_is_machine_code_of_is_not_computed_on_nodes(monkeypatch):
    monkeypatch.setattr(trainers, "_compiled", set())
    kinds = []
    for epochs in (10, 1000, 10):
        model = MLP(2, [16, 16, 1], seed=3)
        eager = EagerTrainer(model, squared_error, SGD(model.parameters(), 0.01), DATA * 30, 1)
        kinds.append(type(trainers.trainer_for(eager, epochs, "auto")).__name__)
    native, llvm = core == "native", costs.find_spec("llvmlite") is not None
    first, last = "EagerTrainer" if native else "CompiledTrainer", "CompiledTrainer"
    assert kinds == [first, last, last if llvm else first]
