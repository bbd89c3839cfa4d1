"""Neural networks of scalar neurons, on `engine`.

>>> from nn import MLP, SGD, squared_error
>>> model = MLP(2, [2, 1], activation="linear", init="ones")
>>> loss = squared_error(3, model([8, 80]))
>>> loss
Value(2.993e+04, grad=0)
"""

from nn.history import History
from nn.initializers import INITIALIZERS, constant, he, normal, uniform, xavier
from nn.layers import MLP, Layer, Sequential
from nn.losses import (
    LOSSES,
    absolute_error,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    hinge,
    huber,
    squared_error,
)
from nn.module import Module
from nn.neuron import Neuron
from nn.optimizers import SGD, Adam, AdamW, Optimizer, RMSprop
from nn.training import TrainingDiverged, fit
from nn.worksheets import worksheet

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
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "constant",
    "cross_entropy",
    "fit",
    "he",
    "hinge",
    "huber",
    "normal",
    "squared_error",
    "uniform",
    "worksheet",
    "xavier",
]
