"""Sheets: the numbers on them, for whom they are the same, and what is refused."""

import subprocess
import sys
from pathlib import Path

import pytest

import engine
from engine import Parameter, Value, exercise, no_grad, topological_order
from engine.graph.walks import adjoints


def neuron():
    x, w, b = Value(0.3, label="x"), Parameter(0.7, label="w"), Parameter(0.1, label="b")
    y = ((w * x + b).tanh() - 1) ** 2
    y.label = "y"
    return y


def two_paths():
    w = Value(1.5, label="w")
    y = w * w + w.relu()
    y.label = "y"
    return y


def test_the_answers_are_those_of_the_graph_with_the_numbers_given():
    for make in (neuron, two_paths):
        sheet = exercise(make(), "anna", names={}, learning_rate=0.5)
        gradients = adjoints(sheet.y)
        nodes = {node.label: node for node in topological_order(sheet.y) if node.label}
        assert {name: nodes[name].data for name in sheet.given} == sheet.given
        for blank in sheet.blanks:
            if blank.part == "gradients":
                assert blank.value == pytest.approx(gradients[blank.quantity.node], rel=1e-12)
            if blank.part == "updates":
                leaf = blank.quantity.node
                assert blank.value == pytest.approx(leaf.data - 0.5 * gradients[leaf], rel=1e-12)
        assert sheet.answers["y"] == sheet.y.data


def test_an_operand_used_twice_has_one_local_derivative_and_paths_add_up():
    sheet = exercise(two_paths(), None, names={})
    # y = t1 + t2, t1 = w·w, t2 = relu(w) at w = 1.5: 2·1.5 + 1.
    assert sheet.answers == {
        "t1": 2.25, "t2": 1.5, "y": 3.75, "∂y/∂t1": 1.0, "∂y/∂t2": 1.0,
        "∂t2/∂w": 1.0, "∂t1/∂w": 3.0, "∂y/∂w": 4.0, "w new": pytest.approx(1.1),
    }  # fmt: skip


def test_a_direct_path_has_a_name_of_its_own():
    w = Value(3.0, label="w")
    y = (w * 2) + w
    answers = exercise(y, names={}, parts=["local", "gradients"]).answers
    assert answers["∂y/∂w (direct)"] == 1
    assert answers["∂y/∂w"] == 3


def test_numbers_are_friendly_and_of_one_student():
    sheets = [exercise(neuron(), student, names={}) for student in range(30)]
    for sheet in sheets:
        for number in sheet.given.values():
            assert 0 < abs(number) <= 5
            assert number * 20 == int(number * 20)
    assert len({tuple(sheet.given.values()) for sheet in sheets}) >= 28
    # The same id, spelled as it may come out of a table; the graph's own numbers do not matter.
    other = neuron()
    for leaf in topological_order(other):
        leaf.label = leaf.label
    assert exercise(other, " 7 ", names={}).given == sheets[7].given
    assert exercise(neuron(), "Zoe\u0308").given == exercise(neuron(), "Zoë").given


def test_a_relu_is_neither_at_its_kink_nor_are_all_of_them_off():
    for student in range(40):
        w, v = Parameter(1.0, label="w"), Parameter(1.0, label="v")
        y = (w * v).relu() + (w - v).relu()
        sheet = exercise(y, student)
        kinks = [sheet.answers[name] for name in ("t1", "t3")]
        assert 0 not in kinks
        assert max(kinks) > 0


_CODE = """
import engine, sys
x, w = engine.Value(1.0, label="x"), engine.Parameter(1.0, label="w")
print(engine.core, *engine.exercise((w * x).sigmoid() * x, "Zoë").given.values())
"""


def test_the_numbers_are_the_same_in_other_processes_and_on_both_cores():
    x, w = Value(1.0, label="x"), Parameter(1.0, label="w")
    here = [*exercise((w * x).sigmoid() * x, "Zoë").given.values()]
    root = str(Path(engine.__file__).parent.parent)
    for core in ("python", engine.core):
        run = subprocess.run(
            [sys.executable, "-c", _CODE],
            env={"PYTHONPATH": root, "CHAINGRAD_CORE": core, "PYTHONHASHSEED": "7"},
            capture_output=True,
            text=True,
            check=True,
        )
        name, *numbers = run.stdout.split()
        assert name == core
        assert [*map(float, numbers)] == here


def test_choices_say_what_a_leaf_may_be():
    y = neuron()
    for student in range(10):
        assert exercise(y, student, choices={"x": [7, 9]}).given["x"] in (7, 9)
    with pytest.raises(ValueError, match="choices for 'z', which is not a leaf; leaves: "):
        exercise(y, 1, choices={"z": [1]})
    with pytest.raises(ValueError, match="must be numbers"):
        exercise(y, 1, choices={"x": []})


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: exercise(Value(1.0), 1), ValueError, "computed from leaves"),
        (lambda: exercise(neuron(), object()), TypeError, "a student's id"),
        (lambda: exercise(neuron(), frozenset("ab")), TypeError, "a student's id"),
        (lambda: exercise(neuron(), 1, parts=["all"]), ValueError, "some of forward"),
        (lambda: exercise(neuron(), 1, learning_rate=0), ValueError, "above 0"),
        (lambda: exercise(Value(1.5, label="x").floor(), 1), ValueError, "no numbers were found"),
        (lambda: exercise(sum(Value(i) * i for i in range(200)), 1), ValueError, "too many"),
    ],
)
def test_what_is_refused(make, error, words):
    with pytest.raises(error, match=words):
        make()


def test_domains_are_kept_and_no_graph_is_changed():
    x = Value(9.0, label="x")
    y = (x.log() * x).sqrt() + 1 / x
    with no_grad():
        pass
    for student in range(5):
        assert exercise(y, student).given["x"] >= 1
    assert (x.data, x.grad, y.data) == (9.0, 0.0, (x.log() * x).sqrt().data + 1 / 9)
