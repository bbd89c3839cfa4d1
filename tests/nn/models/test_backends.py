"""`fit` and `predict` take the backends of programs, and "eager"."""

import pytest

from engine.programs import BACKENDS
from nn import MLP, SGD, fit
from nn.models.backends import check_backend


def test_those_of_programs_and_eager():
    for name in (*BACKENDS, "eager"):
        check_backend("fit", name)
    with pytest.raises(ValueError, match=r"'cuda'; known: auto, llvm, python, eager$"):
        check_backend("fit", "cuda")


def test_fit_and_predict_ask():
    model = MLP(1, [1], init="ones")
    with pytest.raises(ValueError, match=r"^fit: unknown backend 'jax'"):
        fit(model, [([1.0], 1.0)], "squared_error", SGD(model.parameters()), 1, backend="jax")
    with pytest.raises(ValueError, match=r"^predict: unknown backend 'jax'"):
        model.predict([[1.0]], backend="jax")
