"""The native core's table of operations: the formulas of the sheet written as C functions.

For tanh, what is written reads

    static int compute_tanh(const double *row_, Py_ssize_t n_, unsigned wanted_, double *value_,
                            double *partials_)
    {
        const double a = row_[0];
        const double out = tanh(a);
        if (wanted_ & 1u)
            partials_[0] = 1.0 - out * out;
        *value_ = out;
        return 1;
    }

The row holds operands as a node keeps them: in order, sequences (of length n) laid flat, the
constants last. A function returns 0 where the operation is undefined; which of the partial
derivatives of scalar operands are wanted is told by a bit for each. Names that are not of the sheet
end in an underscore, so that an operand may have any name.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from engine.native import fingerprint
from engine.sheet.computation import Step, computation, parameters
from engine.sheet.dialect_c import HELPERS, C
from engine.sheet.evaluate import element, elements_of
from engine.sheet.formula import names_in, read
from engine.sheet.inlining import inlined
from engine.sheet.op import Op
from engine.sheet.ops import ARITHMETIC, SHEET
from engine.sheet.reductions import REDUCTIONS

_SIGNATURE = (
    "(const double *row_, Py_ssize_t n_, unsigned wanted_, double *value_,\n"
    "{indent}double *partials_)"
)


def table() -> str:
    """The whole C file."""
    entries = "".join(map(_entry, SHEET))
    places = "".join(
        f"#define OPERATION_{op.name.upper()} {place}\n"
        for place, op in enumerate(SHEET)
        if op in ARITHMETIC
    )
    most = max(len(op.operands) + len(op.constants) for op in SHEET)
    return "\n".join(
        [
            "/* Generated from engine/sheet/ops.py by engine/native/source.py. */\n",
            HELPERS,
            *("\n".join(_function(op)) for op in SHEET),
            f'_Static_assert({most} <= MOST_PARAMETERS, "an operation of more parameters");',
            f"#define OPERATION_COUNT {len(SHEET)}",
            places,
            f"static const Entry table[OPERATION_COUNT] = {{\n{entries}}};\n",
            f"static const char fingerprint[] =\n{_string(fingerprint())};\n",
        ]
    )


def write_table(path: Path) -> None:
    """Writes the C file where the compiler will look for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(table(), encoding="utf-8")


def _function(op: Op) -> Iterator[str]:
    yield f"/* {op.name}: {op.formula} */"
    head = f"static int compute_{op.name}"
    yield head + _SIGNATURE.format(indent=" " * (len(head) + 1))
    yield "{"
    yield from ("    " + line for line in [*_operands(op), *_body(op)])
    yield "    *value_ = out;"
    yield "    return 1;"
    yield "}\n"


def _operands(op: Op) -> Iterator[str]:
    """The row taken apart, and the test for where the operation is undefined."""
    yield "(void)n_, (void)wanted_;"
    sequences = scalars = 0
    for name in (*op.operands, *op.constants):
        place = f"{scalars}" if not sequences else f"{scalars} + {sequences} * n_"
        if name in op.sequences:
            yield f"const double *{name} = row_ + {place};"
            sequences += 1
        else:
            yield f"const double {name} = row_[{place}];"
            scalars += 1
        yield f"(void){name};"
    if op.undefined:
        yield f"if ({C.write(inlined(read(op.undefined, parameters(op))), _names(op))})"
        yield "    return 0;"


def _body(op: Op) -> Iterator[str]:
    """The value, then the partial derivatives; each after the steps that it needs."""
    own = computation(op)
    for step in own.before:
        yield from _step(op, step)
    yield f"const double out = {C.write(own.value, _names(op))};"
    for step in own.after:
        yield from _step(op, step)
    sequences = scalars = 0
    for place, (operand, partial) in enumerate(own.partials.items()):
        text = C.write(partial, _names(op))
        if operand in op.sequences:
            yield "for (Py_ssize_t i_ = 0; i_ < n_; i_++) {"
            yield from _elements(op, partial)
            yield f"    partials_[i_ + {scalars} + {sequences} * n_] = {text};"
            yield "}"
            sequences += 1
        elif op.sequences:
            yield f"partials_[{scalars} + {sequences} * n_] = {text};"
            scalars += 1
        else:
            yield f"if (wanted_ & {1 << place}u)"
            yield f"    partials_[{place}] = {_unless_constant(op, partial, text)};"


def _unless_constant(op: Op, partial: ast.expr, text: str) -> str:
    """A partial derivative that is just an operand: DEAD where that is a plain number that is 0."""
    if not isinstance(partial, ast.Name) or partial.id not in op.operands:
        return text
    place = op.operands.index(partial.id)
    return f"{text} != 0.0 || wanted_ & {1 << place}u ? {text} : DEAD"


def _step(op: Op, step: Step) -> Iterator[str]:
    """A common part of the formulas: a reduction over the elements, or a number."""
    name, kind, tree = step
    piece = C.visit(tree, _names(op))
    if not kind:
        yield f"const double {name} = {piece[0]};"
        return
    identity = C.number(REDUCTIONS[kind].identity).replace("inf", "INFINITY")
    yield f"double {name} = {identity};"
    yield "for (Py_ssize_t i_ = 0; i_ < n_; i_++) {"
    yield from _elements(op, tree)
    yield f"    {C.further(REDUCTIONS[kind], name, piece)};"
    yield "}"


def _elements(op: Op, body: ast.expr) -> Iterator[str]:
    for name in names_in(body):
        if name in op.sequences:
            yield f"    const double {element(name)} = {name}[i_];"


def _names(op: Op) -> dict[str, str]:
    """How names of the formula are spelled: a sequence by its element, its length as a double."""
    return {**elements_of(op), **({"n": "(double)n_"} if op.sequences else {})}


def _entry(op: Op) -> str:
    """The line of the table: what the caller must know to lay out the row."""
    names = [*op.operands, *op.constants]
    defaults = {**op.defaults, **{n: v for n, v in op.constants.items() if v is not None}}
    required = len(names) - len(defaults)
    if any(name in defaults for name in names[:required]):
        raise ValueError(f"{op.name}: parameters with a default must come last")
    values = ", ".join(repr(float(defaults[name])) for name in names[required:]) or "0.0"
    sequences = sum(1 << place for place, name in enumerate(names) if name in op.sequences)
    factors = ", ".join(str(_factor(op, name)) for name in names)
    spelled = ", ".join(f'"{name}"' for name in names)
    return (
        f'    {{"{op.name}", compute_{op.name}, {len(names)}, {len(op.operands)}, {required}, '
        f"{sequences}u, {{{factors}}}, {{{values}}}, {{{spelled}}}}},\n"
    )


def _factor(op: Op, name: str) -> int:
    """The place of the sequence that the partial derivative by a sequence just is, or −1."""
    if name in op.sequences:
        partial = computation(op).partials[name]
        if isinstance(partial, ast.Name) and partial.id in op.sequences:
            return op.operands.index(partial.id)
    return -1


def _string(text: str) -> str:
    """A C string, a line for each line."""
    lines = text.encode().splitlines(keepends=True)
    return "\n".join(f'    "{"".join(map(_character, line))}"' for line in lines)


def _character(byte: int) -> str:
    # In octal, which ends after three digits, unlike the hexadecimal of C.
    plain = 32 <= byte < 127 and byte not in b'"\\?'
    return chr(byte) if plain else f"\\{byte:03o}"
