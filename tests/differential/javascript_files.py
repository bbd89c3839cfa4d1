"""The JavaScript sources of programs, many at a time in one run of Node."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence

from tests.differential.reference import Numbers, Reference
from tests.differential.training import BATCHES, EPOCHS, REPEATED
from tests.differential.ways import Joined

_PRINT = """
const print = (numbers) =>
    console.log(numbers.map((x) => Object.is(x, -0) ? "-0" : String(x)).join(" "));
"""
# Two programs of the same recipes; their functions are kept apart by functions around them.
_GROUP = """{{
const loss = (() => {{
{loss}
return {{ gradients, train, settings, state }};
}})();
const evaluate = (() => {{
{outputs}
return evaluate;
}})();
const rows = {rows}, p = {parameters};
for (const row of rows) {{
    const found = new Array({width}).fill(0), gradient = p.map(() => 0);
    evaluate(p, [row], 1, {found});
    print(found);
    loss.gradients(p, row, gradient);
    print(gradient);
}}
const many = [].concat(...new Array({repeated}).fill(rows));
for (const size of {sizes}) {{
    const trained = [...p], order = many.map((_, i) => i);
    loss.train(trained, loss.state, loss.settings, many, order, many.length, size, {epochs},
        1 / many.length, 0, [], p.map(() => 0), p.map(() => 0));
    print(trained);
}}
}}
"""


class JavaScriptWay:
    """Programs in JavaScript."""

    name = "javascript"
    size = 48
    joined = 6  # recipes a program

    def __init__(self) -> None:
        self.node = shutil.which("node")
        if self.node is None:
            raise ImportError("there is no JavaScript engine called node")

    def numbers(self, references: Sequence[Reference]) -> list[Numbers]:
        numbers: list[Numbers] = [{} for _ in references]
        starts = range(0, len(references), self.joined)
        groups = [_Group(references[start : start + self.joined]) for start in starts]
        text = _PRINT + "".join(group.text() for group in groups)
        done = subprocess.run(
            [self.node or "node", "--use_strict", "-"],
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"Node refuses a program: {done.stderr[:2000]}")
        lines = iter(done.stdout.splitlines())
        for start, group in zip(starts, groups):
            group.sort(lines, numbers[start : start + self.joined])
        return numbers


class _Group:
    """The programs of some recipes."""

    def __init__(self, references: Sequence[Reference]) -> None:
        self.joined = Joined(references)
        self.sizes = {
            quantity: size
            for quantity, size in BATCHES.items()
            if all(quantity in each.entries for each in references)
        }
        self.factors = [1.0]

    def text(self) -> str:
        joined = self.joined
        program, self.factors = joined.program("python")
        width = len(joined.outputs())
        outputs = joined.compiled(joined.outputs(), "python")
        return _GROUP.format(
            loss=_without_main(program.source("javascript")),
            outputs=_without_main(outputs.source("javascript")),
            rows=_literal(joined.rows),
            parameters=_literal([leaf.data for leaf in joined.parameters]),
            width=width,
            found="[found]" if width > 1 else "found",
            repeated=REPEATED,
            epochs=EPOCHS,
            sizes=[*self.sizes.values()],
        )

    def sort(self, lines: Iterator[str], numbers: list[Numbers]) -> None:
        """Takes what the programs printed to the recipes it belongs to."""
        table = []
        for _ in self.joined.rows:
            table.append(_numbers(next(lines)))
            self.joined.split_parameters("gradient", _numbers(next(lines)), numbers, self.factors)
        self.joined.split_outputs(table, numbers)
        for quantity in self.sizes:
            self.joined.split_parameters(quantity, _numbers(next(lines)), numbers)


def _without_main(text: str) -> str:
    return text.removesuffix("main();\n")


def _literal(numbers: object) -> str:
    return repr(numbers).replace("inf", "Infinity").replace("nan", "NaN")


def _numbers(line: str) -> list[float]:
    return [float(number) for number in line.split()]
