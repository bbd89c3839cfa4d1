"""`Module`: what has parameters. It finds them, names them, saves them and loads them."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from engine import Parameter, Value
from engine.files import write_whole
from engine.numbers import as_number

_FORMAT = "chaingrad parameters 1"


class Module:
    """The base of everything with parameters.

    A subclass keeps `Parameter`s, modules, and lists, tuples or dicts of them in its attributes; or
    it overrides `parameters`, as modules written for micrograd do.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.offset = Parameter(2.0), Parameter(1.0)
    ...     def __call__(self, x):
    ...         return self.slope * x + self.offset
    >>> line = Line()
    >>> line.state_dict()
    {'slope': 2.0, 'offset': 1.0}
    >>> line(3.0).backward()
    >>> [parameter.grad for parameter in line.parameters()]
    [3.0, 1.0]
    """

    def parameters(self) -> list[Any]:
        """The parameters, each once, in the order of the attributes."""
        return list(
            dict.fromkeys(leaf for _, leaf in _leaves(self, "") if isinstance(leaf, Parameter))
        )

    def named_parameters(self) -> Iterator[tuple[str, Any]]:
        """(name, parameter) pairs: the labels where all are there and distinct, else the paths.

        A path is where the parameter is found, such as `layers.0.bias`.
        """
        parameters = self.parameters()
        names = [parameter.label for parameter in parameters]
        if None in names or len(set(names)) < len(names):
            paths: dict[Value, str] = {}
            for path, leaf in _leaves(self, ""):
                paths.setdefault(leaf, path)
            names = [paths.get(p, f"parameters.{i}") for i, p in enumerate(parameters)]
        return zip(names, parameters)

    def zero_grad(self) -> None:
        """Sets the gradient of every parameter to 0; `backward` adds to it."""
        for parameter in self.parameters():
            parameter.grad = 0.0

    def predict(self, rows: Any, backend: str = "auto") -> list[Any]:
        """The outputs for every row: numbers of a module with one output, else lists of them.

        `rows`: rows of inputs, or a two-dimensional array. Nothing is recorded, and the parameters
        are those of this moment. `backend`: networks of this package are compiled where that pays,
        once as long as their structure stays; "llvm" and "python" name a way, "eager" calls the
        module row by row, as is done with every other module. All give the same but for rounding.

        Raises TypeError or ValueError, naming the row as `rows[i]`, for a row of the wrong length
        or what is no finite number, and for what the module itself refuses.

        >>> from nn import MLP
        >>> MLP(2, [2, 1], "linear", init="ones").predict([[8, 80], [1, 2]])
        [176.0, 6.0]
        """
        # Not above: predicting knows the layers, which are modules.
        from nn.prediction import predict

        return predict(self, rows, backend)

    def state_dict(self) -> dict[str, float]:
        """The numbers of all parameters by name."""
        return {name: float(parameter.data) for name, parameter in self.named_parameters()}

    def load_state_dict(self, state: Mapping[str, float]) -> None:
        """Takes over the numbers of a `state_dict`.

        Raises ValueError when names are missing or unknown, or a number is not finite; the module
        is then unchanged.
        """
        named = dict(self.named_parameters())
        missing, unknown = named.keys() - state.keys(), state.keys() - named.keys()
        if missing or unknown:
            raise ValueError(
                f"the state is that of another model: it holds {len(state)} parameters, this model "
                f"has {len(named)}{_listed('missing', missing)}{_listed('unknown', unknown)}"
            )
        _check_finite(state)
        for name, parameter in named.items():
            parameter.data = float(state[name])

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the parameters as JSON, whole or not at all.

        Raises OSError naming the path, or ValueError for a parameter that is infinite or nan, which
        `load` would refuse.
        """
        state = self.state_dict()
        _check_finite(state)
        text = json.dumps({"format": _FORMAT, "parameters": state}, indent=1)
        write_whole(path, text + "\n")

    def load(self, path: str | os.PathLike[str]) -> None:
        """Takes over the parameters that `save` wrote.

        Raises OSError when the file cannot be read, ValueError when it is damaged or belongs to
        another model; the module is then unchanged.
        """
        try:
            content = json.loads(Path(path).read_text(encoding="utf-8"))
        except (ValueError, RecursionError) as error:
            raise ValueError(f"{path} is not a whole JSON file: {error}") from None
        if not isinstance(content, dict) or content.get("format") != _FORMAT:
            raise ValueError(f"{path} was not written by Module.save (format {_FORMAT!r})")
        state = content.get("parameters")
        if not isinstance(state, dict):
            raise ValueError(f"{path} holds no parameters")
        try:
            self.load_state_dict(state)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from None


def _check_finite(state: Mapping[str, Any]) -> None:
    for name, number in state.items():
        try:
            finite = math.isfinite(as_number(number)) and not isinstance(number, bool)
        except (TypeError, OverflowError):
            finite = False
        if not finite:
            shown = repr(number)
            shown = shown if len(shown) <= 60 else shown[:57] + "..."
            raise ValueError(f"the state holds {shown} for {name}; a finite number is needed")


def _leaves(holder: Any, prefix: str, above: tuple[int, ...] = ()) -> Iterator[tuple[str, Value]]:
    """The leaves below a module or container, with their paths. As deep as modules are nested."""
    if id(holder) in above:
        return  # a module that knows its parent
    if isinstance(holder, Module):
        items: Any = vars(holder).items()
    elif isinstance(holder, dict):
        items = holder.items()
    elif isinstance(holder, (list, tuple)):
        items = enumerate(holder)
    else:
        return
    for name, item in items:
        path = f"{prefix}.{name}" if prefix else str(name)
        if isinstance(item, Value):
            if item.op is None:
                yield path, item
        else:
            yield from _leaves(item, path, (*above, id(holder)))


def _listed(what: str, names: Any) -> str:
    if not names:
        return ""
    shown = sorted(map(str, names))
    more = f" and {len(shown) - 5} more" if len(shown) > 5 else ""
    return f"; {what}: {', '.join(shown[:5])}{more}"
