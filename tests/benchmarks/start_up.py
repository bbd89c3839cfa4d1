"""`import engine` in a fresh interpreter, and the first operation

The first operation generates all of them from the sheet.
"""

from __future__ import annotations

import subprocess
import sys
from statistics import median

RUNS = 15
PROGRAM = """
from time import perf_counter
start = perf_counter()
import engine
imported = perf_counter()
engine.Value(1.0) + 1
print(imported - start, perf_counter() - imported)
"""


def table() -> list[str]:
    """Milliseconds, median and range over fresh interpreters."""
    runs = []
    for _ in range(RUNS + 1):
        result = subprocess.run(
            [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
        )
        runs.append([float(text) * 1e3 for text in result.stdout.split()])
    rows = ["| what | median | range |", "|---|---|---|"]
    # The first run may have to compile the modules.
    for name, times in zip(("import engine", "first operation"), zip(*runs[1:])):
        rows.append(f"| {name} | {median(times):.0f} ms | {min(times):.0f}–{max(times):.0f} ms |")
    return rows
