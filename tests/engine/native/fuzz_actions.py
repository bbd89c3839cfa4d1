"""All that `fuzz` does to nodes: an action takes what it needs from the fuzzer, at random."""

from __future__ import annotations

import copy
import gc
import pickle
from collections.abc import Callable
from typing import Any

import engine
from engine import Parameter, Value, detect_anomaly, no_grad, scope
from engine.eager.functions import EAGER
from engine.native import extension
from engine.sheet.ops import SHEET
from tests.engine.native.fuzzer import Ending, Fuzzer, Hostile, Number, Slotless, Text


def text(f: Fuzzer) -> Any:
    label = Text(f.random.choice(("a", "ŷ", "", "a\0b", "\ud800")))
    label.fuzzer = f
    return f.random.choice((label, str(label), None, 3))


def operation(f: Fuzzer) -> Any:
    made = Ending("cube", "³", "a ** 3", ("3 * a ** 2",))
    made.fuzzer = f
    return f.random.choice((made, None, 3, *SHEET[:3]))


def call(f: Fuzzer) -> Any:
    op = f.random.choice(SHEET)
    arguments = [
        f.sequence() if name in op.sequences else f.operand()
        for name in (*op.operands, *op.constants)
    ]
    del arguments[len(arguments) - f.random.randrange(2) :]
    return EAGER[op.name](*arguments)


def operator(f: Fuzzer) -> Any:
    a: Any
    b: Any
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


def leaf(f: Fuzzer) -> Any:
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


def assign(f: Fuzzer) -> None:
    names = "data grad op args partials label scope _data_ _args_ m seen"
    name = f.random.choice(names.split())
    sequence = f.sequence()
    what: dict[str, Callable[[Fuzzer], Any]] = {
        "op": operation,
        "label": text,
        "scope": text,
        "args": lambda f: tuple(sequence),
        "_args_": lambda f: tuple(sequence),
        "partials": lambda f: tuple([f.number() for _ in f.node().args]),
        "m": Fuzzer.number,
        "seen": text,
    }
    made = what.get(name, Fuzzer.operand)(f)
    setattr(f.node(), name, made)


def refit(f: Fuzzer) -> None:
    node: Any = f.node()
    node.partials = tuple([None if type(arg) is float else Number(f) for arg in node.args])


def read(f: Fuzzer) -> None:
    name = f.random.choice(
        "data grad op args partials label scope role __class__ _op m seen".split()
    )
    getattr(f.node(), name)


def remove(f: Fuzzer) -> None:
    delattr(f.node(), f.random.choice(("data", "args", "label", "fuzzer", "m", "seen")))


def change_class(f: Fuzzer) -> None:
    kind = f.random.choice((Value, Parameter, Slotless, Hostile))
    if f.random.random() < 0.5:
        f.node().__class__ = kind
    else:
        object.__dict__["__class__"].__set__(f.node(), kind)


def walk(f: Fuzzer) -> None:
    f.random.choice(
        (
            lambda: f.node().backward(),
            lambda: f.node().backward(f.operand()),
            lambda: f.node().zero_grad(),
            lambda: engine.topological_order(f.node(), f.operand()),
            lambda: engine.gradient(f.node(), [f.node(), f.node()]),
            lambda: extension.confirm([*f.nodes, f.operand()], f.random.randrange(3)),
            lambda: engine.leaves(f.node()),
        )
    )()


def duplicate(f: Fuzzer) -> Any:
    return f.random.choice(
        (
            lambda: copy.copy(f.node()),
            lambda: copy.deepcopy(f.node()),
            lambda: pickle.loads(pickle.dumps(f.node())),
        )
    )()


def recorded(f: Fuzzer) -> Any:
    arguments = tuple(f.sequence())
    partials = tuple([f.number() for _ in arguments])
    return extension.record(operation(f), arguments, f.number(), partials)


def within(f: Fuzzer) -> None:
    if f.collections:
        # Python 3.11 does not bear that a context variable is set during another's setting.
        return
    with f.random.choice((no_grad, detect_anomaly, scope("s"))):
        f.disturb()


def change_list(f: Fuzzer) -> None:
    chosen = f.random.choice(f.lists)
    f.random.choice((chosen.clear, chosen.reverse, lambda: chosen.append(f.operand())))()


def forget(f: Fuzzer) -> None:
    del f.nodes[f.random.randrange(len(f.nodes))]
    if not f.nodes:
        f.nodes.append(Value(1.0))
        f.made.append(f.nodes[0])


def collect(f: Fuzzer) -> None:
    gc.collect(f.random.randrange(2))


def threshold(f: Fuzzer) -> None:
    gc.set_threshold(f.random.choice((1, 2, 50, 700)))


ACTIONS = (
    *[call, operator] * 4,
    *[leaf, assign, refit, read, walk] * 2,
    *[remove, change_class, duplicate, recorded, within, change_list, forget, collect, threshold],
)
