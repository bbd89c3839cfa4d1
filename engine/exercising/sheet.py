"""One student's sheet: its numbers, its blanks, its key, and the marking of what comes back."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from engine.base.files import write_whole
from engine.base.spelling import Text
from engine.exercising.latex import latex_notation, to_pdf, write_latex
from engine.exercising.layout import (
    Blank,
    Content,
    Notation,
    Writing,
    digits_of_answer,
    formulas_of,
)
from engine.exercising.marking import Result, mark_answers
from engine.exercising.plain import text_notation, write_markdown, write_text
from engine.exercising.quantities import Passes, Quantity
from engine.exercising.reading import Answers
from engine.exercising.web import web_notation, write_html
from engine.graph.naming import Naming
from engine.graph.value import Value

# More than this is not for paper.
_MOST_BLANKS = 400


class Printout:
    """A sheet, or its key, in every format: `text`, `markdown`, `latex`, `html`; `save`."""

    def __init__(self, exercise: Exercise, filled: bool) -> None:
        self._exercise, self._filled = exercise, filled

    def __repr__(self) -> str:
        return str(self.text)

    def _repr_markdown_(self) -> str:
        return self.markdown

    @cached_property
    def text(self) -> Text:
        """Plain text; its lines can be filled in and handed in as a file."""
        return write_text(self._content(text_notation))

    @cached_property
    def markdown(self) -> str:
        """Tables in Markdown; their last column can be filled in and handed in as a file."""
        return write_markdown(self._content(text_notation))

    @cached_property
    def latex(self) -> str:
        """A LaTeX document for `pdflatex`."""
        return write_latex(self._content(latex_notation))

    @cached_property
    def html(self) -> str:
        """A page to print, or to fill in and save the answers as a JSON file."""
        student, blanks = self._exercise.seed, self._exercise.blanks
        names = {blank.number: blank.name for blank in blanks}
        return write_html(self._content(web_notation), names, student, file_stem(student))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes it in the format that the name ends in: .txt, .md, .tex, .pdf, .html.

        Raises ValueError for another ending, OSError where it cannot be written, RuntimeError where
        `pdflatex`, which makes PDF, is not there or fails.
        """
        suffix = Path(path).suffix.lower()
        if suffix == ".pdf":
            write_whole(path, to_pdf(self.latex))
            return
        formats = {".txt": "text", ".md": "markdown", ".tex": "latex", ".html": "html"}
        if suffix not in formats:
            raise ValueError(
                f"a sheet is saved as {', '.join(formats)} or .pdf, not {suffix or 'without one'!r}"
            )
        # str.__str__: the file is in UTF-8, whatever the terminal can print.
        write_whole(path, str.__str__(getattr(self, formats[suffix])))

    def _content(self, notation: Any) -> Content:
        exercise = self._exercise
        title = f"Exercise of {exercise.seed}" if exercise.seed else "Exercise"
        writing = exercise.writing(notation(exercise.digits))
        notes = ["The answers, with their working."] if self._filled else exercise.notes
        if self._filled:
            title = title.replace("Exercise", "Key", 1)
        sections = writing.sections(exercise.blanks)
        return Content(title, notes, list(writing.given()), sections, self._filled)


class Exercise(Printout):
    """A sheet with numbers of its own; made by `engine.exercise` and `nn.exercise`.

    Prints as `text`. `seed`: the student's id; `y`: the graph with the student's numbers; `blanks`:
    what is asked, each with `number`, `name`, `part` and the right `value`; `given`: what is known,
    by name; `key`: the same sheet with all answers and their working; `answers`: those alone.
    """

    def __init__(
        self,
        passes: Passes,
        seed: str,
        names: Mapping[str, Any],
        parts: Sequence[str],
        digits: int,
    ) -> None:
        self.seed, self.y, self.digits = seed, passes.y, digits
        self._passes = passes
        self._naming = Naming(passes.order, names)
        # A fixed spelling of the names, by which answers are told.
        self._plain = self.writing(text_notation(digits))
        asked = passes.asked(parts)
        if len(asked) > _MOST_BLANKS:
            raise ValueError(
                f"exercise: {len(asked)} blanks are too many for a sheet (at most {_MOST_BLANKS}); "
                "take a smaller graph or fewer parts, such as parts=['gradients']"
            )
        self.blanks = [self._blank(number, quantity) for number, quantity in enumerate(asked, 1)]
        super().__init__(self, filled=False)

    @cached_property
    def key(self) -> Printout:
        return Printout(self, filled=True)

    @property
    def answers(self) -> dict[str, float]:
        """The right answers by the names of their blanks."""
        return {blank.name: blank.value for blank in self.blanks}

    @property
    def given(self) -> dict[str, float]:
        """The numbers that the sheet starts from, by the names of the leaves."""
        return {self._naming.text(leaf): leaf.data for leaf in self._passes.leaves}

    @property
    def notes(self) -> list[str]:
        """What a student is told before the first line."""
        notes = ["Write decimals or fractions: 0.25 or 1/4."]
        if any(_is_endless(blank.value, self.digits) for blank in self.blanks):
            notes[0] += f" Where a number does not end, write {self.digits} significant digits."
        notes.append("What follows rightly from an earlier mistake counts in full.")
        return [*notes, *formulas_of(self._passes.order)]

    def writing(self, notation: Notation) -> Writing:
        """The graph in a notation."""
        return Writing(self._passes, self._naming, notation, self.digits)

    def grade(self, answers: Any) -> Result:
        """Marks answers: a mapping from the numbers or names of blanks, or the path of a file.

        Answers are numbers or texts: 0.25, "1/4", "−3", "1,5". Names may be typed in ASCII: dL/dw11
        is ∂L/∂w11. A file is a sheet that was filled in, .json as its page saves it, .md or .txt,
        or a .csv with a blank and an answer in each row.

        An answer is right within the last of the significant digits that are asked for. One that is
        not is compared with what the student's own earlier answers give, rounded or not: then it
        counts as well. Otherwise `kind` and `note` of its mark say what went wrong, without the
        right number.

        Raises TypeError for anything else, ValueError for a file that is not JSON or of another
        student, OSError for one that cannot be read.
        """
        read = Answers(self.blanks, answers)
        if read.student is not None and read.student != self.seed:
            raise ValueError(
                f"these are the answers of {read.student!r}, not of {self.seed!r}: "
                "every student has numbers of their own"
            )
        marks = mark_answers(self._passes, self.blanks, read, self._plain.quantity, self.digits)
        notes = []
        if read.unknown:
            names = ", ".join(map(repr, read.unknown[:8]))
            notes.append(f"No blank is called {names}; those of this sheet are numbered.")
        return Result(self.seed, marks, notes)

    def _blank(self, number: int, quantity: Quantity) -> Blank:
        name, value = self._plain.quantity(quantity), self._passes.known[quantity]
        if not math.isfinite(value):
            raise ValueError(f"exercise: {name} is {value!r}, which nobody can write on a sheet")
        return Blank(number, name, quantity.part, value, quantity)


def file_stem(student: str) -> str:
    """A file's name for a student, without its ending: letters, digits, dots, dashes.

    >>> file_stem("Zoë 7/b"), file_stem("../x"), file_stem("")
    ('Zoë_7_b', 'x', 'exercise')
    """
    return re.sub(r"[^\w.-]+", "_", student).strip("._")[:80] or "exercise"


def _is_endless(value: float, digits: int) -> bool:
    return float(f"{value:.{digits_of_answer(value, digits)}g}") != float(f"{value:.12g}")


def named_output(y: Value, order: Sequence[Value], names: Mapping[str, Any]) -> Mapping[str, Any]:
    """The names, with "y" for an output that has none."""
    taken = {node.label for node in order} | set(names)
    return names if y.label or "y" in taken else {**names, "y": y}
