"""Marks: right answers, rounded ones, what follows from a mistake, and what a mistake is called."""

import json

import pytest

from engine import Parameter, Value, exercise


def sheet(**options):
    """z = w·x + b, o = σ(z), L = (o − 1)², with numbers that are known here."""
    x, w = Value(2.0, label="x"), Parameter(0.5, label="w")
    b = Parameter(-0.25, label="b")
    z = w * x + b
    o = z.sigmoid()
    loss = (o - 1) ** 2
    z.label, o.label, loss.label = "z", "o", "L"
    return exercise(loss, None, names={}, **options)


RIGHT = sheet()


def graded(changes, of=RIGHT):
    return of.grade({**of.answers, **changes})


def test_right_answers_in_any_spelling():
    assert graded({}).score == RIGHT.grade({}).max_score == len(RIGHT.blanks)
    for z in (0.75, "3/4", "0,75", " .75 ", "= 0.75", "7.5·10^-1", "+0.75", "¾"):
        assert graded({"z": z})["z"].status == "right", z
    # o = σ(0.75) = 0.6791787…
    for o in ("0.6792", "0.6791", 0.67918, 0.6791786991753931):
        assert graded({"o": o})["o"].status == "right", o
    assert graded({"o": 0.68})["o"].kind == "rounding"


def test_names_may_be_typed_in_ascii_or_be_numbers():
    number = next(blank.number for blank in RIGHT.blanks if blank.name == "∂L/∂w")
    value = RIGHT.answers["∂L/∂w"]
    for name in ("∂L/∂w", "dL/dw", " d L / d w ", number, str(number)):
        assert RIGHT.grade({name: value})["∂L/∂w"].status == "right", name
    result = RIGHT.grade({"dL/dq": 1, "nobody": ""})
    assert result.notes == ["No blank is called 'dL/dq'; those of this sheet are numbered."]
    both = RIGHT.grade({"z": 0.75, 2: 0.75, "1": 1, "t1": 2})
    assert both["t1"].note == "two answers are given: 1 and 2"


def test_missing_and_unreadable_answers_say_so_and_do_not_spoil_what_follows():
    answers = {**RIGHT.answers, "z": "three", "o": ""}
    del answers["∂L/∂w"]
    result = RIGHT.grade(answers)
    assert result.score == len(RIGHT.blanks) - 3
    assert [result[name].status for name in ("z", "o", "∂L/∂w")] == [
        "unreadable", "missing", "missing",
    ]  # fmt: skip
    assert result["z"].note == "'three' (str) is not a number; write it as 0.25, 1/4 or -3"
    for answer in (
        True,
        [1],
        "1_000",
        "1e999",
        "1/0",
        "nan",
        float("inf"),
        "1,234.5",
        "1,234,5",
        "２",
    ):
        assert graded({"z": answer})["z"].status == "unreadable", answer


def test_an_error_is_followed_through_and_costs_one_point():
    # b forgotten: z = 1, and all that follows from it, rounded at every step.
    o = 0.7311
    slope, error = round(o * (1 - o), 4), round(o - 1, 4)
    upstream = round(2 * error * slope, 4)
    carried = {
        "z": 1, "o": o, "t2": error, "L": round(error**2, 5), "∂o/∂z": slope,
        "∂L/∂t2": 2 * error, "∂L/∂o": 2 * error, "∂L/∂z": upstream, "∂L/∂t1": upstream,
        "∂L/∂b": upstream, "∂L/∂w": 2 * upstream, "∂L/∂x": 0.5 * upstream,
        "b new": -0.25 - 0.1 * upstream, "w new": 0.5 - 0.2 * upstream,
    }  # fmt: skip
    result = graded({name: x for name, x in carried.items() if name in RIGHT.answers})
    assert result.score == result.max_score - 1
    assert (result["z"].kind, result["z"].note) == ("step missing", "that is t1 alone")
    assert result["w new"].status == "carried"
    assert result["w new"].note == "right by your own z = 1"


@pytest.mark.parametrize(
    ("name", "answer", "kind"),
    [
        ("L", -0.3208, "step missing"),  # o − 1, not squared
        ("∂o/∂z", 0.6792, "factor missing"),
        ("∂o/∂z", -0.2179, "sign"),
        ("∂L/∂z", -0.6416, "factor missing"),  # without σ′
        ("∂L/∂z", 0.2179, "factor missing"),  # σ′ alone
        ("∂L/∂w", -0.1398, "factor missing"),  # without x
        ("∂L/∂w", -0.0699, "other node"),  # w for x
        ("∂L/∂w", -1.2833, "factor missing"),  # without σ′, which ∂L/∂z has
        ("w new", 0.472, "sign"),
        ("w new", 0.7796, "factor missing"),  # without η
        ("w new", -0.2796, "step missing"),  # the gradient
        ("∂L/∂w", 17, "unknown"),
    ],
)
def test_what_a_mistake_is_called(name, answer, kind):
    mark = graded({name: answer})[name]
    assert (mark.status, mark.points, mark.kind) == ("wrong", 0, kind), mark.note
    # The right number is not given away.
    assert f"{RIGHT.answers[name]:.4g}".lstrip("-") not in mark.note


def test_of_two_paths_one_that_is_missing_is_named():
    w = Value(1.5, label="w")
    a, b = w * 3, w.exp()
    a.label, b.label = "a", "b"
    of = exercise(a * b, names={})
    (above, below) = of.answers["∂y/∂a"] * 3, of.answers["∂y/∂b"] * of.answers["∂b/∂w"]
    assert graded({"∂y/∂w": above + below}, of)["∂y/∂w"].status == "right"
    mark = graded({"∂y/∂w": above}, of)["∂y/∂w"]
    assert (mark.kind, mark.note) == ("path missing", "the path over b is missing in the sum")


def test_the_result_in_the_format_of_gradescope(tmp_path):
    result = graded({"z": -0.75, "o": "?"})
    result.save(tmp_path / "results.json")
    read = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert read["score"] == sum(test["score"] for test in read["tests"]) == result.score
    assert read["max_score"] == sum(test["max_score"] for test in read["tests"])
    assert read["tests"][1] == {
        "name": "2. z", "score": 0, "max_score": 1,
        "output": "−0.75 is wrong: the sign is wrong",
    }  # fmt: skip
    assert read["output"].startswith("Exercise: 16 of 18 points")


def test_whatever_is_handed_in_is_marked_or_refused(tmp_path):
    for answers in (
        {3: 1e200, 5: 1e200, 7: -1e308},
        {1: 10**400, "z": b"1", None: 3, 2.5: 1},
        dict.fromkeys(range(-5, 30), "∞"),
    ):
        assert RIGHT.grade(answers).to_dict()["score"] == 0
    for name, content in (
        ("a.csv", b"\r\0"),
        ("a.csv", b""),
        ("a.md", b"\xff| 1 |"),
        ("a.txt", b"="),
    ):
        (tmp_path / name).write_bytes(content)
        assert RIGHT.grade(tmp_path / name).score == 0
    for content in (b"0", b"[1]", b"[" * 100_000, b"{"):
        (tmp_path / "a.json").write_bytes(content)
        with pytest.raises(ValueError, match=r"a\.json"):
            RIGHT.grade(tmp_path / "a.json")
    with pytest.raises(TypeError, match="a mapping from blanks to answers"):
        RIGHT.grade(3)
