"""The language of formulas: what is read, what is refused, and how the refusal is worded."""

import ast

import pytest

from engine import Value, gradient, operation
from engine.sheet.formula import FormulaError, is_reduction, names_in, read, read_finite
from engine.sheet.ops import SHEET
from tests.engine.formulas import outcome
from tests.engine.sampling import over_sheet

REFUSED = {
    "attribute access": "a.real",
    "attribute of a number": "(1).__class__",
    "lambda": "lambda: a",
    "string": "'3'",
    "bytes": "b'3'",
    "f-string": "f'{a}'",
    "unknown name": "a + c",
    "builtin": "open",
    "function without its arguments": "exp + 1",
    "if without else": "a if b",
    "chained comparison": "0 < a < 1",
    "keyword argument": "max(a, key=b)",
    "starred argument": "max(*a)",
    "too many arguments": "exp(a, b)",
    "too many numbers": "max(a, b, 1)",
    "too many sequences": "sum(a, b)",
    "no argument": "max()",
    "unknown function": "gamma(a)",
    "import": "__import__('os')",
    "call of a call": "exp(a)(b)",
    "call of an operand": "a(b)",
    "truth value": "True",
    "nothing": "None",
    "ellipsis": "...",
    "complex number": "1j",
    "walrus": "(c := a)",
    "list": "[a, b]",
    "tuple": "a, b",
    "dictionary": "{a: b}",
    "set": "{a}",
    "comprehension": "[x for x in a]",
    "generator": "sum(x for x in a)",
    "index": "a[0]",
    "not": "not a",
    "unary plus": "+a",
    "bit inversion": "~a",
    "matrix product": "a @ b",
    "bit operation": "a | b",
    "shift": "a << 2",
    "identity": "a is b",
    "membership": "a in b",
    "await": "await a",
    "yield": "(yield a)",
    "two statements": "a; b",
    "assignment": "a=b",
    "unfinished": "a +",
    "empty": "",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_is_not_part_of_the_language_is_refused_with_the_formula_in_the_message(text):
    with pytest.raises(FormulaError) as caught:
        read(text, {"a", "b"})
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize("place", ["exp({})", "1 - ({})", "a if ({}) > 0 else b", "a ** ({})"])
@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_is_refused_is_refused_wherever_it_stands(text, place):
    with pytest.raises(FormulaError):
        read(place.format(text), {"a", "b"})


def test_a_formula_error_is_a_value_error():
    assert issubclass(FormulaError, ValueError)


def test_an_unknown_name_is_told_the_known_ones():
    with pytest.raises(FormulaError, match="unknown name 'c'; known: a, b, pi"):
        read("a + c", ["b", "a"])


def test_an_unknown_function_is_told_the_known_ones():
    with pytest.raises(
        FormulaError,
        match=r"gamma\(a\) is not one of .* rsqrt, selu, share, sigmoid, sigmoid_slope, sign, silu",
    ):
        read("gamma(a)", {"a"})


def test_without_names_every_name_is_taken():
    assert ast.unparse(read("weight * anything")) == "weight * anything"


@pytest.mark.parametrize(
    ("signs", "python"),
    {
        "−a·b": "-a * b",
        "a^b": "a ** b",
        "a² + b³": "a ** 2 + b ** 3",
        "√(a)·π": "sqrt(a) * pi",
        "Σ(a)": "sum(a)",
        "a mod b": "a % b",
        "1 if a ≤ 0 else 2": "1 if a <= 0 else 2",
        "1 if a ≥ 0 else 2": "1 if a >= 0 else 2",
        "1 if a ≠ 0 else 2": "1 if a != 0 else 2",
        "1 if a = 0 else 2": "1 if a == 0 else 2",
        " a + b\n": "a + b",
    }.items(),
)
def test_the_signs_of_written_mathematics_are_read(signs, python):
    assert ast.unparse(read(signs, {"a", "b"})) == python


def test_the_sign_of_the_sigmoid_is_read_as_the_text_dialect_writes_it():
    assert ast.unparse(read("σ(a)", {"a"})) == "sigmoid(a)"


def test_a_power_binds_more_strongly_than_the_sign_before_it():
    assert outcome(read("−a²", {"a"}), {"a": 3.0}) == -9.0


def test_names_are_listed_once_and_functions_and_pi_are_none():
    assert list(names_in(read("max(a) + log(b * a) - pi * sigmoid(k)"))) == ["a", "k", "b"]


@pytest.mark.parametrize("name", ["sum", "max", "min"])
def test_one_argument_makes_a_reduction_and_two_a_comparison(name):
    assert is_reduction(read(f"{name}(a)"))
    if name != "sum":
        assert not is_reduction(read(f"{name}(a, b)"))
    assert not is_reduction(read("exp(a)"))
    assert not is_reduction(read(f"{name}(a) + 1"))


@over_sheet
def test_every_formula_of_the_sheet_is_in_the_language(op):
    names = [*op.operands, *op.constants, *(["n"] if op.sequences else [])]
    for text in (op.formula, *filter(None, [op.undefined, op.kinks])):
        assert set(names_in(read(text, names))) <= set(names)
    for text in op.partials:
        assert set(names_in(read(text, [*names, "out"]))) <= {*names, "out"}


@over_sheet
def test_every_kink_is_an_equation_so_that_its_distance_can_be_told(op):
    if op.kinks:
        tree = read(op.kinks)
        assert isinstance(tree, ast.Compare)
        assert isinstance(tree.ops[0], ast.Eq)


def test_some_lines_have_kinks_and_some_are_undefined_somewhere():
    assert sum(bool(op.kinks) for op in SHEET) >= 5
    assert sum(bool(op.undefined) for op in SHEET) >= 10


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("-" * 20_000 + "a", "is nested too deep"),
        ("-" * 3_000 + "a", "is nested too deep"),
        ("a" + " + a" * 5_000, "is nested too deep"),
        ("a" + " ** a" * 3_000, "is nested too deep"),
        ("a if a > 0 else " * 3_000 + "a", "is nested too deep"),
        ("a" + " + a" * 60, "at most 60 levels, of which every term of a sum is one"),
        ("a + \ud800", "holds half of a character"),
        ("1e999 * a", "a number in it is too large for a float"),
        ("9" * 400 + " * a", "a number in it is too large for a float"),
        ("9" * 5_000 + " * a", "is not an expression"),
    ],
    ids="minus_far minus plus power choice terms surrogate infinite whole digits".split(),
)
def test_what_python_cannot_parse_is_a_formula_error_of_one_line(formula, words):
    with pytest.raises(FormulaError, match=words) as caught:
        read_finite(formula, ["a"])
    assert len(str(caught.value)) < 500


def test_sixty_levels_are_computed_and_differentiated():
    add_up = operation("add_up", " + ".join(["a"] * 60))
    x = Value(0.5)
    (slope,) = gradient(add_up(x) ** 2, [x])
    assert slope.data == 2 * 60 * 30.0
    assert gradient(slope, [x])[0].data == 2 * 60**2
