"""Layers of neurons, and networks of layers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from engine import softmax
from engine.base.spelling import printable
from engine.base.tables import is_row, plain
from nn.models.component import Describe
from nn.models.initializers import Initializer
from nn.models.module import Module
from nn.models.naming import named_by_lesson
from nn.models.neuron import (
    Activation,
    Inputs,
    Neuron,
    Seed,
    operands_of,
    parameters_of,
    source_of,
    whole_sizes,
)
from nn.models.structure import Structure, combined
from nn.models.summary import number_of

Part = TypeVar("Part", bound=Callable[[Any], Any])

if TYPE_CHECKING:
    from engine import Parameter, Value

    class Output(Value):
        """What a layer returns, as type checkers see it, which do not know the sizes: both a
        `Value`, which it is of one output, and the row of them that it is of several."""

        def __len__(self) -> int: ...
        def __getitem__(self, index: int) -> Value: ...
        def __iter__(self) -> Iterator[Value]: ...


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

    _held = ("neurons",)
    _others = frozenset(("inputs", "outputs"))

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
        inputs, outputs = whole_sizes("a layer", inputs, outputs)
        self.inputs, self.outputs = inputs, outputs
        source = source_of(seed)
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

    def __call__(self, inputs: Inputs) -> Output:
        operands = operands_of(self, inputs, self.inputs)
        result: Any
        if self.outputs == 1:
            result = self.neurons[0].respond(operands)
        else:
            result = [neuron.respond(operands) for neuron in self.neurons]
        return result  # type: ignore[no-any-return]

    def _structure(self) -> Structure | None:
        # A layer of one output gives it bare.
        ours = type(self).__call__ is Layer.__call__
        return combined(self.outputs == 1, self.neurons) if ours else None

    def _neurons(self) -> Sequence[Neuron]:
        return self.neurons

    def _architecture(self, describe: Describe) -> dict[str, Any]:
        kinds = [neuron.activation for neuron in self.neurons]
        activation = kinds[0] if len(set(kinds)) == 1 else kinds
        return {"inputs": self.inputs, "outputs": len(kinds), "activation": activation}

    def parameters(self) -> list[Parameter]:
        """The parameters of one neuron after the other."""
        plain_layer = self.__class__ is Layer and not self._has_more
        found = parameters_of(self.neurons) if plain_layer else None
        return super().parameters() if found is None else found

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """(name, parameter) pairs, by the names that the lesson gives to the first layer."""
        found = named_by_lesson(self.parameters(), [self.neurons])
        return super().named_parameters() if found is None else iter(found)

    def __repr__(self) -> str:
        return printable(f"Layer({self.inputs} → {self.outputs} {self.neurons[0].activation})")


class Sequential(Module, Generic[Part]):
    """Modules and functions, each called on what the one before it returned.

    Layers are numbered in order and name their parameters by it. Raises ValueError when a layer
    does not take as many inputs as the layer before it gives.

    >>> net = Sequential(Layer(2, 2, init="ones"), Layer(2, 1, "linear", init="ones"))
    >>> net([8, 80])
    Value(176, grad=0, label='o21')
    >>> len(net), net[-1]
    (2, Layer(2 → 1 linear))
    """

    _held = ("layers",)
    _steps = "layers"

    def __init__(self, *layers: Part) -> None:
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

    def __len__(self) -> int:
        return len(self.layers)

    def __getitem__(self, index: int) -> Part:
        return self.layers[index]

    def __iter__(self) -> Iterator[Part]:
        return iter(self.layers)

    def _structure(self) -> Structure | None:
        ours = type(self).__call__ is Sequential.__call__
        return combined(None, self.layers) if ours else None

    def _architecture(self, describe: Describe) -> dict[str, Any]:
        return {"layers": [*describe(enumerate(self.layers), "layers").values()]}

    def parameters(self) -> list[Parameter]:
        """The parameters of one layer after the other."""
        neurons: list[Any] = []
        for layer in self.layers:
            if not isinstance(layer, Layer) or layer.__class__ is not Layer or layer._has_more:
                return super().parameters()
            neurons += layer.neurons
        ours = self.__class__ in (MLP, Sequential) and not self._has_more
        found = parameters_of(neurons) if ours else None
        return super().parameters() if found is None else found

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """(name, parameter) pairs: the lesson's names if its layers hold all of them, else paths.

        Both say where a parameter is in this model, whatever its label.
        """
        layers = [layer.neurons for layer in self.layers if isinstance(layer, Layer)]
        found = named_by_lesson(self.parameters(), layers)
        return super().named_parameters() if found is None else iter(found)

    def __repr__(self) -> str:
        parts = [getattr(part, "__name__", None) or repr(part) for part in self.layers]
        return f"{type(self).__name__}({', '.join(parts)}{number_of(self.parameters())})"


class MLP(Sequential[Layer]):
    """A multilayer perceptron: fully connected layers of the given sizes.

    `activation` is that of the hidden layers, `output` that of the last one; its result is named ŷ.
    A call gives a `Value` for one output, a list of them for several. With output="softmax" these
    are probabilities that add up to 1: `engine.softmax` follows the last layer, and the loss
    "cross_entropy" computes with what that gives.

    >>> model = MLP(2, [2, 1], activation="linear", init="ones")
    >>> model([8, 80])
    Value(176, grad=0, label='ŷ')
    >>> list(model.state_dict())
    ['w111', 'w121', 'b11', 'w112', 'w122', 'b12', 'w211', 'w221', 'b21']
    """

    _held = ("layers",)

    if TYPE_CHECKING:

        def __call__(self, inputs: Inputs) -> Output: ...

    def __init__(
        self,
        nin: int,
        nouts: Sequence[int],
        activation: Activation = "relu",
        output: Activation = "linear",
        init: str | Initializer | None = None,
        seed: Seed = None,
    ) -> None:
        nouts = plain(nouts, "nouts")
        if not is_row(nouts):
            raise TypeError(f"nouts must be the sizes of the layers, such as [2, 1], not {nouts!r}")
        nouts = list(nouts)
        if not nouts:
            raise ValueError("an MLP needs at least one layer: nouts is empty")
        shares = output in ("softmax", softmax)
        if shares and nouts[-1] == 1:
            raise ValueError('softmax of one output is always 1: give more, or output="sigmoid"')
        source = source_of(seed)
        sizes = [nin, *nouts]
        activations = [*[activation] * (len(nouts) - 1), "linear" if shares else output]
        layers = [
            Layer(inputs, outputs, kind, init=init, seed=source)
            for inputs, outputs, kind in zip(sizes, nouts, activations)
        ]
        super().__init__(*layers)
        if shares:
            self.layers.append(cast(Any, softmax))
        else:
            layers[-1].name_as(len(layers), output="ŷ")
