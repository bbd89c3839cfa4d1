"""The documentation site: `python -m sphinx -W --keep-going docs site`, or `nox -s site`."""

import re
from pathlib import Path
from typing import Any

import engine
from engine.sheet.ops import OPERATIONS

project = "chaingrad"
author = "The chaingrad authors"
version = release = engine.__version__

extensions = ["myst_nb", "sphinx.ext.autodoc"]
root_doc = "index"
exclude_patterns = ["conf.py"]
html_theme = "furo"
html_title = "chaingrad"
html_static_path = ["_static"]
html_css_files = ["print.css"]

# Docstrings name things between single backticks.
default_role = "code"
autodoc_member_order = "alphabetical"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
myst_heading_anchors = 3
# Notebooks are kept with their outputs, which the tests compare.
nb_execution_mode = "off"

_ROOT = Path(__file__).parents[1]
_REPOSITORY = "https://github.com/chaingrad/chaingrad/blob/main/"


def _to_the_repository(app: Any, name: str, source: list[str]) -> None:
    """Links to files outside the pages lead to the repository."""
    source[0] = re.sub(r"\]\(\.\./(?!\.)", f"]({_REPOSITORY}", source[0])


def _as_restructured_text(
    app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]
) -> None:
    """Docstrings as Sphinx reads them: names as literals, formulas of the sheet as a block, and an
    example for each function of the sheet."""
    formulas: list[str] = []
    while lines and lines[0].lstrip().startswith(("out = ", "∂/∂")):
        formulas.append(f"    {lines.pop(0).strip()}")
    text = re.sub(r"(?<!`)`([^`]+)`(?!`)(\w)?", _literal, "\n".join(lines))
    if formulas:
        example = _example(name.rpartition(".")[2])
        about = text.strip().replace("|", r"\|")
        text = "\n".join(["::", "", *formulas, "", about, "", *example])
    lines[:] = text.split("\n")


def _literal(match: re.Match[str]) -> str:
    return f"``{match[1]}``" + (f"\\ {match[2]}" if match[2] else "")


def _example(name: str) -> list[str]:
    """A call of a function of the sheet, within its domain."""
    op = OPERATIONS.get(name)
    if op is None or not hasattr(engine, name):
        return []
    arguments: list[Any] = []
    for place, operand in enumerate(op.operands):
        low, high = op.domain.get(operand, (-2.0, 2.0))
        first, second = (round(low + (high - low) * part, 2) for part in (0.6 - place / 10, 0.8))
        value = engine.Value(first)
        arguments.append([value, second] if operand in op.sequences else value)
    # Constants that have no default are limits, in ascending order.
    missing = [constant for constant in op.constants.values() if constant is None]
    arguments += [float(limit) for limit in range(-1, len(missing) - 1)]
    said = re.sub(r"Value\(([^,]*), grad=0\)", r"Value(\1)", ", ".join(map(repr, arguments)))
    return [f">>> {name}({said})", repr(getattr(engine, name)(*arguments))]


def setup(app: Any) -> None:
    app.connect("source-read", _to_the_repository)
    app.connect("autodoc-process-docstring", _as_restructured_text)
