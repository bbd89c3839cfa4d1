"""Arguments side by side in memory, and the function that finds them there."""

from array import array

import pytest

from engine.programs.llvm.entry import entry, packing
from engine.programs.lower.ir import Function

pytest.importorskip("llvmlite")

FUNCTION = Function(
    "mixed",
    "About.",
    {"scale": "float", "x": "Numbers", "place": "int", "y": "State", "shift": "float"},
    "float",
    [],
)
TEXT = """
define double @mixed(double %scale, ptr %x, i64 %place, ptr %y, double %shift) {
  %source = getelementptr inbounds double, ptr %x, i64 %place
  %number = load double, ptr %source
  %scaled = fmul double %number, %scale
  %result = fadd double %scaled, %shift
  store double %result, ptr %y
  ret double %result
}
"""


def call(text, function, *arguments):
    from engine.programs.run.llvm_host import host

    return host().compile(text, function)(packing(function).pack(*arguments))


def test_every_argument_comes_to_its_place():
    x, y = array("d", [5.0, 7.0, 9.0]), array("d", [0.0])
    given = 0.5, x.buffer_info()[0], 2, y.buffer_info()[0], -1.25
    assert packing(FUNCTION).format == "dPqPd"
    assert call(TEXT, FUNCTION, *given) == 3.25
    assert y.tolist() == [3.25]


def test_a_function_without_a_result():
    text = "define void @fill(ptr %x, i64 %n) {\n  store i64 %n, ptr %x\n  ret void\n}\n"
    function = Function("fill", "About.", {"x": "Order", "n": "int"}, "None", [])
    x = array("q", [0])
    assert call(text, function, x.buffer_info()[0], -(2**62)) is None
    assert x.tolist() == [-(2**62)]


def test_no_address_is_0():
    text = "define double @none(ptr %x) {\n  %same = icmp eq ptr %x, null\n"
    text += "  %r = uitofp i1 %same to double\n  ret double %r\n}\n"
    function = Function("none", "About.", {"x": "Rows"}, "float", [])
    assert "load ptr, ptr %p0" in entry(function)
    assert (call(text, function, 0), call(text, function, 8)) == (1.0, 0.0)
