"""`python -m tests.accuracy [OPERATION …]`: measures, prints the table, writes docs/accuracy.md."""

from __future__ import annotations

import argparse
import datetime
import platform
import sys
import time
from pathlib import Path

from engine.sheet.ops import ARITHMETIC, OFFERED, OPERATIONS
from tests.accuracy.backends import available
from tests.accuracy.measure import LIMITS, ORDERS, Report, measure

PAGE = Path(__file__).parents[2] / "docs" / "accuracy.md"


def main() -> int:
    """The exit code is 1 where something is beyond its limit."""
    parser = argparse.ArgumentParser(prog="python -m tests.accuracy", description=__doc__)
    parser.add_argument("operations", nargs="*", metavar="OPERATION")
    parser.add_argument("--backend", action="append", help="only those whose name holds this")
    parser.add_argument("--seed", type=int, default=0, help="draws other points at random")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.operations if name not in OPERATIONS]
    if unknown:
        parser.error(f"unknown operation {', '.join(unknown)}; known: {', '.join(OPERATIONS)}")
    backends, missing = available()
    if arguments.backend:
        backends = {n: b for n, b in backends.items() if any(p in n for p in arguments.backend)}
    ops = [OPERATIONS[name] for name in arguments.operations] or [*ARITHMETIC, *OFFERED]
    start = time.perf_counter()
    report = Report()
    for op in ops:
        measure([op], backends, report=report, seed=arguments.seed)
        print(f"{op.name}: {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
    text = page(report, list(backends), missing)
    print(text)
    print(f"{time.perf_counter() - start:.0f} s")
    beyond = report.beyond()
    print("\n".join(beyond))
    if not (arguments.operations or arguments.backend or arguments.seed):
        PAGE.write_text(text, encoding="utf-8")
    return 1 if beyond else 0


def page(report: Report, backends: list[str], missing: dict[str, str]) -> str:
    """The page as Markdown."""
    libm = " ".join(platform.libc_ver()).strip() or "the system's"
    excluded = ", ".join(f"{count:,} {reason}" for reason, count in report.excluded.items())
    lines = [
        "# Accuracy",
        "",
        "The worst error of every operation that can be called (the lines which only other lines",
        "call are measured as the derivatives of these): value / first / second derivative, in",
        "units in the last place (ulp), against mpmath. Made by `python -m tests.accuracy` on",
        f"{datetime.date.today():%-d %B %Y} with Python {platform.python_version()} on "
        f"{platform.machine()}; functions of C by {libm}.",
        "",
        f"The limit is {LIMITS[0]:g} ulp for the value and the first derivative and {LIMITS[2]:g} "
        "for the second,",
        "beyond four times what half an ulp of the argument does to the result, since no way of",
        "computing with rounded arguments does better. An ulp is the distance of the right result,",
        "rounded to a float, to the next larger float; for a result below 1e-300 that of 1e-300,",
        "because its factors may have lost digits already. Second derivatives of reductions add up",
        "over paths; they are in ulp of the first derivative, or of the terms, where these are",
        "larger. Errors within the limit are shown whole.",
        "",
        f"Measured: {report.measured:,} numbers at ±10^k over the whole range, subnormal ones too,",
        "close to every number that a formula compares with, and at random. Left out: points where",
        "the operation or the derivative is undefined, kinks themselves (derivatives only), and",
        "results larger than any float (of derivatives, a sixteenth of that) with the derivatives",
        f"of theirs, also by other operands ({excluded}).",
        "",
        f"| operation | {' | '.join(backends)} |",
        f"|---|{'---|' * len(backends)}",
    ]
    names = dict.fromkeys(name for name, _, _ in report.worst)
    for name in names:
        cells = [
            " / ".join(
                _shown(report.worst[name, order, backend].error)
                if (name, order, backend) in report.worst
                else "–"
                for order in range(len(ORDERS))
            )
            for backend in backends
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    lines += [f"\nNot measured: {name}, because {reason}." for name, reason in missing.items()]
    return "\n".join(lines) + "\n"


def _shown(error: float) -> str:
    return f"{error:.1f}" if error < 100 else f"**{error:.0e}**"


if __name__ == "__main__":
    sys.exit(main())
