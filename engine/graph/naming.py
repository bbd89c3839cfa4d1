"""The names of nodes in texts."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from engine.base.numbers import shown
from engine.graph.value import Value

# A longer label is cut off.
_LABEL = 40


class Naming:
    """The names of the nodes of one graph, the same in every text and picture of it.

    A node has its label, or the name of the variable that holds it in `names`; of several nodes of
    one name the later ones are numbered, o11#2. Others are called t1, t2 … in the order of `nodes`,
    which is the topological one: so t3 is the same node whatever is asked of the graph.
    `anonymous`: those of them that have been asked for.

    >>> x = Value(2.0, label="x")
    >>> y = x * 3 + 1
    >>> naming = Naming([x, y.args[0], y], {"loss": y})
    >>> naming(y), naming(y.args[0]), len(naming.anonymous)
    ('loss', 't1', 1)
    """

    def __init__(self, nodes: Iterable[Value], names: Mapping[str, Any] | None = None) -> None:
        self.anonymous: list[Value] = []
        self._names: dict[Value, str] = {}
        self._taken: set[str] = set()
        self._numbered: dict[Value, str] = {}
        variables: dict[Value, str] = {}
        for name, value in _checked(names).items():
            if isinstance(value, Value) and not name.startswith("_"):
                variables.setdefault(value, name)
        unnamed = []
        for node in nodes:
            name = _in_one_line(node.label or "") or variables.get(node, "")
            if not name:
                unnamed.append(node)
            elif node not in self._names:
                self._names[node] = self._free(name, f"{name}#", first=2)
        # Afterwards, so that no number takes the name of a label.
        for node in unnamed:
            self._number(node)

    def __call__(self, node: Value | float) -> str | float:
        """The name of a node; a constant is a number and stays one."""
        if not isinstance(node, Value):
            return node
        if node not in self._names:
            self.anonymous.append(node)
            self._names[node] = self._number(node)
        return self._names[node]

    def has_own(self, node: Value) -> bool:
        """Whether the name is a label or a variable, not a number."""
        return node in self._names and node not in self._numbered

    def _number(self, node: Value) -> str:
        """The number of a node without a name, given to it once."""
        if node not in self._numbered:
            self._numbered[node] = self._free("", "t", first=len(self._numbered) + 1)
        return self._numbered[node]

    def _free(self, name: str, stem: str, first: int) -> str:
        """The name, or the stem with the first number that makes a name that no node has."""
        number = first
        while not name or name in self._taken:
            name = f"{stem}{number}"
            number += 1
        self._taken.add(name)
        return name

    def text(self, node: Value | float) -> str:
        """The name of a node as text."""
        name = self(node)
        return name if isinstance(name, str) else shown(name)


def names_of_caller(names: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """`names` as they were given; if they were not, the variables where a text is asked for.

    These are the local ones of the frame that has called the function that calls this one, then its
    global ones. Only those that hold a node are taken, so nothing else is kept alive. `names={}`
    switches it off.

    >>> def text(names=None):
    ...     return sorted(names_of_caller(names))
    >>> loss, rate = Value(1.0), 0.1
    >>> text(), text({})
    (['loss'], [])
    """
    if names is not None:
        return _checked(names)
    frame = sys._getframe(2)
    variables = {**frame.f_globals, **frame.f_locals}
    # What tools keep for themselves, such as echoes in IPython, is not a name for anybody.
    return {
        name: value
        for name, value in variables.items()
        if isinstance(value, Value) and name.isidentifier() and not name.startswith("_")
    }


def _checked(names: Any) -> Mapping[str, Any]:
    if names is None:
        return {}
    if not isinstance(names, Mapping) or not all(isinstance(name, str) for name in names):
        kind = type(names).__name__
        raise TypeError(f"names takes a mapping of names to Values, such as locals(), not a {kind}")
    return names


def _in_one_line(label: str) -> str:
    """A label as part of a line: of any length it may have, without line breaks."""
    words = " ".join(label.split())
    words = words if len(words) <= _LABEL else words[: _LABEL - 1] + "…"
    return words if words.isprintable() else "".join(map(_seen, words))


def _seen(character: str) -> str:
    """A character that a terminal would obey, or that no file can hold, as Python spells it."""
    unseen = unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    # Those that join letters and emoji only make the text what it is.
    unseen = unseen and character not in "\u200c\u200d"
    return ascii(character)[1:-1] if unseen else character
