"""The types of what is generated: the file in the package is the one that the sheet gives."""

import ast
from pathlib import Path

import engine
from engine.eager.stubs import PATH, stub
from engine.sheet.ops import OFFERED
from tests.engine.sampling import over_sheet

HINT = "run python -m engine.eager.stubs"


def test_the_stub_file_is_up_to_date():
    assert Path(engine.eager.functions.__file__).with_suffix(".pyi") == PATH
    assert PATH.read_text(encoding="utf-8") == stub(), HINT


def test_the_stub_declares_what_the_module_exports_and_no_more():
    declared = {node.name for node in ast.parse(stub()).body if isinstance(node, ast.FunctionDef)}
    assert declared | {"clip"} == set(engine.eager.functions.__all__)
    assert declared == {op.name for op in OFFERED} | {"log_softmax", "softmax", "source"}


@over_sheet
def test_every_variant_of_a_function_takes_the_parameters_of_the_sheet(op):
    for node in ast.walk(ast.parse(stub())):
        if isinstance(node, ast.FunctionDef) and node.name == op.name:
            names = [argument.arg for argument in node.args.args]
            method = names[0] == "self"
            operands = ["self", *op.operands[1:]] if method else op.operands
            assert names == [*operands, *op.constants]
            optional = len(op.defaults) + sum(c is not None for c in op.constants.values())
            assert len(node.args.defaults) == optional


def test_every_method_of_the_stub_is_one_of_value():
    (methods,) = [node for node in ast.parse(stub()).body if isinstance(node, ast.ClassDef)]
    names = [node.name for node in methods.body]
    assert len(names) == len(set(names)) > 30
    assert all(callable(getattr(engine.Value, name)) for name in names)
