"""`python -m demos` runs the lesson and lists the other demos; `python -m demos NAME` runs one."""

from __future__ import annotations

import io
import sys
from importlib import import_module

from demos import NAMES


def main(arguments: list[str]) -> int:
    """Runs the demo that is named, or the first; the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that lacks the signs of mathematics shows question marks for them.
            stream.reconfigure(errors="replace")
    name = arguments[0] if arguments else NAMES[0]
    if len(arguments) > 1 or name not in NAMES:
        wants_help = arguments in (["-h"], ["--help"])
        problem = "" if wants_help else f"There is no demo {' '.join(arguments)!r}.\n"
        usage = f"{problem}python -m demos [NAME], where NAME is one of\n{listing()}"
        print(usage, file=sys.stdout if wants_help else sys.stderr)
        return 0 if wants_help else 2
    import_module(f"demos.{name}").main()
    if not arguments:
        print(f"\nThe demos; run one with `python -m demos NAME`:\n{listing()}")
    return 0


def listing() -> str:
    """A line for each demo, from the first line of its module."""
    lines = []
    for name in NAMES:
        summary = (import_module(f"demos.{name}").__doc__ or "").splitlines()[0]
        lines.append(f"  {name:15} {summary}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
