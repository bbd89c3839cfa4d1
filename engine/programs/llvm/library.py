"""The functions that formulas call: those of LLVM, of C's library, and of glibc's libmvec."""

from __future__ import annotations

from engine.sheet.formula import FUNCTIONS, OF_TWO_NUMBERS

# What LLVM has functions of its own for, by their names in formulas.
INTRINSICS = {
    "abs": "fabs",
    "round": "rint",
    **{name: name for name in "sqrt floor ceil trunc copysign".split()},
}
# What libmvec calls the instructions that its functions are for, by the length of vectors.
_INSTRUCTIONS = {2: "b", 4: "d", 8: "e"}
# What C's library has functions for, some of them also on vectors.
LIBRARY = sorted(FUNCTIONS - INTRINSICS.keys())


def vector_functions(width: int) -> list[str]:
    """The names of all functions that may be there on vectors of this width."""
    names = [vector_function(name, width, 1 + (name in OF_TWO_NUMBERS)) for name in LIBRARY]
    return [*names, vector_function("pow", width, 2)]


def vector_function(name: str, width: int, arguments: int = 1) -> str:
    """The name of a function on vectors in glibc's libmvec (x86-64: SSE4, AVX2, AVX-512)."""
    return f"_ZGV{_INSTRUCTIONS[width]}N{width}{'v' * arguments}_{name}"
