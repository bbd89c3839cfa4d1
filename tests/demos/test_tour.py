"""The notebook, run in a real kernel, with the program `dot` as it is and without it."""

import os
import shutil
import sys
from base64 import b64decode
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
# Without a program such as Inkscape, nbconvert has no use for the svg.
STARTS = {"application/pdf": b"%PDF", "image/png": b"\x89PNG"}
TOUR = ROOT / "demos" / "tour.ipynb"


def outputs(environment: dict[str, str]) -> dict[str, dict[str, str]]:
    """The tour's cells by their source's last line, with what each shows by media type."""
    notebook = nbformat.read(TOUR, as_version=4)
    client = NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}}
    )
    client.execute(env={**os.environ, **environment})
    shown = {}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            data: dict[str, str] = {}
            for output in cell.outputs:
                assert output.output_type != "error"
                assert output.get("name") != "stderr", output
                data.update(output.get("data", {"text/plain": output.get("text", "")}))
            shown[cell.source.splitlines()[-1]] = data
    return shown


def folder_without_dot(tmp_path: Path) -> str:
    """A PATH on which there is Python and no `dot`."""
    (tmp_path / "python").symlink_to(sys.executable)
    assert shutil.which("dot", path=str(tmp_path)) is None
    return str(tmp_path)


@pytest.fixture(params=["dot as it is", "no dot"])
def environment(request, tmp_path):
    return {} if request.param == "dot as it is" else {"PATH": folder_without_dot(tmp_path)}


def test_every_cell_shows_what_it_promises_and_nothing_goes_to_the_error_stream(environment):
    shown = outputs(environment)
    assert shown["loss"]["text/plain"] == "Value(2, grad=0)"
    assert shown["m1, m2"]["text/plain"] == (
        "(Value(3, grad=2, label='m1'), Value(0.5, grad=12, label='m2'))"
    )
    assert "= 12" in shown["explain(loss, m2)"]["text/plain"]
    assert r"\frac{\partial loss}" not in shown["explain(loss, m2)"]["text/latex"]
    assert r"&= 12" in shown["explain(loss, m2)"]["text/latex"]
    for drawing in ("draw(loss, path=m2)", "draw(L)"):
        assert shown[drawing]["image/svg+xml"].lstrip().startswith(("<?xml", "<svg", "<!DOCTYPE"))
        assert "</svg>" in shown[drawing]["image/svg+xml"]
        for format, start in STARTS.items():
            assert b64decode(shown[drawing][format]).startswith(start)
    assert "grad(m2) += 2 × 6 → 12" in shown["print(walk.table())"]["text/plain"]
    assert "| 2400 |" in shown["explain(L)"]["text/markdown"]
    sheet = shown["worksheet(model, [8, 80], 3)"]["text/latex"]
    assert r"\begin{bmatrix} 264 & 264 \end{bmatrix}" in sheet
