"""The six notebooks: what they show is what is stored, and each has what a lesson needs."""

import re

import pytest

from tests.notebooks import COURSE, code_of, run, shown, stored

over_course = pytest.mark.parametrize("number", range(6), ids=[path.stem for path in COURSE])


@pytest.fixture(scope="module")
def books():
    """All of them as they run now; one kernel serves them."""
    return run(COURSE)


@over_course
def test_it_shows_what_is_stored(books, number):
    book = books[number]
    assert shown(book) == shown(stored(COURSE[number]))
    assert not any({"stderr", "error"} & {*outputs} for outputs in shown(book))


@over_course
def test_it_has_a_prediction_a_check_and_a_live_page(number):
    book = stored(COURSE[number])
    words = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    code = [cell.source for cell in code_of(book)]
    assert words.startswith(f"# {number + 1} · ")
    assert "**Predict**" in words
    assert any(re.search(r"^(diagnose|check_formula|assert_gradients)\(", c, re.M) for c in code)
    assert code[-1].splitlines()[-1].startswith("explore(")
    assert len(shown(book)[-1]["text/html"]) >= 4
    following = COURSE[number + 1].name if number < 5 else "../tour.md"
    assert f"]({following})" in book.cells[-1].source


@over_course
def test_its_words_are_few_at_a_time(number):
    for cell in stored(COURSE[number]).cells:
        if cell.cell_type == "markdown" and "|---|" not in cell.source:
            assert len(cell.source.split()) <= 100
            sentences = re.split(r"[.!?:](?:\s|$)|\n\n|\n(?:-|\d\.) ", cell.source)
            assert max(len(sentence.split()) for sentence in sentences) <= 30


# What each leads to, as the lesson has it.
@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "right: ∂L/∂ŷ = 30"),
        (1, "19  grad(m1) += 1 × 2 → 2"),
        (1, "(2.8, -0.7)"),
        (1, "= 0, for ŷ does not change with z2 where z2 ≤ 0"),
        (2, "Sum: ∂y/∂x = 6 + 6 + 2 = 14"),
        (2, "path missing: of 3 paths one is missing"),
        (3, "factor missing: the local derivative of σ, ŷ·(1 − ŷ) = 0.2494"),
        (4, "(Value(18, grad=0, label='ŷ'), Value(225, grad=0, label='L'))"),
        (4, "w121    0.1   2400"),
        (5, "diverged: in epoch 1, sample 6"),
        (5, "earlier gradient added: b21.grad holds"),
    ],
)
def test_what_it_shows(number, text):
    outputs = shown(stored(COURSE[number]))
    assert any(text in str(part) for output in outputs for part in output.values())
