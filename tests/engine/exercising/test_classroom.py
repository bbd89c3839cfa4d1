"""A class: its files, what comes back in which form, and the table of its points."""

import csv
import json

import pytest

from engine import Parameter, Value, exercises


def neuron():
    x, w = Value(2.0, label="x"), Parameter(0.5, label="w")
    y = (w * x - 1) ** 2
    y.label = "y"
    return y


STUDENTS = ["anna", "Zoë 7/b", "carl"]
GROUP = exercises(neuron(), STUDENTS, names={})


def test_sheets_and_keys_of_all_students_are_written(tmp_path):
    exercises(neuron(), STUDENTS, tmp_path / "new" / "class", ["md", ".tex"], names={})
    folder = tmp_path / "new" / "class"
    names = ["Zoë_7_b.md", "Zoë_7_b.tex", "anna.md", "anna.tex", "carl.md", "carl.tex"]
    assert sorted(path.name for path in (folder / "sheets").iterdir()) == names
    assert sorted(path.name for path in (folder / "keys").iterdir()) == sorted([*names, "all.csv"])
    assert (folder / "sheets" / "anna.md").read_text(encoding="utf-8") == GROUP["anna"].markdown
    head, *rows = csv.reader((folder / "keys" / "all.csv").read_text("utf-8").splitlines())
    assert head == ["student", *GROUP["anna"].answers]
    assert [row[0] for row in rows] == STUDENTS
    assert [float(x) for x in rows[0][1:]] == pytest.approx([*GROUP["anna"].answers.values()])


def test_students_may_be_counted_and_nobody_is_there_twice():
    group = exercises(neuron(), 12)
    assert [sheet.seed for sheet in group] == [f"{i:02}" for i in range(1, 13)]
    assert len(group) == 12
    with pytest.raises(ValueError, match="'7' is there twice"):
        exercises(neuron(), [7, "7"])
    with pytest.raises(ValueError, match="'a/b' and 'A_b' would have one file"):
        exercises(neuron(), ["a/b", "A_b"])
    with pytest.raises(ValueError, match="students must be a whole number"):
        exercises(neuron(), 0)


def test_a_folder_of_answers_is_marked_whoever_named_the_files(tmp_path):
    answers = {str(b.number): b.value for b in GROUP["anna"].blanks}
    saved = {"student": "anna", "answers": {**answers, "1": "0.123"}}
    (tmp_path / "download (1).json").write_text(json.dumps(saved), encoding="utf-8")
    GROUP["Zoë 7/b"].key.save(tmp_path / "Zoë_7_b.txt")
    (tmp_path / "dora.md").write_text("", encoding="utf-8")
    result = GROUP.grade(tmp_path)
    count = len(answers)
    assert result.scores == {"anna": count - 1, "Zoë 7/b": count, "carl": 0}
    assert sorted(result.notes) == [
        "carl handed in nothing", "dora.md is not a student of this class",
    ]  # fmt: skip
    assert result.missed() == [("t1", 1, "unknown")]
    assert result.text.splitlines()[1] == f"Zoë 7/b  {count:3} of {count}"
    result.save(tmp_path / "results")
    read = json.loads((tmp_path / "results" / "anna.json").read_text(encoding="utf-8"))
    assert (read["score"], read["tests"][0]["score"]) == (count - 1, 0)
    rows = [*csv.reader((tmp_path / "results" / "scores.csv").read_text("utf-8").splitlines())]
    assert rows[1:] == [[s, str(result.scores[s]), str(count)] for s in STUDENTS]


def test_a_table_with_a_row_for_each_student(tmp_path):
    blanks = GROUP["anna"].blanks
    rows = ["student;" + ";".join(blank.name for blank in blanks)]
    for student in ("carl", "anna"):
        rows.append(student + ";" + ";".join(f"{b.value:g}" for b in GROUP[student].blanks))
    (tmp_path / "form.csv").write_text("\n".join(rows).replace(".", ","), encoding="utf-8")
    result = GROUP.grade(tmp_path / "form.csv")
    assert result.scores == {"anna": len(blanks), "Zoë 7/b": 0, "carl": len(blanks)}


def test_a_neighbours_answers_are_told_and_follow_only_from_themselves():
    x, w, v = (Parameter(2.0, label=name) for name in "xwv")
    group = exercises((w * x + v) ** 2 * v - w / x, STUDENTS, names={})
    carl = group["carl"].answers
    result = group.grade({"anna": carl, "Zoë 7/b": group["Zoë 7/b"].answers, "carl": carl})
    assert result.notes == ["anna: these answers are right on the sheet of carl"]
    right = sum(mark.status == "right" for mark in result["anna"].marks)
    assert result.scores["anna"] == right < len(carl) / 3
    assert {mark.status for mark in result["anna"].marks} == {"right", "wrong", "not counted"}
    zeros = group["anna"].grade({blank.number: 0 for blank in group["anna"].blanks})
    assert zeros.score == 0


def test_what_cannot_be_read_is_said_and_does_not_stop_the_others(tmp_path):
    (tmp_path / "anna.json").write_text("{", encoding="utf-8")
    GROUP["carl"].key.save(tmp_path / "carl.md")
    result = GROUP.grade(tmp_path)
    assert result.scores["carl"] == len(GROUP["carl"].blanks)
    assert "anna.json is not JSON" in result["anna"].notes[0]
    swapped = {"anna": {"student": "carl", "answers": {}}}
    assert "not of 'anna'" in GROUP.grade(swapped)["anna"].notes[0]
    with pytest.raises(TypeError, match="a folder or a"):
        GROUP.grade([1])
