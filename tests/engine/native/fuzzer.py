"""What `fuzz` plays with: nodes, and operands, sequences, labels and operations that run code."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from engine import Parameter, Value
from engine.native import extension
from engine.sheet.op import Op

MOST_NODES, DEEPEST = 30, 3


class Fuzzer:
    """The nodes of one round and what may be done to them."""

    # Also where a collection has cleared the attributes.
    depth, collections = DEEPEST, 0

    def __init__(self, seed: int, repertoire: Sequence[Callable[[Fuzzer], object]]) -> None:
        self.repertoire = repertoire
        self.actions = 0
        self.random = random.Random(seed)
        self.nodes = [Value(float(i)) for i in range(5)]
        # All of them, to take their cycles apart at the end.
        self.made = list(self.nodes)
        self.lists: list[list[Any]] = [[Value(1.0), 2.0], [Parameter(3.0)]]
        self.depth = 0

    def __deepcopy__(self, memo: object) -> Fuzzer:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        # A second one, with nodes of its own, would stay where the engine remembers an operation.
        raise TypeError("a fuzzer is not pickled")

    def disturb(self) -> None:
        """Does something, unless it is done deep within something else already."""
        if self.depth < DEEPEST:
            self.depth += 1
            try:
                self.act()
            finally:
                self.depth -= 1

    def collected(self, phase: str, info: object) -> None:
        """At the start and the end of every collection."""
        self.collections += phase == "start"
        self.disturb()
        self.collections -= phase == "stop"

    def act(self) -> None:
        """One action; an error of any kind but SystemError is as good as a result."""
        self.actions += 1
        try:
            result = self.random.choice(self.repertoire)(self)
        except SystemError as error:
            # Python's own parser gives this where a collection within it runs code.
            if "AST constructor" not in str(error):
                raise
            return
        except Exception:
            return
        if isinstance(result, Value):
            self.made.append(result)
            self.nodes.append(result)
            if len(self.nodes) > MOST_NODES:
                del self.nodes[self.random.randrange(len(self.nodes))]

    def node(self) -> Value:
        return self.random.choice(self.nodes)

    def number(self) -> Any:
        choices = (
            0,
            -1,
            1.5,
            float("nan"),
            float("inf"),
            10**400,
            True,
            None,
            "3",
            2j,
            Number(self),
        )
        return self.random.choice(choices)

    def operand(self) -> Any:
        return self.node() if self.random.random() < 0.6 else self.number()

    def sequence(self) -> Iterable[Any]:
        kind = self.random.randrange(5)
        if kind == 0:
            return self.random.choice(self.lists)
        items = [self.operand() for _ in range(self.random.randrange(12))]
        return (items, tuple(items), self.disturbing(items), Disturbing(self, items))[kind - 1]

    def disturbing(self, items: Iterable[Any]) -> Iterator[Any]:
        for item in items:
            self.disturb()
            yield item

    def end(self) -> None:
        """Breaks all cycles and lets everything go."""
        found: set[Value] = set()
        new = {*self.made, *self.nodes}
        while new:
            found |= new
            below = extension.topological_order(*new)
            others = [node.other for node in below if hasattr(node, "other")]
            new = {*below, *others} - found
        for node in found:
            node.args = ()
            node.op = None
        self.nodes, self.made, self.lists = [], [], []


class Number:
    """An operand that runs code when it is made a float, tested or compared."""

    def __init__(self, fuzzer: Fuzzer) -> None:
        self.fuzzer = fuzzer

    def __float__(self) -> float:
        self.fuzzer.disturb()
        return self.fuzzer.random.choice((2.0, -1.0, float("nan")))

    def __bool__(self) -> bool:
        self.fuzzer.disturb()
        return False

    def __lt__(self, other: object) -> bool:
        self.fuzzer.disturb()
        return NotImplemented


class Disturbing(list[Any]):
    """A list that runs code when it is gone through or its length is asked."""

    def __init__(self, fuzzer: Fuzzer, items: Iterable[Any]) -> None:
        super().__init__(items)
        self.fuzzer = fuzzer

    def __iter__(self) -> Iterator[Any]:
        self.fuzzer.disturb()
        return super().__iter__()

    def __len__(self) -> int:
        self.fuzzer.disturb()
        return super().__len__()


class Hostile(Value):
    """A node with attributes of its own, and code in its conversion and its end."""

    def __init__(self, data: float, fuzzer: Fuzzer) -> None:
        super().__init__(data)
        self.fuzzer = fuzzer
        self.other = fuzzer.node()

    def __float__(self) -> float:
        self.fuzzer.disturb()
        return 1.0

    def __del__(self) -> None:
        fuzzer = getattr(self, "fuzzer", None)
        if fuzzer is not None:
            fuzzer.disturb()

    def __reduce__(self) -> tuple[Any, ...]:
        return Value, (0.5,)


class Slotless(Parameter):
    """A parameter without room for attributes of its own."""

    __slots__ = ()


class Text(str):
    """A label with code in its end."""

    __slots__ = ("fuzzer",)
    fuzzer: Fuzzer

    def __del__(self) -> None:
        self.fuzzer.disturb()


class Ending(Op):
    """An operation with code in its end."""

    __slots__ = ("fuzzer",)
    fuzzer: Fuzzer

    def __del__(self) -> None:
        if hasattr(self, "fuzzer"):
            self.fuzzer.disturb()
