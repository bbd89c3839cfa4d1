"""Neurons, layers and networks of them, with the names of the lesson.

w{layer}{input}{neuron}, b{layer}{neuron}, o{layer}{neuron}: w121 leads from input 2 to neuron 1 of
layer 1. In a layer where an index passes 9 the parts are set apart: w1_12_3.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from engine import Parameter, Value, dot
from engine.functions import GENERATED
from engine.numbers import as_number
from engine.ops import ACTIVATIONS
from nn.initializers import Initializer, find_initializer
from nn.module import Module

Activation = str | bool | Callable[[Value], Value]
Inputs = Sequence[Value | float] | Value | float
Seed = int | random.Random | None


class Neuron(Module):
    """activation(Σ w_i·x_i + b), with the weighted sum as one node of the graph.

    `activation`: a name (`"linear"` or one of the sheet's) or a function; True and False are
    micrograd's way to say ReLU and linear, as is `nonlin`. `init`: how the weights start, by name
    or as a function (`nn.initializers`); the default suits the activation. `seed` makes them
    reproducible; without one they come from Python's global `random`. `outputs`: the number of
    neurons in its layer, which some initialisers ask for.

    Raises ValueError for an unknown activation or initialiser, and when called with another number
    of inputs; TypeError for an input that is no number.

    >>> neuron = Neuron(2, "tanh", init="ones")
    >>> neuron([0.5, 0.25])
    Value(0.6351, grad=0, label='o11')
    """

    def __init__(
        self,
        inputs: int,
        activation: Activation = "relu",
        *,
        init: str | Initializer | None = None,
        seed: Seed = None,
        nonlin: bool | None = None,
        outputs: int = 1,
    ) -> None:
        _check_sizes("a neuron", inputs, outputs)
        self.activation, self._activate = find_activation(activation if nonlin is None else nonlin)
        draw, source = find_initializer(init, self.activation), _source(seed)
        self.weights = [Parameter(draw(source, inputs, outputs)) for _ in range(inputs)]
        self.bias = Parameter(0.0)
        self.name_as(layer=1, number=1)

    def name_as(
        self, layer: int, number: int, *, apart: bool = False, output: str | None = None
    ) -> None:
        """Labels the parameters and, from now on, the results: `output`, or o and the numbers."""
        for i, weight in enumerate(self.weights, 1):
            weight.label = _name("w", layer, i, number, apart=apart)
        self.bias.label = _name("b", layer, number, apart=apart)
        self._sum_label = _name("z", layer, number, apart=apart)
        self._output_label = output or _name("o", layer, number, apart=apart)
        self._scope = f"layer {layer} / neuron {number}"

    def __call__(self, inputs: Inputs) -> Value:
        return self.respond(_operands(self, inputs, len(self.weights)))

    def respond(self, operands: Sequence[Value | float]) -> Value:
        """The output for inputs that have been checked."""
        output = dot(self.weights, operands, self.bias)
        outer = output.scope
        scope = output.scope = self._scope if outer is None else f"{outer} / {self._scope}"
        if self._activate is not None:
            output.label = self._sum_label
            output = self._activate(output)
            output.scope = scope
        output.label = self._output_label
        return output

    def parameters(self) -> list[Parameter]:
        """The weights in order, then the bias."""
        return [*self.weights, self.bias]

    @property
    def w(self) -> list[Parameter]:
        """The weights, by micrograd's name."""
        return self.weights

    @property
    def b(self) -> Parameter:
        """The bias, by micrograd's name."""
        return self.bias

    def __repr__(self) -> str:
        return f"Neuron({len(self.weights)} → 1 {self.activation})"


class Layer(Module):
    """Neurons side by side on the same inputs. Arguments as for `Neuron`.

    A call gives the list of the outputs; of one neuron, its output itself, as in micrograd.

    >>> layer = Layer(2, 3, "linear", init="ones")
    >>> [output.data for output in layer([8, 80])]
    [88.0, 88.0, 88.0]
    >>> layer([8])
    Traceback (most recent call last):
    ValueError: Layer(2 → 3 linear) takes 2 inputs, 1 was given
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        activation: Activation = "relu",
        *,
        init: str | Initializer | None = None,
        seed: Seed = None,
        nonlin: bool | None = None,
    ) -> None:
        _check_sizes("a layer", inputs, outputs)
        self.inputs, self.outputs = inputs, outputs
        source = _source(seed)
        self.neurons = [
            Neuron(inputs, activation, init=init, seed=source, nonlin=nonlin, outputs=outputs)
            for _ in range(outputs)
        ]
        self.name_as(1)

    def name_as(self, layer: int, *, output: str | None = None) -> None:
        """Labels everything as of the layer with this number; `output` names the results."""
        apart = max(layer, self.inputs, self.outputs) > 9
        for number, neuron in enumerate(self.neurons, 1):
            many = output is not None and self.outputs > 1
            neuron.name_as(
                layer, number, apart=apart, output=f"{output}{number}" if many else output
            )

    def __call__(self, inputs: Inputs) -> Any:
        operands = _operands(self, inputs, self.inputs)
        if self.outputs == 1:
            return self.neurons[0].respond(operands)
        return [neuron.respond(operands) for neuron in self.neurons]

    def parameters(self) -> list[Parameter]:
        """The parameters of one neuron after the other."""
        return [parameter for neuron in self.neurons for parameter in neuron.parameters()]

    def __repr__(self) -> str:
        return f"Layer({self.inputs} → {self.outputs} {self.neurons[0].activation})"


class Sequential(Module):
    """Modules and functions, each called on what the one before it returned.

    Layers are numbered in order and name their parameters by it. Raises ValueError when a layer
    does not take as many inputs as the layer before it gives.

    >>> net = Sequential(Layer(2, 2, init="ones"), Layer(2, 1, "linear", init="ones"))
    >>> net([8, 80])
    Value(176, grad=0, label='o21')
    """

    def __init__(self, *layers: Callable[[Any], Any]) -> None:
        self.layers = list(layers)
        numbered = [layer for layer in layers if isinstance(layer, Layer)]
        for number, layer in enumerate(numbered, 1):
            layer.name_as(number)
        for first, second in pairwise(layers):
            fits = not (isinstance(first, Layer) and isinstance(second, Layer)) or (
                first.outputs == second.inputs
            )
            if not fits:
                raise ValueError(f"{second} cannot follow {first}: the sizes differ")

    def __call__(self, inputs: Inputs) -> Any:
        result: Any = inputs
        for layer in self.layers:
            result = layer(result)
        return result

    def parameters(self) -> list[Parameter]:
        """The parameters of one layer after the other."""
        modules: list[Any] = [layer for layer in self.layers if isinstance(layer, Module)]
        return list(dict.fromkeys(p for module in modules for p in module.parameters()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.layers))})"


class MLP(Sequential):
    """A multilayer perceptron: fully connected layers of the given sizes.

    `activation` is that of the hidden layers, `output` that of the last one; its result is named ŷ.
    A call gives a `Value` for one output, a list of them for several.

    >>> model = MLP(2, [2, 1], activation="linear", init="ones")
    >>> model([8, 80])
    Value(176, grad=0, label='ŷ')
    >>> list(model.state_dict())
    ['w111', 'w121', 'b11', 'w112', 'w122', 'b12', 'w211', 'w221', 'b21']
    """

    def __init__(
        self,
        nin: int,
        nouts: Sequence[int],
        activation: Activation = "relu",
        output: Activation = "linear",
        init: str | Initializer | None = None,
        seed: Seed = None,
    ) -> None:
        if not nouts:
            raise ValueError("an MLP needs at least one layer: nouts is empty")
        source = _source(seed)
        sizes = [nin, *nouts]
        activations = [*[activation] * (len(nouts) - 1), output]
        layers = [
            Layer(inputs, outputs, kind, init=init, seed=source)
            for inputs, outputs, kind in zip(sizes, nouts, activations)
        ]
        super().__init__(*layers)
        layers[-1].name_as(len(layers), output="ŷ")


def find_activation(activation: Activation) -> tuple[str, Callable[[Value], Value] | None]:
    """The name of an activation and its function, None for linear. ValueError if it is unknown."""
    if isinstance(activation, bool):
        activation = "relu" if activation else "linear"
    if callable(activation):
        return getattr(activation, "__name__", repr(activation)), activation
    known = ["linear", *(op.name for op in ACTIVATIONS)]
    if activation not in known:
        raise ValueError(f"unknown activation {activation!r}; known: {', '.join(known)}")
    return activation, None if activation == "linear" else GENERATED[activation]


def _name(letter: str, *indices: int, apart: bool) -> str:
    return letter + ("_" if apart else "").join(map(str, indices))


def _source(seed: Seed) -> Any:
    """Where random numbers come from: of its own for a seed, else the global `random`."""
    return random.Random(seed) if isinstance(seed, int) else seed or random


def _check_sizes(what: str, *sizes: int) -> None:
    for size in sizes:
        if not isinstance(size, int) or isinstance(size, bool) or size < 1:
            raise ValueError(f"{what} needs sizes of at least 1, not {size!r}")


def _operands(module: Module, inputs: Inputs, count: int) -> Sequence[Value | float]:
    """The inputs as `Value`s or floats, as many as the module takes; one may stand bare."""
    row = inputs if isinstance(inputs, (tuple, list)) else _row(module, inputs)
    if len(row) != count:
        takes = f"{module} takes {count} input{'s' * (count != 1)}"
        raise ValueError(f"{takes}, {len(row)} {'was' if len(row) == 1 else 'were'} given")
    if row[0].__class__ is Value or row[0].__class__ is float:
        return row  # `dot` looks at every one of them anyway
    return [
        x if isinstance(x, Value) else as_number(x, f"{module}: input {i}")
        for i, x in enumerate(row, 1)
    ]


def _row(module: Module, inputs: Any) -> Sequence[Any]:
    if isinstance(inputs, Value) or not hasattr(inputs, "__iter__"):
        return (inputs,)
    if isinstance(inputs, (str, bytes, dict, set)):
        raise TypeError(
            f"{module} takes numbers in order, not {inputs!r} ({type(inputs).__name__})"
        )
    return tuple(inputs)
