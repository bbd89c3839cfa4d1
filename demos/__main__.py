"""`python -m demos` runs the lesson and lists the other demos; `python -m demos NAME` runs one."""

from __future__ import annotations

import argparse
import inspect
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from demos import NAMES
from demos.printing import WIDTH, filled
from engine.base.terminal import Parser, UsageError, run_command


def parser() -> Parser:
    """What reads the arguments."""
    found = Parser("python -m demos", "Demos of what the engine does, each a short script.")
    found.add_argument("name", nargs="?", type=_name, help='one of those below, or "all"')
    found.add_argument("--quick", action="store_true", help="train less, where training is long")
    return found


def _name(text: str) -> str:
    if text not in (*NAMES, "all"):
        raise argparse.ArgumentTypeError(f"there is no demo {text!r}")
    return text


def main(arguments: Sequence[str]) -> int:
    """Runs the demo that is named, or the first, or all of them; the exit status.

    `--quick` makes the longer ones train less. The status is 1 where a package that a demo needs is
    not installed, 2 for a name that no demo has, and 130 after Ctrl-C.
    """
    try:
        options = parser().parse_args(arguments)
    except UsageError as error:
        print(f"{error}\n\n{listing()}", file=sys.stderr)
        return 2
    if options.help:
        print(f"{parser().format_help()}\n{listing()}")
        return 0
    chosen = NAMES if options.name == "all" else [options.name or NAMES[0]]
    failed = 0
    for name in chosen:
        if len(chosen) > 1:
            print(f"\n━━━ {name} {'━' * (WIDTH - 5 - len(name))}\n")
        try:
            run(name, quick=options.quick)
        except SystemExit as missing:
            # What the demo needs is not installed; the others still run.
            print(missing, file=sys.stderr)
            failed = 1
        except KeyboardInterrupt:
            print(f"\n{name} was interrupted.", file=sys.stderr)
            return 130
    if options.name is None:
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


if __name__ == "__main__":
    sys.exit(run_command(main))
