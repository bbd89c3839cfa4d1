"""Training that goes on where it stopped."""

import json

import pytest

from nn import SGD, Adam, fit, step_decay
from tests.copies import by_pickle
from tests.nn.shared import over_backends
from tests.nn.train.test_fit_hooks import ROWS, close, network, trained


def parts(*epochs, restored=lambda pair: pair, **settings):
    model = network()
    pair = model, Adam(model.parameters(), 0.01)
    for count in epochs:
        model, optimizer = pair = restored(pair)
        fit(model, ROWS, "squared_error", optimizer, count, tolerance=None, **settings)
    return pair[0].state_dict()


def by_dictionaries(pair):
    model, optimizer = network(), None
    model.load_state_dict(json.loads(json.dumps(pair[0].state_dict(), sort_keys=True)))
    optimizer = Adam(model.parameters(), 0.5)
    optimizer.load_state_dict(json.loads(json.dumps(pair[1].state_dict(), sort_keys=True)))
    return model, optimizer


@over_backends
@pytest.mark.parametrize(
    "restored",
    [lambda pair: pair, by_pickle, by_dictionaries],
    ids=["the same objects", "pickle", "dictionaries"],
)
@pytest.mark.parametrize("shuffle", [False, True])
def test_training_in_parts_is_training_at_once(backend, restored, shuffle):
    settings = {"schedule": step_decay(3), "backend": backend, "shuffle": shuffle, "seed": 3}
    assert parts(4, 1, 5, restored=restored, **settings) == close(parts(10, **settings))


def test_a_checkpoint_in_a_callback_holds_the_rate_without_the_schedule():
    saved = []

    def hook(model, optimizer):
        return {"callback": lambda history: saved.append(optimizer.state_dict())}

    trained("python", hook, schedule=step_decay(1))
    assert [state["settings"]["learning_rate"] for state in saved] == [0.05] * 6
    assert [state["epochs"] for state in saved] == [1, 2, 3, 4, 5, 6]


def test_a_schedule_may_be_started_anew():
    seen = []

    def schedule(epoch):
        seen.append(epoch)
        return 1.0

    model = network()
    optimizer = SGD(model.parameters(), 0.01)
    for start in (None, None, 1, 7):
        fit(model, ROWS, "squared_error", optimizer, 2, schedule=schedule, start_epoch=start)
    assert seen == [1, 2, 3, 4, 1, 2, 7, 8]
    assert optimizer.epochs == 8
