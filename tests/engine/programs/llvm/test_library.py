"""The names of functions on vectors, by the instructions that they are for."""

import pytest

from engine.programs.llvm.library import LIBRARY, vector_function, vector_functions


@pytest.mark.parametrize(("width", "letter"), [(2, "b"), (4, "d"), (8, "e")])
def test_names_of_every_length(width, letter):
    assert vector_function("exp", width) == f"_ZGV{letter}N{width}v_exp"
    assert vector_function("pow", width, 2) == f"_ZGV{letter}N{width}vv_pow"
    names = vector_functions(width)
    assert len(names) == len({*names}) == len(LIBRARY) + 1
    assert all(name.startswith(f"_ZGV{letter}N{width}v") for name in names)
