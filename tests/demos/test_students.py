"""The file of students is the rule drawn from its seed; bad rows are named by their line."""

import math
import os
import re
from statistics import fmean, pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demos import students
from demos.students import PATH, Student, make_students, read_students, rule

HEADER = "cgpa,iq,lpa\n"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "students.csv"


# The data.


def test_the_file_holds_what_the_rule_makes():
    assert read_students() == make_students()


def test_writing_the_file_again_gives_the_same_bytes(path, monkeypatch):
    monkeypatch.setattr(students, "PATH", path)
    students.main()
    assert path.read_bytes() == PATH.read_bytes()
    assert os.listdir(path.parent) == ["students.csv"]


def test_two_hundred_students_within_the_bounds():
    made = make_students()
    assert len(made) == 200
    assert all(5 <= student.cgpa <= 10 and 70 <= student.iq <= 130 for student in made)
    assert make_students() == made


def test_the_student_of_the_lesson_would_earn_3_lpa():
    assert rule(8, 80) == 3.0


@given(cgpa=st.floats(0, 10), iq=st.floats(50, 150))
def test_the_rule_is_that_of_the_docstring(cgpa, iq):
    assert rule(cgpa, iq) == pytest.approx(0.5 * cgpa + 0.05 * iq - 5, rel=1e-12, abs=1e-12)


def test_the_noise_has_mean_0_and_the_deviation_that_is_said():
    noise = [student.lpa - rule(student.cgpa, student.iq) for student in make_students()]
    # Within three standard errors: 0.3/√200 of the mean, 0.3/√400 of the deviation.
    assert abs(fmean(noise)) < 3 * 0.3 / math.sqrt(200)
    assert abs(pstdev(noise) - students.NOISE) < 3 * 0.3 / math.sqrt(400)


# Reading.


@given(
    st.lists(
        st.tuples(*[st.floats(allow_nan=False, allow_infinity=False)] * 3), min_size=1, max_size=5
    )
)
def test_rows_are_read_to_the_last_digit(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("read") / "students.csv"
    path.write_text(HEADER + "".join(f"{a!r},{b!r},{c!r}\n" for a, b, c in rows))
    assert read_students(path) == [Student(*row) for row in rows]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_files_of_all_systems_are_read(path, newline):
    path.write_text(HEADER + "8,80,3\n7,100,3.5", newline=newline)
    assert read_students(path) == [Student(8.0, 80.0, 3.0), Student(7.0, 100.0, 3.5)]


@pytest.mark.parametrize("before", [0, 1, 4])
@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("8,80", "three numbers are needed, not ['8', '80']"),
        ("8", "three numbers are needed, not ['8']"),
        ("8,80,3,1", "three numbers are needed, not ['8', '80', '3', '1']"),
        ("8,eighty,3", "three numbers are needed, not ['8', 'eighty', '3']"),
        ("8,80,", "three numbers are needed, not ['8', '80', '']"),
        ("", "three numbers are needed, not []"),
        ("8;80;3", "three numbers are needed, not ['8;80;3']"),
        ("8,80,nan", "['8', '80', 'nan'] is not finite"),
        ("inf,80,3", "['inf', '80', '3'] is not finite"),
        ("8,-Infinity,3", "['8', '-Infinity', '3'] is not finite"),
        ("8,80,1e999", "['8', '80', '1e999'] is not finite"),
    ],
)
def test_a_bad_row_is_refused_with_its_line(path, before, row, problem):
    path.write_text(HEADER + "8,80,3\n" * before + row + "\n" + "8,80,3\n")
    message = f"{path}, line {before + 2}: {problem}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        read_students(path)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("\n", []),
        ("8,80,3\n", ["8", "80", "3"]),
        ("iq,cgpa,lpa\n8,80,3\n", ["iq", "cgpa", "lpa"]),
        ("cgpa,iq\n8,80\n", ["cgpa", "iq"]),
        ("cgpa;iq;lpa\n8;80;3\n", ["cgpa;iq;lpa"]),
    ],
    ids=["empty", "blank", "none", "order", "missing", "semicolons"],
)
def test_a_wrong_header_is_line_1(path, text, found):
    path.write_text(text)
    message = f"{path}, line 1: the header must be cgpa,iq,lpa, not {found}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        read_students(path)


def test_a_header_alone_holds_no_students(path):
    path.write_text(HEADER)
    with pytest.raises(ValueError, match=f"^{re.escape(str(path))} holds no students$"):
        read_students(path)


def test_a_file_that_is_not_there_is_named(path):
    with pytest.raises(FileNotFoundError, match=re.escape(str(path))):
        read_students(path)


@pytest.mark.parametrize(
    ("content", "line", "problem"),
    [
        (HEADER.encode() + b"8,80,3\n8,\xff,3\n", 3, "this is not UTF-8"),
        ((HEADER + "8,80,3\n").encode("utf-16"), 1, "this is not UTF-8"),
        (HEADER.encode() + b"8,80,3\n" + b"1" * 200_000 + b",2,3\n", 3, "field larger than"),
        (HEADER.encode() + b"8,80,\0\n", 2, "three numbers are needed"),
        (HEADER.encode() + b"1_0,80,3\n", 2, "three numbers are needed"),
        (HEADER.encode() + "٣,80,3\n".encode(), 2, "three numbers are needed"),
        (HEADER.encode() + b"8,80,3\n\n", 3, "three numbers are needed"),
        (b"", 1, "the header must be"),
    ],
    ids=range(8),
)
def test_what_is_not_a_table_of_numbers_is_refused_with_path_and_line(path, content, line, problem):
    path.write_bytes(content)
    with pytest.raises(ValueError, match=f"^{re.escape(str(path))}, line {line}: {problem}"):
        read_students(path)


def test_a_mark_at_the_beginning_is_not_part_of_the_header(path):
    path.write_text(HEADER + "8,80,3\n", encoding="utf-8-sig")
    assert read_students(path) == [Student(8.0, 80.0, 3.0)]
