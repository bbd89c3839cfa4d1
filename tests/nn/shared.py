"""What the tests share: the lesson's network and numbers, optimisers, ways, how to compare."""

from collections.abc import Iterable, Sequence
from typing import Any
from xml.etree import ElementTree

import pytest

from nn import MLP, Module, Optimizer
from nn.train import optimizers

BACKENDS = ("eager", "python", "llvm")
over_backends = pytest.mark.parametrize("backend", BACKENDS)
over_programs = pytest.mark.parametrize("backend", BACKENDS[1:])

INPUTS, TARGET = (8.0, 80.0), 3.0
PARAMETERS = {
    "w111": 0.1, "w121": 0.1, "b11": 0.0,
    "w112": 0.1, "w122": 0.1, "b12": 0.0,
    "w211": 1.0, "w221": 1.0, "b21": 0.4,
}  # fmt: skip
GRADIENTS = {
    "w111": 240.0, "w121": 2400.0, "b11": 30.0,
    "w112": 240.0, "w122": 2400.0, "b12": 30.0,
    "w211": 264.0, "w221": 264.0, "b21": 30.0,
}  # fmt: skip

OPTIMIZERS = [
    kind
    for kind in vars(optimizers).values()
    if isinstance(kind, type) and issubclass(kind, Optimizer) and kind is not Optimizer
]
over_kinds = pytest.mark.parametrize("kind", OPTIMIZERS)

# Samples on a line, which a single weight and a bias can learn.
LINE = [((0.1 * i,), 0.3 * i + 1.0) for i in range(8)]


def network() -> MLP:
    """The network with the parameters that predict exactly 18."""
    model = MLP(2, [2, 1], activation="linear")
    model.load_state_dict(PARAMETERS)
    return model


def numbers(model: Module) -> list[float]:
    return [parameter.data for parameter in model.parameters()]


def gradients(model: Module) -> dict[str, float]:
    return {name: parameter.grad for name, parameter in model.named_parameters()}


def to_12_digits(expected: Any) -> Any:
    return pytest.approx(expected, rel=1e-12, abs=1e-12)


def walk(optimizer: Optimizer, gradients: Iterable[Sequence[float]]) -> list[list[float]]:
    """Steps with these gradients, and the numbers of all parameters after each."""
    path = []
    for row in gradients:
        for parameter, gradient in zip(optimizer.parameters, row, strict=True):
            parameter.grad = gradient
        optimizer.step()
        path.append([parameter.data for parameter in optimizer.parameters])
    return path


def words(picture: Any) -> list[Any]:
    """All text that can be read in the rendered picture."""
    root = ElementTree.fromstring(picture.pipe("svg"))
    return [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
