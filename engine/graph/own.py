"""Attributes that programs give to nodes of their own accord, as micrograd's allow: `p.m = 0`.

The core in Python has a dict for them. In the native core a node has no place for one: the first
time that a name is assigned, the class is given a descriptor of that name, which keeps what a node
is given with that node; all other nodes stay as they are.
"""

from __future__ import annotations

from engine.native import extension

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from engine.graph.value import Value


class Own:
    """The attribute of one name. Of a class derived from `Value` that has a dict, what is there."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, node: Value | None, kind: type[Value]) -> Any:
        if node is None:
            raise AttributeError(f"type object {kind.__name__!r} has no attribute {self._name!r}")
        own = _attributes(node)
        if self._name not in own:
            raise self._missing(node)
        return own[self._name]

    def __set__(self, node: Value, thing: Any) -> None:
        if type(node).__dictoffset__:
            node.__dict__[self._name] = thing
        else:
            extension.keep(node, self._name, thing)

    def __delete__(self, node: Value) -> None:
        own = _attributes(node)
        if self._name not in own:
            raise self._missing(node)
        del own[self._name]

    def _missing(self, node: Value) -> AttributeError:
        return AttributeError(f"{type(node).__name__!r} object has no attribute {self._name!r}")


def _attributes(node: Value) -> dict[Any, Any]:
    """Where a node keeps what it was given."""
    if type(node).__dictoffset__:
        return node.__dict__
    kept: dict[Any, Any] | None = extension.own(node)
    return kept or {}


def announcer(nodes: type[Value]) -> Callable[[str], None]:
    """What the native core calls with a name that the class `nodes` knows nothing of."""

    def announce(name: str) -> None:
        setattr(nodes, str.__str__(name), Own(str.__str__(name)))

    return announce
