"""The notebooks of the course: run one after the other in one kernel, and kept with what they show.

`python -m tests.notebooks` runs those in docs/notebooks and stores their outputs anew.
"""

from __future__ import annotations

import json
from html import unescape
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
COURSE = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))
_GRAPH = '<script type="application/json" id="graph">'


def stored(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def run(paths: list[Path]) -> list[Any]:
    """The notebooks with what their cells show now. CellExecutionError where a cell fails.

    All in one kernel, which forgets its names in between: to start one takes a second.
    """
    books = [stored(path) for path in paths]
    forget = [nbformat.v4.new_code_cell("%reset -f") for _ in books]
    cells = [cell for first, book in zip(forget, books) for cell in (first, *book.cells)]
    client = NotebookClient(
        nbformat.v4.new_notebook(cells=cells),
        timeout=60,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(ROOT)}},
    )
    client.execute()
    for book in books:
        for number, cell in enumerate(code_of(book), 1):
            cell.execution_count = number
            for output in cell.outputs:
                if "execution_count" in output:
                    output.execution_count = number
    return books


def code_of(book: Any) -> list[Any]:
    return [cell for cell in book.cells if cell.cell_type == "code"]


def shown(book: Any) -> list[dict[str, Any]]:
    """What each cell of code shows, by media type; of a live page its nodes and their numbers.

    How a page looks is up to its scripts and to Graphviz, which lays it out.
    """
    return [
        {kind: nodes_of(text) if kind == "text/html" else text for kind, text in _parts(cell)}
        for cell in code_of(book)
    ]


def _parts(cell: Any) -> list[tuple[str, str]]:
    # What is printed may come in several pieces, as the kernel happens to send it.
    streams: dict[str, str] = {}
    for output in cell.outputs:
        if output.output_type == "stream":
            streams[output.name] = streams.get(output.name, "") + output.text
    return [*streams.items(), *(part for o in cell.outputs for part in o.get("data", {}).items())]


def nodes_of(page: str) -> list[tuple[str, float]]:
    """The names and the values of the nodes of a live page."""
    graph, _ = json.JSONDecoder().raw_decode(unescape(page).partition(_GRAPH)[2].lstrip())
    return [(node["name"], node["value"]) for node in graph["nodes"]]


if __name__ == "__main__":
    for path, book in zip(COURSE, run(COURSE)):
        nbformat.write(book, path)
