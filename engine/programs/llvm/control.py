"""Loops and branches of a function, as LLVM's blocks."""

from __future__ import annotations

from collections.abc import Callable

from engine.programs.llvm.code import Code


def loop(
    code: Code, start: int | str, stop: int | str, step: int | str, body: Callable[[str], None]
) -> None:
    """for (i = start; i < stop; i += step) body(i), where it is entered at least once."""
    before, inside, after = (code.new(stem) for stem in ("before", "loop", "after"))
    index = code.new()
    code.act(f"br label %{before}")
    code.lines.append(f"{before}:")
    code.act(f"br label %{inside}")
    code.lines.append(f"{inside}:")
    latch = code.new("latch")
    following = code.new()
    code.lines.append(f"  {index} = phi i64 [ {start}, %{before} ], [ {following}, %{latch} ]")
    # What the body finds out holds only within it.
    outer, code.known = code.known, {}
    body(index)
    code.known = outer
    code.act(f"br label %{latch}")
    code.lines.append(f"{latch}:")
    code.lines.append(f"  {following} = add i64 {index}, {step}")
    more = code.new()
    code.lines.append(f"  {more} = icmp slt i64 {following}, {stop}")
    code.act(f"br i1 {more}, label %{inside}, label %{after}")
    code.lines.append(f"{after}:")


def either(
    code: Code, condition: str, then: Callable[[], None], otherwise: Callable[[], None]
) -> None:
    """if (condition) then() else otherwise()."""
    sides = code.new("then"), code.new("else")
    after = code.new("after")
    code.act(f"br i1 {condition}, label %{sides[0]}, label %{sides[1]}")
    for side, write in zip(sides, (then, otherwise)):
        code.lines.append(f"{side}:")
        # What is found out there holds only there.
        outer, code.known = code.known, dict(code.known)
        write()
        code.known = outer
        code.act(f"br label %{after}")
    code.lines.append(f"{after}:")


def with_round(code: Code, count: int, body: Callable[[], None]) -> None:
    """The rounds of a `Roll`."""

    def one(number: str) -> None:
        code.round = number
        body()

    loop(code, 0, count, 1, one)
    code.round = ""
