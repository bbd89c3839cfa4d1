"""On what kind of machine something was measured."""

from __future__ import annotations

import platform
from pathlib import Path

NUMBERS = {"family": "cpu family", "model": "model"}
VECTORS = {"avx512f": "AVX-512", "avx2": "AVX2", "asimd": "NEON"}


def processor(described: str | None = None) -> str:
    """The processor's kind, and its widest vectors, where the system says so.

    `described`: what Linux says of it, if not this machine.
    """
    if described is None:
        path = Path("/proc/cpuinfo")
        described = path.read_text() if path.exists() else ""
    first = described.partition("\n\n")[0].splitlines()
    said = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in first)}
    name = said.get("model name") or platform.processor() or platform.machine()
    kind = [f"{key} {said[word]}" for key, word in NUMBERS.items() if word in said]
    words = (said.get("flags") or said.get("Features") or "").split()
    kind += [vectors for flag, vectors in VECTORS.items() if flag in words][:1]
    return f"{name} ({', '.join(kind)})" if kind else name
