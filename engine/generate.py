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
shows the formula. `engine.functions.source(name)` prints any of them.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import combinations

from engine.computation import Step, computation, needed, parameters
from engine.dialects import TEXT
from engine.evaluate import FAST, each, element, elements_of, partial_source
from engine.formula import names_in, read
from engine.inlining import inlined
from engine.op import Op

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
    constants = "".join(f" and {_is_plain(name)}" for name in op.constants)
    if len(op.operands) == 1:
        (a,) = op.operands
        cases = [f"if isinstance({a}, Value){constants}:", *_indented(_block(op, {a}))]
    elif len(op.operands) > 2:
        every = " and ".join(f"isinstance({name}, Value)" for name in op.operands)
        cases = [f"if {every}{constants}:", *_indented(_block(op, set(op.operands)))]
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
    return f"(type({name}) is float or type({name}) is int)"


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
            yield f"    {name} = {name}._data_"
    yield from _undefined_check(op, "*args")
    own = computation(op)
    yield from _indented(_steps(op, own.before))
    yield f"    out = {FAST.write(own.value)}"
    wanted = [own.partials[operand] for operand in op.operands if operand in nodes]
    yield from _indented(_steps(op, needed(own.after, wanted)))
    partials = [
        _partial(partial, plain) if operand in nodes else "None"
        for operand, partial in own.partials.items()
    ]
    yield f"    partials = {_tuple(partials + ['None'] * len(op.constants))}"
    yield "except UNUSUAL:"
    yield f"    return apply({constant_name(op)}, *args)"
    yield from _record(op)


def _partial(tree: ast.expr, plain: Collection[str], names: Mapping[str, str] | None = None) -> str:
    """A partial derivative; where it is a plain number that is 0, the path ends as at `DEAD`."""
    text = FAST.write(tree, names)
    return f"{text} or 0" if isinstance(tree, ast.Name) and tree.id in plain else text


def _undefined_check(op: Op, given: str) -> Iterator[str]:
    # Not left to Python's own exceptions: -2 ** Value(2) has a value, but no derivative.
    if op.undefined:
        yield f"    if {FAST.write(inlined(read(op.undefined, parameters(op))))}:"
        yield f"        return apply({constant_name(op)}, {given})"


def _sequence_body(op: Op) -> Iterator[str]:
    """The operation on sequences, each of `Value`s only or of floats only; the rest to `apply`."""
    sequences = [name for name in op.operands if name in op.sequences]
    return _one_sequence(op) if len(sequences) == 1 else _several_sequences(op, sequences)


def _one_sequence(op: Op) -> Iterator[str]:
    """Loops over the numbers of a sequence of `Value`s: for each reduction, then the partials.

    The other operands are `Value`s as well.
    """
    (name,) = op.sequences
    scalars = [operand for operand in op.operands if operand != name]
    own = computation(op)
    args = ["elements" if x == name else x for x in [*op.operands, *op.constants]]
    yield f"elements = {_row(name)}"
    # Kept, because the names will stand for numbers.
    given = "*given" if scalars else ", ".join(args)
    if scalars:
        yield f"given = {_tuple(args)}"
    yield "try:"
    yield "    n = len(elements)"
    # Other objects may have `data` too; one test keeps out sequences of them.
    tests = " or ".join(f"not isinstance({x}, Value)" for x in ["elements[0]", *scalars])
    yield f"    if {tests}:"
    yield "        raise TypeError"
    yield f"    {name} = [x._data_ for x in elements]"
    for constant in op.constants:
        yield f"    if not {_is_plain(constant)}:"
        yield "        raise TypeError"
        yield f"    {constant} = float({constant})"
    alone = args == ["elements"]
    starred = _tuple(["*elements" if x == "elements" else x for x in args])
    yield f"    args = {'elements' if alone else starred}"
    for scalar in scalars:
        yield f"    {scalar} = {scalar}._data_"
    if op.constants:
        yield from _undefined_check(op, given)
    yield from _indented(_steps(op, own.before))
    yield f"    out = {FAST.write(own.value)}"
    yield from _indented(_steps(op, own.after))
    texts = [partial_source(op, operand, tree, FAST) for operand, tree in own.partials.items()]
    if alone:
        yield f"    partials = tuple({texts[0]})"
    else:
        spread = ["*" * (x == name) + text for x, text in zip(op.operands, texts)]
        yield f"    partials = {_tuple(spread + ['None'] * len(op.constants))}"
    yield "except UNUSUAL:"
    yield f"    return apply({constant_name(op)}, {given})"
    yield from _record(op)


def _row(name: str) -> str:
    # Outside of any `try`, because what an iterator raises is no matter of the operation; and once,
    # because it cannot be gone through again.
    sequence = f"type({name}) is list or type({name}) is tuple"
    return f"tuple({name}) if {sequence} else row({name})"


def _steps(op: Op, steps: Iterable[Step]) -> Iterator[str]:
    """The common parts of the formulas: numbers, and reductions as loops over the elements.

    Reductions that do not need each other share a loop.
    """
    loop: dict[str, str] = {}
    header = f"for {each([operand for operand in op.operands if operand in op.sequences])}:"
    for name, kind, tree in steps:
        text = FAST.write(tree, elements_of(op))
        if loop and (not kind or not loop.keys().isdisjoint(names_in(tree))):
            yield from (header, *_indented(loop.values()))
            loop.clear()
        if kind:
            start, statement = _LOOPS[kind]
            yield f"{name} = {start}"
            loop[name] = statement.format(name=name, body=text)
        else:
            yield f"{name} = {text}"
    if loop:
        yield from (header, *_indented(loop.values()))


def _several_sequences(op: Op, sequences: list[str]) -> Iterator[str]:
    """One loop that adds up a sum and collects its partials on the way, as for `dot`.

    Written once for each set of sequences that are `Value`s. The other operands are scalars.
    """
    own = computation(op)
    if (
        [step.kind for step in own.before] != ["sum"]
        or own.after
        or any(
            {"out", own.before[0].name}.intersection(names_in(tree))
            for tree in own.partials.values()
        )
    ):
        raise ValueError(
            f"{op.name}: with several sequences the value must hold one sum, the partials none"
        )
    for name in sequences:
        yield f"{name} = {_row(name)}"
    yield "try:"
    yield f"    n = len({sequences[0]})"
    for name in sequences[1:]:
        yield f"    if len({name}) != n:"
        yield "        raise ValueError"
    yield from _indented(_sum_of_sequences(op, sequences))
    yield "except UNUSUAL:"
    yield f"    return apply({constant_name(op)}, {', '.join(op.operands)})"
    yield from _record(op)


def _sum_of_sequences(op: Op, sequences: list[str]) -> Iterator[str]:
    [(total, _, body)], value, _, partials = computation(op)
    elements = elements_of(op)
    scalars = [name for name in op.operands if name not in sequences]
    for name in scalars:
        yield f"{name}_data = {name} if type({name}) is float else {name}._data_"
    yield f"{total} = 0.0"
    for name in sequences:
        yield f"{name}_partials = []"
    for number, nodes in enumerate(_subsets(sequences)):
        tests = [
            f"isinstance({name}[0], Value)" if name in nodes else f"type({name}[0]) is float"
            for name in sequences
        ]
        yield f"{'elif' if number else 'if'} {' and '.join(tests)}:"
        yield f"    for {each(sequences)}:"
        for name in sequences:
            if name in nodes:
                yield f"        {element(name)} = {element(name)}._data_"
            else:
                yield f"        if type({element(name)}) is not float:"
                yield "            raise TypeError"
        yield f"        {total} += {FAST.write(body, elements)}"
        plain = [name for name in sequences if name not in nodes]
        for name in nodes:
            yield f"        {name}_partials.append({_partial(partials[name], plain, elements)})"
        for name in sequences:
            if name not in nodes:
                yield f"    {name}_partials = [None] * n"
    # Numbers only, or nothing at all.
    yield "else:"
    yield "    raise TypeError"
    yield f"out = {FAST.write(value, {name: f'{name}_data' for name in scalars})}"
    yield f"args = {_tuple([f'*{name}' if name in sequences else name for name in op.operands])}"
    yield "partials = ("
    for name in op.operands:
        if name in sequences:
            yield f"    *{name}_partials,"
        else:
            text = FAST.write(partials[name], {name: f"{name}_data" for name in scalars})
            yield f"    None if type({name}) is float else {text},"
    yield ")"


def _subsets(names: list[str]) -> Iterator[list[str]]:
    """All but the empty one, the largest first."""
    for size in range(len(names), 0, -1):
        yield from map(list, combinations(names, size))


def _record(op: Op) -> Iterator[str]:
    """What `engine.value.record` does; a call of it would be a tenth of a small operation."""
    yield "if current_mode() is not None:"
    yield f"    return record({constant_name(op)}, args, out, partials)"
    yield "node = new(Value)"
    yield "node._data_ = out"
    yield "node._grad_ = 0.0"
    yield f"node._op_ = {constant_name(op)}"
    yield "node._args_ = args"
    yield "node._partials_ = partials"
    yield "node._label_ = None"
    yield "node._scope_ = None"
    yield "return node"


def _tuple(items: list[str] | tuple[str, ...]) -> str:
    return ", ".join(items) + ("," if len(items) == 1 else "")


def _indented(lines: Iterable[str], levels: int = 1) -> list[str]:
    return ["    " * levels + line for line in lines]
