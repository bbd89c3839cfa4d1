"""`exercise` and `exercises`: sheets of any graph, for one student and for a class."""

from __future__ import annotations

import math
import os
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

from engine.base.numbers import as_number, digits_of, given
from engine.eager.current import check_current
from engine.exercising.classroom import Class, class_of
from engine.exercising.friendly import friendly_numbers, seed_text
from engine.exercising.quantities import PARTS, Passes
from engine.exercising.sheet import Exercise, named_output
from engine.graph.arguments import as_output
from engine.graph.naming import Naming, names_of_caller
from engine.graph.value import Value
from engine.graph.walks import topological_order
from engine.programs.recording import Recording
from engine.programs.replay import replay

Choices = Mapping[str, Sequence[float]]


def exercise(
    y: Value,
    seed: Hashable = None,
    *,
    names: Mapping[str, Any] | None = None,
    choices: Choices | None = None,
    parts: Sequence[str] = PARTS,
    learning_rate: float = 0.1,
    digits: int = 4,
) -> Exercise:
    """A sheet on the graph of y for one student: the numbers of both passes as blanks, and a key.

    `seed`: the student's id, a text or a number, from which the sheet's own numbers are made: small
    and friendly, the same on every machine, whatever numbers the graph has. Without one they are
    the graph's. `choices`: what a leaf may be, by its name, such as {"x": [1, 2, 3]}.

    Asked are the `parts` "forward" (the number of every node), "local" (local derivatives),
    "gradients" and "updates" (of parameters, or of all leaves where there are none, by one step of
    gradient descent with `learning_rate`). `digits`: how many significant digits an endless number
    is to have. Nodes are named as in `explain`.

    Raises TypeError where y is not a `Value` or the seed is not an id; ValueError for an unknown
    part or name, where a leaf's `data` has changed since y was computed, for more than 400 blanks,
    and where no numbers are found for which every operation is defined.

    >>> x, w = Value(2.0, label="x"), Value(0.5, label="w")
    >>> y = (w * x - 1) ** 2
    >>> sheet = exercise(y, seed="anna", parts=["forward", "gradients"])
    >>> sheet.given
    {'w': -3.0, 'x': -1.0}
    >>> sheet.grade({"t1": -3, "t2": -4, "y": 16, "dy/dt2": 8})
    anna: 2 of 7 points (2 right by their own earlier numbers, 2 wrong, 3 missing)
        1  t1      −3 is wrong: the sign is wrong
        2  t2      right by your own t1 = −3
        3  y       right by your own t1 = −3
        4  ∂y/∂t2  8 is wrong: the sign is wrong
        5  ∂y/∂t1  no answer
        6  ∂y/∂w   no answer
        7  ∂y/∂x   no answer
    """
    names = names_of_caller(names)
    as_output(y, "exercise: y")
    digits = digits_of(digits, "exercise")
    rate = as_number(learning_rate, "exercise: learning_rate")
    if not (math.isfinite(rate) and rate > 0):
        raise ValueError(f"exercise: learning_rate must be above 0, not {rate!r}")
    _check_parts(parts)
    text = None if seed is None else seed_text(seed)
    return _made(y, text, names, choices or {}, parts, rate, digits)


def exercises(
    y: Value,
    students: int | Iterable[Hashable] = 60,
    folder: str | os.PathLike[str] | None = None,
    formats: Sequence[str] = ("html", "md"),
    *,
    names: Mapping[str, Any] | None = None,
    **options: Any,
) -> Class:
    """A class of sheets on the graph of y, one for each student; arguments as for `exercise`.

    `students`: their ids, or how many there are. With a `folder` all sheets and keys are written
    into it, each in the `formats` (txt, md, tex, pdf, html); `Class.save` does so later. The class
    marks what comes back: `Class.grade`. Raises what `exercise` raises, ValueError for a student
    who is there twice.

    >>> w = Value(0.5, label="w")
    >>> exercises(w * w, students=["anna", "ben"])
    Class of 2 sheets: anna, ben
    """
    names = names_of_caller(names)
    group = class_of(lambda student: exercise(y, student, names=names, **options), students)
    if folder is not None:
        group.save(folder, formats)
    return group


def _made(
    y: Value,
    seed: str | None,
    names: Mapping[str, Any],
    choices: Choices,
    parts: Sequence[str],
    learning_rate: float,
    digits: int,
) -> Exercise:
    """The sheet, for arguments that have been checked by themselves."""
    order = topological_order(y)
    names = named_output(y, order, names)
    leaves = [node for node in order if node.op is None]
    naming = Naming(order, names)
    targets = [leaf for leaf in leaves if leaf.role == "parameter"] or leaves
    passes = Passes(y, sorted(targets, key=naming.text), learning_rate)
    if y.op is None or y not in passes.users:
        raise ValueError("exercise: y must be computed from leaves that it has derivatives by")
    chosen = _checked(choices, leaves, naming)
    if seed is None:
        check_current(order, derivatives=True)
    else:
        passes, names = _with_numbers(passes, friendly_numbers(passes, seed, chosen), names)
    return Exercise(passes, seed or "", names, parts, digits)


def _check_parts(parts: Sequence[str]) -> None:
    unknown = [part for part in parts if part not in PARTS]
    if isinstance(parts, str) or unknown or not parts:
        raise ValueError(f"exercise: parts must be some of {', '.join(PARTS)}, not {parts!r}")


def _checked(choices: Choices, leaves: Sequence[Value], naming: Naming) -> dict[Value, list[float]]:
    by_name = {naming.text(leaf): leaf for leaf in leaves}
    found = {}
    for name, numbers in choices.items():
        if name not in by_name:
            raise ValueError(
                f"exercise: choices for {name!r}, which is not a leaf; leaves: {', '.join(by_name)}"
            )
        row = [as_number(number, f"exercise: a choice for {name}") for number in numbers]
        if not row or not all(map(math.isfinite, row)):
            raise ValueError(f"exercise: choices for {name!r} must be numbers, not {given(row)}")
        found[by_name[name]] = row
    return found


def _with_numbers(
    passes: Passes, numbers: Mapping[Value, float], names: Mapping[str, Any]
) -> tuple[Passes, Mapping[str, Any]]:
    """The graph computed again, and its names."""
    recording = Recording([passes.y], passes.leaves, [])
    (y,), _ = replay(recording, [], [numbers[leaf] for leaf in passes.leaves])
    # Both are walked in one order.
    made = dict(zip(passes.order, topological_order(y)))
    names = {name: made[node] for name, node in names.items() if node in made}
    targets = [made[target] for target in passes.targets]
    return Passes(y, targets, passes.learning_rate), names
