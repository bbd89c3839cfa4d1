"""Files of parameters: JSON that is written whole, and read whole or not at all."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from typing import Any

from engine.base.numbers import as_number

# What reads and writes files is loaded when a file is read or written.

_FORMAT = "chaingrad parameters 1"


def save_model(path: str | os.PathLike[str], architecture: Any, state: Mapping[str, float]) -> None:
    """Writes both to one file. ValueError for what is not finite."""
    import json

    from engine.base.files import write_whole

    check_finite(state)
    content = {"format": _FORMAT, "architecture": architecture, "parameters": state}
    write_whole(path, json.dumps(content, indent=1) + "\n")


def load_model(path: str | os.PathLike[str]) -> tuple[Any, dict[str, Any]]:
    """The architecture and the numbers by name; ValueError, naming the path, for another file."""
    import json
    from pathlib import Path

    try:
        # Editors on Windows begin a file with a mark of three bytes.
        text = Path(path).read_text(encoding="utf-8-sig")
        content = json.loads(text, object_pairs_hook=_without_repetition)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is not a whole JSON file: {error}") from None
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise ValueError(f"{path} was not written by Module.save (format {_FORMAT!r})")
    state = content.get("parameters")
    if not isinstance(state, dict):
        raise ValueError(f"{path} holds no parameters")
    if "architecture" not in content:
        raise ValueError(f"{path} holds no architecture")
    return content["architecture"], state


def check_finite(state: Mapping[str, Any]) -> None:
    """ValueError for an item that is not a finite number."""
    for name, number in state.items():
        try:
            finite = math.isfinite(as_number(number)) and not isinstance(number, bool)
        except (TypeError, OverflowError):
            finite = False
        if not finite:
            raise ValueError(
                f"the state holds {shortened(number)} for {name}; a finite number is needed"
            )


def shortened(thing: object) -> str:
    """At most 60 characters of what it is, for an error message."""
    text = repr(thing)
    return text if len(text) <= 60 else text[:57] + "..."


def listed(what: str, names: Iterable[Any]) -> str:
    """Some of the names for an error message; nothing if there are none."""
    shown = sorted(map(str, names))
    if not shown:
        return ""
    more = f" and {len(shown) - 5} more" if len(shown) > 5 else ""
    return f"; {what}: {', '.join(shown[:5])}{more}"


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Which of two numbers of the same name is meant, nobody knows."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice!r} is there more than once")
    return found
