"""Live pages: writing one, and following a slider in a headless browser

A drag is everything between a number that changes and a page that shows it: the program, the
picture, the sentences, the attributes. The median of 60 drags, over which the browser draws a frame
each.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from time import perf_counter

from engine import Value, explore, squared_error
from engine.page.live import Page
from nn import MLP
from tests.browser.conftest import PROGRAM

# Moves one leaf to and fro, a frame each time; the median of what that took, in milliseconds.
DRAG = """async (name) => {
    const labels = [...document.querySelectorAll("label")];
    const row = labels.find((label) => label.textContent === name).parentElement;
    const slider = row.querySelector("input[type=range]");
    const times = [];
    for (let i = 0; i < 60; i++) {
        slider.value = (i % 2 ? 0.3 : 0.6) + i / 1000;
        const start = performance.now();
        slider.dispatchEvent(new Event("input", {bubbles: true}));
        document.body.offsetHeight;
        times.push(performance.now() - start);
        await new Promise(requestAnimationFrame);
    }
    return times.sort((a, b) => a - b)[30];
}"""


def network(sizes: list[int]) -> Value:
    """The loss of a network whose inputs are leaves."""
    inputs = [Value(0.5 - i, label=f"x{i}") for i in range(2)]
    return squared_error(1.0, MLP(2, [*sizes, 1], activation="tanh", seed=1)(inputs))


def table() -> list[str]:
    """A row for each page."""
    rows = ["| page | boxes | nodes | written in | size | a drag |", "|---|---|---|---|---|---|"]
    for name, sizes, view in (
        ("2-2-1 network", [2], "values"),
        ("2-10-10-1, every value a box", [10, 10], "values"),
        ("2-28-28-1, by neurons", [28, 28], "neurons"),
    ):
        loss = network(sizes)
        start = perf_counter()
        page = explore(loss, view=view)
        size = len(page.html.encode())
        seconds = perf_counter() - start
        boxes = page.picture.source.count(", id=") - page.picture.source.count('class="local"')
        rows.append(
            f"| {name} | {boxes} | {page.nodes:,} | {seconds:.2f} s | {size / 1000:,.0f} KB "
            f"({len(page.svg.encode()) / 1000:,.0f} KB of it the drawing) | {dragged(page)} |"
        )
    return rows


def dragged(page: Page) -> str:
    """How long a drag takes in a browser, or why there is none."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return "no Playwright"
    if PROGRAM is None:
        return "no Chromium"
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "page.html"
        page.save(path)
        tab = playwright.chromium.launch(executable_path=PROGRAM, args=["--no-sandbox"]).new_page()
        tab.goto(path.as_uri())
        return f"{tab.evaluate(DRAG, 'x0'):.1f} ms"
