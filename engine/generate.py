"""Source of the eager operations: the formulas of the sheet inlined into Python functions.

For tanh, what is generated reads

    def tanh(a):
        if isinstance(a, Value):
            args = a,
            a = a.data
            try:
                out = tanh(a)
                partials = (1.0 - out * out),
            except UNUSUAL:
                return apply(TANH, *args)
            return record(TANH, args, out, partials)
        return apply(TANH, a)

where the inner `tanh` is that of `math`. Operations of two operands have such a block for each of
the cases in which only one of them is a `Value`. About twice as fast as closures, and a traceback
shows the formula. `engine.functions.source(name)` prints any of them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from engine.dialects import TEXT
from engine.evaluate import FAST, each, elements_of, hoist, parameters, partial_source
from engine.formula import names_in, read
from engine.ops import Op

_LOOPS = {
    # The first value, and the statement for one more element; nan stays nan in `max` and `min`.
    "sum": ("0.0", "{name} += {body}"),
    "max": ("-inf", "{name} = {body} if {body} > {name} or {body} != {body} else {name}"),
    "min": ("inf", "{name} = {body} if {body} < {name} or {body} != {body} else {name}"),
}


def eager_source(op: Op) -> str:
    """The source of the function that applies the operation eagerly."""
    lines = [f"def {op.name}({signature(op)}):", *_indented(_docstring(op))]
    body = _sequence_body(op) if op.sequences else _scalar_body(op)
    return "\n".join([*lines, *_indented(body)]) + "\n"


def signature(op: Op) -> str:
    """The parameters of the eager function, with their defaults."""
    defaults = {
        **op.defaults,
        **{name: value for name, value in op.constants.items() if value is not None},
    }
    names = [*op.operands, *op.constants]
    return ", ".join(f"{name}={defaults[name]}" if name in defaults else name for name in names)


def _docstring(op: Op) -> list[str]:
    names = [*parameters(op), "out"]
    formula = TEXT.write(read(op.formula, names))
    partials = [
        f"    ∂/∂{operand} = {TEXT.write(read(partial, names))}"
        for operand, partial in zip(op.operands, op.partials, strict=True)
    ]
    undefined = [f"Undefined, so an error, where {op.undefined}."] if op.undefined else []
    about = [op.about] if op.about else []
    first, *rest = [f"out = {formula}", *partials, *about, *undefined]
    return [f'"""{first}', *rest, '"""'] if rest else [f'"""{first}"""']


def _scalar_body(op: Op) -> list[str]:
    """One block per set of operands that are `Value`s; everything else goes to `apply`."""
    constants = "".join(f" and {_is_plain(name)}" for name in op.constants)
    if len(op.operands) == 1:
        (a,) = op.operands
        cases = [f"if isinstance({a}, Value){constants}:", *_indented(_block(op, {a}))]
    else:
        a, b = op.operands
        cases = [
            f"if isinstance({a}, Value){constants}:",
            f"    if isinstance({b}, Value):",
            *_indented(_block(op, {a, b}), 2),
            f"    if {_is_plain(b)}:",
            *_indented(_block(op, {a}), 2),
            f"elif isinstance({b}, Value) and {_is_plain(a)}{constants}:",
            *_indented(_block(op, {b})),
        ]
    return [
        *cases,
        f"return apply({constant_name(op)}, {', '.join([*op.operands, *op.constants])})",
    ]


def _is_plain(name: str) -> str:
    return f"({name}.__class__ is float or {name}.__class__ is int)"


def constant_name(op: Op) -> str:
    """The name of the operation itself in generated code."""
    return op.name.upper()


def _block(op: Op, nodes: set[str]) -> Iterator[str]:
    """The operation where the operands in `nodes` are `Value`s and the others plain numbers."""
    names = [*op.operands, *op.constants]
    plain = [name for name in names if name not in nodes]
    yield f"args = {_tuple(names)}"
    yield "try:"
    for name in plain:
        yield f"    {name} = float({name})"
    if plain:
        yield f"    args = {_tuple(names)}"
    for name in op.operands:
        if name in nodes:
            yield f"    {name} = {name}.data"
    known = [*names, "out"]
    yield from _undefined_check(op, "*args")
    yield f"    out = {FAST.write(read(op.formula, known))}"
    partials = [
        FAST.write(read(partial, known)) if operand in nodes else "None"
        for operand, partial in zip(op.operands, op.partials, strict=True)
    ]
    yield f"    partials = {_tuple(partials + ['None'] * len(op.constants))}"
    yield "except UNUSUAL:"
    yield f"    return apply({constant_name(op)}, *args)"
    yield f"return record({constant_name(op)}, args, out, partials)"


def _undefined_check(op: Op, given: str) -> Iterator[str]:
    # Not left to Python's own exceptions: -2 ** Value(2) has a value, but no derivative.
    if op.undefined:
        yield f"    if {FAST.write(read(op.undefined, parameters(op)))}:"
        yield f"        return apply({constant_name(op)}, {given})"


def _sequence_body(op: Op) -> Iterator[str]:
    """The operation on sequences of any length; each holds only `Value`s or only floats here."""
    known = [*parameters(op), "out"]
    reductions, trees = hoist([read(text, known) for text in (op.formula, *op.partials)])
    sequences = [name for name in op.operands if name in op.sequences]
    yield f"given = {_tuple(op.operands)}"
    yield "try:"
    for name in sequences:
        yield f"    {name} = tuple({name})"
    # Again, because an iterator can be gone through only once.
    yield f"    given = {_tuple(op.operands)}"
    starred = [f"*{name}" if name in sequences else name for name in op.operands]
    yield f"    args = {_tuple(starred)}"
    for name in op.operands:
        convert = "numbers_of" if name in sequences else "number_of"
        yield f"    {name}, {name}_differ = {convert}({name})"
    yield f"    n = same_length({', '.join(sequences)})"
    yield f"    if not ({' or '.join(f'{name}_differ' for name in op.operands)}):"
    yield f"        return apply({constant_name(op)}, *given)"
    yield from _undefined_check(op, "*given")
    # The reductions of the value come first; those that use `out` must wait for it.
    waiting = [item for item in reductions if "out" in names_in(item[2])]
    yield from _indented(
        line for item in reductions if item not in waiting for line in _loop(op, *item)
    )
    yield f"    out = {FAST.write(trees[0])}"
    yield from _indented(line for item in waiting for line in _loop(op, *item))
    yield "    partials = ("
    for operand, tree in zip(op.operands, trees[1:], strict=True):
        text = partial_source(op, operand, tree, FAST)
        if operand in sequences:
            yield f"        *({text} if {operand}_differ else [None] * n),"
        else:
            yield f"        {text} if {operand}_differ else None,"
    yield "    )"
    yield "except UNUSUAL:"
    yield f"    return apply({constant_name(op)}, *given)"
    yield f"return record({constant_name(op)}, args, out, partials)"


def _loop(op: Op, name: str, kind: str, body: ast.expr) -> Iterator[str]:
    elements = elements_of(op)
    text = FAST.write(body, elements)
    start, statement = _LOOPS[kind]
    yield f"{name} = {start}"
    yield f"for {each([sequence for sequence in names_in(body) if sequence in elements])}:"
    yield "    " + statement.format(name=name, body=text)


def _tuple(items: list[str] | tuple[str, ...]) -> str:
    return ", ".join(items) + ("," if len(items) == 1 else "")


def _indented(lines: object, levels: int = 1) -> list[str]:
    return ["    " * levels + line for line in lines]  # type: ignore[attr-defined]
