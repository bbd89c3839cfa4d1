"""The documentation site: `python -m sphinx -W --keep-going docs site`, or `nox -s site`."""

import re
from pathlib import Path
from typing import Any

import engine
import engine.testing
import nn
from demos.lesson import PARAMETERS
from engine import Value, explore, squared_error
from engine.sheet.ops import OPERATIONS
from nn import MLP

project = "chaingrad"
author = project_copyright = "The chaingrad authors"
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


_LIVE = (
    '<iframe sandbox="allow-scripts allow-downloads" title="The live page of the 2-2-1 network" '
    'src="_static/lesson.html" style="width: 100%; height: 50rem; border: 0"></iframe>'
)


def _as_on_the_site(app: Any, name: str, source: list[str]) -> None:
    """Links to files outside the pages lead to the repository, and a live page is in the place of
    its picture."""
    outside = r"\]\(" + re.escape("../" * (name.count("/") + 1)) + r"(?!\.)"
    text = re.sub(outside, f"]({_REPOSITORY}", source[0])
    # The empty line at the end of an example is for doctest.
    text = text.replace("\n\n```\n", "\n```\n") if ">>> " in text else text
    source[0] = re.sub(r"!\[[^\]]*\]\(page\.png\)", _LIVE, text)


def _write_live_page(app: Any, error: Exception | None) -> None:
    """The lesson's network, one student's numbers, and the path of one weight lit."""
    if error or app.builder.format != "html":
        return
    model = MLP(2, [2, 1], activation="linear")
    model.load_state_dict(PARAMETERS)
    parameters = dict(model.named_parameters())
    prediction = model([Value(8, label="x1"), Value(80, label="x2")])
    loss = squared_error(Value(3, label="y"), prediction)
    loss.label = "L"
    title = "One student, CGPA 8 and IQ 80"
    page = explore(loss, path=parameters["w111"], title=title, view="neurons")
    page.save(Path(app.outdir, "_static", "lesson.html"))


def _nothing_is_missing(app: Any, environment: Any) -> None:
    """Every public name is in the reference."""
    there = environment.domains["py"].objects
    public = [f"{module.__name__}.{name}" for module in (engine, nn) for name in dir(module)]
    public += [f"engine.testing.{name}" for name in engine.testing.__all__]
    missing = [name for name in public if name not in there and "__" not in name]
    if missing:
        raise ValueError(f"not in the reference, docs/api: {', '.join(missing)}")


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
        example = _example(name.rpartition(".")[2], thing)
        about = text.strip().replace("|", r"\|")
        text = "\n".join(["::", "", *formulas, "", about, "", *example])
    lines[:] = text.split("\n")


def _literal(match: re.Match[str]) -> str:
    return f"``{match[1]}``" + (f"\\ {match[2]}" if match[2] else "")


def _example(name: str, function: Any) -> list[str]:
    """A call of a function of the sheet, within its domain."""
    op = OPERATIONS[function.__name__]
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
    return [f">>> {name}({said})", repr(function(*arguments))]


def setup(app: Any) -> None:
    app.connect("source-read", _as_on_the_site)
    app.connect("env-check-consistency", _nothing_is_missing)
    app.connect("build-finished", _write_live_page)
    app.connect("autodoc-process-docstring", _as_restructured_text)
