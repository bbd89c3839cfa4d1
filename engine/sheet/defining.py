"""Generated source becomes functions. Light: it is in the way to the first operation."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def compile_source(
    source: str, filename: str, namespace: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The functions that generated source defines, on the names of `namespace`.

    They are bound apart from it, so that a function named `exp` does not hide the one it calls.
    Without a namespace the source is a module that imports what it needs. A traceback or a debugger
    shows the lines of the source like those of a file.
    """
    import linecache

    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    return defined_by(source, filename, namespace)


def defined_by(source: str, filename: str, namespace: Mapping[str, Any] | None) -> dict[str, Any]:
    """The same of source that the file of this name holds."""
    defined: dict[str, Any] = {}
    code = compile(source, filename, "exec")
    if namespace is None:
        exec(code, defined)
    else:
        exec(code, dict(namespace), defined)
    return defined
