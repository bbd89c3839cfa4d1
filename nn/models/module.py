"""`Module`: what has parameters. It finds them, names them, saves them and loads them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from engine import Parameter, Value
from engine.base.spelling import printable
from engine.graph.recording import reset_gradients
from nn.models.architecture import architecture, difference
from nn.models.component import Component
from nn.models.finding import leaves
from nn.models.prediction import predict
from nn.models.saving import check_finite, listed, load_model, save_model
from nn.models.summary import in_one_line, summary


class Module(Component):
    """The base of everything with parameters.

    A subclass keeps `Parameter`s, modules, and lists or other containers of them in its attributes;
    or it overrides `parameters`, as modules written for micrograd do.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.offset = Parameter(2.0), Parameter(1.0)
    ...     def __call__(self, x):
    ...         return self.slope * x + self.offset
    >>> line = Line()
    >>> line
    Line(slope: Parameter, offset: Parameter; 2 parameters)
    >>> line.state_dict()
    {'slope': 2.0, 'offset': 1.0}
    >>> line(3.0).backward()
    >>> [parameter.grad for parameter in line.parameters()]
    [3.0, 1.0]
    """

    # A class whose attributes are known says which of them hold parameters, and the others; one
    # that a user adds is noticed.
    _held: tuple[str, ...] | None = None
    _others: frozenset[str] = frozenset()
    _has_more = False

    def __setattr__(self, name: str, value: Any) -> None:
        if self._held is not None and name not in self._held and name not in self._others:
            object.__setattr__(self, "_has_more", True)
        object.__setattr__(self, name, value)

    def __call__(self, *inputs: Any, **named: Any) -> Any:
        """What a subclass computes. TypeError where it does not say."""
        name = type(self).__name__
        found = "it has forward, which nothing here calls; " if hasattr(self, "forward") else ""
        raise TypeError(f"{name} cannot be called: {found}define __call__(self, inputs) in it")

    def parameters(self) -> list[Parameter]:
        """The parameters, each once, in the order of the attributes.

        Found in attributes of modules and of other objects, in lists, tuples, deques, mappings and
        arrays of objects, to any depth. Raises TypeError for one that only a set or a function
        holds: neither could be named.
        """
        return [leaf for _, leaf in leaves(self) if isinstance(leaf, Parameter)]

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """(name, parameter) pairs. The name is where the parameter is, such as `layers.0.bias`.

        Labels are for the eye and play no part. The networks of this package give the names of the
        lesson, by the places of layer, input and neuron.
        """
        paths: dict[Value, str] = {leaf: path for path, leaf in leaves(self)}
        for number, parameter in enumerate(self.parameters()):
            yield paths.get(parameter, f"parameters.{number}"), parameter

    def zero_grad(self) -> None:
        """Sets the gradient of every parameter to 0; `backward` adds to it."""
        reset_gradients(self.parameters())

    def predict(self, rows: Any, backend: str = "auto") -> list[Any]:
        """The outputs for every row: numbers of a module with one output, else lists of them.

        `rows`: rows of inputs, or a two-dimensional array. Nothing is recorded, and the parameters
        are those of this moment. `backend`: networks of this package are compiled where that pays,
        once as long as their structure stays; "llvm" and "python" name a way, "eager" calls the
        module row by row, as is done with every other module. All give the same but for rounding.

        Raises TypeError or ValueError, naming the row as `rows[i]`, for a row of the wrong length
        or what is not a finite number, and for what the module itself refuses.

        >>> from nn import MLP
        >>> MLP(2, [2, 1], "linear", init="ones").predict([[8, 80], [1, 2]])
        [176.0, 6.0]
        """
        return predict(self, self._structure(), rows, backend)

    def __repr__(self) -> str:
        try:
            return printable(in_one_line(self, self.parameters()))
        except Exception:  # of a module that is not complete yet, or that hides its parameters
            return f"{type(self).__name__}(…)"

    def summary(self) -> str:
        """What the module is made of, as a table: every part, where it is, and its parameters.

        A parameter is counted where it is found first, and is said to be shared elsewhere; numbers
        that are not parameters are called fixed. The total is that of `parameters`.

        >>> from nn import MLP
        >>> MLP(2, [2, 1], "tanh").summary()
        MLP        kind                  weights + biases   parameters
        layers.0   Layer(2 → 2 tanh)     2·2 + 2                     6
        layers.1   Layer(2 → 1 linear)   2 + 1                       3
        total                                                        9
        """
        return summary(self, self.parameters())

    def state_dict(self) -> dict[str, float]:
        """The numbers of all parameters by name."""
        return {name: float(parameter.data) for name, parameter in self.named_parameters()}

    def load_state_dict(self, state: Mapping[str, float]) -> None:
        """Takes over the numbers of a `state_dict`.

        Raises ValueError when names are missing or unknown, or a number is not finite; the module
        is then unchanged.
        """
        named = self._named_in(state)
        check_finite(state)
        for name, parameter in named.items():
            parameter.data = float(state[name])

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the parameters and the architecture as JSON, whole or not at all.

        Raises OSError naming the path, or ValueError for a parameter that is infinite or nan, which
        `load` would refuse.
        """
        save_model(path, architecture(self), self.state_dict())

    def load(self, path: str | os.PathLike[str]) -> None:
        """Takes over the parameters that `save` wrote.

        Raises OSError when the file cannot be read, ValueError when it is damaged, belongs to
        another model, or to the same sizes with other activations; the module is then unchanged.
        """
        written, state = load_model(path)
        try:
            self._named_in(state)
            other = difference(architecture(self), written)
            if other is not None:
                raise ValueError(f"the file is that of another model: {other}")
            self.load_state_dict(state)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from None

    def _named_in(self, state: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters by name; ValueError if these are not the names in the state."""
        named = dict(self.named_parameters())
        missing, unknown = named.keys() - state.keys(), state.keys() - named.keys()
        if missing or unknown:
            raise ValueError(
                f"the state is that of another model: it holds {len(state)} parameters, this model "
                f"has {len(named)}{listed('missing', missing)}{listed('unknown', unknown)}"
            )
        return named
