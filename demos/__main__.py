"""`python -m demos` runs the lesson and lists the other demos; `python -m demos NAME` runs one."""

from __future__ import annotations

import inspect
import io
import os
import sys
from importlib import import_module
from typing import Any

from demos import NAMES
from demos.printing import WIDTH, filled
from engine.base.spelling import SPELLING

USAGE = "python -m demos [NAME] [--quick], where NAME is all, or one of"


def main(arguments: list[str]) -> int:
    """Runs the demo that is named, or the first, or all of them; the exit status.

    `--quick` makes the longer ones train less. The status is 1 where a package that a demo needs is
    not installed, 2 for a name that no demo has, and 130 after Ctrl-C.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that lacks the signs of mathematics shows ASCII for them. A pipe gets each
            # line at once, so that what reads it need not wait, nor a demo run on when it ends.
            stream.reconfigure(errors=SPELLING, line_buffering=True)
    if arguments in (["-h"], ["--help"]):
        print(f"{USAGE}\n{listing()}")
        return 0
    names = [argument for argument in arguments if argument != "--quick"]
    if len(names) > 1 or not {*names} <= {*NAMES, "all"}:
        problem = f"There is no demo {' '.join(arguments)!r}."
        print(f"{problem}\n{USAGE}\n{listing()}", file=sys.stderr)
        return 2
    chosen = NAMES if names == ["all"] else names or NAMES[:1]
    failed = 0
    for name in chosen:
        if len(chosen) > 1:
            print(f"\n━━━ {name} {'━' * (WIDTH - 5 - len(name))}\n")
        try:
            run(name, quick="--quick" in arguments)
        except SystemExit as missing:
            # What the demo needs is not installed; the others still run.
            print(missing, file=sys.stderr)
            failed = 1
        except KeyboardInterrupt:
            print(f"\n{name} was interrupted.", file=sys.stderr)
            return 130
    if not names:
        print(f"\nThe demos; run one with `python -m demos NAME`:\n{listing()}")
    return failed


def run(name: str, quick: bool = False) -> Any:
    """What the demo's main function returns: its picture, with a caption."""
    demo = import_module(f"demos.{name}").main
    return demo(quick=True) if quick and "quick" in inspect.signature(demo).parameters else demo()


def listing() -> str:
    """What each demo shows, from the first line of its module."""
    lines = []
    for name in NAMES:
        summary = (import_module(f"demos.{name}").__doc__ or "").splitlines()[0]
        lines.append(filled(summary, first=f"  {name:15} ", rest=" " * 18))
    return "\n".join(lines)


def command() -> int:
    """The exit status of `main`; 1 where what reads the output ended before it, such as `head`."""
    try:
        return main(sys.argv[1:])
    except BrokenPipeError:
        # Python writes what is left when it ends: to where that cannot fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


if __name__ == "__main__":
    sys.exit(command())
