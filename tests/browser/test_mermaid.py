"""Mermaid's own reader and drawer take what `to_mermaid` writes; needs `npm install mermaid`."""

import os
from pathlib import Path

import pytest

from engine import Value, parse, to_mermaid
from nn import MLP, squared_error

PACKAGES = Path(os.environ.get("CHAINGRAD_NODE_MODULES", "node_modules"))
LIBRARY = PACKAGES / "mermaid" / "dist" / "mermaid.min.js"
LABELS = [
    '"]',
    "#35;",
    "<b>x</b>",
    "`md`",
    "a\nb",
    "end",
    "\\n",
    "&lt;",
    "ŷ",
    "w_11",
    "1. a",
    "- b",
]
DRAWN = """async text => {
    const {svg} = await mermaid.render("drawn", text);
    const drawing = new DOMParser().parseFromString(svg, "text/html");
    const all = selector => [...drawing.querySelectorAll(selector)];
    return {boxes: all(".node").map(box => box.textContent), arrows: all(".edgePaths path").length};
}"""


@pytest.fixture(scope="module")
def drawn(browser):
    if not LIBRARY.is_file():
        pytest.skip("needs `npm install mermaid`, here or where CHAINGRAD_NODE_MODULES says")
    tab = browser.new_page()
    tab.add_script_tag(path=LIBRARY)
    # As GitHub and JupyterLab draw: no markup of a label becomes a part of the page.
    tab.evaluate("mermaid.initialize({startOnLoad: false, securityLevel: 'strict'})")
    yield lambda y, **options: tab.evaluate(DRAWN, str(to_mermaid(y, **options)))
    tab.close()


def test_a_formula_has_its_boxes_and_arrows(drawn):
    y = parse("relu(m1*x*m2) + m1", m1=3, m2=0.5, x=2)
    y.backward()
    found = drawn(y)
    assert found["boxes"][0] == "m13grad 2"
    assert (len(found["boxes"]), found["arrows"]) == (7, 7)


@pytest.mark.parametrize("label", LABELS)
def test_any_label_is_shown_as_it_is(drawn, label):
    boxes = drawn(Value(1.0, label=label) * 2)["boxes"]
    shown = boxes[0].replace("\N{WORD JOINER}", "").removesuffix("1")
    assert shown == label.replace("\n", "↵")


@pytest.mark.parametrize("view", ["values", "neurons", "layers"])
def test_every_view_of_a_network(drawn, view):
    loss = squared_error(1, MLP(3, [8, 1], "tanh", seed=1)([0.1, 0.2, 0.3]))
    loss.backward()
    found = drawn(loss, view=view)
    text = str(to_mermaid(loss, view=view))
    assert len(found["boxes"]) == text.count("]:::")
    assert found["arrows"] == text.count('|"×') + text.count(' edges"|')
