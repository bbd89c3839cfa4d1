"""`explore`: the file that it writes, what it refuses, and how it shows itself."""

import base64
import html
import re

import pytest

from engine import Parameter, Value, explore, scope
from engine.page import live
from nn import MLP
from tests.engine.drawings import needs_graphviz
from tests.engine.page.pages import graph, told

pytestmark = needs_graphviz


def test_a_page_says_what_its_graph_is():
    loss, _, _, w, _ = graph()
    page = explore(loss, path=w, data={"x": [1, 2, 3], "t": [2, 4, 6]})
    said = told(page)
    assert page.title == said["title"] == "The graph of L"
    assert [node["name"] for node in said["nodes"]] == [
        "w",
        "x",
        "t1",
        "b",
        "t2",
        "t3",
        "t",
        "t4",
        "L",
    ]
    assert [said["nodes"][place]["name"] for place in said["leaves"]] == ["w", "x", "b", "t"]
    assert (said["digits"], said["path"]) == (4, 0)
    assert said["training"] == {"parameters": [0, 3], "inputs": [1, 6], "rate": 0.03}
    assert said["data"]["columns"] == [1, 6]
    assert said["data"]["rows"] == [[1, 2], [2, 4], [3, 6]]
    ends = [(edge["from"], edge["to"]) for edge in said["edges"]]
    assert ends == [(7, 8), (5, 7), (6, 7), (4, 5), (2, 4), (3, 4), (0, 2), (1, 2)]
    assert loss.grad == w.grad == 0


def test_every_box_and_arrow_is_found_by_its_id():
    page = explore(graph()[0])
    said = told(page)
    ids = set(re.findall(r'id="([^"]*)"', page.svg))
    for place, node in enumerate(said["nodes"], 1):
        assert {f"{said['prefix']}{name}" for name in (f"n{place}", f"a_n{place}_value")} <= ids
        assert f"{said['prefix']}a_n{place}_gradient" in ids
        assert node["box"] == f"n{place}"
    assert {said["prefix"] + edge["id"] for edge in said["edges"]} <= ids
    assert "href" not in page.svg.replace("xmlns:xlink", "")


def test_several_edges_between_two_nodes_have_ids_of_their_own():
    x = Value(3.0, label="x")
    said = told(explore(x * x))
    assert [edge["id"] for edge in said["edges"]] == ["n1_n2_1", "n1_n2_2"]


def test_the_same_graph_gives_the_same_page():
    assert explore(graph()[0]).html == explore(graph()[0]).html


@pytest.mark.parametrize("view", ["values", "neurons", "layers"])
def test_every_view(view):
    model = MLP(2, [2, 1])
    with scope("loss"):
        loss = (model([0.5, 0.25]) - 1.0) ** 2
    said = told(explore(loss, view=view))
    boxes = {node["box"] for node in said["nodes"]}
    assert len(boxes) == {"values": len(said["nodes"]), "neurons": 5, "layers": 4}[view]
    drawn = sum("id" in edge for edge in said["edges"])
    assert (drawn == len(said["edges"])) == (view == "values")
    assert drawn >= 2


def test_sixty_nodes_have_a_box_each_and_more_are_drawn_by_neurons():
    model = MLP(2, [6, 4, 1])
    loss = model([0.5, 0.25])
    said = told(explore(loss))
    assert len(said["nodes"]) > 60
    assert len({node["box"] for node in said["nodes"]}) < 20


def test_numbers_that_are_not_finite_are_said():
    x = Value(float("inf"), label="x")
    said = told(explore(x - x * Value(float("nan"), label="n"), data={"x": [float("-inf")]}))
    assert [node["value"] for node in said["nodes"]] == ["Infinity", "NaN", "NaN", "NaN"]
    assert said["data"]["rows"] == [["-Infinity"]]


def test_without_parameters_the_leaves_that_data_does_not_set_are_trained():
    x, w = Value(2.0, label="x"), Value(3.0, label="w")
    said = told(explore((x * w) ** 2, data={"x": [1, 2]}))
    assert said["training"]["parameters"] == [1]
    assert said["training"]["inputs"] == [0]


def test_the_learning_rate_would_about_halve_the_loss():
    def rate(y):
        return told(explore(y))["training"]["rate"]

    w = Parameter(1.0, label="w")
    assert rate((3 * w - 5) ** 2) == 0.01  # 4 / 12² / 2 = 0.0139
    assert rate((100 * w - 500) ** 2) == 1e-5
    assert rate(w * 1e-6) == 0.1
    assert rate(-w) == rate(w * 0.0) == rate(w * 1e200) == 0.01


def test_a_leaf_alone_is_a_page_without_training():
    said = told(explore(Value(2.0, label="x")))
    assert (len(said["nodes"]), said["edges"], said["training"]) == (1, [], None)


def test_names_of_variables_name_nodes():
    x = Value(2.0)
    y = x * 3
    assert [node["name"] for node in told(explore(y, names=locals()))["nodes"]] == ["x", "y"]


def test_in_a_notebook_it_is_a_frame_of_its_own_with_the_still_picture_inside():
    page = explore(graph()[0], title='One "weight"')
    shown = page._repr_html_()
    assert shown.startswith('<iframe sandbox="allow-scripts" title="One &quot;weight&quot;"')
    assert html.unescape(re.search(r'srcdoc="([^"]*)"', shown)[1]) == page.html
    still = base64.b64decode(re.search(r"base64,([^\"]*)", shown)[1]).decode()
    assert still == page.svg
    assert int(re.search(r"height: (\d+)px", shown)[1]) > live._PANELS
    assert repr(page) == 'Page of 9 nodes: .save("page.html") writes it'


def test_without_graphviz_there_is_a_hint_and_no_page(monkeypatch, tmp_path):
    monkeypatch.setattr("engine.drawing.render._backends", lambda engine: iter(()))
    page = explore(graph()[0])
    assert page._repr_html_() is None
    assert repr(page).startswith("Page of 9 nodes: to see a picture, python -m pip install")
    with pytest.raises(RuntimeError, match="Graphviz is missing"):
        page.save(tmp_path / "page.html")
    assert not list(tmp_path.iterdir())


def test_the_numbers_are_those_of_the_moment():
    loss, x, *_ = graph()
    page = explore(loss)
    x.data = 100.0
    assert told(page)["nodes"][1]["value"] == 2.0
    assert ">100<" not in page.svg


def test_saved_whole_under_the_name_of_a_page(tmp_path):
    page = explore(graph()[0])
    path = tmp_path / "lesson.html"
    path.write_text("old")
    assert page.save(path) == str(path)
    assert path.read_text(encoding="utf-8") == page.html
    assert page.save(tmp_path / "other") == str(tmp_path / "other.html")
    with pytest.raises(ValueError, match="not the name of a page: give it"):
        page.save(tmp_path / "lesson.svg")
    with pytest.raises(OSError, match="missing"):
        page.save(tmp_path / "missing" / "lesson.html")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["lesson.html", "other.html"]


def stale():
    loss, x, *_ = graph()
    x.data = 5.0
    return loss


def far():
    node = Value(1.0)
    for _ in range(400):
        node = node.tanh()
    return node


REFUSED = [
    (lambda: explore(3.0), TypeError, "explore: y must be a Value"),
    (lambda: explore(far(), path=Value(1.0, label="p")), ValueError, "which y is not computed"),
    (lambda: explore(far(), path="w"), TypeError, "explore: path"),
    (lambda: explore(far(), view="boxes"), ValueError, "unknown view 'boxes'; known: values, "),
    (lambda: explore(far(), digits=0), ValueError, "explore: digits must be a whole number"),
    (lambda: explore(far(), names=[1]), TypeError, "names takes a mapping"),
    (lambda: explore(far()), ValueError, "boxes in the view"),
    (lambda: explore(stale()), ValueError, "mul gave 1, and is 2.5 now that x is 5"),
]


@pytest.mark.parametrize(("call", "error", "words"), REFUSED)
def test_what_is_refused(call, error, words):
    with pytest.raises(error, match=words):
        call()
