"""`digits` in every text and picture: one meaning, one check; four where nothing is asked for."""

import inspect
import re

import numpy as np
import pytest

from engine import Parameter, Value, draw, explain, steps, tree
from engine.base.numbers import digits_of, shown
from engine.explaining.text_tree import tree as as_text
from engine.sheet.formula import read
from tests.engine.formulas import outcome

MAKERS = {
    "draw": lambda y, x, **options: draw(y, "values", path=x, **options).source,
    "explain": lambda y, x, **options: str(explain(y, x, **options).text),
    "explain: table": lambda y, x, **options: str(explain(y, **options).text),
    "explain: LaTeX": lambda y, x, **options: explain(y, x, **options)._repr_latex_(),
    "explain: Markdown": lambda y, x, **options: explain(y, **options)._repr_markdown_(),
    "steps": lambda y, x, **options: str(steps(y, **options).table()),
    "tree": lambda y, x, **options: str(tree(y, **options)),
}
every_maker = pytest.mark.parametrize("maker", MAKERS.values(), ids=MAKERS)


def graph():
    x = Parameter(1 / 3, label="x")
    y = x * Value(22 / 7, label="c")
    y.label = "y"
    y.backward()
    return y, x


@every_maker
@pytest.mark.parametrize(
    ("digits", "text"),
    [
        (2, "3.1"),
        (3, "3.14"),
        (4, "3.143"),
        (9, "3.14285714"),
        (17, "3.1428571428571428"),
        (np.int64(9), "3.14285714"),
    ],
)
def test_a_number_has_the_digits_that_were_asked_for(maker, digits, text):
    numbers = re.findall(r"[0-9]+\.?[0-9]*", maker(*graph(), digits=digits))
    assert text in numbers
    assert all(number == text for number in numbers if number.startswith(text))


@every_maker
def test_four_digits_are_what_nobody_asks_for(maker):
    assert maker(*graph()) == maker(*graph(), digits=4) != maker(*graph(), digits=5)


@every_maker
@pytest.mark.parametrize("digits", [0, 18, -1, True, None, 4.0, "9", np.float64(4), np.True_])
def test_any_other_number_of_digits_is_refused_by_what_was_given(maker, digits):
    message = re.escape(f"must be a whole number from 1 to 17, such as 9, not {digits!r} (")
    with pytest.raises(ValueError, match=f"^(draw|explain|steps|tree): digits {message}"):
        maker(*graph(), digits=digits)


def test_the_default_is_the_same_everywhere():
    functions = (draw, explain, steps, tree)
    assert {inspect.signature(f).parameters["digits"].default for f in functions} == {4}
    assert digits_of(np.int8(17), "here") == 17


@pytest.mark.parametrize("digits", range(1, 18))
def test_a_line_has_more_digits_where_it_needs_them_to_be_true(digits):
    x = Value(6.0, label="x")
    y = x.tanh()
    y.label = "y"
    symbols, numbers, result = str(explain(y, x, digits=digits).text).splitlines()
    assert symbols == "∂y/∂x = (1 − y²)"
    assert result.split()[-1] == shown(y.partials[0], digits)
    found = outcome(read(numbers.removeprefix("      = ")), {})
    # The difference itself rounds by an ulp of 1.
    assert found == pytest.approx(
        y.partials[0], rel=min(0.6, 21 * 10.0**-digits) + 2**-53 / y.partials[0]
    )


def test_numbers_of_the_sheet_itself_are_whole():
    x = Value(1.0, label="x")
    assert "0.044715" in str(explain(x.gelu_tanh(), x, digits=2).text)


def test_an_exponent_that_is_nearly_two_is_not_a_square():
    x = Value(3.0, label="x")
    assert ">( )²<" in draw(x**2, digits=1).source
    assert ">( )²<" not in draw(x**2.2, digits=1).source
    assert ">^ 2.2<" in draw(x**2.2, digits=2).source


def test_the_text_in_place_of_a_picture_has_its_digits():
    y, _ = graph()
    assert draw(y, digits=9).fallback == as_text(y, digits=9)


def test_the_products_under_a_picture_have_its_digits():
    y, x = graph()
    caption = "∂z/∂x = 3.14285714 × 2 = 6.28571429"
    z = 2 * y
    z.label = "z"
    assert caption in draw(z, path=x, digits=9).source


def test_boxes_of_neurons_and_layers_have_the_digits():
    from nn import MLP

    y = MLP(2, [2, 1], "tanh", seed=3)([1 / 3, 2 / 3])
    y.backward()
    for view in ("neurons", "layers"):
        source = draw(y, view, digits=9).source
        assert shown(y.data, 9) in source
        assert f">{shown(y.data)}<" not in source
