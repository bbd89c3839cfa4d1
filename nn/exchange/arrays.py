"""Models as arrays by name, and as files of them: NumPy's .npz and safetensors.

The names are those that PyTorch gives to the same network as an `nn.Sequential`: 0.weight, 0.bias,
2.weight …, with the activations counted.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine import Value
from engine.base.files import write_whole
from engine.base.packages import optional
from engine.base.tables import plain
from nn.exchange.dense import Dense, numbered, parts_of
from nn.models.module import Module
from nn.models.saving import check_finite, listed, shortened


def to_arrays(model: Module) -> dict[str, Any]:
    """The parameters as NumPy's arrays of 64-bit floats, by PyTorch's names.

    A layer has a matrix, `0.weight`, a row for each neuron, and `0.bias`; the number is the place
    among PyTorch's modules, of which an activation is one. Of a module that is not made of layers
    each parameter is an array without a dimension, by its name in `state_dict`. Needs NumPy; raises
    ImportError where it is missing, TypeError for what is not a `Module`.

    >>> from nn import MLP
    >>> arrays = to_arrays(MLP(2, [3, 1], "tanh", init="ones"))
    >>> {name: array.shape for name, array in arrays.items()}
    {'0.weight': (3, 2), '0.bias': (3,), '2.weight': (1, 3), '2.bias': (1,)}
    """
    return _arrays(model, "to_arrays")


def _arrays(model: Module, what: str) -> dict[str, Any]:
    numpy = optional("numpy", what)
    places = _places(model, what)
    return {name: numpy.array(_numbers(place), dtype="float64") for name, place in places.items()}


def load_arrays(model: Module, source: Mapping[str, Any] | str | os.PathLike[str]) -> None:
    """Takes over the parameters from arrays by name, or from a file of `save_arrays`.

    `source`: what `to_arrays` gives, a `state_dict` of PyTorch for the same network, or a path that
    ends in .npz or .safetensors. Plain numbers in the place of a parameter take theirs over, too.

    Raises ValueError where names or shapes are not those of the model, or a number is not finite;
    OSError where a file cannot be read, ValueError where it is damaged; ImportError for a missing
    package. The model is then unchanged.

    >>> from nn import MLP
    >>> model = MLP(2, [1])
    >>> load_arrays(model, {"0.weight": [[1.0, 2.0]], "0.bias": [0.5]})
    >>> model.state_dict()
    {'w111': 1.0, 'w121': 2.0, 'b11': 0.5}
    """
    places = _places(model, "load_arrays")
    if isinstance(source, Mapping):
        _take(places, source)
        return
    path = os.fspath(source)
    try:
        _take(places, _read(path))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def save_arrays(model: Module, path: str | os.PathLike[str]) -> None:
    """Writes `to_arrays` to a file, whole or not at all: .npz or .safetensors.

    PyTorch's `load_state_dict` takes over what `safetensors.torch.load_file` reads. The file does
    not hold the activations; `Module.save` keeps those.

    Raises ValueError for another suffix and for a parameter that is not finite, OSError naming the
    path, ImportError where NumPy or safetensors is missing.

    >>> from nn import MLP
    >>> save_arrays(MLP(2, [2, 1]), "model.onnx")
    Traceback (most recent call last):
    ValueError: ...
    """
    kind = _kind(os.fspath(path))
    arrays = _arrays(model, "save_arrays")
    for name, array in arrays.items():
        _check_finite(name, plain(array, name))
    if kind == ".npz":
        content = io.BytesIO()
        optional("numpy", "save_arrays").savez(content, **arrays)
        write_whole(path, content.getvalue())
    else:
        # NumPy's side of the package, which knows arrays of any number of dimensions.
        write_whole(path, optional("safetensors.numpy", "save_arrays").save(arrays))


def _places(model: Any, what: str) -> dict[str, Any]:
    """Where each array goes: lists of holders and keys, in the form of the array."""
    if not isinstance(model, Module):
        raise TypeError(f"{what} takes a module, not {shortened(model)} ({type(model).__name__})")
    parts = parts_of(model)
    if parts is None:
        return {name: _Place(parameter) for name, parameter in model.named_parameters()}
    return {
        f"{place}.{name}": _as_places(part, name)
        for place, part in numbered(parts)
        if isinstance(part, Dense)
        for name, _ in part.arrays()
    }


class _Place:
    """Where one number is: in a leaf, or in a neuron that has a plain number there."""

    def __init__(self, leaf: Any, neuron: Any = None, index: int | None = None) -> None:
        self.leaf, self.neuron, self.index = leaf, neuron, index

    def take(self, number: float) -> None:
        if isinstance(self.leaf, Value):
            self.leaf.data = number
        elif self.index is None:
            self.neuron.bias = number
        else:
            self.neuron.weights[self.index] = number


def _as_places(part: Dense, name: str) -> list[Any]:
    if name == "bias":
        return [_Place(neuron.bias, neuron) for neuron in part.neurons]
    return [
        [_Place(weight, neuron, i) for i, weight in enumerate(neuron.weights)]
        for neuron in part.neurons
    ]


def _numbers(place: Any) -> Any:
    return [*map(_numbers, place)] if isinstance(place, list) else float(place.leaf)


def _flat(structure: Any) -> list[Any]:
    if not isinstance(structure, (list, tuple)):
        return [structure]
    return [item for part in structure for item in _flat(part)]


def _shape(structure: Any) -> tuple[int, ...]:
    if not isinstance(structure, (list, tuple)):
        return ()
    inner = {_shape(part) for part in structure}
    if len(inner) > 1:
        raise ValueError("rows of different lengths")
    return (len(structure), *(inner.pop() if inner else ()))


def _take(places: Mapping[str, Any], arrays: Mapping[str, Any]) -> None:
    """Puts every number in its place, if all of them fit."""
    missing, unknown = places.keys() - arrays.keys(), arrays.keys() - places.keys()
    if missing or unknown:
        raise ValueError(
            f"the arrays are those of another model: there are {len(arrays)}, this model has "
            f"{len(places)}{listed('missing', missing)}{listed('unknown', unknown)}"
        )
    pairs: list[tuple[_Place, Any]] = []
    for name, place in places.items():
        rows = plain(arrays[name], name)
        given, wanted = _shape(rows), _shape(place)
        if given != wanted:
            raise ValueError(f"{name} has the shape {given}; in this model it is {wanted}")
        _check_finite(name, rows)
        pairs += zip(_flat(place), _flat(rows))
    for place, number in pairs:
        place.take(float(number))


def _check_finite(name: str, rows: Any) -> None:
    check_finite({f"{name}[{i}]": number for i, number in enumerate(_flat(rows))})


def _kind(path: str) -> str:
    suffix = Path(path).suffix.lower()
    if suffix not in (".npz", ".safetensors"):
        raise ValueError(f"{path!r} must end in .npz or .safetensors")
    return suffix


def _read(path: str) -> dict[str, Any]:
    """The arrays of a file, with 64-bit floats. ValueError for a damaged one."""
    kind, content = _kind(path), Path(path).read_bytes()
    if kind == ".npz":
        numpy = optional("numpy", "load_arrays")
        try:
            # what is not an archive NumPy would take for a pickle.
            zipfile.ZipFile(io.BytesIO(content)).close()
            with numpy.load(io.BytesIO(content), allow_pickle=False) as archive:
                return {name: archive[name] for name in archive.files}
        except (zipfile.BadZipFile, EOFError, ValueError) as error:
            raise ValueError(f"it is not a whole .npz file: {error}") from None
    package = optional("safetensors", "load_arrays")
    try:
        return dict(optional("safetensors.numpy", "load_arrays").load(content))
    except (package.SafetensorError, KeyError, TypeError) as error:
        raise ValueError(f"it is not a whole .safetensors file of numbers: {error}") from None
