"""Sources of programs, run by themselves, print the numbers that eager computing gives."""

import math

import pytest

from engine import Parameter, Value, compile
from engine.eager.functions import dot, logsumexp, maximum, mean, minimum
from engine.eager.functions import sum as total
from engine.sheet.ops import SHEET
from nn import MLP, SGD, Adam, AdamW, Optimizer, RMSprop, squared_error
from tests.engine.programs.running import check, languages, printed
from tests.engine.sampling import call, example_row, operand_count, over_sheet
from tests.nn.shared import GRADIENTS, INPUTS, PARAMETERS, TARGET, network, to_12_digits


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


@pytest.mark.parametrize("language", ["python", "c", "javascript"])
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
    for name, operands in zip(op.operands, op.bind(row), strict=False):
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
    starts = {"python": "zip(", "c": "for (long i = 0;", "javascript": "for (let i = 0;"}
    assert starts[language] in text
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
