"""Sources of programs of other shapes, and with numbers at their edges."""

import math

import pytest

from engine import Parameter, Value, compile
from engine.eager.functions import maximum, minimum
from nn import MLP, SGD
from tests.engine.programs.running import (
    COMPILER,
    NODE,
    check,
    languages,
    needs_compiler,
    needs_node,
    printed,
    run_source,
)
from tests.nn.shared import to_12_digits


@languages
def test_predictions_print_their_outputs(language, tmp_path):
    model = MLP(2, [3, 2], activation="tanh", seed=3)
    x = [Value(0.5, label="x1"), Value(-0.25, label="x2")]
    outputs = model(x)
    program = compile([*outputs, outputs[0].log1p()], x)
    assert "train" not in program.source(language)
    found = [number for _, number in printed(program, language, tmp_path)["output"]]
    assert found == to_12_digits(program([[0.5, -0.25]])[0])
    (single,) = printed(compile(outputs[1], x), language, tmp_path)["output"]
    assert single == ("y_hat2", to_12_digits(outputs[1].data))


@languages
def test_without_an_optimizer_there_is_no_step(language, tmp_path):
    w = Parameter(0.5, label="w")
    assert "it has no function `train`" in compile(w * 3, [], [w]).source(language)
    check(language, tmp_path, w * 3, [], [w])


@languages
def test_what_the_loss_does_not_depend_on_has_no_gradient(language, tmp_path):
    x, w, unused = Value(1.5, label="x"), Parameter(0.5, label="w"), Parameter(2.0, label="u")
    with pytest.warns(UserWarning, match="does not depend on"):
        check(language, tmp_path, w.exp() * 2, [x], [w, unused], SGD([w, unused], 0.1))


def test_where_an_operation_is_undefined(tmp_path):
    w = Parameter(2.0, label="w")
    program = compile(w.log(), [], [w], SGD([w]))
    w.data = -1.0
    with pytest.raises(ValueError, match="log is undefined where a <= 0"):
        exec(program.source("python"), {"__name__": "__main__"})
    for language in ["javascript"] * (NODE is not None) + ["c"] * (COMPILER is not None):
        found = printed(program, language, tmp_path)
        assert math.isnan(found["loss"][0][1])
        assert found["parameter"] == [("w", -1.0)]


@needs_compiler
@needs_node
def test_several_outputs_of_which_one_is_undefined_are_nan(tmp_path):
    x = Value(2.0, label="x")
    program = compile([x * 2, x.sqrt()], [x])
    x.data = -1.0
    for language in ("c", "javascript"):
        found = printed(program, language, tmp_path)["output"]
        assert all(math.isnan(number) for _, number in found)


def test_numbers_that_are_not_finite(tmp_path):
    w, v = Parameter(1.0, label="w"), Parameter(2.0, label="v")
    program = compile(w * v, [], [w, v])
    w.data, v.data = math.inf, math.nan
    for language in ["python", *(["c"] if COMPILER else []), *(["javascript"] if NODE else [])]:
        found = printed(program, language, tmp_path)
        assert math.isnan(found["loss"][0][1])
        assert found["gradient"][1] == ("v", math.inf)


# The call of `train` in `main`, and one on other rows in a single batch.
ONE_STEP = "parameters, state, settings, recorded, order, 1, 1, 1, 1.0, steps, losses, "
BATCH = "parameters, state, settings, rows, visits, {0}, {0}, 1, 1.0 / {0}, steps, losses, "


def trained_on(rows, program, language, folder):
    """What the source prints when its step is one on these rows, and the mean loss after it."""
    text = program.source(language)
    opening, closing = "{}" if language == "c" else "[]"
    table = ", ".join(f"{opening}{row!r}{closing}" for row in rows)
    visits = ", ".join(map(str, range(len(rows))))
    kinds = {"c": ("const double {}[][1]", "const long {}[]"), "javascript": ("const {}",) * 2}
    kinds = kinds.get(language, ("{}",) * 2)
    data = [
        f"{kind.format(name)} = {opening}{entries}{closing};"
        for kind, name, entries in zip(kinds, ("rows", "visits"), (table, visits), strict=True)
    ]
    assert ONE_STEP in text
    text = text.replace(ONE_STEP, BATCH.format(len(rows)))
    head = {"c": "int main(void)", "javascript": "function main()"}.get(language, "def main():")
    text = text.replace(head, "\n".join([*data, head]).replace("static ", ""), 1)
    shown = '    show("mean", "", losses[0])' + ";" * (language != "python")
    after = "row_gradient);" if language != "python" else "row_gradient\n    )"
    place = text.rindex(after) + len(after)
    return run_source(f"{text[:place]}\n{shown}{text[place:]}", language, folder)


@languages
def test_steps_over_several_rows_follow_their_mean_gradient(language, tmp_path):
    w, x = Parameter(1.0, label="w"), Value(1.0, label="x")
    program = compile((x - w) ** 2, [x], [w], SGD([w], 0.25))
    found = trained_on([2.0, 4.0], program, language, tmp_path)
    assert (found["mean"], found["parameter"]) == ([("", 5.0)], [("w", 2.0)])


@languages
def test_a_step_on_rows_whose_sums_overflow(language, tmp_path):
    """Three gradients of 1e308 are too much together; their mean is 1e308, and so is the loss."""
    x, w = Value(1e308, label="x"), Parameter(1.0, label="w")
    program = compile(w * x, [x], [w], SGD([w], 1e-308))
    found = trained_on([1e308] * 3, program, language, tmp_path)
    assert found["mean"] == [("", to_12_digits(1e308))]
    assert found["parameter"] == [("w", pytest.approx(0.0, abs=1e-15))]


@languages
def test_nan_stays_in_a_largest_and_a_smallest_number(language, tmp_path):
    x, w = Value(1.0, label="x"), Parameter(2.0, label="w")
    nan = Value(math.nan)
    lists = [[w, nan, x], [nan, w, x], [w, x, nan]]
    outputs = [pick(values) for values in lists for pick in (maximum, minimum)]
    outputs += [pick([w] * 20 + [nan * x, w]) for pick in (maximum, minimum)]
    found = printed(compile(outputs, [x, w]), language, tmp_path)["output"]
    assert len(found) == 8
    assert all(math.isnan(number) for _, number in found)
