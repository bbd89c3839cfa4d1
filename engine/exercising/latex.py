"""Sheets as LaTeX documents, and as PDF where `pdflatex` is."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import unicodedata
from pathlib import Path

from engine.exercising.layout import Content, Notation
from engine.explaining.wording import RoundingLatex

_HEAD = r"""\documentclass[a4paper,11pt]{article}
\usepackage[utf8]{inputenc}
\usepackage[T1]{fontenc}
\usepackage{amsmath}
\usepackage[margin=2cm]{geometry}
\setlength{\parindent}{0pt}
\setlength{\parskip}{4pt}
\newcommand{\blank}{\underline{\hspace{3cm}}}
\newcommand{\entry}[2]{\makebox[2em][r]{#1}\quad $\displaystyle #2$\par}
\begin{document}
"""
_COMMANDS = {
    "\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "−": "$-$", "∂": r"$\partial$", "η": r"$\eta$",
    "≤": r"$\le$", "≥": r"$\ge$", "≠": r"$\ne$", "²": "$^2$", "³": "$^3$",
    **{sign: "\\" + sign for sign in "#$%&_{}"},
}  # fmt: skip


def latex_notation(digits: int) -> Notation:
    dialect = RoundingLatex(digits)
    return Notation(
        dialect=dialect,
        derivative=lambda node, operand: (
            rf"\frac{{\partial {dialect.name(node)}}}{{\partial {dialect.name(operand)}}}"
        ),
        direct=lambda derivative: rf"{derivative}\ \text{{(direct)}}",
        updated=lambda name: rf"{{{dialect.name(name)}}}^{{\text{{new}}}}",
        name=dialect.name,
        times=r" \cdot ",
        minus=" - ",
        rate=r"\eta",
    )


def write_latex(content: Content) -> str:
    lines = [rf"\section*{{{_words(content.title)}}}"]
    lines += [_words(note) + r"\par" for note in content.notes]
    numbers = [rf"${name} = {value}$" for name, value in content.given]
    lines += [r"\subsection*{Given}", r"\quad ".join(numbers)]
    for i, section in enumerate(content.sections, 1):
        lines.append(rf"\subsection*{{{i}\quad {_words(section.title)}}}")
        for row in section.rows:
            answer = [row.working, row.answer] if content.filled else [r"\blank"]
            equation = " = ".join([row.left, *filter(None, answer)])
            lines.append(rf"\entry{{{row.number}}}{{{equation}}}")
    # What names within formulas may still have.
    body = "".join(sign if _is_known(sign) else "?" for sign in "\n".join(lines))
    return _HEAD + body + "\n\\end{document}\n"


def _is_known(letter: str) -> bool:
    """Whether pdfLaTeX has it in its fonts for text: letters of European languages are there."""
    name = unicodedata.name(letter, "")
    return letter.isascii() or (name.startswith("LATIN") and ord(letter) < 0x180)


def _words(words: str) -> str:
    r"""Words as LaTeX; letters that pdfLaTeX lacks are spelled as in formulas, or left out.

    >>> _words("50 % of ŷ_1, Zoë")
    '50 \\% of $\\hat{y}$\\_1, Zoë'
    """
    return "".join(map(_letter, unicodedata.normalize("NFC", words)))


def _letter(letter: str) -> str:
    if letter in _COMMANDS or letter.isascii():
        return _COMMANDS.get(letter, letter)
    if _is_known(letter) and letter not in "ŷ":
        return letter
    spelled = RoundingLatex().name(letter)
    return f"${spelled}$" if spelled.isascii() else "?"


def to_pdf(latex: str) -> bytes:
    """The document that `pdflatex` makes of it; RuntimeError where it is not, or fails."""
    program = shutil.which("pdflatex")
    if program is None:
        raise RuntimeError(
            "PDF needs the program pdflatex (TeX Live, MiKTeX, MacTeX); without it, save the sheet "
            "as .html and print that"
        )
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "sheet.tex").write_text(latex, encoding="utf-8")
        command = [program, "-interaction=nonstopmode", "-halt-on-error", "sheet.tex"]
        run = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, errors="replace", check=False
        )
        made = Path(folder, "sheet.pdf")
        if run.returncode or not made.exists():
            error = re.search(r"^!.*", run.stdout, re.MULTILINE)
            raise RuntimeError(f"pdflatex failed: {error[0] if error else run.stdout[-300:]}")
        return made.read_bytes()
