"""A class of 60: every spoiled answer is found, and nobody loses a point for anything else."""

import random

import pytest

from nn import MLP, exercises
from tests.nn.teach.pupil import fill_in, steps


def rounded(number):
    return float(f"{number:.4g}")


def unrounded(number):
    return number


# By the part of the sheet: how it is done wrong, and what that is called.
SLIPS = {
    "any": [
        ("sign", lambda number, _: -number),
        ("constant", lambda number, _: 2 * number),
    ],
    "z": [
        ("term missing", lambda number, n: number - n["b11"]),
        ("term missing", lambda number, n: number - n["w111"] * n["x1"]),
    ],
    "L": [
        ("step missing", lambda _, n: n["y"] - n["ŷ"]),
        ("sign", lambda number, _: -number),
    ],
    "∂L/∂ŷ": [
        ("constant", lambda number, _: number / 2),
        ("sign", lambda number, _: -number),
    ],
    "∂L/∂z11": [
        ("factor missing", lambda _, n: n["∂L/∂o11"]),
        ("factor missing", lambda _, n: n["∂o11/∂z11"]),
        ("factor doubled", lambda number, n: number * n["∂o11/∂z11"]),
        ("other node", lambda _, n: n["∂L/∂o11"] * n["o11"]),
    ],
}


def slips_of(name):
    if name.endswith("new"):
        weight = name.split()[0]
        return [
            ("sign", lambda number, n: 2 * n[weight] - number),
            ("factor missing", lambda number, n: n[weight] + 10 * (number - n[weight])),
            ("step missing", lambda number, n: n[weight] - number),
        ]
    return SLIPS["z" if name == "z11" else name if name in SLIPS else "any"]


def spoiled(activation, sheet, source, written):
    """Answers with one in ten wrong, at places and in ways drawn by `source`."""
    names = [name for name, _ in steps(activation)]
    chosen = {name: source.choice(slips_of(name)) for name in names if source.random() < 0.1}
    kinds = {}

    def noted(name, kind, slip):
        def wrong(number, numbers):
            made = slip(number, numbers)
            # What changes nothing is not a slip: twice 0, or a factor of 1 left out; nor is one
            # that undoes another, of all numbers or of the slope that a gradient is made of.
            alike = (number, sheet.answers[name])
            slope_is_wrong = any(other.endswith(name[3:]) for other in kinds if "L" in name)
            if not slope_is_wrong and all(
                written(made) != pytest.approx(n, rel=2e-3, abs=1e-9) for n in alike
            ):
                kinds[name] = kind
                return made
            return number

        return wrong

    slips = {name: noted(name, *slip) for name, slip in chosen.items()}
    return fill_in(activation, sheet.given, slips, written), kinds


@pytest.mark.parametrize(
    ("activation", "written"), [("sigmoid", rounded), ("tanh", unrounded), ("relu", unrounded)]
)
def test_of_sixty_sheets_only_what_was_spoiled_loses_points(activation, written):
    group = exercises(MLP(2, [2, 1], activation=activation), students=60)
    source = random.Random(f"{activation} {written.__name__}")
    handed_in, expected = {}, {}
    for sheet in group:
        handed_in[sheet.seed], expected[sheet.seed] = spoiled(activation, sheet, source, written)
    result = group.grade(handed_in)
    named = total = 0
    for student, kinds in expected.items():
        marks = result[student].marks
        wrong = {mark.blank.name: mark.kind for mark in marks if not mark.points}
        assert wrong.keys() == kinds.keys(), student
        assert result.scores[student] == len(marks) - len(kinds)
        named += sum(wrong[name] == kind for name, kind in kinds.items())
        total += len(kinds)
    assert total > 150
    # Friendly numbers may be wrong in two ways at once: 4 is 2 + 2 and 2 · 2.
    assert named / total > 0.9
