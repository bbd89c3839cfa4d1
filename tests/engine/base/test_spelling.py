"""Every text prints on every stream, and what could be printed as it was is left alone."""

import io
import sys
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import engine
from engine import Value, draw, explain, steps, tree
from engine.base.spelling import SPELLING, ascii_of, printable, spelled
from engine.sheet.ops import SHEET
from nn import MLP, SGD, fit, worksheet

ENCODINGS = ("ascii", "cp1252", "cp437", "cp932", "latin-1", "koi8-r")


@pytest.fixture
def printed(monkeypatch):
    """What `print` writes of some things to a strict stream of an encoding."""

    def write(encoding, *things):
        stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict", newline="\n")
        monkeypatch.setattr(sys, "stdout", stream)
        try:
            for thing in things:
                print(thing)
        finally:
            monkeypatch.undo()
        stream.flush()
        return stream.buffer.getvalue().decode(encoding)

    return write


def lesson():
    model = MLP(2, [2, 1], activation="tanh", init="ones")
    prediction = model([8.0, 80.0])
    loss = (prediction - 3) ** 2
    loss.label = "L"
    loss.backward()
    return model, prediction, loss


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_whatever_the_engine_shows_prints_on_any_stream(printed, encoding):
    model, prediction, loss = lesson()
    shown = [
        model,
        model.layers[0].neurons[0],
        prediction,
        explain(loss, model.parameters()[0]),
        explain(loss),
        explain(loss).text,
        tree(loss),
        steps(loss).table(),
        next(steps(loss)),
        worksheet(model, [8.0, 80.0], 3.0),
        fit(model, [([0.1, 0.2], 0.3)], "squared_error", SGD(model.parameters(), 0.01), epochs=5),
        engine.compile(loss, parameters=model.parameters()).source("python"),
        Value(1.0, label="naïve 中文 \ud800"),
        *[engine.source(op.name) for op in SHEET],
    ]
    text = printed(encoding, *shown)
    assert "MLP(Layer(2 -> 2 tanh)" in text or encoding == "cp932"
    assert "dL/dw111 = dL/dt1" in text or encoding == "cp932"
    assert "y_hat = w211" in text


def test_the_lesson_in_ascii(printed):
    model, prediction, loss = lesson()
    w = dict(model.named_parameters())["w111"]
    assert printed("ascii", prediction, explain(loss, w)).splitlines()[:4] == [
        "Value(2, grad=-2, label='y_hat')",
        "dL/dw111 = dL/dt1 * dt1/dy_hat * dy_hat/do11 * do11/dz11 * dz11/dw111",
        "         = 2*t1 * 1 * w211 * 4*sigmoid_slope(2*z11) * 8",
        "         = 2*(-1) * 1 * 1 * 4*sigmoid_slope(2*88) * 8",
    ]
    assert printed("ascii", tree(prediction * 2)).splitlines()[1].startswith("`- x2  y_hat = w211*")
    assert printed("utf-8", prediction) == "Value(2, grad=-2, label='ŷ')\n"


@given(text=st.text(), encoding=st.sampled_from(ENCODINGS))
def test_any_text_is_spelled_in_any_encoding(text, encoding):
    found = spelled(text, encoding)
    found.encode(encoding)
    assert found.count("\n") == text.count("\n")
    assert spelled(found, encoding) == found


@given(text=st.text(st.characters(codec="cp437")))
def test_what_a_stream_can_encode_is_left_alone(text):
    assert spelled(text, "cp437") == text
    assert spelled(text, "utf-8") == text


def test_the_signs_of_the_sheet_have_names_in_ascii():
    for op in SHEET:
        text = str.__str__(engine.source(op.name)) + op.symbol
        assert "\\u" not in spelled(text, "ascii")


def test_columns_and_continued_equations_stay_below_each_other():
    text = "∂ŷ/∂a = −2·(y − ŷ)\n      = 3"
    assert spelled(text, "ascii") == "dy_hat/da = -2*(y - y_hat)\n          = 3"
    text = "name      value\nŷ         1.5\nlonger    2"
    assert spelled(text, "ascii") == "name      value\ny_hat     1.5\nlonger    2"
    text = "ŷ = 1\n├─ ×2  δ = 3\n│  └─ ×1  b"
    assert spelled(text, "ascii") == "y_hat = 1\n|- x2  delta = 3\n|  `- x1  b"


@pytest.mark.parametrize(
    ("sign", "text"),
    [
        ("ŷ", "y_hat"),
        ("x̂", "x_hat"),
        ("σ²", "sigma^2"),
        ("Δλ", "Deltalambda"),
        ("Wᵀ", "W^T"),
        ("½", "1/2"),
    ],
)
def test_letters_with_marks_greek_and_raised_ones_are_spelled(sign, text):
    assert spelled(sign, "ascii") == "".join(map(ascii_of, sign)) == text


def test_a_text_within_another_is_spelled_as_well(monkeypatch):
    found = tree(Value(2.0, label="ŷ") * 3)
    assert f"{found}".startswith("t1 = ŷ·3 = 6\n└─ ×3  ŷ = 2")
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(encoding="ascii"))
    assert f"{found}".startswith("t1 = y_hat*3 = 6\n`- x3  y_hat = 2")
    assert found.startswith("t1 = ŷ·3")


def test_a_stream_without_an_encoding_or_none_at_all_gets_the_text(monkeypatch):
    for stream in (None, io.StringIO(), SimpleNamespace(encoding="unknown to codecs")):
        monkeypatch.setattr(sys, "stdout", stream)
        assert printable("∂ŷ") == "∂ŷ"


def test_a_stream_may_spell_all_that_is_written_to_it():
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors=SPELLING)
    stream.write("∂L/∂ŷ = −2")
    stream.flush()
    assert stream.buffer.getvalue() == b"dL/dy_hat = -2"


def test_rich_prints_square_brackets_as_they_are():
    rich = pytest.importorskip("rich.console", reason="the extra test brings rich")
    console = rich.Console(file=io.StringIO(), width=200)
    console.print(tree(Value(2.0, label="w[red]") * Value(3.0, label="x[/i]")))
    assert console.file.getvalue().startswith("t1 = w[red]·x[/i] = 6\n")


def test_a_printed_picture_is_one_line_that_every_stream_can_print(printed):
    picture = draw(Value(2.0, label="ŷ") * 3)
    assert "ŷ" in picture.source
    assert printed("ascii", picture) == "Picture of 2 boxes, 1 arrow\n"
