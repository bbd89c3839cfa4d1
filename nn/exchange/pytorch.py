"""Models as modules of PyTorch, and back: the same numbers, outputs and gradients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from engine import Parameter
from engine.base.packages import optional
from engine.sheet.ops import OPERATIONS
from nn.exchange.dense import FUNCTIONS, Dense, parts_of
from nn.models.layers import Layer, Sequential
from nn.models.saving import shortened


def _default(op: str, constant: str) -> Any:
    return OPERATIONS[op].constants[constant]


# Of each activation the class in torch.nn and the arguments with which it computes the same.
_ACTIVATIONS: dict[str, tuple[str, Mapping[str, Any]]] = {
    "relu": ("ReLU", {}),
    "leaky_relu": ("LeakyReLU", {"negative_slope": _default("leaky_relu", "slope")}),
    "elu": ("ELU", {"alpha": _default("elu", "alpha")}),
    "celu": ("CELU", {"alpha": _default("celu", "alpha")}),
    "selu": ("SELU", {}),
    "gelu": ("GELU", {"approximate": "none"}),
    "gelu_tanh": ("GELU", {"approximate": "tanh"}),
    "silu": ("SiLU", {}),
    "mish": ("Mish", {}),
    "tanh": ("Tanh", {}),
    "sigmoid": ("Sigmoid", {}),
    "log_sigmoid": ("LogSigmoid", {}),
    # Beyond its threshold PyTorch's is linear, which at 40 is exact.
    "softplus": ("Softplus", {"beta": 1.0, "threshold": 40.0}),
    "softsign": ("Softsign", {}),
    "relu6": ("ReLU6", {}),
    "hardtanh": ("Hardtanh", {"min_val": -1.0, "max_val": 1.0}),
    "hardsigmoid": ("Hardsigmoid", {}),
    "hardswish": ("Hardswish", {}),
    "tanhshrink": ("Tanhshrink", {}),
}
_SOFTPLUS_THRESHOLD = 20.0


def to_torch(model: Any) -> Any:
    """The model as a `torch.nn.Sequential` of 64-bit floats: outputs and gradients are the same.

    Layers become `Linear` and the module of their activation; `engine.softmax` and
    `engine.log_softmax` among them `Softmax` and `LogSoftmax`. A matrix or bias of plain numbers
    needs no gradient there; a Linear has no bias where each is a plain 0. The module is a copy:
    what is trained there comes back by `load_arrays(model, module.state_dict())`. (The slope 1/6 of
    `Hardsigmoid` has 32 bits in PyTorch itself.)

    Needs torch. Raises ImportError where it is missing, and ValueError for a model that is not made
    of this package's layers, for activations that PyTorch lacks or that differ within a layer, and
    for parameters that are used twice, naming all of it.

    >>> from nn import MLP
    >>> to_torch(MLP(2, [3, 1], "tanh"))  # doctest: +SKIP
    Sequential(
      (0): Linear(in_features=2, out_features=3, bias=True)
      (1): Tanh()
      (2): Linear(in_features=3, out_features=1, bias=True)
    )
    """
    torch = optional("torch", "to_torch")
    parts = parts_of(model)
    if parts is None:
        raise ValueError(
            f"to_torch: {shortened(model)} is not made of neurons, layers and Sequential alone"
        )
    problems = [*_problems(parts)]
    if problems:
        raise ValueError(f"to_torch: {'; '.join(problems)}")
    modules: list[Any] = []
    for part in parts:
        if isinstance(part, str):
            modules.append(getattr(torch.nn, part)(dim=-1))
            continue
        modules.append(_linear(torch, part))
        if part.activation != "linear":
            name, arguments = _ACTIVATIONS[str(part.activation)]
            modules.append(getattr(torch.nn, name)(**arguments))
    return torch.nn.Sequential(*modules)


def _problems(parts: list[Dense | str]) -> Iterator[str]:
    """What PyTorch has no counterpart of."""
    layers = [part for part in parts if isinstance(part, Dense)]
    for layer in layers:
        kinds = sorted({str(neuron.activation) for neuron in layer.neurons})
        if layer.activation is None:
            own = ", ".join(kinds)
            yield f"{layer.name} has no one activation that PyTorch knows: {own}"
        elif layer.activation != "linear" and layer.activation not in _ACTIVATIONS:
            yield f"{layer.name}: PyTorch has no {layer.activation}"
        for name, numbers in layer.arrays():
            flat = numbers if name == "bias" else [*chain(*numbers)]
            if len({isinstance(number, Parameter) for number in flat}) > 1:
                yield f"{layer.name}: its {name} is trained in part"
    numbers = [n for layer in layers for n in chain(*layer.weights, layer.biases)]
    trained = [n for n in numbers if isinstance(n, Parameter)]
    if len({*map(id, trained)}) < len(trained):
        yield "a parameter is used in two places"


def _linear(torch: Any, layer: Dense) -> Any:
    weights = layer.weights
    sizes = len(weights[0]), len(weights)
    module = torch.nn.Linear(*sizes, bias=layer.has_bias, dtype=torch.float64)
    for name, numbers in layer.arrays():
        first = numbers[0] if name == "bias" else numbers[0][0]
        rows = [*map(float, numbers)] if name == "bias" else [[*map(float, row)] for row in numbers]
        tensor = torch.tensor(rows, dtype=torch.float64)
        trained = isinstance(first, Parameter)
        setattr(module, name, torch.nn.Parameter(tensor, requires_grad=trained))
    return module


def from_torch(module: Any) -> Sequential[Any]:
    """A `torch.nn.Linear`, or an `nn.Sequential` of such and activations, as a `Sequential`.

    Its numbers are taken over exactly, from 32-bit floats as well. Tensors that need no gradient
    become plain numbers, a missing bias a plain 0; `Identity` is left out, `Softmax` and
    `LogSoftmax` become the functions of the engine. A `Softplus` may have any threshold from 20 on,
    beyond which it is linear there, not here.

    Needs torch. Raises ImportError where it is missing, TypeError for what is not a module, and
    ValueError for modules without a counterpart: all of them by their places, and nothing is made.

    >>> import torch  # doctest: +SKIP
    >>> from_torch(torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh()))  # doctest: +SKIP
    Sequential(Layer(2 → 3 tanh))
    """
    torch = optional("torch", "from_torch")
    if not isinstance(module, torch.nn.Module):
        raise TypeError(
            f"from_torch takes a module of PyTorch, not {shortened(module)} "
            f"({type(module).__name__})"
        )
    steps: list[Any] = []
    problems: list[str] = []
    for place, part in _flat(torch, module, ""):
        step = _step(torch, part)
        where = f"{place}: " if place else ""
        if step is None:
            problems.append(f"{where}{shortened(part)}")
        elif isinstance(step, str):
            if steps and isinstance(steps[-1], list) and steps[-1][1] == "linear":
                steps[-1][1] = step
            else:
                problems.append(f"{where}{shortened(part)} does not follow a Linear")
        else:
            steps.append(step)
    if problems:
        raise ValueError(f"from_torch: nothing here corresponds to {'; '.join(problems)}")
    return Sequential(*[_layer(*step) if isinstance(step, list) else step for step in steps])


def _flat(torch: Any, module: Any, place: str) -> Iterator[tuple[str, Any]]:
    if type(module) is not torch.nn.Sequential:
        if type(module) is not torch.nn.Identity:
            yield place, module
        return
    for name, part in module.named_children():
        yield from _flat(torch, part, f"{place}.{name}" if place else name)


def _step(torch: Any, module: Any) -> Any:
    """A Linear in a list with its activation so far, the name of an activation, or a function.

    None for what has no counterpart.
    """
    kind = type(module)
    if kind is torch.nn.Linear:
        return [module, "linear"]
    for function, name in FUNCTIONS.items():
        if kind is getattr(torch.nn, name) and module.dim in (-1, 1):
            return function
    for activation, (name, arguments) in _ACTIVATIONS.items():
        if kind is not getattr(torch.nn, name):
            continue
        own = {argument: getattr(module, argument) for argument in arguments}
        if name == "Softplus" and own["threshold"] >= _SOFTPLUS_THRESHOLD:
            own["threshold"] = arguments["threshold"]
        if own == arguments:
            return activation
    return None


def _layer(linear: Any, activation: str) -> Layer:
    layer = Layer(linear.in_features, linear.out_features, activation, init="zeros")
    weights = linear.weight.detach().double().tolist()
    biases = [0.0] * len(weights) if linear.bias is None else linear.bias.detach().double().tolist()
    for neuron, row, bias in zip(layer.neurons, weights, biases):
        if linear.weight.requires_grad:
            for weight, number in zip(neuron.weights, row):
                weight.data = number
        else:
            neuron.weights = row
        if linear.bias is not None and linear.bias.requires_grad:
            neuron.bias.data = bias
        else:
            neuron.bias = bias
    return layer
