"""`draw` says of a graph what is so: numbers, gradients, local derivatives, in every view."""

import subprocess
import sys
from pathlib import Path

import pytest

from engine import Parameter, Value, dot, scope
from engine.drawing.style import DATA, LOSS, OPERATION, PARAMETER
from engine.drawing.views import BODIES, draw
from tests.engine.drawings import arrows, below, box_of, boxes, lesson, worked_example


def test_a_box_per_node_with_symbol_name_value_and_gradient():
    nodes = worked_example()
    nodes["L"].backward()
    picture = draw(nodes["L"])
    assert sorted(boxes(picture).values()) == sorted(
        [
            ["m1", "3", "grad 2"],
            ["x", "2", "grad 3"],
            ["×", "a1", "6", "grad 1"],
            ["m2", "0.5", "grad 12"],
            ["×", "z2", "3", "grad 2"],
            ["ReLU", "ŷ", "3", "grad 2"],
            ["y", "1", "grad −2"],
            ["−", "t1", "2", "grad 2"],
            ["( )²", "t2", "4", "grad 0.5"],
            ["/ 2", "L", "2", "grad 1"],
        ]
    )
    labels = {(tail, head): label for tail, head, label, _ in arrows(picture)}
    assert labels[box_of(picture, "m1")[0], box_of(picture, "a1")[0]] == "×2"
    assert labels[box_of(picture, "y")[0], box_of(picture, "−")[0]] == "×−1"
    assert repr(picture) == "Picture of 10 boxes, 9 arrows"


def test_a_box_per_neuron_with_a_row_per_parameter():
    nodes = lesson()
    nodes["L"].backward()
    picture = draw(nodes["L"])
    assert sorted(boxes(picture).values()) == sorted(
        [
            ["x1", "8", "grad 6"],
            ["x2", "80", "grad 6"],
            ["y", "3", "grad −30"],
            ["(y − ŷ)²", "L", "225", "grad 1"],
            [
                *["layer 1 · neuron 1", "w111", "0.1", "×8", "grad 240"],
                *["w121", "0.1", "×80", "grad 2400", "b11", "0", "×1", "grad 30"],
                *["o11 = Σ", "8.8", "grad 30"],
            ],
            [
                *["layer 1 · neuron 2", "w112", "0.1", "×8", "grad 240"],
                *["w122", "0.1", "×80", "grad 2400", "b12", "0", "×1", "grad 30"],
                *["o12 = Σ", "8.8", "grad 30"],
            ],
            [
                *["layer 2 · neuron 1", "w211", "1", "×8.8", "grad 264"],
                *["w221", "1", "×8.8", "grad 264", "b21", "0.4", "×1", "grad 30"],
                *["ŷ = Σ", "18", "grad 30"],
            ],
        ]
    )


def test_inputs_of_a_neuron_lead_to_the_rows_of_their_weights():
    nodes = lesson()
    picture = draw(nodes["L"])
    first = box_of(picture, "layer 1 · neuron 1")[0]
    into = [(tail, head.split(":")) for tail, head, _, _ in arrows(picture) if first in head]
    values = draw(nodes["L"], view="values")
    for name, weight in [("x1", "w111"), ("x2", "w121")]:
        row = box_of(values, weight)[0]  # ids are the same in every view
        assert (box_of(picture, name)[0], [first, row, "w"]) in into


def test_layers_are_counted():
    nodes = lesson()
    nodes["L"].backward()
    picture = draw(nodes["L"], view="layers")
    assert box_of(picture, "layer 1")[1] == [
        "layer 1",
        *["2 neurons", "6 parameters", "2 Σ", "8.8", "grad 30 … 2400"],
    ]
    assert box_of(picture, "layer 2")[1][1:3] == ["1 neuron", "3 parameters"]
    labels = [label for _, _, label, _ in arrows(picture)]
    assert sorted(labels) == ["2 edges", "2 edges", "2 edges", "×30", "×−30"]


def test_many_alike_outside_of_layers_share_a_box():
    leaves = [Value(float(i)) for i in range(12)]
    squares = [leaf**2 for leaf in leaves]
    total = dot([1.0] * 12, squares, 0.0)
    found = boxes(draw(total, view="layers"))
    assert sorted(texts[0] for texts in found.values()) == ["12 data leaves", "12 × ^", "Σ"]


@pytest.mark.parametrize("view", BODIES)
def test_before_backward_no_zero_is_shown(view):
    nodes = lesson()
    texts = [text for texts in boxes(draw(nodes["L"], view=view)).values() for text in texts]
    assert "backward not run" in texts
    assert not any(text.startswith("grad") for text in texts)
    assert "no gradients yet: L.backward()" in below(draw(nodes["L"], view=view))


def test_gradients_that_are_zero_after_backward_are_shown():
    x = Value(-1.0, label="x")
    y = x.relu()
    y.backward()
    assert box_of(draw(y), "x")[1] == ["x", "−1", "grad 0"]


def test_what_an_earlier_backward_left_on_leaves_is_marked():
    x = Value(2.0, label="x")
    (3 * x).backward()
    assert box_of(draw(x * x), "x")[1] == ["x", "2", "grad 3 (earlier)"]


def test_the_legend_says_whose_gradients_are_shown():
    nodes = lesson()
    nodes["L"].backward()
    assert "∂L/∂w111, computed backward" in below(draw(nodes["L"]))
    assert "of a result beyond ŷ, computed backward" in below(draw(nodes["ŷ"]))


def test_the_legend_is_an_example_out_of_the_drawing():
    nodes = lesson()
    nodes["L"].backward()
    kinds = ["data", "parameter", "operation"]
    shown = below(draw(nodes["L"], view="neurons", path=nodes["w122"], names=nodes))
    assert shown[1:3] == ["0.1", "value of w122, computed forward"]
    assert shown[3] == "data"
    assert shown[4:6] == ["grad 2400", "∂L/∂w122, computed backward"]
    meaning = "local derivative ∂o12/∂w122: going back, grad is multiplied by it"
    assert shown[7:9] == ["×80", meaning]
    assert [text for text in shown if text in kinds] == kinds
    layers = below(draw(nodes["L"], view="layers"))
    assert "∂L/∂y, computed backward" in layers
    assert below(draw(Value(3.0).tanh()))[0:2] == ["3", "value of t1, computed forward"]
    assert below(draw(Value(3.0))) == [
        "3", "value of t1, computed forward", "data", "backward not run", "no gradients yet: "
        "t1.backward()",
    ]  # fmt: skip


def test_an_operand_used_twice_has_two_arrows_and_one_box():
    a = Value(3.0, label="a")
    picture = draw(a + a)
    assert len(boxes(picture)) == 2
    assert [arrow[:3] for arrow in arrows(picture)] == [("n1", "n2", "×1")] * 2


def test_a_node_used_by_several_is_drawn_once():
    x = Value(3.0, label="x")
    z = x.tanh()
    picture = draw(z * x + z)
    assert len(boxes(picture)) == 4
    assert len(arrows(picture)) == 5


def test_a_parameter_of_several_samples_is_drawn_once():
    w = Parameter(2.0, label="w")
    with scope("layer 1 / neuron 1"):
        first, second = dot([w], [1.0]), dot([w], [5.0])
    picture = draw(first * second)
    assert len(boxes(picture)) == 4 + 2
    labels = [label for tail, _, label, _ in arrows(picture) if tail == box_of(picture, "w")[0]]
    assert labels == ["×1", "×5"]


@pytest.mark.parametrize(
    ("make", "texts"),
    [
        (lambda x: 2 * x, ["2 ×"]),
        (lambda x: x - 1, ["− 1"]),
        (lambda x: 1 / x, ["1 /"]),
        (lambda x: x * -2, ["× (−2)"]),
        (lambda x: x**2, ["( )²"]),
        (lambda x: x**0.5, ["^ 0.5"]),
        (lambda x: 2**x, ["2 ^"]),
        (lambda x: x.leaky_relu(), ["LeakyReLU", "slope = 0.01"]),
        (lambda x: dot([x], [4.0]), ["Σ", "inputs = 4"]),
        (lambda x: dot([x] * 6, [1.0] * 6), ["Σ", "inputs = 1, 1, 1, 1, …"]),
    ],
)
def test_constants_stand_in_the_box_of_their_operation(make, texts):
    x = Value(2.0, label="x")
    picture = draw(make(x))
    assert len(boxes(picture)) == 2
    assert set(texts) <= set(boxes(picture)["n2"])


def test_each_kind_has_its_colours():
    nodes = worked_example()
    picture = draw(nodes["L"])
    lines = {line.split()[0]: line for line in picture.body if "[label=<<TABLE" in line}
    kinds = [("x", DATA), ("m1", PARAMETER), ("a1", OPERATION), ("L", LOSS)]
    for name, style in kinds:
        line = lines[box_of(picture, name)[0]]
        assert f'COLOR="{style.border}" BGCOLOR="{style.fill}"' in line
        assert f'<TABLE BORDER="{style.width}"' in line
        assert ('STYLE="ROUNDED"' in line) == style.rounded
    assert (DATA.fill, DATA.border) == ("#DCEEFB", "#0072B2")
    assert (PARAMETER.fill, PARAMETER.border) == ("#FFE9B8", "#B87700")


def test_a_factor_of_one_is_muted():
    x = Value(2.0, label="x")
    lines = [line for line in draw(x * 3 + 1).body if " -> " in line]
    assert ['fontcolor="#5A6472"' in line for line in lines] == [False, True]
    assert 'fontcolor="#4B3F9E"' in lines[0]


def test_a_leaf_alone_is_a_picture():
    assert repr(draw(Value(3.0, label="x"))) == "Picture of 1 box, 0 arrows"


@pytest.mark.parametrize("direction", ["LR", "TB", "RL", "BT"])
def test_the_direction_is_that_of_the_layout(direction):
    assert f"rankdir={direction};" in draw(Value(3.0) * 2, direction=direction).source


PROGRAM = """
from tests.engine.drawings import lesson
from engine.drawing.views import draw
nodes = lesson()
for view in ("values", "neurons", "layers"):
    print(draw(nodes["L"], view=view, path=nodes["w111"], names=nodes).source)
"""


def test_the_same_graph_gives_the_same_text_also_in_another_process():
    def run():
        command = [sys.executable, "-c", PROGRAM]
        root = Path(__file__).parents[3]
        return subprocess.run(command, capture_output=True, check=True, cwd=root).stdout

    assert run() == run() != b""


def test_importing_the_engine_does_not_import_graphviz():
    program = "import sys, engine; assert 'graphviz' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)
