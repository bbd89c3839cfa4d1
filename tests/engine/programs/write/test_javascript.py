"""The functions that programs in JavaScript bring along, in Node, against those of Python."""

import math
import subprocess

import pytest

from engine.programs.write.javascript import HELPERS
from engine.sheet.ieee import NAMESPACE
from tests.engine.programs.running import NODE, needs_node

INF, NAN = math.inf, math.nan
EDGES = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5, 7.0, -7.25, 1e-300, 1e16, INF, -INF, NAN]
PAIRS = [(a, b) for a in EDGES for b in EDGES]
WITHIN = [k / 16 for k in range(-96, 97)] + [5.9, 6.5, 9.0, 20.0, 26.5, -26.5, 30.0, INF, -INF, NAN]


def computed(name, arguments):
    """What the function gives for rows of arguments."""
    script = HELPERS + (
        "const of = { INF: Infinity, NAN: NaN };\n"
        f"for (const line of {[' '.join(map(repr, row)) for row in arguments]!r}) {{\n"
        "    const numbers = line.split(' ').map((x) => Number(x.replace('inf', 'Infinity')));\n"
        f"    const found = {name}(...numbers);\n"
        "    console.log(Object.is(found, -0) ? '-0' : String(found));\n}\n"
    )
    done = subprocess.run([NODE, "-"], input=script, capture_output=True, text=True, check=True)
    return [float(line) for line in done.stdout.split()]


def same(a, b):
    return (a != a and b != b) or (a == b and math.copysign(1, a) == math.copysign(1, b))


@needs_node
@pytest.mark.parametrize("name", ["copysign", "pow", "modulo", "floor_quotient"])
def test_functions_of_two_numbers(name):
    for row, found in zip(PAIRS, computed(name, PAIRS), strict=True):
        wanted = NAMESPACE[name](*row)
        near = math.isfinite(wanted) and found == pytest.approx(wanted, rel=1e-14)
        assert near or same(found, wanted), (name, row, found, wanted)


@needs_node
@pytest.mark.parametrize(("name", "ours"), [("maximum", "max"), ("minimum", "min")])
def test_extremes_keep_nan_and_the_first_of_equal_numbers(name, ours):
    for row, found in zip(PAIRS, computed(name, PAIRS), strict=True):
        assert same(found, NAMESPACE[ours](*row)), row


@needs_node
def test_rounding_takes_the_even_of_two():
    rows = [(x,) for x in [*EDGES, 3.5, -3.5, 0.49999999999999994, 4503599627370497.5]]
    for (x,), found in zip(rows, computed("rint", rows), strict=True):
        assert same(found, round(x, 0) if math.isfinite(x) else x), x


@needs_node
@pytest.mark.parametrize("name", ["erf", "erfc"])
def test_the_error_function(name):
    function = getattr(math, name)
    for x, found in zip(WITHIN, computed(name, [(x,) for x in WITHIN]), strict=True):
        assert same(found, function(x)) or found == pytest.approx(function(x), rel=1e-13), x
