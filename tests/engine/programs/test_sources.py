"""Sources of programs, run by themselves, print the numbers that eager computing gives."""

import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine import Parameter, Value, compile
from engine.functions import dot, logsumexp, maximum, mean, minimum
from engine.functions import sum as total
from engine.ops import SHEET
from engine.programs import llvm_host
from engine.programs.backend_python import python_source
from nn import MLP, SGD, Adam, AdamW, Optimizer, RMSprop, squared_error
from tests.engine.programs.running import COMPILER, languages, printed, run_c, run_python
from tests.engine.sampling import call, example_row, operand_count, over_sheet
from tests.nn.shared import GRADIENTS, INPUTS, PARAMETERS, TARGET, network, to_12_digits


def check(language, folder, loss, inputs, parameters, optimizer=None):
    """Compares the source with eager computing: loss, gradients, parameters after a step."""
    program = compile(loss, inputs, parameters, optimizer)
    found = printed(program, language, folder)
    loss.backward()
    wanted = {
        "loss": [loss.data],
        "gradient": [leaf.grad for leaf in parameters],
    }
    if optimizer is not None:
        optimizer.step()
        wanted["parameter"] = [leaf.data for leaf in parameters]
    numbers = {kind: [number for _, number in pairs] for kind, pairs in found.items()}
    assert numbers.keys() == wanted.keys()
    for kind, expected in wanted.items():
        assert numbers[kind] == to_12_digits(expected), kind
    names = [name for name, _ in found["gradient"]]
    assert len(set(names)) == len(parameters)
    return names


@languages
def test_the_lesson(language, tmp_path):
    model = network()
    x, y = [Value(8.0, label="x1"), Value(80.0, label="x2")], Value(TARGET, label="y")
    loss = squared_error(y, model(x))
    program = compile(loss, [*x, y], model.parameters(), SGD(model.parameters(), 0.1))
    found = printed(program, language, tmp_path)
    stepped = {name: PARAMETERS[name] - 0.1 * GRADIENTS[name] for name in PARAMETERS}
    assert [x.data for x in x] == list(INPUTS)
    assert found["loss"] == [("", 225.0)]
    assert dict(found["gradient"]) == to_12_digits(GRADIENTS)
    assert dict(found["parameter"]) == to_12_digits(stepped)


@pytest.mark.parametrize("language", ["python", "c"])
def test_the_text_names_what_the_graph_names(language):
    model = network()
    x = [Value(8.0, label="x1"), Value(80.0, label="x2")]
    loss = squared_error(3.0, model(x))
    loss.label = "L"
    text = compile(loss, x, model.parameters(), SGD(model.parameters())).source(language)
    for part in (
        "L, computed from x1, x2 with 9 parameters",
        "layer 1 / neuron 2",
        "o12 = w112 * x1 + w122 * x2 + b12",
        "d_w122 = d_o12 * x2",
        "learning_rate = 0.1",
    ):
        assert part in text
    assert max(map(len, text.splitlines())) <= 100


# Operations.


def operation(op, part):
    """A node of the operation on parameters, at a place of their domain."""
    row = example_row(op)
    leaves = []
    for name, operands in zip(op.operands, op.group(row), strict=False):
        low, high = op.domain.get(name, (-2.0, 2.0))
        count = len(operands) if isinstance(operands, list) else 1
        for i in range(count):
            place = (part + 0.29 * i + 0.13 * len(leaves)) % 1
            leaves.append(Parameter(low + (high - low) * place, label=f"{op.name}_{name}"))
    assert len(leaves) == operand_count(op, row)
    return call(op, [*leaves, *row[len(leaves) :]]), leaves


@over_sheet
def test_operations_in_python(op, tmp_path):
    nodes, leaves = zip(*(operation(op, part) for part in (0.1, 0.45, 0.9)), strict=True)
    weighted = dot(nodes, [1.0, -0.5, 0.25])
    check("python", tmp_path, weighted, [], [leaf for row in leaves for leaf in row])


POWERS = (-3.0, -2.0, -1.0, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 2.5)


@languages
def test_operations_together(language, tmp_path):
    nodes, leaves = [], []
    for op in SHEET:
        for part in (0.1, 0.45, 0.9):
            node, own = operation(op, part)
            nodes.append(node)
            leaves += own
    for exponent in POWERS:
        leaf = Parameter(0.7)
        nodes.append(leaf**exponent)
        leaves.append(leaf)
    check(language, tmp_path, mean(nodes), [], leaves)


@languages
def test_powers_of_what_is_negative(language, tmp_path):
    a, b, x = Parameter(-1.5, label="a"), Parameter(0.25, label="b"), Value(0.5, label="x")
    nodes = [(a * x - b) ** k for k in POWERS if k % 1 == 0] + [a**k for k in (2, 3, -2)]
    # The power whose value needs no base must not leave an unused variable behind.
    unneeded = (a * b) ** 0
    check(language, tmp_path, total(nodes) + unneeded, [x], [a, b])


@languages
def test_choices_and_numbers_at_their_edges(language, tmp_path):
    x, w = Value(-800.0, label="x"), Parameter(1.0, label="w")
    z = x * w
    nodes = [z.sigmoid(), z.softplus(), z.relu(), z.elu(), maximum([z, -math.inf]), abs(z)]
    check(language, tmp_path, dot(nodes, [1.0, 1e-7, 2.0, 1e16, 0.1, 1 / 3]), [x], [w])


# Optimisers.

OPTIMIZERS = {
    "sgd": lambda p: SGD(p, 0.1),
    "momentum": lambda p: SGD(p, 0.1, momentum=0.9),
    "nesterov": lambda p: SGD(p, 0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
    "rmsprop": lambda p: RMSprop(p, 0.02, weight_decay=0.1),
    "adam": lambda p: Adam(p, 0.02, weight_decay=0.1),
    "adamw": lambda p: AdamW(p, 0.02),
}


@languages
@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS.keys())
def test_optimizers_go_on_from_where_they_are(language, make, tmp_path):
    model = MLP(2, [2, 1], activation="tanh", seed=2)
    parameters = model.parameters()
    optimizer = make(parameters)
    x, y = [Value(0.5, label="x1"), Value(-1.0, label="x2")], Value(0.7, label="y")
    for _ in range(2):
        optimizer.zero_grad()
        squared_error(y, model(x)).backward()
        optimizer.step()
    optimizer.zero_grad()
    check(language, tmp_path, squared_error(y, model(x)), [*x, y], parameters, optimizer)


@languages
def test_a_rule_with_words_of_c_and_reductions(language, tmp_path):
    rule = (
        ("long", "static * long + gradient / max(abs(gradient))"),
        ("settings", "long + static * sum(parameter)"),
        ("double", "settings if settings > 0 else -settings ** 3"),
        ("parameter", "parameter - rate * double * step ** 2"),
    )
    parameters = [Parameter(0.5, label="a"), Parameter(-1.5, label="b")]
    x = Value(2.0, label="x")
    optimizer = Optimizer(parameters, rule, static=0.5, rate=0.1)
    program = compile((parameters[0] * x - parameters[1]) ** 2, [x], parameters, optimizer)
    program.train([[1.0], [2.0]])
    found = printed(program, language, tmp_path)["parameter"]
    program.train([[2.0]])
    assert [number for _, number in found] == to_12_digits([leaf.data for leaf in parameters])


# Wide networks.


@languages
@pytest.mark.parametrize("width", [20, 40])
def test_wide_layers_become_loops(language, width, tmp_path):
    """Of the 20 inputs and the bias each has a name; of 40 inputs to 3 neurons none has."""
    sizes = [1] if width == 20 else [3, 1]
    model = MLP(width, sizes, activation="tanh", seed=1)
    x = [Value(math.sin(i), label=f"x{i}") for i in range(width)]
    y = Value(0.25, label="y")
    parameters = model.parameters()
    text = compile(squared_error(y, model(x)), [*x, y], parameters).source(language)
    assert ("zip(" if language == "python" else "for (int i = 0;") in text
    names = check(
        language, tmp_path, squared_error(y, model(x)), [*x, y], parameters, Adam(parameters)
    )
    assert names == [leaf.label for leaf in parameters]


@languages
def test_reductions_over_many(language, tmp_path):
    weights = [Parameter(math.cos(i), label=f"w{i}") for i in range(20)]
    a_i = Parameter(0.5, label="a_i")
    nodes = [a_i * weight for weight in weights]
    scattered = [weights[0], *nodes[::2], *nodes[1::2]]
    several = [total(weights), mean(nodes), logsumexp(nodes), maximum(weights), minimum(nodes)]
    # What a loop would call its elements.
    several[2].label, several[3].label = "before", "a_i"
    several += [logsumexp(scattered), maximum(scattered), minimum(scattered), mean(scattered)]
    check(language, tmp_path, dot(several, [0.5 + i for i in range(9)], a_i), [], [*weights, a_i])


def test_a_long_sum_of_what_lies_apart_is_within_what_python_compiles(tmp_path):
    w = Parameter(0.5, label="w")
    check("python", tmp_path, total([w] * 5000), [], [w])


# Labels.

SAID = [
    "ŷ", "for", "1st", "w", "w", "μ", "🦊", '"', "'''", '"""', "*/", "/*", "\\", "??/",
    "a\nb = 1/0", "*/ int x = 1 /*", "\N{LINE SEPARATOR}import os", "\x00", "{w}", "%d",
    "\N{RIGHT-TO-LEFT OVERRIDE}x", "NAN", "linux", "EOF", "M_PI", "pow", "zip", "fabs",
    "ValueError", "d_w", "t1", "sum_1", "main", "outputs", "values", "gradient", "maximum",
    "exp", "pi", "i", "x_i", "_", "__x", "",
]  # fmt: skip


@languages
def test_labels_of_any_kind(language, tmp_path):
    leaves = [Parameter(0.5 + 0.01 * i, label=label) for i, label in enumerate(SAID)]
    x = Value(0.25, label="*/ x \\")
    nodes = []
    for leaf, label in zip(leaves, reversed(SAID), strict=True):
        node = maximum([abs(leaf) ** 1.5, x]).exp() * leaf
        # No scope is named by what no file can be: it has no NUL, and is not empty.
        node.label, node.scope = label, f"scope {label}".replace("\0", "0")
        nodes.append(node)
    loss = total([logsumexp(nodes[:3]), *nodes])
    loss.label = "\\ */ loss"
    names = check(language, tmp_path, loss, [x], leaves, SGD(leaves, 0.1))
    assert names[:7] == ["y_hat", "for_", "_1st", "w", "w_2", "mu", "p1"]


_SIGNS = "a1_ ŷ\"'\\*/#?%{}()=\n\r\f\0\N{LINE SEPARATOR}\N{RIGHT-TO-LEFT OVERRIDE}"


@settings(max_examples=15)
@given(labels=st.lists(st.text(_SIGNS, max_size=8), min_size=3, max_size=3))
@example(labels=["\n", "\r", "\f"])
def test_labels_cannot_become_code(labels):
    a, b, c = (Parameter(2.0, label=label) for label in labels)
    node = a * b
    node.label, node.scope = labels[2], labels[1].replace("\0", "0") or None
    program = compile(node + c, [], [a, b, c])
    namespace = {"__name__": "module"}
    exec(program.source("python"), namespace)
    assert namespace["gradients"]([2.0, 3.0, 4.0], []) == (10.0, [3.0, 2.0, 1.0])
    text = program.source("c")
    assert text.count("/*") == text.count("*/")
    text.encode()


# Programs of other shapes.


@languages
def test_predictions_print_their_outputs(language, tmp_path):
    model = MLP(2, [3, 2], activation="tanh", seed=3)
    x = [Value(0.5, label="x1"), Value(-0.25, label="x2")]
    outputs = model(x)
    program = compile([*outputs, outputs[0].log1p()], x)
    assert "step" not in program.source(language)
    found = [number for _, number in printed(program, language, tmp_path)["output"]]
    assert found == to_12_digits(program([[0.5, -0.25]])[0])
    (single,) = printed(compile(outputs[1], x), language, tmp_path)["output"]
    assert single == ("y_hat2", to_12_digits(outputs[1].data))


@languages
def test_without_an_optimizer_there_is_no_step(language, tmp_path):
    w = Parameter(0.5, label="w")
    assert "it has no function `step`" in compile(w * 3, [], [w]).source(language)
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
    if COMPILER is None:
        pytest.skip("no C compiler called cc")
    found = printed(program, "c", tmp_path)
    assert math.isnan(found["loss"][0][1])
    assert found["parameter"] == [("w", -1.0)]


def test_several_outputs_of_which_one_is_undefined_are_nan_in_c(tmp_path):
    if COMPILER is None:
        pytest.skip("no C compiler called cc")
    x = Value(2.0, label="x")
    program = compile([x * 2, x.sqrt()], [x])
    x.data = -1.0
    assert all(math.isnan(number) for _, number in printed(program, "c", tmp_path)["output"])


def test_numbers_that_are_not_finite(tmp_path):
    w, v = Parameter(1.0, label="w"), Parameter(2.0, label="v")
    program = compile(w * v, [], [w, v])
    w.data, v.data = math.inf, math.nan
    for language in ["python", *(["c"] if COMPILER else [])]:
        found = printed(program, language, tmp_path)
        assert math.isnan(found["loss"][0][1])
        assert found["gradient"][1] == ("v", math.inf)


def test_steps_over_several_rows_follow_their_mean_gradient(tmp_path):
    w, x = Parameter(1.0, label="w"), Value(1.0, label="x")
    program = compile((x - w) ** 2, [x], [w], SGD([w], 0.25))
    namespace = {"__name__": "module"}
    exec(program.source("python"), namespace)
    parameters = [1.0]
    assert namespace["step"](parameters, [[2.0], [4.0]], 1.0, [0.25], []) == 5.0
    assert parameters == [2.0]
    if COMPILER is None:
        pytest.skip("no C compiler called cc")
    text = program.source("c")
    call = "step(parameters, &recorded, 1)"
    assert call in text
    rows = "const double rows[2][INPUTS] = {{2.0}, {4.0}};"
    text = text.replace(call, f'{rows} printf("mean %g\\n", step(parameters, rows, 2))')
    found = run_c(text, tmp_path)
    assert (found["mean"], found["parameter"]) == ([("", 5.0)], [("w", 2.0)])


# The functions, and languages.


def test_the_python_backend_runs_the_functions_of_the_text():
    model = network()
    loss = squared_error(3.0, model([Value(8.0), Value(80.0)]))
    program = compile(loss, [], model.parameters(), Adam(model.parameters()))
    imports, functions = python_source(program.recorded, program.rule).split("\n\n\n", 1)
    assert imports == "from math import pow, sqrt"
    assert f"{imports}\n\n" in program.source("python")
    assert f"\n\n\n{functions}\n\nif __name__" in program.source("python")


def test_llvm_text_says_which_parameter_is_which():
    pytest.importorskip("llvmlite")
    x, y, w = Value(2.0, label="x"), Value(3.0, label="y\nz"), Parameter(0.5, label="ŵ")
    loss = (y - w * x) ** 2
    with_step = compile(loss, [x, y], [w], SGD([w])).source("llvm")
    assert with_step.startswith(
        "; Made by chaingrad.\n; parameter 0: ŵ\n; input 0: x\n; input 1: y z\n"
    )
    assert "@train(" in with_step
    without = compile(loss, [x, y], [w]).source("llvm")
    assert "@gradients(" in without
    assert "@train(" not in without
    assert "@evaluate(" in compile([loss], [x, y, w]).source("llvm")


def test_llvm_text_without_llvmlite(monkeypatch):
    monkeypatch.setattr(llvm_host, "is_available", lambda: False)
    w = Parameter(0.5)
    with pytest.raises(ImportError, match=r'needs llvmlite.*"chaingrad\[jit\]"'):
        compile(w * 2, [], [w]).source("llvm")


def test_an_unknown_language():
    w = Parameter(0.5)
    with pytest.raises(ValueError, match="no source in 'rust'; known: python, c, llvm"):
        compile(w * 2, [], [w]).source("rust")


@languages
def test_a_step_on_rows_whose_sums_overflow(language, tmp_path):
    """Three gradients of 1e308 are too much together; their mean is 1e308, and so is the loss."""
    x, w = Value(1e308, label="x"), Parameter(1.0, label="w")
    text = compile(w * x, [x], [w], SGD([w], 1e-308)).source(language)
    if language == "c":
        one, row = "step(parameters, &recorded, 1);", "{1e308}"
        three = f"const double rows[3][INPUTS] = {{{row}, {row}, {row}}};"
        printf = r'printf("mean %.17g\n", step(parameters, rows, 3));'
        text = text.replace(one, f"{three} {printf}")
    else:
        one = "step(parameters, [row], STEPS + 1.0, SETTINGS.values(), STATE.values())"
        three = one.replace("[row]", "[row] * 3")
        text = text.replace(one, f'print(f"mean {{{three}:.17g}}")')
    found = run_c(text, tmp_path) if language == "c" else run_python(text)
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
