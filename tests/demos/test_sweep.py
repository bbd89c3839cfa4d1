"""The sweep: the same results however the work is shared out, and whatever happens to a worker."""

import os
from itertools import product
from pathlib import Path

import pytest

from demos.sweep import Setting, command, swept, trained
from engine import Parameter, Value, compile
from nn import MLP, Adam, fit

joblib = pytest.importorskip("joblib", reason="the sweep needs joblib")
SETTINGS = [Setting(*each) for each in product((1, 2), (0.1,), range(3))]


def dies_once(setting):
    """Trains; the first worker that is asked for seed 1 is gone at once, without a word."""
    marker = Path(os.environ["SWEEP_MARKER"])
    if setting.seed == 1 and not marker.exists():
        marker.touch()
        os._exit(1)
    return trained(setting)


def test_a_worker_that_dies_loses_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("SWEEP_MARKER", str(tmp_path / "died"))
    found = swept(SETTINGS, processes=2, train=dies_once)
    assert (tmp_path / "died").exists()
    assert [*found] == SETTINGS
    assert found == dict(map(trained, SETTINGS))
    assert found[Setting(1, 0.1, 0)] > 0.5 > 1e-9 > found[Setting(2, 0.1, 0)]


def test_models_programs_and_their_training_travel():
    x, y, w = Value(1.0, label="x"), Value(2.0, label="y"), Parameter(0.5, label="w")
    program = compile((y - w * x) ** 2, inputs=[x, y], parameters=[w])
    model = MLP(2, [2, 1], "tanh", seed=1)
    data = [([0.5, -1.0], 1.0), ([1.0, 2.0], 0.0)]
    run = joblib.Parallel(n_jobs=2)
    there = run([joblib.delayed(program)([[1, 2], [3, 4]]), joblib.delayed(learnt)(model, data)])
    assert there == [[2.25, 6.25], learnt(model, data)]


def learnt(model, data):
    history = fit(model, data, "squared_error", Adam(model.parameters(), 0.1), epochs=5)
    return model.state_dict(), history.losses


def test_a_cluster_gives_the_same(monkeypatch):
    distributed = pytest.importorskip("distributed", reason="clusters need distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as cluster:
        found = swept(SETTINGS, cluster=cluster.scheduler_address)
    assert found == dict(map(trained, SETTINGS))


def test_training_that_diverges_counts_as_infinite():
    assert trained(Setting(2, 5.0, 0)) == (Setting(2, 5.0, 0), float("inf"))


def test_its_own_arguments(capsys):
    assert command(["--help"]) == 0
    assert "--cluster ADDRESS" in capsys.readouterr().out
    assert command(["--nope"]) == 2
    assert "unrecognized arguments: --nope" in capsys.readouterr().err
