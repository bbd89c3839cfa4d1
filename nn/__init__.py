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

__version__ = engine.__version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nn.checking.gradients import assert_gradients as assert_gradients
    from nn.draw.network import draw_network as draw_network
    from nn.draw.training_loop import draw_training_loop as draw_training_loop
    from nn.exchange.arrays import load_arrays as load_arrays
    from nn.exchange.arrays import save_arrays as save_arrays
    from nn.exchange.arrays import to_arrays as to_arrays
    from nn.exchange.pytorch import from_torch as from_torch
    from nn.exchange.pytorch import to_torch as to_torch
    from nn.models.initializers import INITIALIZERS as INITIALIZERS
    from nn.models.initializers import constant as constant
    from nn.models.initializers import he as he
    from nn.models.initializers import normal as normal
    from nn.models.initializers import uniform as uniform
    from nn.models.initializers import xavier as xavier
    from nn.models.layers import MLP as MLP
    from nn.models.layers import Layer as Layer
    from nn.models.layers import Sequential as Sequential
    from nn.models.module import Module as Module
    from nn.models.neuron import Neuron as Neuron
    from nn.teach.sheets import exercise as exercise
    from nn.teach.sheets import exercises as exercises
    from nn.teach.worksheets import worksheet as worksheet
    from nn.train.fit import TrainingDiverged as TrainingDiverged
    from nn.train.fit import fit as fit
    from nn.train.history import History as History
    from nn.train.losses import LOSSES as LOSSES
    from nn.train.losses import absolute_error as absolute_error
    from nn.train.losses import binary_cross_entropy as binary_cross_entropy
    from nn.train.losses import binary_cross_entropy_with_logits as binary_cross_entropy_with_logits
    from nn.train.losses import cross_entropy as cross_entropy
    from nn.train.losses import hinge as hinge
    from nn.train.losses import huber as huber
    from nn.train.losses import log_cosh as log_cosh
    from nn.train.losses import poisson_nll as poisson_nll
    from nn.train.losses import poisson_nll_with_log_rate as poisson_nll_with_log_rate
    from nn.train.losses import squared_error as squared_error
    from nn.train.metrics import accuracy as accuracy
    from nn.train.metrics import confusion_matrix as confusion_matrix
    from nn.train.metrics import mean_squared_error as mean_squared_error
    from nn.train.metrics import most_likely as most_likely
    from nn.train.metrics import r_squared as r_squared
    from nn.train.optimizer import Optimizer as Optimizer
    from nn.train.optimizers import SGD as SGD
    from nn.train.optimizers import Adam as Adam
    from nn.train.optimizers import AdamW as AdamW
    from nn.train.optimizers import RMSprop as RMSprop
    from nn.train.schedules import cosine as cosine
    from nn.train.schedules import exponential_decay as exponential_decay
    from nn.train.schedules import step_decay as step_decay
    from nn.train.schedules import warmup as warmup

# What is imported when it is first used: drawing loads Graphviz, the exchange others' packages, and
# who trains nothing need not wait for what does.
_MODULES = {
    "nn.checking.gradients": "assert_gradients",
    "nn.draw.network": "draw_network",
    "nn.draw.training_loop": "draw_training_loop",
    "nn.exchange.arrays": "load_arrays save_arrays to_arrays",
    "nn.exchange.pytorch": "from_torch to_torch",
    "nn.models.initializers": "INITIALIZERS constant he normal uniform xavier",
    "nn.models.layers": "MLP Layer Sequential",
    "nn.models.module": "Module",
    "nn.models.neuron": "Neuron",
    "nn.teach.sheets": "exercise exercises",
    "nn.teach.worksheets": "worksheet",
    "nn.train.fit": "TrainingDiverged fit",
    "nn.train.history": "History",
    "nn.train.losses": "LOSSES absolute_error binary_cross_entropy "
    "binary_cross_entropy_with_logits cross_entropy hinge huber log_cosh poisson_nll "
    "poisson_nll_with_log_rate squared_error",
    "nn.train.metrics": "accuracy confusion_matrix mean_squared_error most_likely r_squared",
    "nn.train.optimizer": "Optimizer",
    "nn.train.optimizers": "SGD Adam AdamW RMSprop",
    "nn.train.schedules": "cosine exponential_decay step_decay warmup",
}
_LAZY = {name: module for module, names in _MODULES.items() for name in names.split()}

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
    "assert_gradients",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "confusion_matrix",
    "constant",
    "cosine",
    "cross_entropy",
    "draw_network",
    "draw_training_loop",
    "exercise",
    "exercises",
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


def _imported(name: str) -> object:
    if name in ("checking", "draw", "exchange", "models", "teach", "train"):
        return import_module(f"nn.{name}")
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
