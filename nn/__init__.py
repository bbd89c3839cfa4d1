"""Neural networks of scalar neurons, on `engine`.

>>> from nn import MLP, SGD, squared_error
>>> model = MLP(2, [2, 1], activation="linear", init="ones")
>>> loss = squared_error(3, model([8, 80]))
>>> loss
Value(2.993e+04, grad=0)
"""

from __future__ import annotations

from importlib import import_module

import engine

if not hasattr(engine, "__path__"):
    # Such as a student's own engine.py beside the script, as micrograd calls its file.
    raise ImportError(f"{engine.__file__} hides the package engine: give that file another name")

from nn.models.initializers import INITIALIZERS, constant, he, normal, uniform, xavier
from nn.models.layers import MLP, Layer, Sequential
from nn.models.module import Module
from nn.models.neuron import Neuron
from nn.teach.worksheets import worksheet
from nn.train.fit import TrainingDiverged, fit
from nn.train.history import History
from nn.train.losses import (
    LOSSES,
    absolute_error,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    hinge,
    huber,
    log_cosh,
    poisson_nll,
    poisson_nll_with_log_rate,
    squared_error,
)
from nn.train.metrics import accuracy, confusion_matrix, mean_squared_error, most_likely, r_squared
from nn.train.optimizer import Optimizer
from nn.train.optimizers import SGD, Adam, AdamW, RMSprop
from nn.train.schedules import cosine, exponential_decay, step_decay, warmup

__version__ = engine.__version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nn.draw.network import draw_network as draw_network
    from nn.draw.training_loop import draw_training_loop as draw_training_loop
    from nn.exchange.arrays import load_arrays as load_arrays
    from nn.exchange.arrays import save_arrays as save_arrays
    from nn.exchange.arrays import to_arrays as to_arrays
    from nn.exchange.pytorch import from_torch as from_torch
    from nn.exchange.pytorch import to_torch as to_torch

__all__ = [
    "INITIALIZERS",
    "LOSSES",
    "MLP",
    "SGD",
    "Adam",
    "AdamW",
    "History",
    "Layer",
    "Module",
    "Neuron",
    "Optimizer",
    "RMSprop",
    "Sequential",
    "TrainingDiverged",
    "absolute_error",
    "accuracy",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "confusion_matrix",
    "constant",
    "cosine",
    "cross_entropy",
    "draw_network",
    "draw_training_loop",
    "exponential_decay",
    "fit",
    "from_torch",
    "he",
    "hinge",
    "huber",
    "load_arrays",
    "log_cosh",
    "mean_squared_error",
    "most_likely",
    "normal",
    "poisson_nll",
    "poisson_nll_with_log_rate",
    "r_squared",
    "save_arrays",
    "squared_error",
    "step_decay",
    "to_arrays",
    "to_torch",
    "uniform",
    "warmup",
    "worksheet",
    "xavier",
]


# What is imported when it is first used: drawing loads Graphviz, the exchange others' packages.
_LAZY = {
    "draw_network": "nn.draw.network",
    "draw_training_loop": "nn.draw.training_loop",
    "from_torch": "nn.exchange.pytorch",
    "load_arrays": "nn.exchange.arrays",
    "save_arrays": "nn.exchange.arrays",
    "to_arrays": "nn.exchange.arrays",
    "to_torch": "nn.exchange.pytorch",
}


def _imported(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module 'nn' has no attribute {name!r}")
    value: object = getattr(import_module(_LAZY[name]), name)
    globals()[name] = value
    return value


if not TYPE_CHECKING:
    # To type checkers, every name would be there.
    __getattr__ = _imported


def __dir__() -> list[str]:
    """The public names, for tab completion."""
    return sorted([*__all__, "__version__"])
