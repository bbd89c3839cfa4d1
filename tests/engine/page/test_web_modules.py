"""The page's own modules under Node, without a browser: numbers, paths, the quiz."""

import math
from itertools import islice

from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine import Value
from engine.base.numbers import shown
from engine.explaining.wording import counted
from engine.graph import paths as engine_paths
from tests.engine.page.web_modules import evaluate, graph_of
from tests.engine.programs.running import needs_node

NUMBERS = st.one_of(
    st.floats(),
    st.floats(-1e4, 1e4).map(lambda number: round(number, 3)),
    # Those that lie just between two of fewer digits.
    st.integers(-(10**6), 10**6).map(lambda number: number / 2),
    st.integers(-(2**40), 2**40).map(lambda number: number / 1024),
)

pytestmark = needs_node
# Each example is a process of Node's, and a long list.
few = settings(max_examples=5)


@few
@given(st.lists(NUMBERS, min_size=150, max_size=300), st.integers(1, 17))
@example([0.5, 2.5, 1000.5, 1001.5, 0.125, 9.5, 99.95, -0.0, 5e-324, 1e22, 123456.5], 1)
@example([1000.5, 1001.5, 99995.0, 0.00012345, 1e-5, math.nan, math.inf, -math.inf], 4)
def test_numbers_are_shown_as_in_python(numbers, digits):
    found = evaluate("numbers", "a.map((number) => m.shown(number, b))", numbers, digits)
    assert found == [shown(number, digits) for number in numbers]


def test_what_is_typed_is_read_as_a_number():
    typed = ["0.5", " −3 ", "2/3", "1,5", "1e3", "–2/4", "", "x", "1/2/3", "/", "--1"]
    found = evaluate("numbers", "a.map(m.readNumber)", typed)
    assert found == [0.5, -3, 2 / 3, 1.5, 1000, -0.5, *[None] * 5]


def test_counts_and_equations_are_written_as_in_python():
    counts = [0, 999, 1000, 4294967296, 2**70, 2**5000]
    texts = evaluate("numbers", "a.map((text) => m.counted(BigInt(text)))", [*map(str, counts)])
    assert texts == [counted(count) for count in counts]
    words = ["", 0, "·(", 1, ") + max(", 0, ", ", 0, ") + ", 0]
    text = evaluate("numbers", "m.inNumbers(a, b, 4)", words, [-2, -0.5])
    assert text == "−2·(−0.5) + max(−2, −2) + (−2)"


def test_factors_get_parentheses_where_they_need_them():
    texts = ["a + b", "−a", "a·(b − c)", "(a + b)/(c + d)", "f(a, b − f(c + d))", "a − f(b)"]
    found = evaluate(
        "chain",
        "a.map((text) => [true, false].map((first) => m.needsParentheses(text, first)))",
        texts,
    )
    assert found == [[True] * 2, [False, True], [False] * 2, [False] * 2, [False] * 2, [True] * 2]


@st.composite
def graphs(draw):
    """Sums, products and ReLUs of a few leaves, with many paths and dead ones among them."""
    numbers = st.sampled_from([-2.0, -0.5, 0.0, 0.25, 1.0, 3.0])
    nodes = [Value(draw(numbers)) for _ in range(draw(st.integers(1, 3)))]
    for _ in range(draw(st.integers(1, 8))):
        left, right = draw(st.sampled_from(nodes)), draw(st.sampled_from(nodes))
        nodes.append(draw(st.sampled_from([left + right, left * right, left.relu(), left - right])))
    return nodes[-1]


@settings(max_examples=8)
@given(graphs())
def test_paths_are_those_of_the_engine(output):
    order, edges, graph, numbers = graph_of(output)
    expression = """a.nodes.map((_, node) => {
        const paths = new m.Paths(a, m.edgesByNode(a), node);
        const all = paths.count <= 200n ? paths.inOrder(b) : [];
        const { nodes, edges } = paths.reached();
        return [String(paths.count), all.map(({ edges, product }) => [edges, product]),
            paths.largest(b, 4).map(({ product }) => product), nodes.size, edges.size];
    })"""
    for node, found in zip(order, evaluate("paths", expression, graph, numbers), strict=True):
        expected = engine_paths.Paths(output, node)
        count, listed, largest, nodes, used = found
        assert int(count) == expected.count
        products = [path.product for path in islice(expected.largest(4), 4)]
        assert [product or 0 for product in largest] == products
        if expected.count <= 200:
            every = list(expected.in_order())
            assert [[edges[i] for i in path] for path, _ in listed] == [[*p.edges] for p in every]
            dead = [type(path.product) is int and bool(path.edges) for path in every]
            assert [product is None for _, product in listed] == dead
            on_paths = {edge for path in every for edge in path.edges}
            assert used == len(on_paths)
            assert nodes == len({edge.operand for edge in on_paths} | {output} if every else ())


def test_more_paths_than_anyone_can_list_and_longer_ones_than_a_stack():
    x = Value(1.0)
    y = x
    for _ in range(300):
        y = y + y
    _, _, graph, numbers = graph_of(y)
    both = "((paths) => [String(paths.count), paths.listed(b).map((path) => path.edges.length)])"
    call = f"{both}(new m.Paths(a, m.edgesByNode(a), 0))"
    assert evaluate("paths", call, graph, numbers) == [str(2**300), [300] * 4]
    for _ in range(50_000):
        x = x * 1.0
    _, _, graph, numbers = graph_of(x)
    assert evaluate("paths", call, graph, numbers) == ["1", [50_000]]


def test_wrong_answers_are_looked_into():
    paths = [
        {"factors": [{"name": "∂L/∂h = 30", "number": 30}, {"name": "∂h/∂w = 8", "number": 8}],
         "product": 240, "through": "∂h/∂w"},
        {"factors": [{"name": "∂L/∂k = 30", "number": 30}, {"name": "∂k/∂w = −2", "number": -2}],
         "product": -60, "through": "∂k/∂w"},
    ]  # fmt: skip
    one = {"gradient": 240, "value": 0.5, "digits": 4, "paths": paths[:1], "dead": None}
    two = {**one, "gradient": 180, "paths": paths}
    dead = {**one, "gradient": 0, "dead": "∂h/∂w"}
    cases = [
        (one, 240, "Right."), (one, 240.01, "Right."), (one, 242, "Not yet: multiply"),
        (one, -240, "sign"), (one, 8, "factor ∂L/∂h = 30 is missing"),
        (one, 30, "factor ∂h/∂w = 8 is missing"),
        (one, 1920, "factor ∂h/∂w = 8 stands there twice"),
        (one, 3.75, "divided by ∂h/∂w = 8"), (one, 0.5, "That is the value"),
        (two, 180, "Right."), (two, 240, "A path is missing: the one through ∂k/∂w"),
        (two, -60, "A path is missing: the one through ∂h/∂w"), (two, 300, "wrong sign"),
        (two, 270, "factor ∂k/∂w = −2 is missing"), (two, 7, "add up the 2 paths"),
        (dead, 240, "where ∂h/∂w is 0 by its branch"), (dead, 0, "Right."),
    ]  # fmt: skip
    arguments = [[answer, truth] for truth, answer, _ in cases]
    found = evaluate("quiz", "a.map(([answer, truth]) => m.diagnose(answer, truth))", arguments)
    for (_, answer, text), verdict in zip(cases, found, strict=True):
        assert text in verdict["text"], (answer, verdict)
        assert verdict["right"] is (text == "Right.")
