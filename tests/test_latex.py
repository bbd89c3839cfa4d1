"""LaTeX as `pdflatex` reads it: formulas of every operation, worksheets, pictures, sheets.

Skipped where that program is missing: Debian's `texlive-latex-recommended` and `texlive-pictures`
have it with all that is used here.
"""

import re
import shutil
import subprocess

import pytest

from engine import Value, exercise, explain, parse, to_tikz
from engine.eager.functions import EAGER
from engine.sheet.ops import SHEET
from nn import MLP, squared_error, worksheet

pytestmark = pytest.mark.skipif(
    not shutil.which("pdflatex"), reason="no program pdflatex to read LaTeX with"
)
HEAD = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage{amsmath, tikz}
\usepackage[paperwidth=100cm, paperheight=100cm, margin=1cm]{geometry}
\begin{document}
"""
LABELS = [
    "θ₁",
    "a_b",
    "100%",
    "{",
    "}",
    "\\end{x}",
    "a<b>",
    "$",
    "~^&#",
    "ŷ",
    "w'",
    "x²",
    "<",
    "λ_max",
]


def read(parts, folder):
    """What pdflatex says of a document of these; it must have read all, and lost no character."""
    (folder / "all.tex").write_text(HEAD + "\n\n".join(parts) + "\n\\end{document}\n", "utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    log = (folder / "all.log").read_text("utf-8", errors="replace")
    assert done.returncode == 0, re.findall(r"(?ms)^! .{0,400}", log)
    assert not re.findall(r"(?m)^Missing character.*", log)
    return int(re.search(r"Output written on all\.pdf \((\d+) page", log)[1])


def sample(op):
    operands = []
    for name in op.operands:
        low, high = op.domain.get(name, (-2, 2))
        leaf = Value(low + (high - low) * 0.6, label=name)
        operands.append([leaf, Value(low + (high - low) * 0.8)] if name in op.sequences else leaf)
    limits = iter((-0.5, 0.6))
    return EAGER[op.name](
        *operands, *(next(limits) if value is None else value for value in op.constants.values())
    )


def test_explanations_of_every_operation_and_of_any_label(tmp_path):
    graphs = [sample(op) for op in SHEET]
    graphs += [Value(0.5, label=label).tanh() * 2 for label in LABELS]
    parts = []
    for y in graphs:
        y.backward()
        parts.append(explain(y, y.args[0] if isinstance(y.args[0], Value) else y)._repr_latex_())
    assert read(parts, tmp_path) >= 1


def test_pictures_in_tikz(tmp_path):
    graphs = [Value(0.5, label=label).tanh() * 2 for label in LABELS]
    graphs += [squared_error(1, MLP(2, [2, 1], "tanh", seed=1)([0.5, -0.8])), parse("x + x", x=2)]
    for y in graphs[::2]:
        y.backward()
    assert read([to_tikz(y) for y in graphs], tmp_path) >= 1


def test_worksheets(tmp_path):
    sheets = [
        worksheet(MLP(2, [2, 1], "linear", seed=1), [8, 80], 3),
        worksheet(MLP(3, [8, 1], seed=2), [1.0, -2.0, 1e-7], 1.0),
    ]
    assert read([sheet._repr_latex_() for sheet in sheets], tmp_path) >= 1


@pytest.mark.parametrize("label", ["".join(LABELS), "Zoë, 1°: ŷ ≤ 3"])
def test_sheets_of_students_and_their_keys(tmp_path, label):
    y = (Value(2.0, label=label) * Value(0.5, label="w") - 1).tanh() ** 2
    sheet = exercise(y, label, names={})
    for name, printed in (("sheet", sheet), ("key", sheet.key)):
        printed.save(tmp_path / f"{name}.pdf")
        assert (tmp_path / f"{name}.pdf").read_bytes().startswith(b"%PDF")
