"""The backends that `fit` and `predict` take: those of programs, and computing eagerly."""

from __future__ import annotations

from engine import programs


def check_backend(what: str, backend: str) -> None:
    """ValueError for a backend that there is not."""
    # Asked for here, because to import it loads the compilers.
    known = (*programs.BACKENDS, "eager")
    if backend not in known:
        raise ValueError(f"{what}: unknown backend {backend!r}; known: {', '.join(known)}")
