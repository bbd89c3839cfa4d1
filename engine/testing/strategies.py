"""The Hypothesis strategy of random recipes."""

from __future__ import annotations

from hypothesis import strategies as st

from engine.testing.drawing import drawn_recipe
from engine.testing.recipes import Recipe


@st.composite
def recipes(draw: st.DrawFn, steps: int, rows: int, well_defined: bool) -> Recipe:
    """What `engine.testing.graphs` returns."""

    def pick(low: int, high: int) -> int:
        return draw(st.integers(low, high))

    return drawn_recipe(pick, steps, rows, well_defined)
