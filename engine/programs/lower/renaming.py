"""Other variables and spans in the place of those of an instruction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

from engine.programs.lower.ir import Assign, Guard, Map, Reduce, Span, Variable


def renamed(part: Any, other: Callable[[Any], Variable | Span]) -> Any:
    """An instruction, or a part of one, with `other` of each variable and each span in it."""
    match part:
        case Variable() | Span():
            return other(part)
        case Assign() | Reduce() | Map() | Guard():
            own = ((field.name, getattr(part, field.name)) for field in fields(part))
            return replace(part, **{name: renamed(each, other) for name, each in own})
        case Mapping():
            return {name: renamed(each, other) for name, each in part.items()}
        case list() | tuple():
            return [renamed(each, other) for each in part]
    return part
