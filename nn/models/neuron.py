"""A neuron, and how it and the layers take their arguments.

Names follow the lesson: w{layer}{input}{neuron}, b{layer}{neuron}, o{layer}{neuron}; w121 leads
from input 2 to neuron 1 of layer 1. In a layer where an index passes 9 the parts are set apart:
w1_12_3.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import engine
from engine import Parameter, Value, dot
from engine.base.numbers import as_number, whole
from engine.base.spelling import printable
from engine.base.tables import is_row, plain
from engine.eager.functions import EAGER
from engine.graph.recording import place
from engine.sheet.ops import ACTIVATIONS
from nn.models.component import Describe
from nn.models.initializers import Initializer, find_initializer
from nn.models.module import Module
from nn.models.naming import lesson_name, named_by_lesson
from nn.models.structure import Structure

Activation = str | bool | Callable[[Value], Value]
Inputs = Sequence[Value | float] | Value | float
Seed = int | random.Random | None


class Neuron(Module):
    """activation(Σ w_i·x_i + b), with the weighted sum as one node of the graph.

    `activation`: a name (`"linear"` or one of the sheet's) or a function; True and False are
    micrograd's way to say ReLU and linear, as is `nonlin`. `init`: how the weights start, by name
    or as a function (`nn.INITIALIZERS`); the default suits the activation. `seed` makes them
    reproducible; without one they come from Python's global `random`. `outputs`: the number of
    neurons in its layer, which some initialisers ask for.

    Raises ValueError for an unknown activation or initialiser, and when called with another number
    of inputs; TypeError for an input that is not a number.

    >>> neuron = Neuron(2, "tanh", init="ones")
    >>> neuron([0.5, 0.25])
    Value(0.6351, grad=0, label='o11')
    """

    _held = ("weights", "bias")
    _others = frozenset(
        "activation is_custom _activation _activate _sum_label _output_label _scope".split()
    )

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
        inputs, outputs = whole_sizes("a neuron", inputs, outputs)
        self.activation = activation if nonlin is None else nonlin
        draw, source = find_initializer(init, self._activation), source_of(seed)
        self.weights = [Parameter(draw(source, inputs, outputs)) for _ in range(inputs)]
        self.bias = Parameter(0.0)
        self.name_as(layer=1, number=1)

    @property
    def activation(self) -> Any:
        """The name of the activation; to set it takes what `Neuron` takes."""
        return self._activation

    @activation.setter
    def activation(self, activation: Activation) -> None:
        self._activation, self._activate = find_activation(activation)
        self.is_custom = callable(activation)

    def name_as(
        self, layer: int, number: int, *, apart: bool = False, output: str | None = None
    ) -> None:
        """Labels the parameters and, from now on, the results: `output`, or o and the numbers."""
        for i, weight in enumerate(self.weights, 1):
            if isinstance(weight, Value):
                weight.label = lesson_name("w", layer, i, number, apart=apart)
        if isinstance(self.bias, Value):
            self.bias.label = lesson_name("b", layer, number, apart=apart)
        self._sum_label = lesson_name("z", layer, number, apart=apart)
        self._output_label = output or lesson_name("o", layer, number, apart=apart)
        self._scope = f"layer {layer} / neuron {number}"

    def __call__(self, inputs: Inputs) -> Value:
        return self.respond(operands_of(self, inputs, len(self.weights)))

    def respond(self, operands: Sequence[Value | float]) -> Value:
        """The output for inputs that have been checked."""
        output = dot(self.weights, operands, self.bias)
        if self._activate is None:
            place(output, self._output_label, self._scope)
            return output
        place(output, self._sum_label, self._scope)
        if not self.is_custom:
            output = self._activate(output)
            place(output, self._output_label, self._scope)
            return output
        # It may make several nodes.
        with engine.scope(self._scope):
            output = self._activate(output)
        if not isinstance(output, Value):
            raise TypeError(f"{self}: the activation must give a Value, not {output!r}")
        output.label = self._output_label
        return output

    def _structure(self) -> Structure | None:
        return Structure(None, [self]) if type(self).__call__ is Neuron.__call__ else None

    def _is_known(self) -> bool:
        """Whether it computes the same operations for every row."""
        return (
            getattr(self.respond, "__func__", None) is Neuron.respond
            and getattr(self.respond, "__self__", None) is self
            and not self.is_custom
            and self._activate is find_activation(self._activation)[1]
        )

    def _neurons(self) -> Sequence[Any]:
        return [self]

    def _architecture(self, describe: Describe) -> dict[str, Any]:
        return {"inputs": len(self.weights), "activation": self.activation}

    def parameters(self) -> list[Parameter]:
        """The weights in order, then the bias; what was added to them after that."""
        found = parameters_of([self])
        return super().parameters() if found is None else found

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """(name, parameter) pairs, by the names that the lesson gives to the first neuron."""
        found = named_by_lesson(self.parameters(), [[self]])
        return super().named_parameters() if found is None else iter(found)

    @property
    def w(self) -> list[Parameter]:
        """The weights, by micrograd's name."""
        return self.weights

    @property
    def b(self) -> Parameter:
        """The bias, by micrograd's name."""
        return self.bias

    def __repr__(self) -> str:
        return printable(f"Neuron({len(self.weights)} → 1 {self.activation})")


def parameters_of(neurons: Iterable[Any]) -> list[Any] | None:
    """The parameters of neurons that have no others, each once; None where one is not like that.

    Quickly, because loops ask for them in every step.
    """
    found: list[Any] = []
    for neuron in neurons:
        if neuron.__class__ is not Neuron or neuron._has_more:
            return None
        found += neuron.weights
        found.append(neuron.bias)
    each = dict.fromkeys(found)
    # In the place of a parameter may be a plain number.
    return [*each] if {*map(type, each)} == {Parameter} else None


def find_activation(activation: Activation) -> tuple[str, Callable[[Value], Value] | None]:
    """The name of an activation and its function, None for linear. ValueError if it is unknown."""
    if isinstance(activation, bool):
        activation = "relu" if activation else "linear"
    if callable(activation):
        return getattr(activation, "__name__", repr(activation)), activation
    if activation == "softmax":
        raise ValueError(
            'softmax is of a whole layer, not of one neuron: MLP(…, output="softmax"), or '
            "engine.softmax behind a Layer in a Sequential"
        )
    known = ["linear", *(op.name for op in ACTIVATIONS)]
    if activation not in known:
        raise ValueError(f"unknown activation {activation!r}; known: {', '.join(known)}")
    return activation, None if activation == "linear" else EAGER[activation]


def source_of(seed: Any) -> Any:
    """Where random numbers come from: a source of its own for a seed, else the global `random`."""
    if seed is None or seed is random:
        return random
    if isinstance(seed, random.Random):
        return seed
    number = whole(seed)
    if number is None:
        raise TypeError(f"seed must be an int, a random.Random or None, not {seed!r}")
    return random.Random(number)


def whole_sizes(what: str, *sizes: Any) -> list[int]:
    """The sizes as Python's whole numbers; ValueError for what is none of at least 1."""
    numbers = [whole(size) for size in sizes]
    for size, number in zip(sizes, numbers):
        if number is None or number < 1:
            raise ValueError(f"{what} needs sizes of at least 1, not {size!r}")
    return [number for number in numbers if number is not None]


def operands_of(module: Module, inputs: Inputs, count: int) -> Sequence[Value | float]:
    """The inputs as `Value`s or floats, as many as the module takes; one may stand bare."""
    row = inputs if isinstance(inputs, (tuple, list)) else _row(module, inputs)
    if len(row) != count:
        takes = f"{module} takes {count} input{'s' * (count != 1)}"
        raise ValueError(f"{takes}, {len(row)} {'was' if len(row) == 1 else 'were'} given")
    if type(row[0]) is Value or type(row[0]) is float:
        return row  # `dot` looks at every one of them anyway
    return [
        x if isinstance(x, Value) else as_number(x, f"{module}: input {i}")
        for i, x in enumerate(row, 1)
    ]


def _row(module: Module, inputs: Any) -> Sequence[Any]:
    if isinstance(inputs, Value):
        return (inputs,)
    row = plain(inputs, f"{module}: the inputs")
    if is_row(row):
        return tuple(row)
    if isinstance(row, (str, bytes, Mapping, set, frozenset)):
        raise TypeError(f"{module} takes numbers in order, not {row!r} ({type(row).__name__})")
    return (row,)
