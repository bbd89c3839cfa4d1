"""The lines of the sheet at those points that tell them from any line that is altered.

`python -m tests.mutation` says for which alteration there is no such point.
"""

import math

import pytest

from tests.engine.points import agree, cells, points
from tests.engine.sampling import as_values, call, over_sheet


@over_sheet
def test_a_line_comes_to_what_the_file_says(op):
    for row, expected in points()[op.name]:
        found = cells(op, row)
        assert agree(found, expected), f"{op.name} at {row}: {found}, not {expected}"


@over_sheet
def test_the_file_says_what_mathematics_does(op):
    truth = pytest.importorskip("tests.accuracy.truth", reason="the extra test brings mpmath").truth
    for row, (value, *others) in points()[op.name]:
        if value == "undefined" or not all(map(math.isfinite, row)):
            continue
        slopes = others[: len(row) - len(op.constants)]
        for place, slope in enumerate(slopes):
            try:
                known, derivative, _ = truth(op, row, place, place)
            except (ZeroDivisionError, ValueError):
                continue  # a limit, as of a logarithm at 0
            assert_near(value, known)
            # Of two equally large operands each has a share, of which `truth` knows nothing.
            if not (op.kinks and others[-1] == 0) and op.name not in ("maximum", "minimum"):
                assert_near(slope, derivative)


def assert_near(found, known):
    """Up to rounding of the arguments; limits at an edge are the sheet's own."""
    if known != 0 and abs(known) < 1e308:
        assert found == pytest.approx(float(known), rel=1e-12, abs=1e-16)


@over_sheet
def test_so_does_the_operation_on_nodes(op):
    for row, expected in points()[op.name]:
        values = as_values(op, row, [True] * len(row))
        if expected == ("undefined",):
            with pytest.raises((ArithmeticError, ValueError)):
                call(op, values)
        elif len(row) > len(op.constants):
            node = call(op, values)
            count = len(row) - len(op.constants)
            found = (node.data, *node.partials[:count])
            assert agree(found, expected[: count + 1]), f"{op.name} at {row}: {found}"
            assert node.partials[count:] == (None,) * len(op.constants)
