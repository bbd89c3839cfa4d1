"""Random programs, run by either core, and all there is to see of what they made."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

from hypothesis import strategies as st

from engine.sheet.ops import SHEET
from tests.engine.native.cores import Core

LEAVES = (0.0, -0.0, 1.0, -1.0, 0.5, -2.0, 3, -1, 10**400, 1e-300, 700.0, -700.0, 1e300, True)
# What is called in a program: the nodes of either core have classes of their own.
OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    # Of two integers Python's own power may take for ever.
    "**": lambda a, b: (float(a) if type(a) is type(b) is int else a) ** b,
    "negative": lambda a, b: -a,
    "absolute": lambda a, b: abs(a),
    "smaller": lambda a, b: (a < b) + (a <= b) * a,
}
MODES = ("no_grad", "detect_anomaly", "scope")

Argument = tuple[str, Any]
# A mode, what to call, and its arguments; a sequence of operands is a list.
Statement = tuple[str | None, str, list[Any]]
# The numbers of the leaves, and the statements.
Program = tuple[list[float], list[Statement]]

numbers = st.one_of(st.sampled_from(LEAVES), st.floats(-3, 3), st.floats())
# A value made before, by its number from the end; a plain number; or what is neither.
operands = st.one_of(
    *[st.tuples(st.just("node"), st.integers(0, 4))] * 4,
    st.tuples(st.just("number"), numbers),
    st.tuples(st.just("other"), st.sampled_from(["text", None, 1j, [1.0]])),
)
rows = st.lists(operands, min_size=0, max_size=4)


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    """One that calls an operator or a function of the sheet, now and then in a mode."""
    mode = draw(st.sampled_from((*[None] * 8, *MODES)))
    if draw(st.booleans()):
        return mode, draw(st.sampled_from(sorted(OPERATORS))), [draw(operands), draw(operands)]
    op = draw(st.sampled_from(SHEET))
    arguments: list[Any] = [
        draw(rows if name in op.sequences else operands) for name in op.operands
    ]
    for default in op.constants.values():
        if default is None or draw(st.booleans()):
            arguments.append(("number", draw(st.one_of(st.sampled_from([-2, 0.5, 3.0]), numbers))))
    return mode, op.name, arguments


programs = st.tuples(st.lists(numbers, min_size=1, max_size=3), st.lists(statements(), max_size=12))


def entangled(seed: int, length: int = 40) -> Program:
    """A program of which every node is used again and again, so that the order of sums counts."""
    source = random.Random(seed)

    def node() -> Argument:
        return "node", source.randrange(8)

    code: list[Statement] = []
    for _ in range(length):
        name = source.choice(("+", "-", "*", "tanh", "sin", "dot", "logsumexp"))
        if name == "dot":
            arguments: list[Any] = [[node(), node()], [node(), ("number", source.random())], node()]
        elif name == "logsumexp":
            arguments = [[node(), node(), node()]]
        else:
            arguments = [node(), node()] if name in OPERATORS else [node()]
        code.append((None, name, arguments))
    # Nothing grows without end.
    code = [statement for each in code for statement in (each, (None, "sin", [("node", 0)]))]
    return [source.uniform(0.5, 1.5) for _ in range(3)], code


def run(core: Core, program: Program) -> list[Any]:
    """Runs a program; what came of every statement, then the whole graph after `backward`."""
    leaves, code = program
    with core.in_place():
        engine = core.engine
        nodes: list[Any] = [engine.Parameter(0.25, label="w")]
        report: list[Any] = []
        for number, leaf in enumerate(leaves):
            attempt(report, nodes, engine.Value, leaf, f"x{number}")
        for mode, name, arguments in code:
            attempt(report, nodes, execute, engine, nodes, mode, name, arguments)
        if len(nodes) % 3 == 0:
            attempt(report, [], with_mode, engine, "detect_anomaly", nodes[-1].backward)
        nodes[-1].backward()
        nodes[len(nodes) // 2].backward()
        order = engine.topological_order(*nodes)
        places = {node: place for place, node in enumerate(order)}
        report += [described(node, places) for node in order]
        report.append(str(engine.tree(nodes[-1])))
        return report


def attempt(
    report: list[Any], nodes: list[Any], action: Callable[..., Any], *arguments: Any
) -> None:
    try:
        result = action(*arguments)
    except Exception as error:
        report.append((type(error).__name__, str(error)))
    else:
        report.append(spelled(result))
        if type(result).__name__ == "Value":
            nodes.append(result)


def execute(
    engine: ModuleType, nodes: Sequence[Any], mode: str | None, name: str, arguments: Sequence[Any]
) -> Any:
    given = [argument(nodes, each) for each in arguments]
    function = OPERATORS.get(name) or engine.eager.functions.EAGER[name]
    return with_mode(engine, mode, lambda: function(*given))


def with_mode(engine: ModuleType, mode: str | None, action: Callable[[], Any]) -> Any:
    if mode is None:
        return action()
    with engine.scope("part") if mode == "scope" else getattr(engine, mode)():
        return action()


def argument(nodes: Sequence[Any], given: Any) -> Any:
    if isinstance(given, list):
        return [argument(nodes, each) for each in given]
    kind, value = given
    return nodes[-1 - value % len(nodes)] if kind == "node" else value


def described(node: Any, places: Mapping[Any, int]) -> tuple[Any, ...]:
    return (
        type(node).__name__,
        spelled(node.data),
        spelled(node.grad),
        node.op and node.op.name,
        [places[arg] if type(arg) is not float else spelled(arg) for arg in node.args],
        [spelled(partial) for partial in node.partials],
        node.label,
        node.scope,
        repr(node),
    )


def spelled(value: object) -> str:
    """Numbers to the last bit and with their sign; of nan there is one only."""
    return value.hex() if type(value) is float else repr(value)
