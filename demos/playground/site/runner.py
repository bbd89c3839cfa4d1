"""What the playground does with a text: an expression or lines of Python, as in a notebook."""

import ast
import contextlib
import io
import json
import traceback
from typing import Any

import engine
from engine import Parameter, Value
from engine.drawing.layouts import register

FILE = "<your text>"


def lay_out_with(viz: Any) -> None:
    """Graphviz of the browser as what `draw` and `explore` are laid out by."""
    register(lambda source, format: viz(source, format).encode())


def run(text: str) -> str:
    """What comes of it, as JSON: `printed`, `page` (HTML), `explained` and `error`."""
    printed = io.StringIO()
    found = {"page": "", "explained": "", "error": ""}
    names: dict[str, Any] = {"__name__": "__main__"}
    exec("import engine, nn\nfrom engine import *\nfrom nn import *", names)
    try:
        with contextlib.redirect_stdout(printed):
            value = _last(text, names)
            if isinstance(value, Value):
                found |= _shown(value, names)
            elif value is not None:
                print(value)
    except SystemExit:
        pass
    except BaseException as error:
        found["error"] = _told(error)
    return json.dumps({"printed": printed.getvalue(), **found})


def _last(text: str, names: dict[str, Any]) -> Any:
    """Runs the text; the value of its last line, if that is an expression."""
    tree = ast.parse(text, FILE)
    *before, last = tree.body or [ast.Pass()]
    if not isinstance(last, ast.Expr):
        exec(compile(tree, FILE, "exec"), names)
        return None
    exec(compile(ast.Module(before, []), FILE, "exec"), names)
    return eval(compile(ast.Expression(last.value), FILE, "eval"), names)


def _shown(value: Value, names: dict[str, Any]) -> dict[str, str]:
    mine = {name: node for name, node in names.items() if isinstance(node, Value)}
    page = engine.explore(value, names=mine)
    leaves = engine.leaves(value)
    chosen = [leaf for leaf in leaves if isinstance(leaf, Parameter)] or leaves
    texts = [str(engine.explain(value, leaf, names=mine)) for leaf in chosen[:6]]
    return {"page": page.html, "explained": "\n\n".join(texts)}


def _told(error: BaseException) -> str:
    """The error as Python tells it, from the reader's own lines on."""
    lines = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == FILE]
    where = "".join(f"line {frame.lineno}: " for frame in lines[-1:])
    return where + "".join(traceback.format_exception_only(error)).strip()
