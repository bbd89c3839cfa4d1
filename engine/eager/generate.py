"""Source of the eager operations: the formulas of the sheet inlined into Python functions.

For tanh, what is generated reads

    def tanh(a):
        if isinstance(a, Value):
            args = a,
            a = a._data_
            try:
                out = tanh(a)
                partials = 1.0 - out * out,
            except UNUSUAL:
                return apply(TANH, *args)
            if current_mode() is not None:
                return record(TANH, args, out, partials)
            node = new(Value)
            node._data_ = out
            …
            return node
        return apply(TANH, a)

where the inner `tanh` is that of `math`. Operations of two operands have such a block for each of
the cases in which only one of them is a `Value`. About twice as fast as closures, and a traceback
shows the formula. `engine.eager.functions.source(name)` prints any of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.eager.generate_parts import (
    as_tuple,
    indented,
    is_plain,
    partial_text,
    recorded,
    undefined_check,
)
from engine.eager.generate_sequences import sequence_body
from engine.eager.methods import constant_name
from engine.sheet.computation import Step, computation, needed, parameters
from engine.sheet.dialects import TEXT
from engine.sheet.evaluate import FAST
from engine.sheet.formula import read
from engine.sheet.op import Op


def eager_source(op: Op) -> str:
    """The source of the function that applies the operation eagerly."""
    lines = [f"def {op.name}({signature(op)}):", *indented(_docstring(op))]
    body = sequence_body(op) if op.sequences else _scalar_body(op)
    return "\n".join([*lines, *indented(body)]) + "\n"


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
    formula = TEXT.write(read(op.taught.get("out", op.formula), names))
    partials = [
        f"    ∂/∂{operand} = {TEXT.write(read(op.taught.get(operand, partial), names))}"
        for operand, partial in zip(op.operands, op.partials, strict=True)
    ]
    undefined = [f"Undefined, so an error, where {op.undefined}."] if op.undefined else []
    # Whatever it says, it stays within the docstring.
    about = [op.about.replace("\\", r"\\").replace('"', r"\"")] if op.about else []
    first, *rest = [f"out = {formula}", *partials, *about, *undefined]
    return [f'"""{first}', *rest, '"""'] if rest else [f'"""{first}"""']


def _scalar_body(op: Op) -> list[str]:
    """One block per set of operands that are `Value`s; everything else goes to `apply`.

    Of more than two operands, only one for all of them.
    """
    constants = "".join(f" and {is_plain(name)}" for name in op.constants)
    if len(op.operands) == 1:
        (a,) = op.operands
        cases = [f"if isinstance({a}, Value){constants}:", *indented(_block(op, {a}))]
    elif len(op.operands) > 2:
        every = " and ".join(f"isinstance({name}, Value)" for name in op.operands)
        cases = [f"if {every}{constants}:", *indented(_block(op, set(op.operands)))]
    else:
        a, b = op.operands
        cases = [
            f"if isinstance({a}, Value){constants}:",
            f"    if isinstance({b}, Value):",
            *indented(_block(op, {a, b}), 2),
            f"    if {is_plain(b)}:",
            *indented(_block(op, {a}), 2),
            f"elif isinstance({b}, Value) and {is_plain(a)}{constants}:",
            *indented(_block(op, {b})),
        ]
    return [
        *cases,
        f"return apply({constant_name(op)}, {', '.join([*op.operands, *op.constants])})",
    ]


def _block(op: Op, nodes: set[str]) -> Iterator[str]:
    """The operation where the operands in `nodes` are `Value`s and the others plain numbers."""
    names = [*op.operands, *op.constants]
    plain = [name for name in names if name not in nodes]
    yield f"args = {as_tuple(names)}"
    yield "try:"
    for name in plain:
        yield f"    {name} = float({name})"
    if plain:
        yield f"    args = {as_tuple(names)}"
    for name in op.operands:
        if name in nodes:
            yield f"    {name} = {name}._data_"
    yield from undefined_check(op, "*args")
    own = computation(op)
    yield from indented(_steps(own.before))
    yield f"    out = {FAST.write(own.value)}"
    wanted = [own.partials[operand] for operand in op.operands if operand in nodes]
    yield from indented(_steps(needed(own.after, wanted)))
    partials = [
        partial_text(partial, plain) if operand in nodes else "None"
        for operand, partial in own.partials.items()
    ]
    yield f"    partials = {as_tuple(partials + ['None'] * len(op.constants))}"
    yield "except UNUSUAL:"
    yield f"    return apply({constant_name(op)}, *args)"
    yield from recorded(op)


def _steps(steps: Iterable[Step]) -> Iterator[str]:
    """The common parts of the formulas."""
    return (f"{step.name} = {FAST.write(step.tree)}" for step in steps)
