"""`python -m tests.engine.native.fuzz [SECONDS] [SEED]`: hostile programs on the native core.

Operands whose conversion runs code, sequences that change others while they are gone through,
nodes with destructors, collections at any moment: whatever runs does anything to any node, and so
on some levels deep. Nothing may crash (a build with sanitizers sees it best: docs/testing.md), no
SystemError may come out, and after every round all nodes must be given back.
"""

import copy
import gc
import pickle
import random
import sys
import time

import engine
from engine import Parameter, Value, detect_anomaly, no_grad, scope
from engine.eager.functions import EAGER
from engine.native import extension
from engine.sheet.op import Op
from engine.sheet.ops import SHEET

MOST_NODES, ROUND, DEEPEST = 30, 300, 3


class Fuzzer:
    """The nodes of one round and what may be done to them."""

    # Also where a collection has cleared the attributes.
    depth, collections = DEEPEST, 0

    def __init__(self, seed):
        self.actions = 0
        self.random = random.Random(seed)
        self.nodes = [Value(float(i)) for i in range(5)]
        # All of them, to take their cycles apart at the end.
        self.made = list(self.nodes)
        self.lists = [[Value(1.0), 2.0], [Parameter(3.0)]]
        self.depth = 0

    def __deepcopy__(self, memo):
        return self

    def __reduce__(self):
        # A second one, with nodes of its own, would stay where the engine remembers an operation.
        raise TypeError("a fuzzer is not pickled")

    def disturb(self):
        """Does something, unless it is done deep within something else already."""
        if self.depth < DEEPEST:
            self.depth += 1
            try:
                self.act()
            finally:
                self.depth -= 1

    def collected(self, phase, info):
        """At the start and the end of every collection."""
        self.collections += phase == "start"
        self.disturb()
        self.collections -= phase == "stop"

    def act(self):
        """One action; an error of any kind but SystemError is as good as a result."""
        self.actions += 1
        try:
            result = self.random.choice(ACTIONS)(self)
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

    def node(self):
        return self.random.choice(self.nodes)

    def number(self):
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

    def operand(self):
        return self.node() if self.random.random() < 0.6 else self.number()

    def sequence(self):
        kind = self.random.randrange(5)
        if kind == 0:
            return self.random.choice(self.lists)
        items = [self.operand() for _ in range(self.random.randrange(12))]
        return [items, tuple(items), self.disturbing(items), Sequence(self, items)][kind - 1]

    def disturbing(self, items):
        for item in items:
            self.disturb()
            yield item

    def end(self):
        """Breaks all cycles and lets everything go."""
        found, new = set(), {*self.made, *self.nodes}
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
    def __init__(self, fuzzer):
        self.fuzzer = fuzzer

    def __float__(self):
        self.fuzzer.disturb()
        return self.fuzzer.random.choice((2.0, -1.0, float("nan")))

    def __bool__(self):
        self.fuzzer.disturb()
        return False

    def __lt__(self, other):
        self.fuzzer.disturb()
        return NotImplemented


class Sequence(list):
    def __init__(self, fuzzer, items):
        super().__init__(items)
        self.fuzzer = fuzzer

    def __iter__(self):
        self.fuzzer.disturb()
        return super().__iter__()

    def __len__(self):
        self.fuzzer.disturb()
        return super().__len__()


class Hostile(Value):
    """A node with attributes of its own, and code in its conversion and its end."""

    def __init__(self, data, fuzzer):
        super().__init__(data)
        self.fuzzer = fuzzer
        self.other = fuzzer.node()

    def __float__(self):
        self.fuzzer.disturb()
        return 1.0

    def __del__(self):
        fuzzer = getattr(self, "fuzzer", None)
        if fuzzer is not None:
            fuzzer.disturb()

    def __reduce__(self):
        return Value, (0.5,)


class Slotless(Parameter):
    __slots__ = ()


class Text(str):
    __slots__ = ("fuzzer",)

    def __del__(self):
        self.fuzzer.disturb()


class Ending(Op):
    __slots__ = ("fuzzer",)

    def __del__(self):
        if hasattr(self, "fuzzer"):
            self.fuzzer.disturb()


def text(f):
    label = Text(f.random.choice(("a", "ŷ", "", "a\0b", "\ud800")))
    label.fuzzer = f
    return f.random.choice((label, str(label), None, 3))


def operation(f):
    made = Ending("cube", "³", "a ** 3", ("3 * a ** 2",))
    made.fuzzer = f
    return f.random.choice((made, None, 3, *SHEET[:3]))


def call(f):
    op = f.random.choice(SHEET)
    arguments = [
        f.sequence() if name in op.sequences else f.operand()
        for name in (*op.operands, *op.constants)
    ]
    del arguments[len(arguments) - f.random.randrange(2) :]
    return EAGER[op.name](*arguments)


def operator(f):
    a, b = f.random.choice(((f.operand(), f.node()), (f.node(), f.operand())))
    return f.random.choice(
        (
            lambda: a + b,
            lambda: a - b,
            lambda: a * b,
            lambda: a / b,
            lambda: a**b,
            lambda: a % b,
            lambda: a // b,
            lambda: -a,
            lambda: abs(a),
            lambda: +a,
            lambda: pow(a, b, 2),
            lambda: divmod(a, b)[0],
            lambda: a < b,
            lambda: a == b,
        )
    )()


def leaf(f):
    return f.random.choice(
        (
            lambda: Value(f.number(), text(f)),
            lambda: Value(f.number(), label=text(f)),
            lambda: Parameter(1.0),
            lambda: Slotless(2.0),
            lambda: Hostile(3.0, f),
            lambda: Value.__init__(f.node(), f.number()),
            lambda: object.__new__(f.random.choice((Value, Slotless))),
            lambda: f.node().detach(),
        )
    )()


def assign(f):
    name = f.random.choice("data grad op args partials label scope _data_ _args_".split())
    sequence = f.sequence()
    what = {
        "op": operation,
        "label": text,
        "scope": text,
        "args": lambda f: tuple(sequence),
        "_args_": lambda f: tuple(sequence),
        "partials": lambda f: tuple([f.number() for _ in f.node().args]),
    }.get(name, lambda f: f.operand())(f)
    setattr(f.node(), name, what)


def refit(f):
    node = f.node()
    node.partials = tuple([None if type(arg) is float else Number(f) for arg in node.args])


def read(f):
    name = f.random.choice("data grad op args partials label scope role __class__ _op".split())
    getattr(f.node(), name)


def remove(f):
    delattr(f.node(), f.random.choice(("data", "args", "label", "fuzzer", "other")))


def change_class(f):
    kind = f.random.choice((Value, Parameter, Slotless, Hostile))
    if f.random.random() < 0.5:
        f.node().__class__ = kind
    else:
        object.__dict__["__class__"].__set__(f.node(), kind)


def walk(f):
    f.random.choice(
        (
            lambda: f.node().backward(),
            lambda: engine.topological_order(f.node(), f.operand()),
            lambda: engine.gradient(f.node(), [f.node(), f.node()]),
            lambda: extension.confirm([*f.nodes, f.operand()], f.random.randrange(3)),
            lambda: engine.leaves(f.node()),
        )
    )()


def duplicate(f):
    return f.random.choice(
        (
            lambda: copy.copy(f.node()),
            lambda: copy.deepcopy(f.node()),
            lambda: pickle.loads(pickle.dumps(f.node())),
        )
    )()


def recorded(f):
    arguments = tuple(f.sequence())
    partials = tuple([f.number() for _ in arguments])
    return extension.record(operation(f), arguments, f.number(), partials)


def within(f):
    if f.collections:
        # Python 3.11 does not bear that a context variable is set during another's setting.
        return
    with f.random.choice((no_grad, detect_anomaly, scope("s"))):
        f.disturb()


def change_list(f):
    chosen = f.random.choice(f.lists)
    f.random.choice((chosen.clear, chosen.reverse, lambda: chosen.append(f.operand())))()


def forget(f):
    del f.nodes[f.random.randrange(len(f.nodes))]
    if not f.nodes:
        f.nodes.append(Value(1.0))
        f.made.append(f.nodes[0])


def collect(f):
    gc.collect(f.random.randrange(2))


def threshold(f):
    gc.set_threshold(f.random.choice((1, 2, 50, 700)))


ACTIONS = (
    *[call, operator] * 4,
    *[leaf, assign, refit, read, walk] * 2,
    *[remove, change_class, duplicate, recorded, within, change_list, forget, collect, threshold],
)


def count():
    """How many nodes there are: without the collector's header, and with it."""
    for _ in range(3):
        # The first one runs destructors, those after it free what these have kept.
        gc.collect()
    return extension.alive() + sum(isinstance(thing, Value) for thing in gc.get_objects())


def play(seed):
    """One round; how many actions it took. AssertionError where nodes are left at its end."""
    before = count()
    fuzzer = Fuzzer(seed)
    # Code at every collection: on Python 3.11 that is wherever a container is made.
    gc.callbacks.append(fuzzer.collected)
    try:
        for _ in range(ROUND):
            fuzzer.act()
    finally:
        gc.callbacks.remove(fuzzer.collected)
        gc.set_threshold(700, 10, 10)
    fuzzer.depth = DEEPEST
    fuzzer.end()
    actions = fuzzer.actions
    del fuzzer
    left = count() - before
    assert left == 0, f"seed {seed}: {left} nodes are left"
    return actions


def main():
    """Plays rounds for some seconds; shows every hundredth seed, to repeat a crash from there."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    first = seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10**6)
    assert engine.core == "native", "the fuzzer is for the native core"
    for operation in EAGER.values():
        # What is generated on first use is so before anything disturbs it.
        assert operation.__wrapped__
    start, actions = time.monotonic(), 0
    while time.monotonic() - start < seconds:
        if (seed - first) % 100 == 0:
            print(f"seed {seed}", flush=True)
        actions += play(seed)
        seed += 1
    print(
        f"{actions:,} actions in {seed - first:,} rounds from seed {first}: "
        "nothing crashed, no node is left"
    )


if __name__ == "__main__":
    main()
