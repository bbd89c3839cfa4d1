"""`python -m tests.mutation`: alters the project in one place at a time; says what no test caught.

The sheet: every formula, partial derivative, `undefined`, `kinks` and default, each in a child of
its own. Python: every default setting of optimisers and schedules, and a sample of the logic.
C: a sample of the core.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter

from tests.mutation.outcome import Verdict

KINDS = ("sheet", "python", "c")


def main() -> int:
    """The exit code is 1 where something survived."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--kind", choices=KINDS, help="only alterations of this kind")
    parser.add_argument("--only", default="", metavar="NAME", help="only those named like this")
    parser.add_argument(
        "--points", action="store_true", help="chooses tests/engine/points.txt anew"
    )
    arguments = parser.parse_args()
    if os.environ.get("CHAINGRAD_CORE") != "python":
        # The functions of the core in C are compiled, so a line of the sheet cannot be altered.
        os.environ["CHAINGRAD_CORE"] = "python"
        os.execv(sys.executable, [sys.executable, "-m", "tests.mutation", *sys.argv[1:]])
    from tests.mutation.choose import choose
    from tests.mutation.runs import outcomes

    if arguments.points:
        print(f"{choose()} points")
        return 0
    begun, total = time.perf_counter(), Counter[Verdict]()
    for kind in [arguments.kind] if arguments.kind else KINDS:
        start, counts = time.perf_counter(), Counter[Verdict]()
        for outcome in outcomes(kind, arguments.only):
            counts[outcome.verdict] += 1
            if outcome.verdict is Verdict.EQUIVALENT and arguments.only:
                print(f"{outcome.diff}\n  equivalent: {outcome.reason}")
            if outcome.verdict is Verdict.SURVIVED:
                print(f"SURVIVED {outcome.diff}", flush=True)
        print(summary(kind, counts, time.perf_counter() - start), flush=True)
        total += counts
    print(summary("all", total, time.perf_counter() - begun))
    return 1 if total[Verdict.SURVIVED] else 0


def summary(kind: str, counts: Counter[Verdict], seconds: float) -> str:
    """A line of numbers."""
    caught, equivalent, survived = (
        counts[verdict] for verdict in (Verdict.CAUGHT, Verdict.EQUIVALENT, Verdict.SURVIVED)
    )
    return (
        f"{kind}: {caught:,} of {counts.total():,} caught, {equivalent} equivalent, "
        f"{survived} survived, {seconds:.0f} s"
    )


if __name__ == "__main__":
    sys.exit(main())
