"""How machine code is given its arguments: all of them in one piece of memory.

`ctypes` takes a microsecond to pass thirteen, and a seventh of it for one; to pack them takes as
long again.
"""

from __future__ import annotations

from struct import Struct

from engine.programs.llvm.statements import TYPES
from engine.programs.lower.ir import Function

NAME = "enter"
# The letters of `struct`, by types of LLVM; each is of 8 bytes.
_LETTERS = {"double": "d", "i64": "q", "ptr": "P"}


def packing(function: Function) -> Struct:
    """What puts the arguments of a function side by side.

    >>> from engine.programs.lower.loops import EVALUATE, loop
    >>> packing(loop(EVALUATE, 3)).format
    'PPqP'
    """
    return Struct("".join(_LETTERS[type_] for type_ in _types(function)))


def entry(function: Function) -> str:
    """The text of `@enter`, which finds the arguments there and calls the function with them."""
    lines, arguments = [], []
    for place, type_ in enumerate(_types(function)):
        lines += [f"  %p{place} = getelementptr inbounds i64, ptr %given, i64 {place}"]
        lines += [f"  %a{place} = load {type_}, ptr %p{place}"]
        arguments.append(f"{type_} %a{place}")
    result = TYPES[function.result]
    call = f"call {result} @{function.name}({', '.join(arguments)})"
    end = [f"  {call}", "  ret void"] if result == "void" else [f"  %r = {call}", "  ret double %r"]
    # Nothing is gained by making it better, but half of the time that LLVM takes for it.
    head = f"define {result} @{NAME}(ptr %given) noinline optnone {{"
    return "\n".join([head, *lines, *end, "}", ""])


def _types(function: Function) -> list[str]:
    return [TYPES.get(kind, "ptr") for kind in function.arguments.values()]
