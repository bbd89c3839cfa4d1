"""The generated functions: their source shows the formulas, and so do tracebacks and help()."""

import inspect
import traceback

import pytest

import engine
from engine import Value
from engine.eager.functions import EAGER, source
from engine.sheet.computation import computation
from engine.sheet.dialects import TEXT
from engine.sheet.evaluate import FAST
from engine.sheet.formula import read
from tests.engine.sampling import over_sheet


@over_sheet
def test_the_source_computes_with_the_formulas_of_the_sheet(op):
    text = source(op.name)
    assert text.startswith(f"def {op.name}(")
    if not op.sequences:
        own = computation(op)
        assert f"    out = {FAST.write(own.value)}\n" in text
        assert all(FAST.write(partial) in text for partial in own.partials.values())
        for step in own.before + own.after:
            assert f"    {step.name} = {FAST.write(step.tree)}\n" in text


@over_sheet
def test_the_docstring_states_value_partials_and_where_it_is_undefined(op):
    text = inspect.getdoc(EAGER[op.name])
    shown = {"out": op.formula, **dict(zip(op.operands, op.partials, strict=True)), **op.taught}
    assert text.startswith(f"out = {TEXT.write(read(shown['out']))}\n")
    for operand in op.operands:
        assert f"∂/∂{operand} = {TEXT.write(read(shown[operand]))}" in text
    assert op.about in text
    assert ("Undefined" in text) == bool(op.undefined)
    assert op.undefined in text


@over_sheet
def test_the_parameters_are_the_operands_and_then_the_constants(op):
    parameters = inspect.signature(EAGER[op.name]).parameters
    assert list(parameters) == [*op.operands, *op.constants]
    defaults = {name: p.default for name, p in parameters.items() if p.default is not p.empty}
    declared = {name: value for name, value in op.constants.items() if value is not None}
    assert defaults == {**op.defaults, **declared}


@over_sheet
def test_the_source_that_a_debugger_shows_is_the_source_that_runs(op):
    assert inspect.getsource(EAGER[op.name]) == source(op.name)


@over_sheet
def test_functions_are_of_the_module_that_offers_them(op):
    assert EAGER[op.name].__module__ == "engine.eager.functions"
    assert EAGER[op.name].__name__ == op.name


@pytest.mark.parametrize(
    ("f", "name"),
    [
        (lambda: Value(-1.0).log(), "log"),
        (lambda: engine.mean([]), "mean"),
        (lambda: 1 / Value(0), "div"),
    ],
)
def test_a_traceback_shows_the_line_of_the_generated_source(f, name):
    with pytest.raises((ValueError, ZeroDivisionError)) as caught:
        f()
    (frame,) = [frame for frame in traceback.extract_tb(caught.tb) if frame.name == name]
    # The file that was stored when the package was built, or none.
    assert frame.filename.endswith("generated.txt") or frame.filename.startswith("<engine")
    assert frame.line.startswith(f"return apply({name.upper()}, ")


def test_an_operation_that_is_not_on_the_sheet_has_no_source():
    with pytest.raises(ValueError, match="no operation 'tahn' on the sheet; known: add, sub, mul"):
        source("tahn")
    assert engine.source is source
