"""`assert_gradients`: the backward pass of a network written by hand, with arrays as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine import Value
from engine.base.numbers import given
from engine.checking.asserting import compare, differences
from engine.graph.arguments import as_value
from engine.graph.naming import Naming
from engine.graph.walks import topological_order
from nn.checking.arrays import INPUTS, NEURONS, Entries, entries, layers_of
from nn.models.module import Module


def assert_gradients(
    mine: Mapping[str, Any], loss: Value, model: Module, tolerance: float = 1e-5
) -> bool:
    """Asserts that gradients computed by hand are those of `loss`, a graph that `model` is in.

    `mine`: a mapping with numbers under the names of `named_parameters`, such as "w111", or of
    other nodes; and with whole arrays by layer under "W1", "b1", "dW1", "db1" and so on. Arrays are
    of NumPy, PyTorch or nested lists. A matrix may have a row for each neuron or for each input:
    its shape says which. Where both fit, all square ones are read as the others are, or else in the
    way that fits better; if anything is wrong the message says so. Otherwise as
    `engine.assert_gradients`.

    Raises WrongGradients, an AssertionError, with all that differ in one table, the slip of each,
    and names that are missing or unknown; ValueError for an array of another shape than its layer;
    TypeError for what is not a mapping, a Value and a Module.

    >>> from nn import MLP, assert_gradients, squared_error
    >>> model = MLP(2, [1], init="ones")
    >>> loss = squared_error(3, model([8, 80]))
    >>> assert_gradients({"W1": [[1360, 13600]], "b1": [170]}, loss, model)
    True
    >>> assert_gradients({"W1": [[1360, -13600]], "b1": [1]}, loss, model)
    Traceback (most recent call last):
    WrongGradients: 2 of 3 gradients are wrong:
      name  mine    the graph  ratio     diagnosis
      w121  -13600  13600      -1        sign: the minus of −2·(3 − ŷ) = 170, ...
      b11   1       170        0.005882  factor missing: the local derivative ...
    """
    as_value(loss, "assert_gradients: loss")
    if not isinstance(mine, Mapping):
        raise TypeError(f"assert_gradients takes a mapping of names to numbers, not {given(mine)}")
    if not isinstance(model, Module):
        raise TypeError(f"assert_gradients: model must be a Module, not {given(model)}")
    parameters: dict[str, Value] = dict(model.named_parameters())
    naming = Naming(order := topological_order(loss))
    nodes = {naming.text(node): node for node in order if node.label} | parameters
    layers = layers_of(model)
    claims: dict[str, tuple[Value, Any]] = {}
    arrays: list[Entries] = []
    unknown: list[str] = []
    for key, claimed in mine.items():
        array = entries(key, claimed, layers) if isinstance(key, str) else None
        if array is not None:
            arrays.append(array)
        elif key in nodes:
            claims[key] = nodes[key], claimed
        else:
            unknown.append(str(key))
    read, notes = _read(arrays, {p: name for name, p in parameters.items()}, loss, tolerance)
    claims |= read
    given_for = {node for node, _ in claims.values()}
    missing = [name for name, parameter in parameters.items() if parameter not in given_for]
    known = [*parameters, *(f"{kind}{k}" for k in range(1, len(layers) + 1) for kind in "Wb")]
    return compare(claims, loss, tolerance, missing, unknown, known, notes=notes)


def _read(
    arrays: Sequence[Entries], names: Mapping[Value, str], loss: Value, tolerance: float
) -> tuple[dict[str, tuple[Value, Any]], list[str]]:
    """The entries of all arrays by name, and how those were read that can be read in two ways."""
    claims: dict[str, tuple[Value, Any]] = {}
    notes: list[str] = []
    usual = {way for array in arrays if array.tells for way in array.ways}
    for array in arrays:
        # In the place of a parameter may be a plain number, which has no gradient.
        ways = {
            way: {names[p]: (p, number) for p, number in pairs if isinstance(p, Value)}
            for way, pairs in array.ways.items()
        }
        way = next(iter(ways))
        if len(ways) > 1:
            wrong = {way: len(differences(ways[way], loss, tolerance)) for way in ways}
            way = next(iter(usual)) if len(usual) == 1 else min(ways, key=wrong.__getitem__)
            notes.append(_note(array, way, wrong))
        claims |= ways[way]
    return claims, notes


def _note(array: Entries, way: str, wrong: Mapping[str, int]) -> str:
    other = INPUTS if way == NEURONS else NEURONS
    return (
        f"{array.key} is {array.shape}; its rows were read as {way}, of which {wrong[way]} differ; "
        f"read as {other}, {wrong[other]} would"
    )
