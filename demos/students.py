"""The students that the demos train on: made up, by the rule below, and kept in data/students.csv.

They are not real people. CGPA and IQ are drawn from normal distributions, kept within 5 to 10 and
70 to 130, and

    LPA = 0.5 · CGPA + 0.05 · IQ − 5 + noise,    noise normal with standard deviation 0.3

so that the student of the lesson, CGPA 8 and IQ 80, would earn 3 LPA without noise. A perfect model
can therefore not do better than an error of about 0.3 LPA. `python -m demos.students` writes the
file again, the same to the last digit.
"""

from __future__ import annotations

import csv
import io
import math
import random
import re
from pathlib import Path
from statistics import fmean, pstdev
from typing import NamedTuple

from engine.base.files import write_whole

PATH = Path(__file__).parent / "data" / "students.csv"
HEADER = ["cgpa", "iq", "lpa"]
COUNT, SEED, NOISE = 200, 2026, 0.3
# As in a table, and no more of what Python reads as a number: no 1_000, no digits of other scripts.
_NUMBER = re.compile(r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*")
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)


class Student(NamedTuple):
    """CGPA (grade points, 0 to 10), IQ (points) and salary package (lakhs per annum)."""

    cgpa: float
    iq: float
    lpa: float


class Scaling:
    """Standardises inputs by the mean and standard deviation of the training students."""

    def __init__(self, students: list[Student]) -> None:
        columns = [student.cgpa for student in students], [student.iq for student in students]
        self.means = [fmean(column) for column in columns]
        self.deviations = [pstdev(column) for column in columns]

    def __call__(self, student: Student) -> list[float]:
        raw = student.cgpa, student.iq
        return [(x - mean) / s for x, mean, s in zip(raw, self.means, self.deviations)]


def rule(cgpa: float, iq: float) -> float:
    """The salary without noise."""
    return 0.5 * cgpa + 0.05 * iq - 5


def make_students() -> list[Student]:
    """The students of the file, drawn anew from the fixed seed."""
    source = random.Random(SEED)
    students = []
    for _ in range(COUNT):
        cgpa = round(min(10.0, max(5.0, source.gauss(7.5, 1.2))), 2)
        iq = round(min(130.0, max(70.0, source.gauss(100, 15))))
        students.append(Student(cgpa, iq, round(rule(cgpa, iq) + source.gauss(0, NOISE), 2)))
    return students


def read_students(path: Path = PATH) -> list[Student]:
    """The rows of a CSV file with the header cgpa,iq,lpa. ValueError names the line of a bad row.

    >>> students = read_students()
    >>> len(students), students[0]
    (200, Student(cgpa=8.54, iq=112.0, lpa=4.28))
    """
    reader = csv.reader(_lines(path))
    students = []
    try:
        header = next(reader, [])
        if header != HEADER:
            raise ValueError(f"the header must be {','.join(HEADER)}, not {header}")
        for row in reader:
            words = [x for x in row if not (_NUMBER.fullmatch(x) or _NOT_FINITE.fullmatch(x))]
            if len(row) != len(HEADER) or words:
                raise ValueError(f"three numbers are needed, not {_shown(row)}")
            student = Student(*map(float, row))
            if not all(map(math.isfinite, student)):
                raise ValueError(f"{row} is not finite")
            students.append(student)
    except (ValueError, csv.Error) as error:
        raise ValueError(f"{path}, line {max(reader.line_num, 1)}: {error}") from None
    if not students:
        raise ValueError(f"{path} holds no students")
    return students


def _lines(path: Path) -> io.StringIO:
    """The text of a file, line by line; ValueError names the line that is not UTF-8."""
    content = Path(path).read_bytes()
    try:
        # Editors on Windows begin a file with a mark of three bytes.
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ValueError(f"{path}, line {line}: this is not UTF-8: {error.reason}") from None
    return io.StringIO(text, newline="")


def _shown(row: list[str]) -> str:
    text = repr(row)
    return text if len(text) <= 60 else text[:57] + "..."


def main() -> None:
    """Writes the file."""
    lines = [",".join(HEADER)]
    lines += [f"{student.cgpa:g},{student.iq:g},{student.lpa:g}" for student in make_students()]
    write_whole(PATH, "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
