"""What several tests of live pages use."""

import json
import re
from typing import Any

from engine import Parameter, Value, relu
from engine.page.live import Page


def graph() -> tuple[Value, Value, Value, Parameter, Parameter]:
    """A loss with the leaves that it is computed from."""
    x, t = Value(2.0, label="x"), Value(3.0, label="t")
    w, b = Parameter(0.5, label="w"), Parameter(0.25, label="b")
    loss = (relu(w * x + b) - t) ** 2
    loss.label = "L"
    return loss, x, t, w, b


def told(page: Page) -> Any:
    """What the page knows of its graph."""
    found = re.search(r'id="graph">(.*?)</script>', page.html, re.DOTALL)
    assert found is not None
    return json.loads(found[1])
