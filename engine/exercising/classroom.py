"""The sheets of a class: written into a folder, and marked together."""

from __future__ import annotations

import csv
import io
import json
import math
import os
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.base.files import write_whole
from engine.base.numbers import count_of, short, whole
from engine.base.spelling import Text, printable
from engine.exercising.friendly import seed_text
from engine.exercising.marking import Result
from engine.exercising.reading import table_of, text_of
from engine.exercising.sheet import Exercise, file_stem

_READ = (".json", ".csv", ".md", ".txt")
# So many blanks are told of that most students missed.
_MISSED = 5
# Answers are taken for another student's if so many are right there, and no more on the own sheet.
_OWN, _OTHERS = 0.6, 0.8


class Class:
    """Sheets by student: `group["anna"]` is hers. Made by `exercises`."""

    def __init__(self, exercises: Mapping[str, Exercise]) -> None:
        self.exercises = dict(exercises)
        self._stems: dict[str, str] = {}
        for student in self.exercises:
            # On many systems Anna and anna are one file.
            stem = file_stem(student).casefold()
            if stem in self._stems:
                raise ValueError(
                    f"students {self._stems[stem]!r} and {student!r} would have one file: "
                    f"{file_stem(student)}"
                )
            self._stems[stem] = student

    def __len__(self) -> int:
        return len(self.exercises)

    def __iter__(self) -> Iterator[Exercise]:
        return iter(self.exercises.values())

    def __getitem__(self, student: Hashable) -> Exercise:
        return self.exercises[seed_text(student)]

    def __repr__(self) -> str:
        students = list(self.exercises)
        more = ", …" if len(students) > 6 else ""
        return printable(f"Class of {len(self)} sheets: {', '.join(students[:6])}{more}")

    def save(self, folder: str | os.PathLike[str], formats: Sequence[str] = ("html", "md")) -> None:
        """Writes folder/sheets and folder/keys, a file for each student and format.

        keys/all.csv has the answers of the whole class, a row for each student. Raises what saving
        a sheet raises.
        """
        sheets, keys = Path(folder, "sheets"), Path(folder, "keys")
        for place in (sheets, keys):
            place.mkdir(parents=True, exist_ok=True)
        for student, exercise in self.exercises.items():
            for ending in formats:
                name = f"{file_stem(student)}.{ending.lstrip('.')}"
                exercise.save(sheets / name)
                exercise.key.save(keys / name)
        names = dict.fromkeys(blank.name for exercise in self for blank in exercise.blanks)
        rows = [["student", *names]]
        for student, exercise in self.exercises.items():
            answers = exercise.answers
            numbers = [answers.get(name) for name in names]
            rows.append([student, *("" if x is None else short(x, 6) for x in numbers)])
        write_whole(keys / "all.csv", _csv(rows))

    def grade(self, answers: Any) -> ClassResult:
        """Marks the whole class.

        `answers`: a mapping from students to what `Exercise.grade` takes; or a folder of filled
        sheets, named as they were written, or saved by their pages under any name; or a .csv table
        with a row for each student, the student first, and the blanks in its head. Whoever handed
        in nothing has no points. What cannot be read is said in the notes.
        """
        notes: list[str] = []
        handed_in = self._handed_in(answers, notes)
        results = {}
        for student, exercise in self.exercises.items():
            try:
                results[student] = exercise.grade(handed_in.get(student, {}))
            except (ValueError, TypeError, OSError) as error:
                results[student] = exercise.grade({})
                results[student].notes.append(str(error))
                notes.append(f"{student}: {error}")
            if student not in handed_in:
                notes.append(f"{student} handed in nothing")
            owner = self._owner(student, results[student])
            if owner is not None:
                notes.append(f"{student}: these answers are right on the sheet of {owner}")
        return ClassResult(results, notes)

    def _owner(self, student: str, result: Result) -> str | None:
        """On whose sheet the answers are right that are mostly wrong on the student's own."""
        answers = [
            (mark.blank.name, mark.answer) for mark in result.marks if mark.answer is not None
        ]
        own = sum(mark.status == "right" for mark in result.marks)
        if own > _OWN * len(answers):
            return None
        for other, exercise in self.exercises.items():
            right = exercise.answers
            same = sum(
                name in right and math.isclose(answer, right[name], rel_tol=1e-3, abs_tol=1e-9)
                for name, answer in answers
            )
            if other != student and same > _OTHERS * len(answers):
                return other
        return None

    def _handed_in(self, answers: Any, notes: list[str]) -> dict[str, Any]:
        if isinstance(answers, (str, os.PathLike)):
            path = Path(answers)
            if not path.is_dir():
                return self._known(_table(path).items(), notes)
            files = [file for file in sorted(path.iterdir()) if file.suffix in _READ]
            # Of two files of one student the later one counts.
            files.sort(key=lambda file: file.stat().st_mtime)
            return self._known([(self._student(file), file) for file in files], notes)
        if not isinstance(answers, Mapping):
            raise TypeError("grade takes a mapping from students to answers, a folder or a .csv")
        return self._known(((seed_text(name), given) for name, given in answers.items()), notes)

    def _student(self, file: Path) -> str:
        """Whose a file is: it says so, or its name does."""
        if file.suffix == ".json":
            try:
                content = json.loads(text_of(file))
            except (ValueError, RecursionError):
                content = None
            if isinstance(content, dict) and content.get("student") is not None:
                return str(content["student"])
        return self._stems.get(file.stem.casefold(), file.name)

    def _known(self, pairs: Iterable[tuple[str, Any]], notes: list[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for student, given in pairs:
            if student not in self.exercises:
                notes.append(f"{student} is not a student of this class")
                continue
            if student in found:
                notes.append(f"{student} handed in twice; {given} counts")
            found[student] = given
        return found


class ClassResult:
    """A marked class: `results` by student, `scores`, `notes`, and what most students missed."""

    def __init__(self, results: Mapping[str, Result], notes: Sequence[str]) -> None:
        self.results, self.notes = dict(results), list(notes)
        self.text = Text("\n".join(self._lines()))

    def __repr__(self) -> str:
        return str(self.text)

    def __getitem__(self, student: Hashable) -> Result:
        return self.results[seed_text(student)]

    @property
    def scores(self) -> dict[str, int]:
        return {student: result.score for student, result in self.results.items()}

    def missed(self) -> list[tuple[str, int, str]]:
        """The blanks that were missed: name, by how many students, and what went wrong mostly."""
        counts: Counter[str] = Counter()
        kinds: dict[str, Counter[str]] = {}
        for result in self.results.values():
            for mark in result.marks:
                if not mark.points and any(m.answer is not None for m in result.marks):
                    counts[mark.blank.name] += 1
                    kind = mark.kind or mark.status
                    kinds.setdefault(mark.blank.name, Counter())[kind] += 1
        return [(name, n, kinds[name].most_common(1)[0][0]) for name, n in counts.most_common()]

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Writes a JSON file for each student, as Gradescope reads it, and scores.csv."""
        Path(folder).mkdir(parents=True, exist_ok=True)
        for student, result in self.results.items():
            result.save(Path(folder, f"{file_stem(student)}.json"))
        rows: list[list[Any]] = [["student", "score", "max_score"]]
        rows += [[name, r.score, r.max_score] for name, r in self.results.items()]
        write_whole(Path(folder, "scores.csv"), _csv(rows))

    def _lines(self) -> list[str]:
        width = max(map(len, self.results), default=0)
        lines = [
            f"{student:{width}}  {result.score:3} of {result.max_score}"
            for student, result in self.results.items()
        ]
        missed = self.missed()[:_MISSED]
        if missed:
            lines += ["", "Missed most often"]
            lines += [f"  {name}: {n}, mostly {kind}" for name, n, kind in missed]
        return [*lines, *([""] if self.notes else []), *self.notes]


def class_of(make: Callable[[str], Exercise], students: int | Iterable[Hashable]) -> Class:
    """A sheet for each student; numbered from 1 where only their number is given."""
    count = whole(students)
    if count is not None or not isinstance(students, Iterable):
        count = count_of(students, "exercises: students")
        students = [str(i).zfill(len(str(count))) for i in range(1, count + 1)]
    made: dict[str, Exercise] = {}
    for student in map(seed_text, students):
        if student in made:
            raise ValueError(f"exercises: student {student!r} is there twice")
        made[student] = make(student)
    return Class(made)


def _table(path: Path) -> dict[str, dict[str, str]]:
    """The answers by student and blank of a table with a row for each student."""
    head, *rows = table_of(text_of(path)) or [[]]
    return {row[0]: dict(zip(head[1:], row[1:])) for row in rows if row}


def _csv(rows: Iterable[Sequence[Any]]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue()
