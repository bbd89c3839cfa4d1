"""`python -m tests.differential 10000 --seed 7 --backends llvm c`: compares so many random graphs.

Prints how many numbers were compared and how far apart they were, and each disagreement as a
program that shows it. Exits with 1 if there is one.
"""

from __future__ import annotations

import argparse
import sys
import time
from itertools import islice

import engine
from engine.testing import Recipe
from engine.testing.ground import is_well_defined
from tests.differential.compare import Finding, Tally
from tests.differential.edges import compare_edges
from tests.differential.run import alone, compare_all, drawn
from tests.differential.shrink import smallest
from tests.differential.ways import WAYS, Way, made

_PORTION = 240
_SHOWN_OF_A_KIND = 3


def main() -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.differential", description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=1000, help="how many graphs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--backends", nargs="+", choices=[*WAYS, "torch"], default=list(WAYS))
    parser.add_argument(
        "--second", type=int, default=4, metavar="N", help="second derivatives of one graph in N"
    )
    arguments = parser.parse_args()
    ways = _ways(arguments.backends)
    tally, started = Tally(), time.perf_counter()
    recipes = drawn(arguments.count, arguments.seed)
    done = 0
    while portion := list(islice(recipes, _PORTION)):
        compare_all(portion, ways, tally, arguments.second)
        done += len(portion)
        print(f"\r{done} graphs, {len(tally.findings)} findings", end="", file=sys.stderr)
    edges = arguments.count // 4
    at_edges = drawn(edges, arguments.seed + 1, well_defined=False)
    edge_findings = compare_edges(at_edges, ways, tally)
    minutes = (time.perf_counter() - started) / 60
    print(file=sys.stderr)
    print(f"{done} graphs and {edges} at edges, seed {arguments.seed}, the reference is the")
    print(f"{engine.core} core; {minutes:.1f} minutes\n")
    print(tally.report())
    print(f"\n{len(tally.findings)} findings")
    _show([f for f in tally.findings if f not in edge_findings], ways)
    for finding in edge_findings[:_SHOWN_OF_A_KIND]:
        print(f"\n{finding}")
    return 1 if tally.findings else 0


def _ways(names: list[str]) -> list[Way]:
    """Those that can be had; of others, why they cannot."""
    found = []
    for name in names:
        if name == f"{engine.core} core":
            continue  # it is the reference
        try:
            found.append(made(name))
        except ImportError as error:
            print(f"{name}: left out: {error}")
    return found


def _show(findings: list[Finding], ways: list[Way]) -> None:
    """Some findings of each kind, made small."""
    by_name = {way.name: way for way in ways}
    kinds = dict.fromkeys(finding.kind for finding in findings)
    for kind in kinds:
        own = sorted((f for f in findings if f.kind == kind), key=lambda f: len(f.recipe.steps))
        print(f"\n{len(own)} times {', '.join(kind)}")
        shown: dict[str, None] = {}
        for finding in own[:_SHOWN_OF_A_KIND]:
            shown[str(_made_small(finding, by_name[finding.way]))] = None
        for text in shown:
            print(f"\n{text}")


def _made_small(finding: Finding, way: Way) -> Finding:
    """The same of a smaller recipe; as it is where the recipe shows it in company only."""

    def shows(recipe: Recipe) -> bool:
        return is_well_defined(recipe) and alone(recipe, way, finding.quantity) is not None

    return alone(smallest(finding.recipe, shows), way, finding.quantity) or finding


if __name__ == "__main__":
    sys.exit(main())
