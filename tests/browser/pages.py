"""What the browser tests do with a page: its numbers by name, its fields, its buttons."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

NUMBERS = """() => {
    const found = {values: {}, gradients: {}, locals: []};
    for (const element of document.querySelectorAll("[data-name]")) {
        found.values[element.dataset.name] = element.dataset.value;
        found.gradients[element.dataset.name] = element.dataset.gradient;
    }
    for (const element of document.querySelectorAll("[data-local]"))
        found.locals.push([element.dataset.from, element.dataset.to, element.dataset.local]);
    return JSON.stringify(found);
}"""


class Opened:
    """A page in a tab. `complaints`: errors and messages of the console; `requests`: what it
    loaded."""

    def __init__(self, tab: Any, path: Path, fragment: str = "") -> None:
        self.tab, self.path, self.fragment = tab, path, fragment
        self.complaints: list[str] = []
        self.requests: list[str] = []
        tab.on("console", lambda message: self.complaints.append(message.text))
        tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        tab.on("request", lambda request: self.requests.append(request.url))
        tab.goto(path.as_uri() + fragment)

    def numbers(self) -> dict[str, Any]:
        """Values and gradients by name, local derivatives as (from, to, number)."""
        found: dict[str, Any] = json.loads(self.tab.evaluate(NUMBERS))
        for kind in ("values", "gradients"):
            found[kind] = {name: number(text) for name, text in found[kind].items()}
        found["locals"] = sorted((a, b, number(text)) for a, b, text in found["locals"])
        return found

    def field(self, name: str) -> Any:
        return self.tab.get_by_label(name, exact=True)

    def enter(self, name: str, value: float) -> None:
        self.field(name).fill(repr(value))

    def button(self, name: str, index: int = 0) -> Any:
        return self.tab.get_by_role("button", name=name, exact=True).nth(index)

    def panel(self, title: str) -> Any:
        """The panel of that title, opened."""
        panel = self.tab.locator("details", has=self.tab.get_by_role("heading", name=title)).first
        panel.evaluate("panel => { panel.open = true; }")
        return panel

    def step(self) -> str:
        """What the player says of the step that it has come to."""
        return " ".join(str(self.tab.locator(".sentence").inner_text()).split())

    def lit(self) -> set[str]:
        """The names of the nodes that are lit."""
        find = "all => all.map(e => e.dataset.name)"
        return set(self.tab.eval_on_selector_all("[data-name].lit", find))


def number(text: str) -> float:
    return float(text.replace("Infinity", "inf").replace("NaN", "nan"))
