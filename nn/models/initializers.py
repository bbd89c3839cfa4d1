"""How weights start. Biases start at 0.

An initialiser is a function of a source of random numbers (a `random.Random`), the number of inputs
and the number of outputs of a layer; it returns one weight. By name or as a call:

>>> from nn import MLP, uniform
>>> MLP(2, [2, 1], init="ones").state_dict()["w111"]
1.0
>>> abs(MLP(2, [2, 1], init=uniform(-0.5, 0.5), seed=0).state_dict()["w111"]) <= 0.5
True
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from engine.sheet.ops import OPERATIONS

Initializer = Callable[[Any, int, int], float]


def constant(value: float = 0.1) -> Initializer:
    """Every weight the same. The neurons of a hidden layer then stay alike for ever.

    >>> from nn import Neuron
    >>> [w.data for w in Neuron(2, init=constant(0.5)).weights]
    [0.5, 0.5]
    """
    return lambda source, inputs, outputs: value


def uniform(low: float = -1.0, high: float = 1.0) -> Initializer:
    """Evenly between `low` and `high`; the default is what micrograd does.

    >>> from nn import Neuron
    >>> [round(w.data, 3) for w in Neuron(2, init=uniform(-0.5, 0.5), seed=1).weights]
    [-0.366, 0.347]
    """
    return lambda source, inputs, outputs: source.uniform(low, high)


def normal(mean: float = 0.0, deviation: float = 0.1) -> Initializer:
    """Normally distributed.

    >>> from nn import Neuron
    >>> [round(w.data, 3) for w in Neuron(2, init=normal(deviation=0.5), seed=1).weights]
    [0.644, 0.725]
    """
    return lambda source, inputs, outputs: source.gauss(mean, deviation)


def xavier() -> Initializer:
    """Uniform with variance 2 / (inputs + outputs): keeps the variance of signals and gradients
    through symmetric activations (Glorot and Bengio 2010).

    >>> from nn import Neuron
    >>> [round(w.data, 3) for w in Neuron(2, "tanh", init=xavier(), seed=1).weights]
    [-1.034, 0.983]
    """

    def draw(source: Any, inputs: int, outputs: int) -> float:
        bound = math.sqrt(6.0 / (inputs + outputs))
        return source.uniform(-bound, bound)  # type: ignore[no-any-return]

    return draw


def he() -> Initializer:
    """Normal with variance 2 / inputs: keeps the variance of signals through ReLU, which halves it
    (He, Zhang, Ren and Sun 2015).

    >>> from nn import Neuron
    >>> [round(w.data, 3) for w in Neuron(2, "relu", init=he(), seed=1).weights]
    [1.288, 1.449]
    """
    return lambda source, inputs, outputs: source.gauss(0.0, math.sqrt(2.0 / inputs))


INITIALIZERS: dict[str, Callable[..., Initializer]] = {
    "ones": lambda: constant(1.0),
    "zeros": lambda: constant(0.0),
    "constant": constant,
    "uniform": uniform,
    "normal": normal,
    "xavier": xavier,
    "he": he,
}


def find_initializer(init: str | Initializer | None, activation: str) -> Initializer:
    """The initialiser of that name; for None the one that suits the activation.

    He's for the activations that cut off negative numbers, Xavier's for all others; for SELU, too,
    which keeps the variance by itself. Raises ValueError for an unknown name.
    """
    if init is None:
        from engine.sheet.kinds import is_rectifier  # which reads formulas

        op = OPERATIONS.get(activation)
        init = "he" if op is not None and is_rectifier(op) else "xavier"
    if not isinstance(init, str):
        return init
    if init not in INITIALIZERS:
        raise ValueError(f"unknown initialiser {init!r}; known: {', '.join(INITIALIZERS)}")
    return INITIALIZERS[init]()
