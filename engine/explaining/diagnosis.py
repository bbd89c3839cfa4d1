"""Why a derivative differs from what the function's values say."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from engine.explaining.verdict import judge
from engine.graph.messages import describe_operands
from engine.graph.value import Value
from engine.graph.walks import topological_order
from engine.sheet.evaluate import forward
from engine.sheet.op import Op

if TYPE_CHECKING:
    from engine.explaining.check import Row, Subject


def report(subject: Subject, wrong: list[Row], total: int, tolerance: float) -> str:
    """All derivatives that differ, in a table, and every reason once."""
    verb = "is" if len(wrong) == 1 else "are"
    reasons: dict[str, None] = {}
    for output in dict.fromkeys(row.output for row in wrong if row.verdict.finding == "wrong"):
        reasons[_first_wrong_operation(output, tolerance) or _leaves_graph(subject)] = None
    for row in wrong[:20]:
        if row.verdict.finding != "wrong":
            reasons[_why_not_smooth(subject, row, tolerance)] = None
    return (
        f"{len(wrong)} of {total} derivatives of f at ({subject.where}) {verb} wrong:\n"
        f"{table(wrong)}\n" + "\n".join(reasons)
    )


_NOTHING = {"kink": "none (kink)", "jump": "none (jump)", "steep": "none (unbounded)"}


def table(rows: list[Row]) -> str:
    """Aligned columns, the first twenty rows."""
    lines = [("derivative", "the graph", "central differences", "relative difference", "doubt")]
    for row in rows[:20]:
        finding, expected, doubt, *_ = row.verdict
        if finding in ("kink", "jump", "steep"):
            lines.append((row.name, repr(row.claimed), _NOTHING[finding], "", ""))
            continue
        size = max(abs(row.claimed), abs(expected))
        relative = abs(row.claimed - expected) / size if size else 0.0
        numbers = f"{expected:.9g}", f"{relative:.3g}", f"{doubt:.1g}"
        lines.append((row.name, repr(row.claimed), *numbers))
    widths = [max(map(len, column)) for column in zip(*lines)]
    text = [
        "  ".join(("", *(cell.ljust(width) for cell, width in zip(line, widths)))).rstrip()
        for line in lines
    ]
    if len(rows) > 20:
        text.append(f"  … {len(rows) - 20} more")
    return "\n".join(text)


def _first_wrong_operation(y: Value, tolerance: float) -> str | None:
    """The first operation of the graph whose local derivative its own values refute."""
    for node in topological_order(y):
        for name, stored, finding, expected in _local_derivatives(node, tolerance):
            if finding == "wrong":
                assert node.op is not None
                return (
                    f"the first wrong operation is {node.op.name} with "
                    f"{describe_operands(node.op, node.args)}: its derivative with respect to "
                    f"{name} is {stored!r} on the sheet, {expected:.9g} by central differences"
                )
    return None


def _leaves_graph(subject: Subject) -> str:
    """What is left when every operation is right."""
    values = {subject(subject.point)[0].data for _ in range(5)}
    if len(values) > 1:
        least, most = min(values), max(values)
        return f"f is not deterministic: at ({subject.where}) it gave {least!r} and {most!r}"
    return "every operation agrees by itself, so f leaves the graph (.data, float(), math.*)"


def _why_not_smooth(subject: Subject, row: Row, tolerance: float) -> str:
    """What is known of a place where differences do not settle: how, and by which operation."""
    name, x = subject.names[row.variable], subject.point[row.variable]
    slopes = row.verdict.slopes
    what = {
        "jump": f"has a jump at {name} = {x!r}",
        "kink": f"has a kink at {name} = {x!r}: its slope is "
        + " below it and ".join(f"{slope:.6g}" for slope in slopes)
        + " above",
        "steep": f"has no finite slope at {name} = {x!r}: its difference quotients grow "
        "without bound as the step shrinks",
    }[row.verdict.finding]
    operation = _first_kink(row.output, tolerance)
    if operation is not None:
        return f"{row.output_name} {what}; {operation}"
    branches = ""
    if _operations(subject, row, -1) != _operations(subject, row, 1):
        branches = ", because f computes other operations on its two sides: it branches there"
    return f"{row.output_name} {what}{branches}; it has no derivative there, check away from it"


def _first_kink(y: Value, tolerance: float) -> str | None:
    for node in topological_order(y):
        op = node.op
        if op is not None and op.kinks:
            for _, _, finding, _ in _local_derivatives(node, tolerance):
                if finding in ("kink", "jump", "steep"):
                    return (
                        f"that is {op.name} with {describe_operands(op, node.args)}: it has no "
                        f"derivative where {op.kinks}, check away from there"
                    )
    return None


def _operations(subject: Subject, row: Row, side: int) -> list[str]:
    """The names of the operations next to the point, in order."""
    x = subject.point[row.variable]
    close = x + side * max(1e-9 * abs(x), 1e-12)
    try:
        y, _ = subject(subject.moved(subject.point, row.variable, close))
    except (ArithmeticError, ValueError):
        return []
    return [node.op.name for node in topological_order(y) if node.op is not None]


def _local_derivatives(node: Value, tolerance: float) -> Iterator[tuple[str, float, str, float]]:
    """Per operand its name, the local derivative on the node, the finding, the numeric one."""
    op = node.op
    if op is None or not math.isfinite(node.data):
        return
    numbers = [float(arg) for arg in node.args]
    names = [*op.operands, *op.constants]
    for position, stored in enumerate(node.partials):
        if stored is not None:
            name = names[position] if len(names) == len(numbers) else f"operand {position + 1}"
            along = _along(op, numbers, position)
            try:
                verdict = judge(along, numbers[position], float(stored), tolerance)
            except ValueError:
                continue  # it has no finite values here to be compared with
            yield name, stored, verdict.finding, verdict.expected


def _along(op: Op, numbers: list[float], position: int) -> Callable[[float], float]:
    """The operation as a function of one of its operands."""

    def f(x: float) -> float:
        arguments: list[Any] = op.bind([*numbers[:position], x, *numbers[position + 1 :]])
        if op.sequences:
            arguments.append(next(len(a) for a in arguments if isinstance(a, list)))
        return forward(op)(*arguments)[0]

    return f
