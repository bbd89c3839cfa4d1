"""For tests of what is built on the engine: random graphs, and comparing numbers with `Value`s.

Nothing here is imported by `import engine`. `graphs` needs Hypothesis, `approx` needs nothing.

>>> from engine import Value
>>> from engine.testing import approx
>>> Value(0.1) + 0.2 == approx(0.3)
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.testing.approx import approx
from engine.testing.ground import Ground
from engine.testing.recipes import Graph, Recipe, Step

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["Graph", "Ground", "Recipe", "Step", "approx", "graphs"]


def graphs(steps: int = 12, rows: int = 4, *, well_defined: bool = True) -> SearchStrategy[Recipe]:
    """A Hypothesis strategy of random graphs over every operation of the formula sheet.

    What is drawn is a `Recipe`, which builds the same graph as often as it is asked to, on fresh
    leaves, for any of its rows of inputs: at most `rows` of them. It has about `steps` operations;
    now and then several times as many in a chain, or dozens of leaves and long sequences. Nodes are
    used again, some operands are plain numbers, some numbers very large or very small.

    The graphs are *well-defined*: on every row each operation has a value and finite local
    derivatives, and no number is so close to a kink that rounding could move it across. Two right
    ways of computing therefore agree but for rounding; `Ground` says how much that may be. With
    `well_defined=False` only the first row is sure to raise nothing: other rows may be outside
    domains, exactly on kinks, infinite or nan.

    Drawing one takes some milliseconds. Raises ImportError where Hypothesis is not installed.

    >>> from hypothesis import given, settings
    >>> from engine import gradient
    >>> @given(graphs(steps=6))
    ... @settings(max_examples=20, deadline=None, derandomize=True, database=None)
    ... def backward_and_gradient_agree(recipe):
    ...     inputs, parameters, output = recipe.build()
    ...     output.backward()
    ...     assert [p.grad for p in parameters] == approx(gradient(output, parameters), rel=1e-6)
    >>> backward_and_gradient_agree()
    """
    try:
        from engine.testing.strategies import recipes
    except ImportError as error:
        if error.name != "hypothesis":
            raise
        raise ImportError(
            "engine.testing.graphs needs Hypothesis, which is not installed: "
            "python -m pip install hypothesis"
        ) from None
    return recipes(steps, rows, well_defined)
