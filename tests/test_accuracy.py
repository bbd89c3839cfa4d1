"""A sample of `python -m tests.accuracy`, and that it finds what is wrong."""

from __future__ import annotations

import math

import pytest

pytest.importorskip("mpmath", reason="the extra test brings mpmath")

import engine
import engine.eager.functions
from engine.sheet.op import Op
from engine.sheet.ops import ARITHMETIC, OFFERED, OPERATIONS, SHEET
from tests.accuracy.__main__ import page
from tests.accuracy.backends import available, eager, places
from tests.accuracy.measure import measure
from tests.accuracy.points import Variant, rows, variants
from tests.accuracy.truth import truth


@pytest.mark.parametrize("op", ARITHMETIC + OFFERED, ids=lambda op: op.name)
def test_value_first_and_second_derivative_are_within_the_limits(op):
    backends, _ = available()
    report = measure([op], {engine.core: backends[f"eager, {engine.core}"]}, most=8)
    assert report.measured > 3
    assert report.beyond() == []


@pytest.mark.parametrize("name", ["sigmoid", "huber"])
def test_programs_are_within_the_limits_too(name):
    backends, _ = available()
    compiled = {key: backend for key, backend in backends.items() if "eager" not in key}
    assert len(compiled) >= 1
    assert measure([OPERATIONS[name]], compiled, most=8).beyond() == []


@pytest.mark.parametrize(
    ("formula", "partial", "order"),
    [
        ("exp(a) - 1", "exp(a)", "value"),
        ("tanh(a)", "1 - out ** 2", "first"),
        ("asin(a)", "1 / sqrt((1 - a) * (1 + a))", "second"),
        ("a ** 2", "2.001 * a", "first"),
    ],
)
def test_a_formula_that_loses_digits_is_found(formula, partial, order):
    crude = Op("crude", "crude", formula, (partial,), undefined="abs(a) > 1" * ("asin" in formula))
    backends, _ = available()
    report = measure([crude], {"eager": backends[f"eager, {engine.core}"]}, most=60)
    assert any(line.startswith(f"crude, {order}, eager: ") for line in report.beyond())
    assert "**" in page(report, ["eager"], {})


def test_the_truth_is_that_of_mathematics():
    value, first, second = truth(OPERATIONS["sigmoid"], [0.0], 0, 0)
    assert (float(value), float(first), float(second)) == (0.5, 0.25, 0.0)
    value, first, second = truth(OPERATIONS["mul"], [3.0, 5.0], 0, 1)
    assert (float(value), float(first), float(second)) == (15.0, 5.0, 1.0)
    value, first, second = truth(OPERATIONS["logsumexp"], [0.0, 0.0], 0, 1)
    assert (float(value), float(first), float(second)) == (math.log(2), 0.5, -0.25)
    with pytest.raises((ZeroDivisionError, ValueError)):
        truth(OPERATIONS["log"], [0.0], 0, 0)


def test_points_lie_over_the_whole_range_at_every_edge_and_are_the_same_every_time():
    for op in SHEET[::5]:
        assert rows(variants(op)[0]) == rows(variants(op)[0])
    found = rows(Variant(OPERATIONS["tanh"], (), 0))
    inside = {row[0] for row in found}
    assert {0.0, 5e-324, -1.7976931348623157e308, 1.2, math.nextafter(1.2, 0)} <= inside
    assert len(inside) > 300


def test_each_mixed_second_derivative_is_measured_once():
    assert places(Variant(OPERATIONS["mul"], (), 0)) == [(0, 0), (0, 1), (1, 1)]
    assert places(Variant(OPERATIONS["sum"], (), 3)) == [(0, 0), (0, 1)]
    assert places(Variant(OPERATIONS["dot"], (), 2)) == [(0, 0), (0, 2), (2, 2), (0, 1)]


def test_what_is_undefined_comes_to_no_number_eagerly():
    found = eager(engine, Variant(OPERATIONS["log"], (), 0), [-1.0], (0, 0))
    assert all(map(math.isnan, found))


def test_the_page_names_the_backends_that_are_missing():
    backends, _ = available()
    name = f"eager, {engine.core}"
    report = measure([OPERATIONS["add"]], {name: backends[name]}, most=8)
    text = page(report, [name], {"LLVM": "llvmlite is not installed"})
    assert "| add | 0." in text
    assert "Not measured: LLVM, because llvmlite is not installed." in text
