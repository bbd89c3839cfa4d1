"""A live page in a browser: what a student does with it, compared with the engine's numbers."""

import math
from random import Random

import pytest

from engine import Parameter, Value, compile, explore, relu, squared_error, tanh
from engine.base.numbers import shown
from engine.explaining.stepping import steps
from engine.graph.naming import Naming
from engine.graph.walks import adjoints, topological_order
from engine.testing import approx
from nn import MLP, SGD
from tests.engine.drawings import lesson


def close(expected):
    return approx(expected, rel=1e-12, abs=1e-300)


def of_python(output):
    """Values and gradients of a graph by name."""
    order = topological_order(output)
    naming, gradients = Naming(order), adjoints(output)
    names = [naming.text(node) for node in order]
    return (
        {name: node.data for name, node in zip(names, order)},
        {name: gradients.get(node, 0.0) for name, node in zip(names, order)},
    )


def check(page, output):
    numbers = page.numbers()
    values, gradients = of_python(output)
    assert numbers["values"] == close(values)
    assert numbers["gradients"] == close(gradients)


def test_at_first_everything_is_shown_as_it_was_recorded(opened):
    loss = lesson()["L"]
    page = opened(explore(loss, title="The lesson"))
    check(page, loss)
    assert page.tab.title() == page.tab.locator("h1").inner_text() == "The lesson"
    assert ("x1", "o11", 0.1) in page.numbers()["locals"]
    assert page.tab.locator("svg text", has_text="grad 2400").count() == 2


def test_every_step_is_that_of_steps_and_the_last_has_the_gradients(opened):
    loss = lesson()["L"]
    page = opened(explore(loss))
    expected = [step.text for step in steps(loss)]
    page.tab.get_by_label("step", exact=True).fill("0")
    said = [page.step()]
    for _ in expected[1:]:
        page.button("step forward").click()
        said.append(page.step())
    for text, found in zip(expected, said, strict=True):
        assert found.split(": ", 1)[1].startswith(text)
    assert page.button("step forward").is_disabled()
    check(page, loss)


def test_leaves_moved_to_a_hundred_random_places_give_the_numbers_of_python(opened):
    nodes = lesson()
    page = opened(explore(nodes["L"]))
    random = Random(3)
    names = [name for name, node in nodes.items() if node.op is None]
    for _ in range(100):
        name = random.choice(names)
        nodes[name].data = random.choice([random.uniform(-100, 100), random.uniform(-1, 1), 0.0])
        page.enter(name, nodes[name].data)
        numbers = {key: node.data for key, node in nodes.items() if node.op is None}
        again = lesson_at(numbers)
        check(page, again)


def lesson_at(numbers):
    model = MLP(2, [2, 1], activation="linear")
    model.load_state_dict({name: numbers[name] for name in model.state_dict()})
    x1, x2, y = (Value(numbers[name], label=name) for name in ("x1", "x2", "y"))
    loss = squared_error(y, model([x1, x2]))
    loss.label = "L"
    return loss


def test_a_chosen_node_lights_its_paths_and_says_their_products_and_sum(opened):
    x, w = Value(3.0, label="x"), Parameter(2.0, label="w")
    a, b = x * w, tanh(x / 4)
    a.label, b.label = "a", "b"
    y = a * b + x
    y.label = "y"
    page = opened(explore(y, path=w))
    assert page.lit() == {"w", "a", "t2", "y"}
    page.tab.get_by_label("Gradient of").select_option(label="x")
    assert page.lit() == {"x", "a", "t1", "b", "t2", "y"}
    panel = page.panel("Why this gradient")
    text = " ".join(panel.inner_text().split())
    gradient = adjoints(y)[x]
    assert "3 paths from x to y" in text
    assert text.endswith(f"= {shown(gradient)}")
    page.enter("w", 5.0)
    again = 5 * math.tanh(0.75) + 15 * (1 - math.tanh(0.75) ** 2) / 4 + 1
    assert " ".join(panel.inner_text().split()).endswith(f"= {shown(again)}")


def test_predict_first_hides_the_gradients_and_says_what_is_wrong(opened):
    loss = lesson()["L"]
    page = opened(explore(loss))
    page.tab.get_by_role("switch", name="Hide the gradients").check()
    assert page.tab.locator("svg text", has_text="grad 2400").count() == 0
    _, gradients = of_python(loss)
    question = page.tab.locator("form.question label").inner_text()
    name = question.removeprefix("What is ∂L/∂").removesuffix("?")
    answer = page.tab.get_by_label(question)
    answer.fill(repr(-gradients[name]))
    answer.press("Enter")
    assert "sign" in page.tab.locator(".verdict").inner_text()
    answer.fill(repr(gradients[name]))
    answer.press("Enter")
    assert page.tab.locator(".verdict").inner_text().startswith("Right.")
    assert page.tab.locator("svg text", has_text="grad 2400").count() == 2


def test_training_is_that_of_a_program(opened):
    x, t = Value(1.0, label="x"), Value(2.0, label="t")
    w, b = Parameter(0.5, label="w"), Parameter(0.25, label="b")
    loss = (relu(w * x + b) - t) ** 2
    rows = {"x": [1, 2, 3], "t": [2, 3, 5]}
    page = opened(explore(loss, data=rows))
    panel = page.panel("Train")
    page.tab.get_by_label("Learning rate").fill("0.05")
    page.tab.get_by_label("Train on").select_option(label="all 3 rows")
    panel.get_by_role("button", name="10 steps").click()
    panel.get_by_role("button", name="1 step", exact=True).click()
    program = compile(loss, [x, t], [w, b], SGD([w, b], learning_rate=0.05))
    program.train(list(zip(*rows.values())), epochs=11, batch_size=3)
    numbers = page.numbers()["values"]
    assert (numbers["w"], numbers["b"]) == close((w.data, b.data))
    assert "after 11 steps" in panel.inner_text()


def test_a_row_of_the_data_sets_its_leaves(opened):
    x, w = Value(1.0, label="x"), Parameter(0.5, label="w")
    page = opened(explore(x * w, data={"x": [1, 7], "who": ["Ada", "Emmy"]}))
    page.tab.get_by_label("Row of the data").select_option(label="Emmy")
    assert page.numbers()["values"]["x"] == 7


def test_a_nudge_is_predicted_and_really_made(opened):
    x = Value(3.0, label="x")
    y = x**2
    y.label = "y"
    page = opened(explore(y))
    panel = page.panel("Nudge a number")
    panel.get_by_label("by", exact=True).fill("0.5")
    text = " ".join(panel.inner_text().split())
    assert "6 × 0.5 = 3" in text
    assert "Real change of y 3.25" in text


def test_where_an_operation_is_undefined_the_last_good_numbers_stay(opened):
    x = Value(3.0, label="x")
    y = (x - 1).log()
    page = opened(explore(y, names={}))
    page.enter("x", 0.5)
    assert page.field("x").get_attribute("aria-invalid") == "true"
    assert "log is undefined where t1 ≤ 0" in page.tab.get_by_role("alert").inner_text()
    check(page, y)
    page.enter("x", 2.0)
    assert page.numbers()["values"]["x"] == 2
    assert page.tab.get_by_role("alert").inner_text() == ""


def test_numbers_beyond_all_bounds_are_shown_as_such(opened):
    x = Value(3.0, label="x")
    y = x * 1e308 - x * 1e308
    page = opened(explore(y, names={}))
    page.enter("x", 1e10)
    assert math.isnan(page.numbers()["values"]["t3"])
    assert page.tab.locator("svg text", has_text="inf").count() >= 1
    assert page.tab.locator("svg text", has_text="nan").count() >= 1


def test_undo_and_reset(opened):
    loss = lesson()["L"]
    page = opened(explore(loss))
    page.enter("w111", 0.5)
    page.field("w111").press("Tab")
    page.enter("w121", 0.7)
    page.field("w121").press("Tab")
    page.button("Undo").click()
    values = page.numbers()["values"]
    assert (values["w111"], values["w121"]) == (0.5, 0.1)
    page.button("Reset").click()
    check(page, loss)


def test_a_link_brings_its_numbers(opened):
    x, y = Value(1.0, label="x y"), Value(2.0, label="ŷ")
    page = opened(explore(x * y), fragment="#x%20y=2.5&%C5%B7=-4&other=1")
    numbers = page.numbers()["values"]
    assert (numbers["x y"], numbers["ŷ"], numbers["t1"]) == (2.5, -4, -10)
    page.panel("Take it along")
    page.button("Copy as Python").click()
    text = page.tab.get_by_label("text to copy").input_value()
    assert text == 'ŷ.data = -4.0\nnumbers = {\n    "x y": 2.5,\n}'


@pytest.mark.parametrize("view", ["neurons", "layers"])
def test_every_number_is_there_in_every_view(opened, view):
    model = MLP(2, [3, 1], seed=4)
    x1, x2 = Value(0.5, label="x1"), Value(-1.0, label="x2")
    loss = (model([x1, x2]) - 1) ** 2
    page = opened(explore(loss, view=view, names={}))
    check(page, loss)
    x1.data = 2.0
    page.enter("x1", 2.0)
    check(page, (model([x1, x2]) - 1) ** 2)
