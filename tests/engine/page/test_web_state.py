"""The page's own modules under Node: links, the state, the steps; and that they join into one."""

import json
import math
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from engine import Parameter, Value
from engine.explaining.stepping import steps
from engine.graph.walks import adjoints, topological_order
from engine.page.described import edges_of
from engine.page.document import MODULES
from engine.page.live import explore
from engine.page.notation import local_form
from engine.page.program import program_source
from engine.testing import approx
from tests.engine.page.web_modules import WEB, evaluate
from tests.engine.programs.running import needs_node

pytestmark = needs_node


def test_the_state_as_python_runs_as_python():
    pairs = [["w", 0.3], ["ŷ", -4.0], ["a b", 1e-7], ["if", 2.0], ["h₁", 1e300], ['"\\\n', 0.0]]
    text = evaluate("share", "m.pythonOf(a)", pairs)
    leaves = {name: Value(9.0) for name in ("w", "ŷ")}
    scope = dict(leaves)
    exec(text, scope)
    assert [leaf.data for leaf in leaves.values()] == [0.3, -4.0]
    assert scope["numbers"] == {"a b": 1e-7, "if": 2.0, "h₁": 1e300, '"\\\n': 0.0}
    spelled = evaluate("share", "[NaN, Infinity, -Infinity, -0, 8, 1e21].map(m.pythonNumber)")
    assert [repr(eval(text)) for text in spelled] == ["nan", "inf", "-inf", "-0.0", "8.0", "1e+21"]


@settings(max_examples=8)
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs"])),
            st.floats(allow_nan=False, allow_infinity=False),
        ),
        max_size=20,
    )
)
def test_links_are_read_as_they_are_written(pairs):
    found = evaluate("share", "m.readFragment(m.fragmentOf(a))", pairs)
    assert [(name, float(number)) for name, number in found] == pairs


def test_what_is_no_number_in_a_link_is_left_out():
    fragment = "#a=1&b=&c&=2&d=x&%zz=3&e=-Infinity&f=NaN"
    found = evaluate(
        "share", "m.readFragment(a).map(([name, number]) => [name, String(number)])", fragment
    )
    assert found == [["a", "1"], ["", "2"], ["e", "-Infinity"], ["f", "NaN"]]


def test_sliders_reach_round_bounds():
    found = evaluate("sliders", "a.map(m.reach)", [0, 0.1, 0.5, 0.6, 2.5, 8, -80, 1e6])
    assert found == [1, 1, 1, 2, 5, 20, 200, 2e6]


def page_graph(output):
    """The graph and the program that a page is written with."""
    html = explore(output).html
    found = re.search(r'<script type="application/json" id="graph">(.*?)</script>', html, re.S)
    order = topological_order(output)
    edges = edges_of(order)
    return json.loads(found[1]), program_source(order, edges, [local_form(*e) for e in edges], None)


def test_the_state_follows_and_keeps_the_last_good_numbers():
    x, w = Value(3.0, label="x"), Parameter(2.0, label="w")
    y = (x * w).log() * x
    graph, program = page_graph(y)
    expression = f"""(() => {{
        const s = new m.State(a, {program});
        const told = [], seen = [];
        s.watch((what) => told.push(what));
        const look = () => seen.push([s.values[0], s.values[1], s.values.at(-1), s.gradients[1]]);
        const change = (leaf, number, gesture) => s.change(new Map([[leaf, number]]), gesture);
        look(); change(1, 5, told); change(1, 6, told); look();
        s.rest(); change(0, 1, told); look();
        const problem = change(0, -1); look(); s.undo(); look(); s.undo(); look();
        change(0, 9); s.reset(); look();
        const tried = [1, -1].map((number) => String(s.outputFor(new Map([[0, number]]))));
        return [seen, problem.node, told, tried, s.partialGradients(0)];
    }})()"""
    seen, culprit, told, tried, partial = evaluate("state", expression, graph)
    at = [(3.0, 2.0), (3.0, 6.0), (1.0, 6.0), (1.0, 6.0), (3.0, 6.0), (3.0, 2.0), (3.0, 2.0)]
    expected = [[x, w, x * math.log(x * w), x / w] for x, w in at]
    assert [approx(row, rel=1e-12) for row in expected] == seen
    assert (culprit, told) == (3, ["numbers"] * 3 + ["problem"] + ["numbers"] * 4)
    assert float(tried[0]) == approx(math.log(2), rel=1e-12)
    assert tried[1] == "NaN"
    assert partial == [0, 0, 0, approx(3.0, rel=1e-12), 1]


def test_steps_are_those_of_the_engine():
    x, w = Value(3.0, label="x"), Parameter(-2.0, label="w")
    h = (x * w).relu()
    y = h * h + x / (1 - w)
    y.label, h.label = "y", "h"
    graph, program = page_graph(y)
    script = (WEB / "state.js").as_uri()
    expression = f"""await import({json.dumps(script)}).then(({{ State }}) => {{
        const state = new State(a, {program}), steps = new m.Steps(a);
        return Array.from({{ length: steps.last + 1 }}, (_, step) => steps.told(step, state));
    }})"""
    told = evaluate("steps", expression, graph)
    expected = [step.text for step in steps(y)]
    for line, text in zip(told, expected, strict=True):
        assert text.startswith(line["head"] + line["result"])
    words = [line["words"] for line in told]
    assert sum("The path ends here" in text for text in words) == 1
    assert sum("No path from the output" in text for text in words) == 2
    assert adjoints(y)[x] == approx(1 / 3)
    assert words[-1].endswith("nothing is added.")


def test_the_modules_join_into_one():
    texts = {name: (WEB / f"{name}.js").read_text(encoding="utf-8") for name in MODULES}
    assert {path.stem for path in WEB.glob("*.js")} == set(MODULES)
    names = [
        name
        for text in texts.values()
        for name in re.findall(r"(?m)^(?:export )?(?:function\*?|class|const) (\w+)", text)
    ]
    assert len(names) == len(set(names))
    for name, text in texts.items():
        assert all(line.endswith('.js";') for line in text.splitlines() if line[:7] == "import ")
        used = re.findall(r'from "\./(\w+)\.js"', text)
        assert all(MODULES.index(other) < MODULES.index(name) for other in used), name
    assert not re.search(r"https?://(?!www\.w3\.org)", "".join(texts.values()))
